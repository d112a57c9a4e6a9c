//! The one PEM block of a key file (RFC 7468).

use super::key::KeyError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The octets of a text's only block, which must have this label; text around it is not looked at.
pub(super) fn octets(text: &str, wanted: &'static str) -> Result<Vec<u8>, KeyError> {
    let mut lines = text.lines().map(str::trim_end);
    let mut found = None;
    while let Some(line) = lines.next() {
        let Some(label) = boundary(line, "BEGIN") else {
            continue;
        };
        if label != wanted {
            return Err(KeyError::Label {
                found: label.chars().take(60).collect(),
                wanted,
            });
        }
        if found.is_some() {
            return Err(KeyError::Several);
        }
        found = Some(body(&mut lines, label)?);
    }
    let text = found.ok_or(KeyError::NoPem)?;
    let octets = STANDARD.decode(text);
    octets.map_err(|error| KeyError::Damaged(error.to_string()))
}

/// What stands before the end of a block.
fn body<'a>(lines: &mut impl Iterator<Item = &'a str>, label: &str) -> Result<String, KeyError> {
    let mut body = String::new();
    for line in lines {
        match boundary(line, "END") {
            Some(end) if end == label => return Ok(body),
            Some(_) => break,
            None => body.push_str(line.trim_start()),
        }
    }
    Err(KeyError::Damaged(format!("no `-----END {label}-----`")))
}

fn boundary<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix("-----")?.strip_prefix(word)?;
    rest.strip_prefix(' ')?.strip_suffix("-----")
}
