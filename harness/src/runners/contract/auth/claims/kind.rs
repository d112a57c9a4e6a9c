//! Tokens that are good, and for something else: CL-11, CL-12 and CL-14, each where declared.

use super::super::case::{Expect, Made, refused};
use super::super::session::Session;
use super::now;
use crate::runners::contract::fake::identity_provider::{Claims, Purpose};
use serde_json::json;

/// Seconds above a declared maximum, and below it.
const APART: i64 = 60;

fn undeclared(session: &Session<'_>, check: &str, key: &str) {
    let why = format!("the target does not declare `claims.{key}`");
    session.stage.not_run(check, why);
}

/// CL-11.
pub(super) async fn id_token(session: &Session<'_>) {
    const CHECK: &str = "CL-11";
    match session.plan.claims.id_token_refused {
        _ if !session.stage.asks(CHECK) => {}
        true => session.put_made(CHECK, || id_tokens(session)).await,
        false => undeclared(session, CHECK, "id_token_refused"),
    }
}

fn id_tokens(session: &Session<'_>) -> Made {
    let (client, audience) = (
        &session.plan.issuer.client_id,
        &session.plan.issuer.audience,
    );
    let mint = |audience: serde_json::Value| {
        let mut wanted = Claims {
            purpose: Purpose::Id,
            ..Claims::default()
        };
        wanted
            .claims
            .insert("nonce".to_owned(), json!("n-0S6_WzA2Mj"));
        wanted.claims.insert("aud".to_owned(), audience);
        session.mint(wanted)
    };
    let mut cases = vec![refused(
        session,
        "CL-11",
        "for the client",
        &mint(json!(client))?,
    )];
    if session.plan.claims.at_jwt_required {
        // Where `typ` alone tells them apart, as with one name for client and audience.
        let token = mint(json!([client, audience]))?;
        cases.push(refused(session, "CL-11", "for client and audience", &token));
    }
    Ok(cases)
}

/// CL-12.
pub(super) async fn foreign_party(session: &Session<'_>) {
    const CHECK: &str = "CL-12";
    if !session.stage.asks(CHECK) {
        return;
    }
    if !session.plan.claims.azp_checked {
        return undeclared(session, CHECK, "azp_checked");
    }
    let make = || {
        let audience = &session.plan.issuer.audience;
        let several = session
            .first_draft()?
            .claim("aud", json!([audience, "other"]));
        let foreign = several.clone().claim("azp", "someone-else").sign()?;
        let own = several
            .claim("azp", session.plan.issuer.client_id.as_str())
            .sign()?;
        Ok(vec![
            refused(session, CHECK, "a foreign one", &foreign),
            refused(session, CHECK, "the client", &own).expect(Expect::Accepted),
        ])
    };
    session.put_made(CHECK, make).await;
}

/// CL-14.
pub(super) async fn lifetime(session: &Session<'_>) {
    const CHECK: &str = "CL-14";
    if !session.stage.asks(CHECK) {
        return;
    }
    let Some(longest) = session.plan.claims.longest_lifetime else {
        return undeclared(session, CHECK, "longest_lifetime_seconds");
    };
    let longest = longest.as_secs().cast_signed();
    let make = || {
        let token = |seconds: i64| {
            let (iat, draft) = (now(), session.first_draft()?);
            draft.claim("iat", iat).claim("exp", iat + seconds).sign()
        };
        let inside = token((longest - APART).max(longest / 2))?;
        Ok(vec![
            refused(
                session,
                CHECK,
                format!("{APART} s more"),
                &token(longest + APART)?,
            ),
            refused(session, CHECK, "less", &inside).expect(Expect::Accepted),
        ])
    };
    session.put_made(CHECK, make).await;
}
