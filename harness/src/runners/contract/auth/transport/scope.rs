//! AB-14: what is forbidden is told apart from what is refused.

use super::super::ask::Ask;
use super::super::session::{Session, request_of};
use crate::model::trial::auth::ScopePlan;
use crate::model::trial::{Fact, Trial, Twin};
use serde_json::json;

const CHECK: &str = "AB-14";

/// Asks AB-14.
pub(super) async fn ask(session: &Session<'_>) {
    if !session.stage.asks(CHECK) {
        return;
    }
    let Some(scope) = &session.plan.scope else {
        return session
            .stage
            .not_run(CHECK, "the target declares no `scope`");
    };
    match tokens(session, scope) {
        Ok(tokens) => with(session, scope, tokens).await,
        Err(why) => session.stage.inconclusive(CHECK, why),
    }
}

/// Tokens: what is wrong with them, and whether they are good but do not suffice.
struct Tokens {
    good: String,
    others: Vec<(&'static str, bool, String)>,
}

fn tokens(session: &Session<'_>, scope: &ScopePlan) -> Result<Tokens, String> {
    let granted = session
        .first_draft()?
        .claim(&scope.claim, scope.value.clone());
    let lacking = session.first_draft()?.without_claim(&scope.claim);
    let signature = lacking.signature()?;
    Ok(Tokens {
        good: granted.sign()?,
        others: vec![
            ("without it", true, lacking.sign()?),
            (
                "another one",
                true,
                lacking.clone().claim(&scope.claim, "other:none").sign()?,
            ),
            (
                "one that only contains it",
                true,
                lacking.clone().claim(&scope.claim, longer(scope)).sign()?,
            ),
            (
                "with it, expired",
                false,
                granted.clone().claim("exp", 1).sign()?,
            ),
            ("with it, forged", false, granted.with_signature(signature)),
            (
                "without it, expired",
                false,
                lacking.claim("exp", json!(1)).sign()?,
            ),
        ],
    })
}

/// Another right whose name begins with the wanted one.
fn longer(scope: &ScopePlan) -> String {
    format!("{}r", scope.value.as_str().unwrap_or("x"))
}

async fn with(session: &Session<'_>, scope: &ScopePlan, tokens: Tokens) {
    let request = request_of(&scope.request);
    let green = async || {
        let answer = session.send(&request.clone().bearer(&tokens.good)).await;
        match answer {
            Ok(reply) => Twin {
                green: scope.request.accepted.contains(&reply.status),
                saw: format!("with it: {}", reply.status),
            },
            Err(silence) => Twin {
                green: false,
                saw: silence.to_string(),
            },
        }
    };
    for (name, forbidden, token) in &tokens.others {
        let ask = request.clone().bearer(token);
        let before = green().await;
        let facts = facts(session, &ask, *forbidden).await;
        let after = green().await;
        session.stage.trial(Trial {
            check: CHECK.to_owned(),
            case: (*name).to_owned(),
            facts,
            twins: vec![before, after],
            curl: Some(session.curl(&ask)),
        });
    }
}

async fn facts(session: &Session<'_>, ask: &Ask, forbidden: bool) -> Vec<Fact> {
    use super::super::case::{Expect, status};
    let answer = session.send(ask).await;
    if !forbidden {
        let refused = session.expected(&Expect::Rejected, &answer);
        let not = &session.plan.statuses.forbidden;
        return vec![refused, Fact::none_of("status", not, status(&answer))];
    }
    let forbidden = session.plan.statuses.forbidden.clone();
    let mut facts = vec![session.expected(&Expect::OneOf(forbidden), &answer)];
    if let Ok(reply) = &answer {
        let challenges: Vec<&str> = reply.values("www-authenticate").collect();
        let held = challenges
            .iter()
            .any(|text| text.contains("insufficient_scope"));
        let saw = challenges.join(", ");
        facts.push(Fact::holds(
            "challenge",
            "error `insufficient_scope`",
            held,
            saw,
        ));
    }
    facts
}
