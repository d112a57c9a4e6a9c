//! `iss` is one exact text (RFC 7519, section 4.1.1; RFC 8725, section 3.8).

use super::super::case::{Made, refused};
use super::super::session::Session;
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use serde_json::{Value, json};

/// The issuer with its path in capitals, or all of it where there is none.
fn capitals(session: &Session<'_>) -> String {
    let issuer = session.idp.issuer();
    let path = &session.plan.issuer.path;
    match path.chars().any(|letter| letter.is_ascii_lowercase()) {
        true => issuer.replace(path.as_str(), &path.to_uppercase()),
        false => issuer.to_uppercase(),
    }
}

/// CL-8.
pub(super) fn others(session: &Session<'_>) -> Made {
    let issuer = session.idp.issuer();
    let slash = match issuer.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{issuer}/"),
    };
    let host = issuer.rsplit_once('/').map_or("", |(host, _)| host);
    let forms: [(&str, Value); 14] = [
        ("another one", json!("https://other.example")),
        ("a trailing slash more or less", json!(slash)),
        ("another case", json!(capitals(session))),
        ("a longer one", json!(format!("{issuer}/x"))),
        ("a longer host", json!(format!("{issuer}.evil.example/x"))),
        ("the beginning of it", json!(host)),
        ("the end of it", json!(issuer.trim_start_matches("http"))),
        ("a part of it", json!("://")),
        ("a space behind", json!(format!("{issuer}/ "))),
        (
            "another one that contains it",
            json!(format!("https://evil.example/?{issuer}")),
        ),
        ("empty", json!("")),
        ("null", Value::Null),
        ("a number", json!(1)),
        ("an object", json!({"iss": issuer})),
    ];
    let draft = session.first_draft()?;
    let mut cases = Vec::new();
    for (name, value) in forms {
        let token = draft.clone().claim("iss", value).sign()?;
        cases.push(refused(session, "CL-8", name, &token));
    }
    let token = draft.without_claim("iss").sign()?;
    cases.push(refused(session, "CL-8", "absent", &token));
    Ok(cases)
}

/// CL-9.
pub(super) fn lists(session: &Session<'_>) -> Made {
    let issuer = session.idp.issuer();
    let forms = [
        (
            "the good one and another",
            json!([&issuer, "https://evil.example"]),
        ),
        (
            "another and the good one",
            json!(["https://evil.example", &issuer]),
        ),
        ("the good one alone", json!([&issuer])),
        ("empty", json!([])),
    ];
    let draft = session.first_draft()?;
    let case = |(name, value): (&str, Value)| {
        let token = draft.clone().claim("iss", value).sign()?;
        Ok(refused(session, "CL-9", name, &token))
    };
    forms.into_iter().map(case).collect()
}

/// CL-16.
pub(super) fn second(session: &Session<'_>) -> Made {
    let mut cases = Vec::new();
    for word in &session.plan.algorithms {
        let token = session.mint(Claims {
            algorithm: Some(word.clone()),
            signer: Some(Signer::Second),
            ..Claims::default()
        })?;
        cases.push(refused(session, "CL-16", format!("{word}, its own key"), &token).twin(word));
    }
    // Issuers of several tenants sign for all of them with one set of keys.
    let second = session.idp.second_issuer();
    let token = session.first_draft()?.claim("iss", second).sign()?;
    cases.push(refused(session, "CL-16", "a key that both share", &token));
    Ok(cases)
}
