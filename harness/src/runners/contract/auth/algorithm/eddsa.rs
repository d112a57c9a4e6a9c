//! EdDSA signatures that a verifier must not accept (RFC 8032, section 5.1.7).

use super::super::case::{Made, refused};
use super::super::session::Session;
use super::unasked;
use crate::runners::contract::fake::keys::base64url;
use num_bigint::BigUint;
use serde_json::{Value, json};

const EDDSA: &str = "EdDSA";
const CHECK: &str = "AL-18";

/// The order of the base point, 2^252 + 27742317777372353535851937790883648493, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
/// Points of small order, compressed: of order 1, 2, 4 and 8.
const SMALL: [(&str, [u8; 32]); 4] = [
    ("1", first(0x01)),
    ("2", all_but(0xec, 0xff, 0x7f)),
    ("4", first(0x00)),
    (
        "8",
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
    ),
];

const fn first(octet: u8) -> [u8; 32] {
    let mut point = [0; 32];
    point[0] = octet;
    point
}

const fn all_but(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut point = [between; 32];
    point[0] = first;
    point[31] = last;
    point
}

/// Asks AL-18.
pub(super) async fn ask(session: &Session<'_>) {
    if !session.stage.asks(CHECK) {
        return;
    }
    if !session.plan.algorithms.iter().any(|one| one == EDDSA) {
        return unasked(session, CHECK, "EdDSA is not declared");
    }
    session.put_made(CHECK, || forms(session)).await;
    let jwks: Vec<Value> = SMALL.iter().map(|small| jwk(session, small)).collect();
    match session.publish(&jwks).await {
        Ok(()) => session.put_made(CHECK, || small_keys(session)).await,
        Err(why) => session.stage.inconclusive(CHECK, why),
    }
    if let Err(why) = session.play("steady").await {
        session.note(format!(
            "the usual keys could not be published again: {why}"
        ));
    }
}

/// Other lengths, S out of range, R of small order.
fn forms(session: &Session<'_>) -> Made {
    let draft = session.draft(EDDSA)?;
    let right = draft.signature()?;
    let (r, s) = right.split_at(32);
    let mut shapes = vec![
        ("63 octets".to_owned(), right[..63].to_vec()),
        ("65 octets".to_owned(), [&right[..], &[0]].concat()),
        ("128 octets".to_owned(), [&right[..], &right].concat()),
        ("of no length".to_owned(), Vec::new()),
        ("S + L".to_owned(), [r, &plus_order(s)].concat()),
        ("S = L".to_owned(), [r, &ORDER].concat()),
        ("S = 0".to_owned(), [r, &[0; 32]].concat()),
        ("S = 2^256 - 1".to_owned(), [r, &[0xff; 32]].concat()),
    ];
    for (order, point) in SMALL {
        shapes.push((format!("R of order {order}"), [&point, s].concat()));
        shapes.push((
            format!("R of order {order}, S = 0"),
            [point, [0; 32]].concat(),
        ));
    }
    let case = |(name, octets): (String, Vec<u8>)| {
        refused(session, CHECK, name, &draft.with_signature(octets)).twin(EDDSA)
    };
    Ok(shapes.into_iter().map(case).collect())
}

fn plus_order(s: &[u8]) -> [u8; 32] {
    let sum = BigUint::from_bytes_le(s) + BigUint::from_bytes_le(&ORDER);
    let mut octets = [0; 32];
    for (at, octet) in sum.to_bytes_le().into_iter().take(32).enumerate() {
        octets[at] = octet;
    }
    octets
}

fn kid(session: &Session<'_>, order: &str) -> String {
    session.idp.name(&format!("small-order-{order}"))
}

fn jwk(session: &Session<'_>, (order, point): &(&str, [u8; 32])) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid(session, order), "alg": EDDSA, "use": "sig",
        "x": base64url(point)})
}

/// A published key of small order: R of order 1 and S = 0 then fit many messages, or all of them.
fn small_keys(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for (order, _) in SMALL {
        // For a key of order 8 one of eight messages fits: enough are tried.
        for attempt in 0..if order == "1" { 1 } else { 12 } {
            let draft = session.draft(EDDSA)?.header("kid", kid(session, order));
            let token = draft.with_signature([first(0x01), [0; 32]].concat());
            let name = format!("a key of order {order}, message {attempt}");
            cases.push(refused(session, CHECK, name, &token).twin(EDDSA));
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_the_order_leaves_the_number_the_same_modulo_it() {
        let sum = BigUint::from_bytes_le(&plus_order(&first(5)));
        assert_eq!(sum % BigUint::from_bytes_le(&ORDER), BigUint::from(5_u8));
        assert_eq!(ORDER[31], 0x10);
    }
}
