//! A request as a command line that somebody can paste, with the shape of its token.

use super::ask::{Address, Ask};
use super::draft::members;
use serde_json::{Map, Value};

/// Longest value that is written out; what is longer is cut, and says so.
const LONGEST: usize = 3_000;
/// Longest text of a header or of claims.
const LONGEST_SHAPE: usize = 600;

/// The command line, followed by header and claims of the token where it has any.
pub fn line(to: &Address, ask: &Ask) -> String {
    let mut line = format!("curl -i --path-as-is -X {}", ask.method);
    if ask.method == "HEAD" {
        line = "curl -I --path-as-is".to_owned();
    }
    line += &format!(
        " {}",
        quoted(format!("{}{}", to.url(), ask.target).as_bytes())
    );
    for (name, value) in &ask.fields {
        let field = [name.as_bytes(), b": ", value].concat();
        line += &format!(" -H {}", quoted(&field));
    }
    if !ask.body.is_empty() {
        line += &format!(" --data-binary {}", quoted(&ask.body));
    }
    match shape(ask) {
        Some(shape) => format!("{line}\n# {shape}"),
        None => line,
    }
}

/// Header and claims of the first token of a request; never its signature.
fn shape(ask: &Ask) -> Option<String> {
    let value = ask
        .fields
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())?;
    let token = value.split([' ', '\t']).next_back()?;
    let mut parts = token.split('.').map(members);
    let mut part = |name: &str| {
        let members: Map<String, Value> = parts.next()??;
        let text = Value::Object(members).to_string();
        Some(format!("{name} {}", cut(&text, LONGEST_SHAPE)))
    };
    let header = part("header");
    let claims = part("claims");
    let known: Vec<String> = header.into_iter().chain(claims).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}… ({} octets)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

/// A word of a shell; octets that cannot stand there are written as `$'\xNN'`.
fn quoted(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(LONGEST)];
    let rest = match bytes.len() > LONGEST {
        true => format!("…({} octets)", bytes.len()),
        false => String::new(),
    };
    let plain = |octet: &u8| matches!(octet, b' '..=b'~');
    match std::str::from_utf8(shown) {
        Ok(text) if shown.iter().all(plain) => format!("'{}{rest}'", text.replace('\'', "'\\''")),
        _ => {
            let octets: String = shown.iter().map(|octet| escaped(*octet)).collect();
            format!("$'{octets}{rest}'")
        }
    }
}

fn escaped(octet: u8) -> String {
    match octet {
        b'\'' | b'\\' => format!("\\{}", char::from(octet)),
        b' '..=b'~' => char::from(octet).to_string(),
        _ => format!("\\x{octet:02x}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_can_be_pasted_and_tells_the_shape_of_the_token() {
        let to = Address::parse("http://127.0.0.1:1").unwrap();
        let ask = Ask::new("GET", "/me").bearer("eyJhIjoxfQ.eyJiIjoyfQ.xx");
        let wanted = "curl -i --path-as-is -X GET 'http://127.0.0.1:1/me' -H 'authorization: Bearer eyJhIjoxfQ.eyJiIjoyfQ.xx'\n# header {\"a\":1}, claims {\"b\":2}";
        assert_eq!(line(&to, &ask), wanted);
    }

    #[test]
    fn what_no_shell_carries_is_escaped_and_what_is_long_is_cut() {
        assert_eq!(quoted(b"a'b"), "'a'\\''b'");
        assert_eq!(quoted(b"a\0\r\n'"), "$'a\\x00\\x0d\\x0a\\''");
        assert!(quoted(&vec![b'x'; 4_000]).ends_with("x…(4000 octets)'"));
    }
}
