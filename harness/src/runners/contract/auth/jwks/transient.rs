//! Which failures are worth another attempt.

use super::retry::failing;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::lane::{Lane, LaneError, seen_count};
use crate::runners::contract::fake::identity_provider::{
    Fault, KeyChange, Route, Scene, StatusFault,
};
use std::time::Duration;

/// Statuses that can pass, and ones that cannot.
const PASSING: [u16; 4] = [500, 502, 503, 504];
const LASTING: [u16; 4] = [400, 401, 403, 404];
/// Faults below HTTP, each with what it is.
const BROKEN: [(Fault, &str); 4] = [
    (Fault::Reset, "a reset"),
    (Fault::Eof, "the end before a word"),
    (Fault::Half, "half of the body"),
    (Fault::Silent, "no answer in time"),
];
/// How long nothing listens: several attempts are left when the door opens.
const SHUT: Duration = Duration::from_millis(150);
/// How long the provider asks to be left alone, in seconds.
const ALONE: u64 = 1;

/// `JB-21`, one kind of failure after another.
pub(super) async fn kinds(lane: &Lane<'_>) -> Result<(), LaneError> {
    for code in PASSING {
        let case = format!("{code} once");
        passes(lane, &case, failing(code, Some(1), KeyChange::Add)).await?;
    }
    for (fault, what) in BROKEN {
        let scene = Scene {
            fault: Some(fault),
            ..failing(500, Some(1), KeyChange::Add)
        };
        passes(lane, &format!("{what}, once"), scene).await?;
    }
    refused(lane).await?;
    limited(lane).await?;
    for code in LASTING {
        lasts(lane, code).await?;
    }
    Ok(())
}

/// One failure, and the token of a new key is accepted after one attempt more.
async fn passes(lane: &Lane<'_>, case: &str, scene: Scene) -> Result<(), LaneError> {
    lane.rests().await;
    lane.cool_down().await;
    lane.scene(scene).await?;
    let mark = lane.idp().mark();
    let reply = lane.bearer(&lane.good()?).await;
    lane.case("JB-21", case)
        .fact(lane.accepted(&reply))
        .fact(seen_count(
            "requests for the keys",
            (2, 2),
            lane.gets(mark).len(),
        ))
        .record();
    Ok(())
}

/// Nothing listens for a moment.
async fn refused(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.rests().await;
    lane.cool_down().await;
    let before = lane.scrape().await;
    lane.scene(Scene {
        keys: KeyChange::Add,
        fault: Some(Fault::Refused),
        ..Scene::default()
    })
    .await?;
    let token = lane.good()?;
    let opens = async {
        tokio::time::sleep(SHUT).await;
        lane.scene(Scene::default()).await
    };
    let (reply, opened) = tokio::join!(lane.bearer(&token), opens);
    opened?;
    // The provider saw nothing of the attempts that were refused: only the target can tell of them.
    let counted = lane.error_counted(&before).await;
    lane.case("JB-21", "refused connections for 150 ms")
        .fact(lane.accepted(&reply))
        .facts(counted)
        .record();
    Ok(())
}

/// 429 with its `Retry-After`.
async fn limited(lane: &Lane<'_>) -> Result<(), LaneError> {
    lane.rests().await;
    lane.cool_down().await;
    lane.scene(Scene {
        keys: KeyChange::Add,
        fault: Some(Fault::Status(StatusFault {
            code: 429,
            retry_after_seconds: Some(ALONE),
        })),
        at: vec![Route::Keys],
        first: Some(1),
        ..Scene::default()
    })
    .await?;
    let mark = lane.idp().mark();
    let took = lane
        .first_good(lane.soon() + Duration::from_secs(ALONE))
        .await?;
    let gets = lane.gets(mark);
    let gap = match gets.as_slice() {
        [first, second, ..] => Saw::Number((second.at - first.at).as_secs_f64()),
        _ => Saw::Nothing("it was not asked again".to_owned()),
    };
    let shortest = 0.95 * f64::from(u32::try_from(ALONE).unwrap_or(1));
    lane.case("JB-21", "429 once, with Retry-After: 1")
        .fact(
            Fact::holds(
                "the token of the new key",
                "accepted in the end",
                took.is_some(),
                took.map_or("it was not".to_owned(), |took| {
                    format!("after {} ms", took.as_millis())
                }),
            )
            .should(),
        )
        .fact(Fact::number("until it was asked again", (Some(shortest), None), "s", gap).should())
        .record();
    Ok(())
}

/// A refusal: another attempt would bring the same.
async fn lasts(lane: &Lane<'_>, code: u16) -> Result<(), LaneError> {
    lane.rests().await;
    lane.cool_down().await;
    lane.scene(failing(code, None, KeyChange::Keep)).await?;
    let mark = lane.idp().mark();
    let reply = lane.bearer(&lane.stranger()?).await;
    let gets = lane.whole_row(mark).await.len();
    lane.case("JB-21", format!("{code} for the keys"))
        .fact(lane.not_accepted(&reply))
        .fact(seen_count("requests for the keys", (1, 1), gets))
        .record();
    Ok(())
}
