//! How often, and how far apart, a failed fetch is tried again.

use super::gaps;
use crate::runners::contract::auth::lane::{Lane, LaneError, all_of, seen_count};
use crate::runners::contract::auth::pace;
use crate::runners::contract::fake::identity_provider::{
    Fault, KeyChange, Route, Scene, StatusFault,
};
use futures_util::future::join_all;
use std::time::{Duration, Instant};

/// Rows of attempts that are timed, and how often that is tried on a busy machine.
const ROWS: usize = 2;
const TRIES: usize = 5;
/// Loopback answers within this time, or nothing can be said about milliseconds.
const CALM: Duration = Duration::from_millis(50);
/// Requests that share an outage, and what they may cost.
const SHARING: usize = 50;
const SHARED: usize = 8;

/// A status in place of the keys, so often; new keys that make a target ask for them.
pub(super) fn failing(code: u16, first: Option<u32>, keys: KeyChange) -> Scene {
    Scene {
        keys,
        fault: Some(Fault::Status(StatusFault {
            code,
            retry_after_seconds: None,
        })),
        at: vec![Route::Keys],
        first,
        ..Scene::default()
    }
}

/// `JB-18`: all pauses of a row, timed at the provider, of rows in calm moments.
pub(super) async fn pauses(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.scene(failing(503, None, KeyChange::Keep)).await?;
    let mut rows = Vec::new();
    for _ in 0..TRIES {
        lane.cool_down().await;
        let before = pace::loopback().await;
        let mark = lane.idp().mark();
        // It may have to be asked more than once: what is timed is the row that it starts.
        lane.provoke(mark).await?;
        let row = lane.whole_row(mark).await;
        let attempts: Vec<Instant> = row.iter().map(|seen| seen.at).collect();
        let after = pace::loopback().await;
        let calm = [before, after]
            .iter()
            .flatten()
            .filter(|slow| **slow <= CALM)
            .count()
            == 2;
        if calm {
            rows.push(gaps::between(&attempts));
        }
        if rows.len() == ROWS {
            break;
        }
    }
    if rows.is_empty() {
        let why = "loopback alone takes more than 50 ms: the machine is too busy to time pauses";
        lane.stage.inconclusive("JB-18", why);
        return Ok(());
    }
    lane.case("JB-18", "503 for the keys")
        .fact(gaps::fact(&rows, &lane.plan.keys.retry))
        .record();
    Ok(())
}

/// `JB-19`: as many failures as attempts are allowed, and one more.
pub(super) async fn counts(lane: &Lane<'_>) -> Result<(), LaneError> {
    let most = lane.plan.keys.retry.most;
    for failures in 1..=most + 1 {
        lane.rests().await;
        lane.cool_down().await;
        lane.scene(failing(503, Some(failures), KeyChange::Add))
            .await?;
        let mark = lane.idp().mark();
        let reply = lane.bearer(&lane.good()?).await;
        let gets = lane.whole_row(mark).await.len();
        let attempts = failures.min(most) as usize + 1;
        let status = match failures > most {
            true => lane.not_accepted(&reply),
            false => lane.accepted(&reply),
        };
        lane.case("JB-19", format!("{failures} failures"))
            .fact(status)
            .fact(seen_count(
                "requests for the keys",
                (attempts, attempts),
                gets,
            ))
            .record();
    }
    Ok(())
}

/// `JB-20`: many strangers in one outage.
pub(super) async fn shared(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.cool_down().await;
    lane.scene(failing(503, None, KeyChange::Keep)).await?;
    let mark = lane.idp().mark();
    let strangers: Vec<String> = (0..SHARING)
        .map(|_| lane.stranger())
        .collect::<Result<_, _>>()?;
    let replies = join_all(strangers.iter().map(|token| lane.bearer(token))).await;
    let gets = lane.gets(mark).len();
    let statuses = &lane.plan.statuses;
    let refused =
        |status: &u16| statuses.reject.contains(status) || statuses.unavailable.contains(status);
    lane.case("JB-20", "50 strangers at once, 503 for the keys")
        .fact(all_of(
            "answers",
            "none accepted, none without answer",
            &replies,
            |reply| matches!(reply, Ok(reply) if refused(&reply.status)),
        ))
        .fact(seen_count("requests for the keys", (1, SHARED), gets))
        .record();
    Ok(())
}
