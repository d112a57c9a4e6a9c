//! What a header says about how it is to be read: `crit` (HD-10) and `typ` (HD-11).

use super::super::case::{Expect, Made, refused};
use super::super::session::Session;
use serde_json::{Value, json};

/// HD-10.
pub(super) fn critical(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?.header("x", 1);
    let forms: [(&str, Value); 9] = [
        ("a name that nobody knows", json!(["x"])),
        ("an empty list", json!([])),
        ("a text", json!("x")),
        ("null", Value::Null),
        ("an object", json!({"x": 1})),
        ("a list of a number", json!([1])),
        ("the name of a claim", json!(["exp"])),
        ("a name twice", json!(["x", "x"])),
        ("a name that is not there", json!(["y"])),
    ];
    let case = |(name, value): (&str, Value)| {
        let token = draft.clone().header("crit", value).sign()?;
        Ok(refused(session, "HD-10", name, &token))
    };
    forms.into_iter().map(case).collect()
}

/// HD-11.
pub(super) async fn types(session: &Session<'_>) {
    const CHECK: &str = "HD-11";
    if !session.stage.asks(CHECK) {
        return;
    }
    if !session.plan.claims.typ_checked {
        return session
            .stage
            .not_run(CHECK, "the target does not declare `claims.typ_checked`");
    }
    let make = || {
        let draft = session.first_draft()?;
        let mut cases = Vec::new();
        for typ in [
            "dpop+jwt",
            "logout+jwt",
            "secevent+jwt",
            "application/dpop+jwt",
        ] {
            let token = draft.clone().header("typ", typ).sign()?;
            cases.push(refused(session, CHECK, format!("`{typ}`"), &token));
        }
        for typ in ["at+jwt", "application/at+jwt"] {
            let token = draft.clone().header("typ", typ).sign()?;
            let case = refused(session, CHECK, format!("`{typ}`"), &token);
            cases.push(case.expect(Expect::Accepted));
        }
        Ok(cases)
    };
    session.put_made(CHECK, make).await;
}
