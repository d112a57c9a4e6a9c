//! Good tokens: accepted, told apart by their subject, and as quickly after refusals as before.

use super::super::case::{Expect, status};
use super::super::pace;
use super::super::session::Session;
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::contract::fake::identity_provider::{Claims, Signer};
use serde_json::Value;
use std::time::Duration;

/// Good requests that are timed before, and after each ten refusals.
const TIMED: usize = 20;
/// Rounds of ten refusals.
const ROUNDS: usize = 3;
const REFUSALS: usize = 10;
/// What a slow moment of the machine may add.
const SLACK: Duration = Duration::from_millis(50);

/// AB-1.
pub(super) async fn each_algorithm(session: &Session<'_>) {
    const CHECK: &str = "AB-1";
    if !session.stage.asks(CHECK) {
        return;
    }
    for algorithm in &session.plan.algorithms {
        let subject = format!("subject-{}", uuid::Uuid::new_v4().simple());
        let token = session.mint(Claims {
            subject: Some(subject.clone()),
            algorithm: Some(algorithm.clone()),
            ..Claims::default()
        });
        let token = match token {
            Ok(token) => token,
            Err(why) => return session.stage.inconclusive(CHECK, why),
        };
        let ask = session.request().bearer(&token);
        let answer = session.send(&ask).await;
        let mut facts = vec![session.expected(&Expect::Accepted, &answer)];
        if let Some(pointer) = &session.first().subject {
            let body = answer.as_ref().ok().and_then(|reply| reply.json());
            let saw = body.as_ref().and_then(|body| body.pointer(pointer));
            let saw = match (saw.and_then(Value::as_str), &answer) {
                (Some(text), _) => Saw::Text(text.to_owned()),
                (None, Ok(_)) => Saw::Nothing(format!("no text at {pointer} of the answer")),
                (None, Err(_)) => status(&answer),
            };
            facts.push(Fact::one_of("subject in the answer", [subject], saw));
        }
        session.stage.trial(Trial {
            check: CHECK.to_owned(),
            case: algorithm.clone(),
            facts,
            twins: Vec::new(),
            curl: Some(session.curl(&ask)),
        });
    }
}

/// AB-13.
pub(super) async fn after_refusals(session: &Session<'_>) {
    const CHECK: &str = "AB-13";
    if !session.stage.asks(CHECK) {
        return;
    }
    let before = match timed(session).await {
        Ok(times) => times,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    let most = percentile(&before) * 3 + SLACK;
    for round in 1..=ROUNDS {
        if session.stage.stopped() || session.hangs() {
            return;
        }
        session
            .framed(
                CHECK,
                format!("after {} refusals", round * REFUSALS),
                None,
                async {
                    match refuse(session).await {
                        Ok(facts) => after(session, facts, most).await,
                        Err(why) => vec![Fact::one_of("status", [200], Saw::Unknown(why))],
                    }
                },
            )
            .await;
    }
}

/// The time that 19 of 20 took at most.
fn percentile(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    let at = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}

async fn after(session: &Session<'_>, mut facts: Vec<Fact>, most: Duration) -> Vec<Fact> {
    let wanted = "every fresh valid token is accepted";
    match timed(session).await {
        Ok(times) => {
            let saw = format!("{} of {TIMED}", times.len());
            facts.push(Fact::holds("valid tokens", wanted, true, saw));
            facts.push(pace::within("95th percentile of the time", most, percentile(&times)).await);
        }
        Err(why) => facts.push(Fact::holds("valid tokens", wanted, false, why)),
    }
    facts
}

/// Times of good requests, or what came of the first that was not accepted.
async fn timed(session: &Session<'_>) -> Result<Vec<Duration>, String> {
    let mut times = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let token = session.good(None)?;
        let reply = session.with_token(&token).await;
        let reply = reply.map_err(|silence| silence.to_string())?;
        if !session.accepted(&reply) {
            return Err(format!("a good token got {}", reply.status));
        }
        times.push(reply.took);
    }
    Ok(times)
}

/// Ten refusals, no two alike.
async fn refuse(session: &Session<'_>) -> Result<Vec<Fact>, String> {
    let mut facts = Vec::new();
    for number in 0..REFUSALS {
        let token = session.mint(Claims {
            signer: (number % 2 == 0).then_some(Signer::Unpublished),
            lifetime_seconds: (number % 2 == 1).then_some(-100_000),
            ..Claims::default()
        })?;
        let answer = session.with_token(&token).await;
        facts.push(session.expected(&Expect::Rejected, &answer));
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_leaves_one_of_twenty_out() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times), Duration::from_millis(19));
        assert_eq!(percentile(&[]), Duration::ZERO);
    }
}
