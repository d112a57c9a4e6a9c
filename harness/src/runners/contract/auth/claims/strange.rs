//! Claims of another type, and texts that no log should show as they are: CL-13, CL-15, CL-17.

use super::super::case::{Expect, Made, refused};
use super::super::session::Session;
use crate::model::trial::{Fact, Trial};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a line of the log may take.
const LOGGED: Duration = Duration::from_millis(300);
const MIB: usize = 1024 * 1024;

/// CL-13.
pub(super) fn subjects(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let absent = draft.clone().without_claim("sub").sign()?;
    let empty = draft.clone().claim("sub", "").sign()?;
    let number = draft.claim("sub", 7).sign()?;
    Ok(vec![
        refused(session, "CL-13", "absent", &absent).should(),
        refused(session, "CL-13", "empty", &empty).should(),
        refused(session, "CL-13", "a number", &number).should(),
    ])
}

/// CL-15.
pub(super) async fn logged(session: &Session<'_>) {
    const CHECK: &str = "CL-15";
    if !session.stage.asks(CHECK) {
        return;
    }
    let before = session.log().map(|log| log.len());
    session.put_made(CHECK, || texts(session)).await;
    large(session).await;
    // A line that is not there yet would hide what is wrong with it.
    tokio::time::sleep(LOGGED).await;
    let mut facts = vec![match session.alive().await {
        Ok(saw) => Fact::holds("process", "it lives", true, saw),
        Err(saw) => Fact::holds("process", "it lives", false, saw),
    }];
    match (session.log(), before) {
        (Some(log), Some(before)) => facts.extend(safe(log.get(before..).unwrap_or(&log))),
        _ => session.note("CL-15: the target's log cannot be read, so it was not looked at"),
    }
    session.stage.trial(Trial {
        check: CHECK.to_owned(),
        case: "afterwards".to_owned(),
        facts,
        ..Trial::default()
    });
}

fn texts(session: &Session<'_>) -> Made {
    let forms = [
        ("NUL", "a\u{0}b"),
        ("ANSI escapes", "\u{1b}[2J\u{1b}[31mroot\u{7}"),
        (
            "line ends and a log line",
            "a\r\n{\"level\":\"INFO\",\"message\":\"forged\"}",
        ),
        ("right to left", "\u{202e}toor"),
    ];
    let mut cases = Vec::new();
    for claim in ["sub", "email"] {
        for (name, text) in forms {
            let token = session.first_draft()?.claim(claim, text).sign()?;
            let case = refused(session, "CL-15", format!("`{claim}`: {name}"), &token);
            cases.push(case.expect(Expect::NoServerError));
        }
    }
    Ok(cases)
}

/// 1 MiB: any answer below 500 will do, and hanging up as well.
async fn large(session: &Session<'_>) {
    for claim in ["sub", "email"] {
        let draft = session.first_draft();
        let token = draft.and_then(|draft| draft.claim(claim, "x".repeat(MIB)).sign());
        let token = match token {
            Ok(token) => token,
            Err(why) => return session.stage.inconclusive("CL-15", why),
        };
        session
            .framed("CL-15", format!("`{claim}`: 1 MiB"), None, async {
                let (held, saw) = match session.with_token(&token).await {
                    Ok(reply) => (reply.status < 500, reply.status.to_string()),
                    Err(silence) => (silence.0.starts_with("connection"), silence.0),
                };
                let wanted = "an answer below 500, or the connection closed";
                vec![Fact::holds("status", wanted, held, saw)]
            })
            .await;
    }
}

fn safe(log: &str) -> Vec<Fact> {
    let raw = log.contains(['\u{1b}', '\u{0}']);
    let start = r#"{"level":"INFO","message":"forged"}"#;
    let forged = log.lines().any(|line| line.trim() == start);
    vec![
        Fact::holds(
            "control characters in the log",
            "there are none",
            !raw,
            format!("{raw}"),
        ),
        Fact::holds(
            "forged log line",
            "there is none",
            !forged,
            format!("{forged}"),
        ),
    ]
}

/// CL-17.
pub(super) fn roles(session: &Session<'_>) -> Made {
    let values = [
        json!(7),
        json!("admin"),
        json!({"admin": true}),
        json!([1]),
        json!(true),
    ];
    let draft = session.first_draft()?;
    let mut refusals = session.plan.statuses.reject.clone();
    refusals.extend(&session.plan.statuses.forbidden);
    let declared = session.plan.claims.roles.as_deref();
    let names = declared.map_or(vec!["roles", "role", "groups", "tenant", "scope"], |name| {
        vec![name]
    });
    let expect = match declared {
        Some(_) => Expect::OneOf(refusals),
        // What a target does not look at may be anything.
        None => Expect::NoServerError,
    };
    let mut cases = Vec::new();
    for name in names {
        for value in &values {
            let token = draft.clone().claim(name, Value::clone(value)).sign()?;
            let case = refused(session, "CL-17", format!("`{name}`: {value}"), &token);
            cases.push(case.expect(expect.clone()).should());
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trial::Saw;

    #[test]
    fn raw_characters_and_forged_lines_are_found() {
        let held = |log: &str| {
            let facts = safe(log);
            facts
                .iter()
                .all(|fact| matches!(fact.saw, Saw::Held(true, _)))
        };
        assert!(held("{\"sub\":\"a\\u0000b \\u001b[31m\"}\n"));
        assert!(!held("sub=\u{1b}[31m\n"));
        assert!(!held(
            "sub=a\r\n{\"level\":\"INFO\",\"message\":\"forged\"}\r\n"
        ));
    }
}
