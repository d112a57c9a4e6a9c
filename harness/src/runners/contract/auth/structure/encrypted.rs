//! ST-10 to ST-13: tokens in tokens, compressed, encrypted, unencoded.

use super::super::case::Made;
use super::super::session::Session;
use super::refused;
use crate::runners::contract::fake::keys::base64url;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::json;
use std::io::Write as _;

/// What a deflate bomb unfolds to, in octets.
const BOMB: usize = 64 * 1024 * 1024;

/// ST-10.
pub(super) fn nested(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let inner = draft.sign()?;
    let outer = draft.clone().header("cty", "JWT");
    let said = outer.sign()?;
    let real = outer.sign_parts(outer.header_text(), &inner)?;
    let unsaid = draft.sign_parts(draft.header_text(), &inner)?;
    let forms = [
        ("`cty` says so, the payload is none", said),
        ("`cty` says so, the payload is one", real),
        ("the payload is one, nothing says so", unsaid),
    ];
    let case = |(name, token): (&str, String)| refused(session, "ST-10", name, &token).should();
    Ok(forms.map(case).to_vec())
}

/// Deflated as RFC 1951 has it, which is what `zip` means.
fn deflated(octets: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(octets).and_then(|()| encoder.finish());
    written.map_err(|error| error.to_string())
}

/// ST-11.
pub(super) fn compressed(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?.header("zip", "DEF");
    let claims = draft.claims_text();
    let said = draft.sign()?;
    let real = draft.sign_parts(draft.header_text(), deflated(claims.as_bytes())?)?;
    let mut long = claims.into_bytes();
    long.resize(BOMB, b' ');
    let bomb = deflated(&long)?;
    let signed_bomb = draft.sign_parts(draft.header_text(), &bomb)?;
    let mut cases = Vec::new();
    for (name, token) in [
        ("`zip` over a payload that is not compressed", said),
        ("a signed and compressed payload", real),
        (
            "a signed payload of 64 KiB that unfolds to 64 MiB",
            signed_bomb,
        ),
    ] {
        cases.push(refused(session, "ST-11", name, &token));
    }
    for alg in ["dir", "RSA-OAEP", "A128KW"] {
        let header =
            json!({"alg": alg, "enc": "A128GCM", "zip": "DEF", "kid": draft.header["kid"]});
        let head = base64url(header.to_string());
        let iv = base64url([0; 12]);
        let key = if alg == "dir" {
            String::new()
        } else {
            base64url([1; 256])
        };
        let short = base64url(&bomb[..bomb.len().min(4_096)]);
        let token = format!("{head}.{key}.{iv}.{short}.{}", base64url([0; 16]));
        cases.push(refused(
            session,
            "ST-11",
            format!("encrypted, `{alg}`"),
            &token,
        ));
    }
    Ok(cases)
}

/// ST-12.
pub(super) fn rounds(session: &Session<'_>) -> Made {
    let words = [
        "PBES2-HS256+A128KW",
        "PBES2-HS384+A192KW",
        "PBES2-HS512+A256KW",
    ];
    let case = |alg: &str| {
        let salt = base64url([0; 16]);
        let header = json!({"alg": alg, "enc": "A128GCM", "p2s": salt, "p2c": 1_000_000_000});
        let head = base64url(header.to_string());
        let token = format!(
            "{head}.{}.{}.{}.{}",
            base64url([1; 24]),
            base64url([0; 12]),
            base64url([2; 32]),
            base64url([0; 16])
        );
        refused(session, "ST-12", alg, &token)
    };
    let mut cases = words.map(case).to_vec();
    let draft = session.first_draft()?;
    let draft = draft.header("alg", words[0]).header("p2c", 1_000_000_000);
    cases.push(refused(session, "ST-12", "in three parts", &draft.sign()?));
    Ok(cases)
}

/// ST-13.
pub(super) fn unencoded(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?.header("b64", false);
    let critical = draft.clone().header("crit", json!(["b64"]));
    let head = base64url(critical.header_text());
    // RFC 7797, section 5.2: no dot may stand in a payload that is not encoded.
    let payload = r#"{"sub":"root"}"#;
    let bare = critical.sign_input(&format!("{head}.{payload}"))?;
    let detached = critical.sign()?;
    let parts: Vec<&str> = detached.split('.').collect();
    let detached = format!("{}..{}", parts[0], parts[parts.len() - 1]);
    let forms = [
        ("critical, the payload as it stands", bare),
        (
            "critical, the payload encoded all the same",
            critical.sign()?,
        ),
        ("critical, the payload detached", detached),
        ("not critical", draft.sign()?),
    ];
    let case = |(name, token): (&str, String)| refused(session, "ST-13", name, &token);
    Ok(forms.map(case).to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_bomb_is_small_and_unfolds_to_what_it_says() {
        let bomb = deflated(&vec![b' '; BOMB]).unwrap();
        assert!(bomb.len() < 80_000, "{}", bomb.len());
        let mut octets = Vec::new();
        let mut decoder = flate2::read::DeflateDecoder::new(&bomb[..]);
        decoder.read_to_end(&mut octets).unwrap();
        assert_eq!(octets.len(), BOMB);
    }
}
