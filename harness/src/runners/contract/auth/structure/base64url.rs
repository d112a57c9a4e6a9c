//! ST-3 and ST-4: one text for one sequence of octets (RFC 7515, section 2; RFC 4648, section 3.5).

use super::super::case::Made;
use super::super::draft::Draft;
use super::super::session::Session;
use super::refused;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PARTS: [&str; 3] = ["header", "payload", "signature"];
const INSERTED: [(&str, &str); 9] = [
    ("`=`", "="),
    ("`==`", "=="),
    ("`+`", "+"),
    ("`/`", "/"),
    ("a space", " "),
    ("a line end", "\n"),
    ("a tab", "\t"),
    ("`#`", "#"),
    ("`?`", "?"),
];

/// The parts of a token whose last characters all have unused bits.
fn unfilled(session: &Session<'_>) -> Result<(Draft, [String; 3]), String> {
    for pad in 0..9 {
        // Three lengths of each part, in every combination.
        let draft = session.first_draft()?;
        let draft = draft
            .header("x", "x".repeat(pad % 3))
            .claim("x", "x".repeat(pad / 3));
        let parts: Vec<String> = draft.sign()?.split('.').map(str::to_owned).collect();
        let unused = parts[..2].iter().all(|part| part.len() % 4 != 0);
        if let (true, Ok(parts)) = (unused, parts.try_into()) {
            return Ok((draft, parts));
        }
    }
    Err("no token with unused bits in each part".to_owned())
}

/// The token with one part changed: `resigned` where that part is signed, too.
fn changed(
    draft: &Draft,
    parts: &[String; 3],
    part: usize,
    text: String,
    resigned: bool,
) -> Result<String, String> {
    let mut parts = parts.clone();
    parts[part] = text;
    match resigned {
        true => draft.sign_input(&format!("{}.{}", parts[0], parts[1])),
        false => Ok(parts.join(".")),
    }
}

/// ST-3.
pub(super) fn other_alphabets(session: &Session<'_>) -> Made {
    let (draft, parts) = unfilled(session)?;
    let mut cases = Vec::new();
    for (at, part) in PARTS.iter().enumerate() {
        let text = &parts[at];
        for (name, inserted) in INSERTED {
            // Signed as they stand: a decoder that skips what it does not know finds a good token.
            let resigned = at < 2;
            let name = |place: &str| format!("{part}: {name} {place}");
            // White space behind the last part belongs to the field, not to the token (RFC 9110, section 5.5).
            if resigned || !inserted.trim().is_empty() {
                let behind = changed(&draft, &parts, at, format!("{text}{inserted}"), resigned)?;
                cases.push(refused(session, "ST-3", name("behind"), &behind));
            }
            let (left, right) = text.split_at(text.len() / 2);
            let within = format!("{left}{inserted}{right}");
            let within = changed(&draft, &parts, at, within, resigned)?;
            cases.push(refused(session, "ST-3", name("within"), &within));
        }
    }
    cases.extend(other_letters(&parts).map(|token| {
        refused(
            session,
            "ST-3",
            "signature: `+` and `/` for `-` and `_`",
            &token,
        )
    }));
    Ok(cases)
}

/// The signature in the other alphabet, where that is another text.
fn other_letters(parts: &[String; 3]) -> Option<String> {
    let other = parts[2].replace('-', "+").replace('_', "/");
    (other != parts[2]).then(|| format!("{}.{}.{other}", parts[0], parts[1]))
}

/// ST-4.
pub(super) fn unused_bits(session: &Session<'_>) -> Made {
    let (draft, parts) = unfilled(session)?;
    let mut cases = Vec::new();
    for (at, part) in PARTS.iter().enumerate() {
        // A signature whose length leaves no bits has one spelling only.
        if let Some(other) = other_spelling(&parts[at]) {
            let token = changed(&draft, &parts, at, other, at < 2)?;
            cases.push(refused(session, "ST-4", *part, &token).should());
        }
    }
    Ok(cases)
}

/// Another text for the same octets, for decoders that do not look at unused bits.
fn other_spelling(part: &str) -> Option<String> {
    if part.len().is_multiple_of(4) {
        return None;
    }
    let (rest, last) = part.split_at(part.len() - 1);
    let at = ALPHABET
        .iter()
        .position(|letter| last.as_bytes().first() == Some(letter))?;
    Some(format!("{rest}{}", char::from(*ALPHABET.get(at + 1)?)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};

    #[test]
    fn another_spelling_is_the_same_octets_for_a_lax_decoder_only() {
        let lax = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
        let lax = GeneralPurpose::new(&base64::alphabet::URL_SAFE, lax);
        for octets in [&b"a"[..], b"ab", b"abcd", b"\xff\xff"] {
            let text = URL_SAFE_NO_PAD.encode(octets);
            let other = other_spelling(&text).unwrap();
            assert_ne!(other, text);
            assert_eq!(lax.decode(&other).unwrap(), octets);
            assert!(URL_SAFE_NO_PAD.decode(&other).is_err());
        }
        assert_eq!(other_spelling("YWJj"), None);
    }
}
