//! ECDSA signatures at the edges of their numbers, and in other forms than the one of JWS.

use super::super::case::{Made, refused};
use super::super::der;
use super::super::session::Session;

/// The order of P-256 (SEC 2, section 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const ES256: &str = "ES256";

/// The numbers at which verifiers went wrong, by name.
fn numbers() -> [(&'static str, [u8; 32]); 4] {
    let (mut one, mut below) = ([0; 32], ORDER);
    one[31] = 1;
    below[31] -= 1;
    [("0", [0; 32]), ("1", one), ("n-1", below), ("n", ORDER)]
}

/// AL-13.
pub(super) fn edges(session: &Session<'_>) -> Made {
    let draft = session.draft(ES256)?;
    let mut cases = Vec::new();
    for (r_name, r) in numbers() {
        for (s_name, s) in numbers() {
            let token = draft.with_signature([r, s].concat());
            let name = format!("r = {r_name}, s = {s_name}");
            cases.push(refused(session, "AL-13", name, &token).twin(ES256));
        }
    }
    Ok(cases)
}

/// AL-14.
pub(super) fn forms(session: &Session<'_>) -> Made {
    let draft = session.draft(ES256)?;
    let right = draft.signature()?;
    let (r, s) = right.split_at(32);
    let most = [0xff; 32];
    let forms: [(&str, Vec<u8>); 12] = [
        ("DER", der::ecdsa(&right)),
        ("63 octets", right[..63].to_vec()),
        ("65 octets, a zero behind", [&right[..], &[0]].concat()),
        ("65 octets, a zero before", [&[0], &right[..]].concat()),
        (
            "66 octets, a zero before each number",
            [&[0], r, &[0], s].concat(),
        ),
        ("128 octets, twice the same", [&right[..], &right].concat()),
        ("128 octets, zeros behind", [&right[..], &[0; 64]].concat()),
        (
            "the length of P-384, zeros before each number",
            padded(r, s),
        ),
        ("r = n", [&ORDER, s].concat()),
        ("s = n", [r, &ORDER].concat()),
        ("r = 2^256 - 1", [&most, s].concat()),
        ("s = 2^256 - 1", [r, &most].concat()),
    ];
    let case = |(name, octets): (&str, Vec<u8>)| {
        let token = draft.with_signature(octets);
        refused(session, "AL-14", name, &token).twin(ES256)
    };
    Ok(forms.map(case).to_vec())
}

fn padded(r: &[u8], s: &[u8]) -> Vec<u8> {
    [&[0; 16], r, &[0; 16], s].concat()
}
