//! Which names git allows for references and for paths.

/// Code points that HFS+ ignores, so that a name with them can be `.git` in disguise (git's `utf8.c`).
const IGNORED: [char; 16] = [
    '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{206a}', '\u{206b}', '\u{206c}', '\u{206d}', '\u{206e}', '\u{206f}', '\u{feff}',
];

/// Whether a whole name (`refs/heads/…`) keeps the rules of `git check-ref-format`.
pub(in super::super) fn reference_is_legal(name: &str) -> bool {
    let odd = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let part_is_legal =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.contains(odd)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name.split('/').all(part_is_legal)
        // As a branch it must not look like an option.
        && !name.strip_prefix("refs/heads/").is_some_and(|branch| branch.starts_with('-'))
}

/// What is wrong with the path of a file, in GitHub's words; `None` when nothing is.
pub(in super::super) fn path_problem(path: &str) -> Option<&'static str> {
    if path.starts_with('/') {
        return Some("path cannot start with a slash");
    }
    let malformed = |part: &str| {
        part.is_empty() || part == "." || part == ".." || part.contains('\0') || is_dot_git(part)
    };
    path.split('/')
        .any(malformed)
        .then_some("path contains a malformed path component")
}

/// `.git` as one file system or another reads it; `git fsck` refuses a tree with it.
fn is_dot_git(part: &str) -> bool {
    let seen: String = part.chars().filter(|c| !IGNORED.contains(c)).collect();
    let seen = seen.to_lowercase();
    let ntfs = |piece: &str| {
        let piece = piece.split(':').next().unwrap_or_default();
        matches!(piece.trim_end_matches([' ', '.']), ".git" | "git~1")
    };
    seen.split('\\').any(ntfs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_keep_the_rules_of_git() {
        for good in [
            "refs/heads/a",
            "refs/heads/fix/a-b#1",
            "refs/tags/ü",
            "refs/heads/@",
        ] {
            assert!(reference_is_legal(good), "{good}");
        }
        for bad in [
            "refs/heads/a..b",
            "refs/heads/a b",
            "refs/heads/a.lock",
            "refs/heads/.a",
            "refs/heads/a/",
            "refs/heads/a.",
            "refs/heads/a~1",
            "refs/heads/-a",
            "refs/heads/a@{1}",
            "refs/heads/a\u{7f}",
            "refs/heads//a",
        ] {
            assert!(!reference_is_legal(bad), "{bad}");
        }
    }

    #[test]
    fn paths_that_lead_out_or_into_git_are_malformed() {
        for good in [
            "a",
            "dir/ä ?.md",
            "a/.gitignore",
            ".github/workflows/x.yml",
            "...",
        ] {
            assert_eq!(path_problem(good), None, "{good}");
        }
        for bad in [
            "",
            "/a",
            "../x",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            ".git/config",
            "a/.GIT",
            ".git .",
            "git~1/x",
            ".g\u{200c}it/x",
            "a\\.git",
            ".git::$INDEX",
        ] {
            assert!(path_problem(bad).is_some(), "{bad:?}");
        }
    }
}
