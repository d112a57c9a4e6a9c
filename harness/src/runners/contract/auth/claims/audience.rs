//! `aud` names the target, alone or in a list (RFC 7519, section 4.1.3).

use super::super::case::{Expect, Made, refused};
use super::super::session::Session;
use serde_json::{Value, json};

/// Another case of the audience; `None` where it has no letters.
fn other_case(audience: &str) -> Option<String> {
    [audience.to_uppercase(), audience.to_lowercase()]
        .into_iter()
        .find(|other| other != audience)
}

/// CL-10.
pub(super) fn each(session: &Session<'_>) -> Made {
    let own = session.plan.issuer.audience.as_str();
    let begin: String = own.chars().take(own.chars().count() / 2).collect();
    let mut wrong: Vec<(&str, Value)> = vec![
        ("another one", json!("other")),
        ("null", Value::Null),
        ("empty", json!("")),
        ("an empty list", json!([])),
        ("a list of the empty text", json!([""])),
        ("a list of another one", json!(["other"])),
        ("a list of null", json!([null])),
        ("the beginning of it", json!(begin)),
        ("a longer one", json!(format!("{own}2"))),
        ("one that contains it", json!(format!("other {own}"))),
        (
            "a list of one that contains it",
            json!([format!("other {own}")]),
        ),
        ("a number", json!(1)),
        ("an object", json!({ own: true })),
    ];
    wrong.extend(other_case(own).map(|other| ("another case", json!(other))));
    let draft = session.first_draft()?;
    let mut cases = Vec::new();
    for (name, value) in wrong {
        let token = draft.clone().claim("aud", value).sign()?;
        cases.push(refused(session, "CL-10", name, &token));
    }
    let token = draft.clone().without_claim("aud").sign()?;
    cases.push(refused(session, "CL-10", "absent", &token));
    for (name, value) in [
        ("the right one", json!(own)),
        ("a list of the right one", json!([own])),
        ("another and the right one", json!(["other", own])),
    ] {
        let token = draft.clone().claim("aud", value).sign()?;
        cases.push(refused(session, "CL-10", name, &token).expect(Expect::Accepted));
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_case_is_another_text() {
        assert_eq!(other_case("Api").as_deref(), Some("API"));
        assert_eq!(other_case("API").as_deref(), Some("api"));
        assert_eq!(other_case("1-2"), None);
    }
}
