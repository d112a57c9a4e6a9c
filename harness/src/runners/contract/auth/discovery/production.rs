//! What a production process may be told about its keys: a start of its own, beside the lanes.

use crate::model::trial::{Fact, Saw, Trial, Twin};
use crate::runners::contract::auth::case::status;
use crate::runners::contract::auth::lane::{Ground, LOOK, Lane, LaneError, Start, Ttl, seen_count};
use crate::runners::contract::fake::identity_provider::{Claims, Scene, Signer};
use crate::runners::contract::record::Mark;
use serde_json::{Map, json};
use std::time::Instant;

/// What is asked here: the second one where it is declared.
pub(in super::super) const CHECKS: [&str; 2] = ["DI-3", "DI-6"];
/// A process that does not start accepts nothing either.
const NO_START: &str = "it does not start";

/// `DI-3`, its last case, and `DI-6`: the keys are at an address of plain http, of loopback.
pub(in super::super) async fn in_production(ground: &Ground<'_>) {
    let declared = ground.plan.keys.private_hosts_refused;
    if !declared && ground.stage.asks("DI-6") {
        ground
            .stage
            .not_run("DI-6", "`auth.keys.private_hosts_refused` is not declared");
    }
    let asks = |check| ground.stage.asks(check) && (check != "DI-6" || declared);
    if !CHECKS.into_iter().any(asks) || ground.stage.stopped() {
        return;
    }
    if ground.is_attached() {
        // The other cases of DI-3 start the target, too: there it was said that it cannot be.
        if asks("DI-6") {
            let why = "the target is attached, and this check has to start it";
            ground.stage.not_run("DI-6", why);
        }
        return;
    }
    let start = Start {
        production: true,
        ..Start::cold(Ttl::Long, elsewhere())
    };
    match Box::pin(ground.lane(start)).await {
        Ok(lane) => {
            if let Err(error) = asked(&lane).await {
                undecided(ground, &error.to_string());
            }
            lane.close().await;
        }
        Err(LaneError::Launch(why)) => refused(ground, &why.to_string()),
        Err(LaneError::NotOffered(why)) => ground.stage.progress(why),
        Err(error) => undecided(ground, &error.to_string()),
    }
}

fn undecided(ground: &Ground<'_>, why: &str) {
    let declared = ground.plan.keys.private_hosts_refused;
    for check in CHECKS {
        if ground.stage.asks(check) && (check != "DI-6" || declared) {
            ground
                .stage
                .inconclusive(check, format!("in production: {why}"));
        }
    }
}

/// Discovery points to the canary under another host, which has the key of the tokens.
fn elsewhere() -> Scene {
    let mut discovery = Map::new();
    discovery.insert("jwks_uri".to_owned(), json!("{canary_elsewhere}/keys"));
    Scene {
        discovery,
        signer: Signer::Canary,
        ..Scene::default()
    }
}

/// The target did not come up. Only a process that ended by itself has refused anything.
fn refused(ground: &Ground<'_>, why: &str) {
    let ended = why.contains("ended by itself") || why.contains("exit");
    let saw = match ended {
        true => Saw::Text(NO_START.to_owned()),
        false => Saw::Unknown(why.to_owned()),
    };
    let fact = Fact::one_of("a production process with keys over http", [NO_START], saw);
    let trial = Trial {
        check: "DI-3".to_owned(),
        case: "http in production".to_owned(),
        facts: vec![fact],
        ..Trial::default()
    };
    if ground.stage.asks("DI-3") {
        ground.stage.trial(trial);
    }
    if ground.plan.keys.private_hosts_refused && ground.stage.asks("DI-6") {
        let why = "a production process does not start with an issuer over http, and this suite's speaks no TLS";
        ground.stage.inconclusive("DI-6", why);
    }
}

/// The target is up: it must neither ask the canary nor accept its tokens.
async fn asked(lane: &Lane<'_>) -> Result<(), LaneError> {
    let until = Instant::now() + lane.soon();
    let token = lane.mint(&Claims {
        signer: Some(Signer::Canary),
        ..lane.wanted()
    })?;
    let mut reply;
    loop {
        reply = lane.bearer(&token).await;
        if !lane.discoveries(Mark::default()).is_empty() || Instant::now() >= until {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    let again = lane.bearer(&token).await;
    let touched = lane.idp().canary().since(Mark::default()).connections.len();
    let documents = lane.discoveries(Mark::default()).len();
    if documents == 0
        && lane
            .plan
            .guard
            .as_ref()
            .is_none_or(|guard| guard.issuer.is_none())
    {
        // It trusts another issuer, and the suite file does not say how that is changed.
        let why = "DI-3 in production was not asked: declare `auth.guard.issuer_variable`";
        lane.stage.progress(why);
        return Ok(());
    }
    for (check, case) in [
        ("DI-3", "http in production"),
        ("DI-6", "an address of loopback in production"),
    ] {
        if check == "DI-6" && !lane.plan.keys.private_hosts_refused {
            continue;
        }
        lane.case(check, case)
            .fact(seen_count(
                "requests for discovery",
                (1, usize::MAX),
                documents,
            ))
            .fact(lane.not_accepted(&again))
            .fact(seen_count("connections to where it leads", (0, 0), touched))
            .twin(Twin {
                // It answers, so that it refuses means something.
                green: reply.is_ok(),
                saw: format!("{:?}", status(&reply)),
            })
            .record();
    }
    Ok(())
}
