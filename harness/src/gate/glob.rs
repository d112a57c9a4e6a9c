//! Names with `*` and `?`, and paths with `**`.

/// Whether a name fits: `*` is any text, `?` any one character, everything else itself.
///
/// A policy asks this of every check of every report: nothing is allocated, each
/// star gives back only what came since it, so that no pattern is slow, and what
/// a star takes is skipped in one stride to where the pattern can go on.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where the pattern goes on after its last star, and where the name was then.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                let rest = &pattern[p..];
                if rest.is_empty() {
                    return true;
                }
                let Some(at) = stride(rest, name, n) else {
                    return false;
                };
                n = at;
                star = Some((p, at));
            }
            Some(b'?') => {
                p += 1;
                n = next_character(name, n);
            }
            Some(byte) if *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((after, taken)) = star else {
                    return false;
                };
                let Some(at) = stride(&pattern[after..], name, next_character(name, taken)) else {
                    return false;
                };
                (p, n) = (after, at);
                star = Some((after, at));
            }
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// The first place from `from` on where a name can go on with `rest`, what follows a star in a
/// pattern. Two letters are looked for where there are two: names are full of slashes. What is
/// found begins a character, because what is looked for does.
fn stride(rest: &[u8], name: &[u8], from: usize) -> Option<usize> {
    let open = |byte: &u8| matches!(byte, b'*' | b'?');
    let name = name.get(from..)?;
    let skipped = match rest {
        [first, ..] if open(first) => Some(0),
        [first, second, ..] if !open(second) => {
            let both = [*first, *second];
            name.windows(2).position(|two| two == both)
        }
        [first, ..] => name.iter().position(|byte| byte == first),
        [] => Some(0),
    };
    Some(from + skipped?)
}

/// Where the character after the one at `at` begins: the bytes within one look like `10......`.
fn next_character(text: &[u8], at: usize) -> usize {
    let rest = text[at + 1..].iter();
    at + 1 + rest.take_while(|byte| **byte & 0xc0 == 0x80).count()
}

/// Whether a path fits: `*` and `?` stay between slashes, `**` is any number of folders.
pub fn path_matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains("**") {
        return level_by_level(pattern, path);
    }
    let pattern: Vec<&str> = pattern.split('/').filter(|part| *part != ".").collect();
    let path: Vec<&str> = path.split('/').collect();
    parts(&pattern, &path)
}

/// Without `**` every part of a pattern means one part of a path.
fn level_by_level(pattern: &str, path: &str) -> bool {
    let mut pattern = pattern.split('/').filter(|part| *part != ".");
    let mut path = path.split('/');
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(name)) if matches(part, name) => {}
            _ => return false,
        }
    }
}

/// As in [`matches`], each `**` gives back only what came since it: tried anew from every folder,
/// a pattern of a dozen of them took hours over one deep path.
fn parts(pattern: &[&str], path: &[&str]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the pattern goes on after its last `**`, and where the path was then.
    let mut star: Option<(usize, usize)> = None;
    while let Some(name) = path.get(n) {
        match pattern.get(p) {
            Some(&"**") => {
                p += 1;
                star = Some((p, n));
            }
            Some(part) if matches(part, name) => (p, n) = (p + 1, n + 1),
            _ => {
                let Some((after, taken)) = star else {
                    return false;
                };
                (p, n) = (after, taken + 1);
                star = Some((p, n));
            }
        }
    }
    pattern[p..].iter().all(|part| *part == "**")
}

/// The folder that every fitting path lies in: what stands before the first wildcard.
pub fn fixed_folder(pattern: &str) -> String {
    let parts = pattern.split('/').filter(|part| *part != ".");
    let mut fixed: Vec<&str> = parts
        .take_while(|part| !part.contains(['*', '?']))
        .collect();
    if !pattern.contains(['*', '?']) {
        fixed.pop();
    }
    fixed.join("/")
}

/// How many folders lie between the fixed one and the files, and the files' one name; `None`
/// where a pattern leaves either open.
pub fn fixed_name(pattern: &str) -> Option<(usize, &str)> {
    if pattern.contains("**") {
        return None;
    }
    let parts = || pattern.split('/').filter(|part| *part != ".");
    let open = |part: &&str| part.contains(['*', '?']);
    let name = parts().next_back().filter(|part| !open(part))?;
    let between = parts().skip_while(|part| !open(part)).count();
    Some((between.saturating_sub(1), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (pattern, name, fits) in [
            ("contract_*", "contract_auth", true),
            ("contract_*", "contract", false),
            ("*", "", true),
            ("*/p95/*", "search/typical_load/p95/slo", true),
            ("*/p95/*", "search/typical_load/p99/slo", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "a-b-b-c-c", true),
            ("ä*", "äb", true),
            ("a?", "a€", true),
            ("*??", "€", false),
            ("*??", "€€", true),
            ("", "", true),
            ("", "a", false),
            ("*/p95/*", "p95/p9/p95", false),
            ("*/p95/*", "/p9/p95/", true),
            ("*a?*b", "aab", true),
            ("*a?*b", "ab", false),
            ("**a**", "bab", true),
            ("*€", "aö€", true),
            ("*ö€", "a€ö€", true),
            ("a*?", "a", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        // Many stars take no exponential time.
        assert!(!matches(&"*a".repeat(200), &"b".repeat(10_000)));
    }

    #[test]
    fn paths() {
        for (pattern, path, fits) in [
            (
                "target/nextest/*/junit.xml",
                "target/nextest/ci/junit.xml",
                true,
            ),
            ("target/*/junit.xml", "target/nextest/ci/junit.xml", false),
            ("target/**/junit.xml", "target/nextest/ci/junit.xml", true),
            ("**/*.xml", "a.xml", true),
            ("./a/*.xml", "a/b.xml", true),
            ("a/**", "b/c", false),
            ("a/*/b", "a/c/b", true),
            ("a/*/b", "a/b", false),
            ("a/*", "a/b/c", false),
            ("a", "a", true),
            ("**", "a/b", true),
            ("a/**", "a/b/c", true),
            ("a/**", "a", true),
            ("a/**/**/b", "a/b", true),
            ("**/a/**/b", "x/a/a/y/b", true),
            ("**/a/**/b", "x/a/b/y", false),
            ("**/a/b", "a/a/b", true),
            ("**/x", "a/b", false),
        ] {
            assert_eq!(path_matches(pattern, path), fits, "{pattern} {path}");
        }
        // Many of them take no exponential time.
        let deep = format!("{}b", "a/".repeat(200));
        assert!(!path_matches(&format!("{}x", "**/a/".repeat(30)), &deep));
        assert_eq!(fixed_folder("target/nextest/*/junit.xml"), "target/nextest");
        assert_eq!(fixed_folder("junit.xml"), "");
        assert_eq!(fixed_folder("a/b.xml"), "a");
        for (pattern, name) in [
            ("target/nextest/*/junit.xml", Some((1, "junit.xml"))),
            ("*/b/junit.xml", Some((2, "junit.xml"))),
            ("./a/b.xml", Some((0, "b.xml"))),
            ("junit.xml", Some((0, "junit.xml"))),
            ("a/*.xml", None),
            ("a/**/junit.xml", None),
        ] {
            assert_eq!(fixed_name(pattern), name, "{pattern}");
        }
    }
}
