//! Signatures that do not belong to what they stand behind.

use super::super::case::{Made, refused};
use super::super::draft::input;
use super::super::session::Session;
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use crate::runners::contract::fake::keys::base64url;
use serde_json::json;

/// AL-1.
pub(super) fn other_payload(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let signature = draft.signature()?;
    let changed = draft.claim("sub", "root");
    let token = changed.with_signature(signature);
    Ok(vec![refused(session, "AL-1", "another subject", &token)])
}

/// AL-2.
pub(super) fn turned_bits(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let signature = draft.signature()?;
    let last = signature.len() - 1;
    let case = |(name, at, bit): (&str, usize, u8)| {
        let mut turned = signature.clone();
        turned[at] ^= bit;
        refused(session, "AL-2", name, &draft.with_signature(turned))
    };
    let places = [
        ("first octet", 0, 0x01),
        ("first octet, highest bit", 0, 0x80),
        ("middle octet", signature.len() / 2, 0x01),
        ("last octet", last, 0x01),
        ("last octet, highest bit", last, 0x80),
    ];
    Ok(places.map(case).to_vec())
}

/// AL-3.
pub(super) fn lengths(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let right = draft.signature()?;
    let length = right.len();
    let forms: [(&str, Vec<u8>); 8] = [
        ("last octet cut off", right[..length - 1].to_vec()),
        ("first octet cut off", right[1..].to_vec()),
        ("half of it", right[..length / 2].to_vec()),
        ("one octet of it", right[..1].to_vec()),
        ("doubled", [&right[..], &right].concat()),
        ("a zero behind", [&right[..], &[0]].concat()),
        ("all zero", vec![0; length]),
        ("of no length", Vec::new()),
    ];
    let case = |(name, octets): (&str, Vec<u8>)| {
        refused(session, "AL-3", name, &draft.with_signature(octets))
    };
    Ok(forms.map(case).to_vec())
}

/// AL-4.
pub(super) fn unpublished(session: &Session<'_>) -> Made {
    let case = |algorithm: &String| {
        let token = session.mint(Claims {
            algorithm: Some(algorithm.clone()),
            signer: Some(Signer::Unpublished),
            ..Claims::default()
        })?;
        Ok(refused(session, "AL-4", algorithm.as_str(), &token).twin(algorithm))
    };
    session.plan.algorithms.iter().map(case).collect()
}

/// AL-20.
pub(super) fn other_header(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let signature = draft.signature()?;
    let more = draft.clone().header("x", 1).with_signature(&signature);
    // The same members in another text: what is signed are octets.
    let spaced = draft.header_text().replacen('{', "{ ", 1);
    let spaced = input(spaced, draft.claims_text());
    let spaced = format!("{spaced}.{}", base64url(&signature));
    let typ = draft.clone().header("typ", json!("JWT"));
    Ok(vec![
        refused(session, "AL-20", "a member more", &more),
        refused(session, "AL-20", "a space more", &spaced),
        refused(
            session,
            "AL-20",
            "another `typ`",
            &typ.with_signature(&signature),
        ),
    ])
}
