//! AB-10 and AB-11: large tokens, and tokens of nothing but dots.

use super::super::ask::{Ask, Reply, Silence};
use super::super::case::{Expect, status};
use super::super::memory;
use super::super::pace;
use super::super::session::Session;
use crate::model::trial::{Fact, Saw, Trial};
use std::time::Duration;

const KIB: usize = 1024;
const DOTS: usize = 100_000;
/// Growth of memory that 100 000 dots may cause.
const GROWTH: f64 = 50.0;

/// AB-10.
pub(super) async fn size(session: &Session<'_>) {
    const CHECK: &str = "AB-10";
    if !session.stage.asks(CHECK) {
        return;
    }
    let tokens = padded(session, 16 * KIB).and_then(|a| Ok((a, padded(session, KIB * KIB)?)));
    let (middle, large) = match tokens {
        Ok(tokens) => tokens,
        Err(why) => return session.stage.inconclusive(CHECK, why),
    };
    let mut wanted = session.first().accepted.clone();
    wanted.extend([431, 413]);
    let ask = session.request().bearer(&middle);
    frame(session, CHECK, "16 KiB, valid", &ask, async |answer| {
        vec![session.expected(&Expect::OneOf(wanted.clone()), answer)]
    })
    .await;
    let ask = session.request().bearer(&large);
    frame(session, CHECK, "1 MiB, valid", &ask, async |answer| {
        let mut facts = vec![refused(answer)];
        if let Ok(reply) = answer {
            facts.push(pace::within("time", Duration::from_secs(2), reply.took).await);
        }
        facts
    })
    .await;
}

/// A good token of so many octets.
fn padded(session: &Session<'_>, octets: usize) -> Result<String, String> {
    let bare = session.good(None)?.len();
    // Four characters of a token for three octets of a claim.
    let pad = octets.saturating_sub(bare) * 3 / 4;
    session.first_draft()?.claim("pad", "x".repeat(pad)).sign()
}

/// A server that hangs up on a field of 1 MiB has refused it, too; that it lives shows in the twin.
fn refused(answer: &Result<Reply, Silence>) -> Fact {
    let wanted = "4xx, or the connection closed";
    match answer {
        Ok(reply) => {
            let held = (400..500).contains(&reply.status);
            Fact::holds("status", wanted, held, reply.status.to_string())
        }
        Err(silence) if silence.0.starts_with("connection") && silence.0 != REFUSED => {
            Fact::holds("status", wanted, true, silence.0.clone())
        }
        Err(_) => Fact::one_of("status", [wanted], status(answer)),
    }
}

const REFUSED: &str = "connection refused";

/// AB-11.
pub(super) async fn dots(session: &Session<'_>) {
    const CHECK: &str = "AB-11";
    if !session.stage.asks(CHECK) {
        return;
    }
    let ask = session.request().bearer(&".".repeat(DOTS));
    let pid = session.target().map(|target| target.pid());
    let before = pid.and_then(memory::resident);
    frame(session, CHECK, "100 000 dots", &ask, async |answer| {
        let mut facts = vec![session.expected(&Expect::ClientError, answer)];
        if let Ok(reply) = answer {
            facts.push(pace::within("time", Duration::from_secs(1), reply.took).await);
        }
        if let Some(pid) = pid {
            facts.push(grown(before, memory::resident(pid)));
        }
        facts
    })
    .await;
    if pid.is_none() {
        session.note("AB-11: the target is attached, so its memory was not looked at");
    }
}

fn grown(before: Option<u64>, after: Option<u64>) -> Fact {
    let saw = match (before, after) {
        (Some(before), Some(after)) => {
            Saw::Number(after.saturating_sub(before) as f64 / (1024.0 * 1024.0))
        }
        _ => Saw::Unknown("the memory of the process cannot be read".to_owned()),
    };
    Fact::number("growth of memory", (None, Some(GROWTH)), "MiB", saw)
}

async fn frame(
    session: &Session<'_>,
    check: &str,
    case: &str,
    ask: &Ask,
    look: impl AsyncFnOnce(&Result<Reply, Silence>) -> Vec<Fact>,
) {
    let before = session.twin(None).await;
    let answer = session.send(ask).await;
    let facts = look(&answer).await;
    let after = session.twin(None).await;
    session.stage.trial(Trial {
        check: check.to_owned(),
        case: case.to_owned(),
        facts,
        twins: vec![before, after],
        curl: Some(session.curl(ask)),
    });
}
