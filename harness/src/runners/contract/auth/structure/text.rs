//! ST-7: header and payload are UTF-8 without a byte order mark (RFC 8725, section 3.7).

use super::super::case::Made;
use super::super::session::Session;
use super::refused;

/// A text in other encodings, each with its name.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 4] {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut member = text.as_bytes()[..text.len() - 1].to_vec();
    member.extend_from_slice(b",\"x\":\"\xff\xfe\"}");
    let mut overlong = text.as_bytes()[..text.len() - 1].to_vec();
    overlong.extend_from_slice(b",\"x\":\"\xc0\xaf\"}");
    [
        ("octets that are no UTF-8", member),
        ("a character that is longer than it need be", overlong),
        (
            "a byte order mark",
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        ),
        ("UTF-16", [b"\xff\xfe".to_vec(), utf16].concat()),
    ]
}

/// ST-7.
pub(super) fn no_utf8(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let (header, claims) = (draft.header_text(), draft.claims_text());
    let mut cases = Vec::new();
    for (name, octets) in encodings(&header) {
        let token = draft.sign_parts(octets, &claims)?;
        cases.push(refused(session, "ST-7", format!("header: {name}"), &token).should());
    }
    for (name, octets) in encodings(&claims) {
        let token = draft.sign_parts(&header, octets)?;
        cases.push(refused(session, "ST-7", format!("payload: {name}"), &token).should());
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_of_them_is_json_in_utf8() {
        for (name, octets) in encodings("{\"a\":1}") {
            assert!(
                serde_json::from_slice::<serde_json::Value>(&octets).is_err(),
                "{name}"
            );
        }
    }
}
