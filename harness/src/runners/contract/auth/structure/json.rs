//! ST-5, ST-6, ST-8 and ST-9: header and payload are one JSON object each, in the compact form.

use super::super::case::Made;
use super::super::draft::Draft;
use super::super::session::Session;
use super::refused;
use crate::runners::contract::fake::keys::base64url;
use serde_json::json;

/// How deep arrays are nested in ST-9.
const DEEP: usize = 100_000;

/// ST-5.
pub(super) fn no_object(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let (header, claims) = (draft.header_text(), draft.claims_text());
    let cut = |text: &str| text[..text.len() - 1].to_owned();
    let forms = |own: &str| {
        [
            ("a list", "[]".to_owned()),
            ("a list around the object", format!("[{own}]")),
            ("a text", "\"x\"".to_owned()),
            ("null", "null".to_owned()),
            ("a number", "1".to_owned()),
            ("truncated", cut(own)),
            ("two objects", format!("{own}{own}")),
            ("empty", String::new()),
        ]
    };
    let mut cases = Vec::new();
    for (name, text) in forms(&header) {
        let token = draft.sign_parts(text, &claims)?;
        cases.push(refused(session, "ST-5", format!("header: {name}"), &token));
    }
    for (name, text) in forms(&claims) {
        let token = draft.sign_parts(&header, text)?;
        cases.push(refused(session, "ST-5", format!("payload: {name}"), &token));
    }
    Ok(cases)
}

/// A member before all others, and one behind them.
fn both_ways(object: &str, member: &str) -> [(&'static str, String); 2] {
    let inner = &object[1..object.len() - 1];
    [
        ("before", format!("{{{member},{inner}}}")),
        ("behind", format!("{{{inner},{member}}}")),
    ]
}

/// ST-6.
pub(super) fn twice(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let (header, claims) = (draft.header_text(), draft.claims_text());
    let good = json!(session.idp.issuer());
    let mut cases = Vec::new();
    let members = [r#""alg":"none""#, r#""alg":"HS256""#, r#""kid":"other""#];
    for member in members {
        for (place, text) in both_ways(&header, member) {
            let token = draft.sign_parts(text, &claims)?;
            let name = format!("header: {member} {place}");
            cases.push(refused(session, "ST-6", name, &token).should());
        }
    }
    // Expired and good, in both orders; another issuer likewise.
    let expired = draft.clone().claim("exp", 1).claims_text();
    let other = draft
        .clone()
        .claim("iss", "https://other.example")
        .claims_text();
    let later = u32::MAX.to_string();
    let pairs = [
        ("exp, the good one", &expired, format!("\"exp\":{later}")),
        ("exp, the expired one", &claims, "\"exp\":1".to_owned()),
        ("iss, the good one", &other, format!("\"iss\":{good}")),
        (
            "iss, another one",
            &claims,
            r#""iss":"https://other.example""#.to_owned(),
        ),
    ];
    for (name, object, member) in pairs {
        for (place, text) in both_ways(object, &member) {
            let token = draft.sign_parts(&header, text)?;
            cases.push(refused(session, "ST-6", format!("{name} {place}"), &token).should());
        }
    }
    Ok(cases)
}

/// ST-8.
pub(super) fn serialisations(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let good = draft.sign()?;
    let parts: Vec<&str> = good.split('.').collect();
    let [h, p, s] = parts[..] else {
        return Err("a good token has three parts".to_owned());
    };
    let forged = base64url(draft.clone().claim("sub", "root").claims_text());
    let flattened = json!({"protected": h, "payload": p, "signature": s});
    let general = json!({"payload": p, "signatures": [{"protected": h, "signature": s}]});
    // CVE-2022-39227: one parser sees JSON with a good signature, another one a forged compact token.
    let polyglot = |name: &str| {
        let member = format!("{h}.{forged}.");
        json!({name: "", member: "", "protected": h, "payload": p, "signature": s})
    };
    let forms = [
        ("flattened", flattened.to_string()),
        ("general", general.to_string()),
        ("both at once", polyglot("  ").to_string()),
        (
            "a compact token as a member's name",
            json!({&good: 1}).to_string(),
        ),
        ("a compact token as a text", json!(&good).to_string()),
        ("a list with a compact token", json!([&good]).to_string()),
    ];
    let case = |(name, token): (&str, String)| refused(session, "ST-8", name, &token);
    Ok(forms.map(case).to_vec())
}

/// An object with one more member, its value so deep.
fn nested(object: &str, closed: bool) -> String {
    let closing = if closed {
        "]".repeat(DEEP)
    } else {
        String::new()
    };
    let inner = &object[1..];
    format!("{{\"x\":{}{closing},{inner}", "[".repeat(DEEP))
}

/// ST-9.
pub(super) fn deep(session: &Session<'_>) -> Made {
    let draft: Draft = session.first_draft()?;
    let (header, claims) = (draft.header_text(), draft.claims_text());
    let mut cases = Vec::new();
    for (name, closed) in [("closed", true), ("not closed", false)] {
        let token = draft.sign_parts(nested(&header, closed), &claims)?;
        cases.push(refused(session, "ST-9", format!("header, {name}"), &token));
        let token = draft.sign_parts(&header, nested(&claims, closed))?;
        cases.push(refused(session, "ST-9", format!("payload, {name}"), &token));
    }
    // Small enough to be looked into by everybody.
    let token = draft.sign_parts("[".repeat(4_000), &claims)?;
    cases.push(refused(
        session,
        "ST-9",
        "header, 4000 deep and nothing else",
        &token,
    ));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_member_that_stands_twice_stands_there_twice() {
        for (_, text) in both_ways(r#"{"a":1,"b":2}"#, r#""a":3"#) {
            assert_eq!(text.matches("\"a\"").count(), 2);
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn only_the_closed_one_is_json() {
        let object = r#"{"a":1}"#;
        assert!(nested(object, true).ends_with("],\"a\":1}"));
        assert!(!nested(object, false).contains(']'));
    }
}
