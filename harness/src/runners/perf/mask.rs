//! Takes secrets out of texts that go into evidence.

/// What stands in place of a secret.
const MASK: &str = "***";

/// Longest body kept of a failed request, in bytes.
pub(super) const BODY_CAP: usize = 1024;

/// Parts of names (lower case) whose values are secrets.
const SECRET_NAMES: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "authorization",
    "cookie",
    "session",
    "api_key",
    "apikey",
];

/// Whether a name says that its value is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// Masks known secrets, JSON web tokens, bearer values, and values that follow a
/// name of a secret in JSON, forms, queries and header lines.
pub(super) fn mask(text: &str, secrets: &[String]) -> String {
    let mut masked = text.to_owned();
    // Very short values would tear holes into everything.
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        masked = masked.replace(secret.as_str(), MASK);
    }
    mask_named(&mask_words(&masked))
}

/// The start of a body, at most [`BODY_CAP`] bytes, masked before it is cut so
/// that no half of a secret stays.
pub(super) fn excerpt(body: &[u8], secrets: &[String]) -> String {
    // A margin, so that a secret that crosses the cap is still recognised.
    let head = &body[..body.len().min(4 * BODY_CAP)];
    let mut text = mask(&String::from_utf8_lossy(head), secrets);
    let cut = (0..=BODY_CAP.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    text.truncate(cut);
    text
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~+/%=".contains(c)
}

/// Masks JSON web tokens wherever they stand, and the word after `Bearer`.
fn mask_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_bearer = false;
    while let Some(first) = rest.chars().next() {
        let word = is_word(first);
        let end = rest.find(|c| is_word(c) != word).unwrap_or(rest.len());
        let (run, tail) = rest.split_at(end);
        match run.find("eyJ").filter(|at| word && run.len() - at >= 16) {
            _ if word && after_bearer => out.push_str(MASK),
            Some(at) => {
                out.push_str(&run[..at]);
                out.push_str(MASK);
            }
            None => out.push_str(run),
        }
        after_bearer = match word {
            true => run.eq_ignore_ascii_case("bearer"),
            false => after_bearer && run == " ",
        };
        rest = tail;
    }
    out
}

/// Masks values after `name=`, `name:` or `"name":` where the name is one of a secret.
fn mask_named(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        if is_secret_name(name_at_end(&before[..at])) {
            let (kept, value) = split_value(rest);
            out.push_str(kept);
            if value > 0 {
                out.push_str(MASK);
            }
            rest = &rest[kept.len() + value..];
        }
    }
    out.push_str(rest);
    out
}

/// The name just before a separator, without quotes.
fn name_at_end(before: &str) -> &str {
    let bare = before.trim_end().trim_end_matches(['"', '\\', '\'']);
    let start = bare.rfind(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    start.map_or(bare, |at| {
        &bare[at + bare[at..].chars().next().map_or(0, char::len_utf8)..]
    })
}

/// What stands before a value and is kept (spaces, opening quote), and the value's length.
fn split_value(rest: &str) -> (&str, usize) {
    let spaces = rest.len() - rest.trim_start_matches([' ', '\\']).len();
    let value = &rest[spaces..];
    if let Some(quoted) = value.strip_prefix('"') {
        return (&rest[..=spaces], closing_quote(quoted));
    }
    // Arrays and objects are looked into instead; their own names tell.
    let plain = value
        .find(|c: char| c.is_whitespace() || "&,;\"'}]{[<>".contains(c))
        .unwrap_or(value.len());
    (&rest[..spaces], plain)
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_secrets_and_tokens_are_masked() {
        let secrets = ["hunter22".to_owned()];
        assert_eq!(mask("a hunter22 b", &secrets), "a *** b");
        assert_eq!(mask("Bearer abc.def", &[]), "Bearer ***");
        assert_eq!(mask("x eyJhbGciOiJub25lIn0.eyJhIjoxfQ.s y", &[]), "x *** y");
    }

    #[test]
    fn values_of_secret_names_are_masked() {
        assert_eq!(
            mask(r#"{"access_token": "a\"b", "id": 7}"#, &[]),
            r#"{"access_token": "***", "id": 7}"#
        );
        assert_eq!(mask("/a?api-key=1234&b=2", &[]), "/a?api-key=***&b=2");
        assert_eq!(mask("Set-Cookie: sid=12; x", &[]), "Set-Cookie: ***; x");
        assert_eq!(
            mask(r#"{"token":null,"n":1}"#, &[]),
            r#"{"token":***,"n":1}"#
        );
        assert_eq!(mask("http://host:80/a?b=c", &[]), "http://host:80/a?b=c");
    }

    #[test]
    fn excerpts_are_capped_at_a_character() {
        let body = "ü".repeat(BODY_CAP);
        assert_eq!(excerpt(body.as_bytes(), &[]).len(), BODY_CAP);
        let long = format!("{}hunter22", "x".repeat(BODY_CAP - 4));
        assert!(!excerpt(long.as_bytes(), &["hunter22".to_owned()]).contains("hunt"));
        assert_eq!(excerpt(b"", &[]), "");
    }
}
