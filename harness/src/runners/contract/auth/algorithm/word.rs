//! Words for the algorithm that no service should act on.

use super::super::case::{Made, refused};
use super::super::session::Session;
use serde_json::{Value, json};

const NONE: [&str; 4] = ["none", "None", "NONE", "nOnE"];
const STRANGE: [&str; 8] = [
    "RS1", "HS1", "ES256K", "RSA1_5", "dir", "RSA-OAEP", "A128KW", "HS256/64",
];

/// AL-5.
pub(super) fn none(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let case = |word: &str| {
        let unsigned = draft.clone().header("alg", word).with_signature([]);
        refused(
            session,
            "AL-5",
            format!("`{word}`, no signature"),
            &unsigned,
        )
    };
    let mut cases = NONE.map(case).to_vec();
    let nameless = draft.clone().header("alg", "none").without_header("kid");
    let nameless = nameless.with_signature([]);
    cases.push(refused(
        session,
        "AL-5",
        "`none`, no signature, no `kid`",
        &nameless,
    ));
    Ok(cases)
}

/// AL-6.
pub(super) fn none_with_signature(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let kept = draft.signature()?;
    let mut cases = Vec::new();
    for word in NONE {
        let unsigned = draft.clone().header("alg", word);
        let name = format!("`{word}`, the signature of the good token");
        cases.push(refused(
            session,
            "AL-6",
            name,
            &unsigned.with_signature(&kept),
        ));
        let name = format!("`{word}`, a right signature of the published key");
        cases.push(refused(session, "AL-6", name, &unsigned.sign()?));
    }
    Ok(cases)
}

/// AL-7.
pub(super) fn no_word(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let word = &session.plan.algorithms[0];
    let forms: [(&str, Value); 8] = [
        ("null", Value::Null),
        ("empty", json!("")),
        ("a number", json!(1)),
        ("a list", json!([word])),
        ("an object", json!({ "alg": word })),
        ("a truth value", json!(true)),
        ("a space behind", json!(format!("{word} "))),
        ("lower case", json!(word.to_lowercase())),
    ];
    let absent = draft.clone().without_header("alg").sign()?;
    let mut cases = vec![refused(session, "AL-7", "absent", &absent)];
    for (name, value) in forms {
        let token = draft.clone().header("alg", value).sign()?;
        cases.push(refused(session, "AL-7", name, &token));
    }
    Ok(cases)
}

/// AL-19.
pub(super) fn strange(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let case = |word: &str| {
        let token = draft.clone().header("alg", word).sign()?;
        Ok(refused(session, "AL-19", format!("`{word}`"), &token))
    };
    STRANGE.into_iter().map(case).collect()
}
