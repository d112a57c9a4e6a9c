//! `exp`, `nbf` and `iat` (RFC 7519, sections 4.1.4 to 4.1.6).

use super::super::case::{Expect, Made, refused};
use super::super::draft::Draft;
use super::super::session::Session;
use super::{leeway, now, saying};
use crate::model::trial::{Fact, Saw, Trial};
use serde_json::json;

/// How far beyond the leeway a token is plainly too late, and how near it is just so.
const PLAINLY: i64 = 30;
const JUST: i64 = 5;
/// A lifetime of tokens that have expired.
const LIFETIME: i64 = 300;
/// The longest leeway that is reasonable, in seconds.
const REASONABLE: f64 = 120.0;

/// A token that expires so many seconds from now, and was issued before that.
fn expiring(session: &Session<'_>, seconds: i64) -> Result<Draft, String> {
    let exp = now() + seconds;
    Ok(session
        .first_draft()?
        .claim("exp", exp)
        .claim("iat", exp - LIFETIME))
}

/// CL-1.
pub(super) fn expired(session: &Session<'_>) -> Made {
    let late = -leeway(session) - PLAINLY;
    let name = format!("expired {} s ago", -late);
    let hour = expiring(session, -leeway(session) - 3_600)?.sign()?;
    Ok(vec![
        refused(session, "CL-1", name, &expiring(session, late)?.sign()?),
        refused(session, "CL-1", "expired an hour before that", &hour),
    ])
}

/// CL-2.
pub(super) async fn leeway_of(session: &Session<'_>) {
    const CHECK: &str = "CL-2";
    let edge = -leeway(session);
    // Each is minted just before it is sent: five seconds are soon over.
    session
        .put_made(CHECK, || {
            let token = expiring(session, edge + JUST)?.sign()?;
            let case = refused(session, CHECK, "5 s inside the leeway", &token);
            Ok(vec![case.expect(Expect::Accepted)])
        })
        .await;
    session
        .put_made(CHECK, || {
            let token = expiring(session, edge - JUST)?.sign()?;
            Ok(vec![refused(
                session,
                CHECK,
                "5 s outside the leeway",
                &token,
            )])
        })
        .await;
    let seconds = session.plan.claims.leeway.as_secs_f64();
    let declared = Fact::number(
        "leeway",
        (None, Some(REASONABLE)),
        "s",
        Saw::Number(seconds),
    );
    session.stage.trial(Trial {
        check: CHECK.to_owned(),
        case: "what is declared".to_owned(),
        facts: vec![declared.should()],
        ..Trial::default()
    });
}

/// CL-3.
pub(super) fn no_exp(session: &Session<'_>) -> Made {
    let token = session.first_draft()?.without_claim("exp").sign()?;
    Ok(vec![refused(session, "CL-3", "absent", &token)])
}

/// CL-4.
pub(super) fn exp_types(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let later = format!("\"{}\"", now() + 3_600);
    let forms = [
        "\"9999999999\"",
        &later,
        "\"\"",
        "null",
        "true",
        "[]",
        "[9999999999]",
        "{}",
        "-1",
        "1e400",
    ];
    let case = |text: &str| {
        let token = saying(&draft, "exp", text)?;
        Ok(refused(session, "CL-4", text, &token))
    };
    forms.into_iter().map(case).collect()
}

/// CL-5.
pub(super) fn exp_numbers(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let mut cases = Vec::new();
    for text in [
        "2147483648",
        "9223372036854775808",
        "18446744073709551616",
        "10000000000000000000",
        "1e19",
    ] {
        let token = saying(&draft, "exp", text)?;
        let case = refused(session, "CL-5", format!("{text}, in the future"), &token);
        cases.push(case.expect(Expect::NoServerError));
    }
    for text in ["1.5e9", "15e8", "0", "0.5", "-9223372036854775809", "-1e19"] {
        let token = saying(&draft, "exp", text)?;
        cases.push(refused(
            session,
            "CL-5",
            format!("{text}, in the past"),
            &token,
        ));
    }
    let token = saying(&draft, "exp", &format!("{}.5", now() + 120))?;
    let case = refused(
        session,
        "CL-5",
        "a fraction of a second, in the future",
        &token,
    );
    cases.push(case.expect(Expect::Accepted).should());
    Ok(cases)
}

/// CL-6.
pub(super) fn not_before(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let ahead = now() + leeway(session) + PLAINLY;
    let number = draft.clone().claim("nbf", ahead).sign()?;
    let text = draft.clone().claim("nbf", "99999999999").sign()?;
    let past = draft.clone().claim("nbf", now() - PLAINLY).sign()?;
    Ok(vec![
        refused(
            session,
            "CL-6",
            format!("{PLAINLY} s beyond the leeway"),
            &number,
        ),
        refused(session, "CL-6", "the text `99999999999`", &text),
        refused(session, "CL-6", "in the past", &past).expect(Expect::Accepted),
    ])
}

/// CL-7.
pub(super) fn issued_at(session: &Session<'_>) -> Made {
    let draft = session.first_draft()?;
    let ahead = now() + leeway(session) + PLAINLY;
    let token = draft.clone().claim("iat", json!(ahead)).sign()?;
    let mut cases = vec![refused(session, "CL-7", "in the future", &token).should()];
    if session.plan.claims.iat_required {
        let token = draft.without_claim("iat").sign()?;
        cases.push(refused(session, "CL-7", "absent", &token).should());
    }
    Ok(cases)
}
