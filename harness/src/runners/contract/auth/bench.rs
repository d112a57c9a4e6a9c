//! A session without a target, for unit tests of what is sent.

#![allow(clippy::unwrap_used)]

use super::case::{Case, Made};
use super::session::Session;
use crate::model::environment::RunningService;
use crate::model::place::Place;
use crate::model::recorder::Recorder;
use crate::model::trial::auth::{AuthPlan, IssuerPlan};
use crate::model::trial::launch::{LaunchError, LaunchWith, Launched, Launcher, Stage};
use crate::model::trial::plan::{Asks, Comes, TargetPlan, TrialPlan};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::watch;

struct Nothing;

#[async_trait::async_trait]
impl Launcher for Nothing {
    async fn launch(&self, _: &LaunchWith) -> Result<Box<dyn Launched>, LaunchError> {
        Err(LaunchError("nothing is launched here".to_owned()))
    }
}

/// A plan that declares every algorithm of the reference platform.
pub fn plan() -> AuthPlan {
    let issuer = IssuerPlan {
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..IssuerPlan::default()
    };
    AuthPlan {
        algorithms: ["RS256", "ES256", "PS256", "EdDSA"]
            .map(str::to_owned)
            .to_vec(),
        issuer,
        ..AuthPlan::default()
    }
}

/// Calls `look` with a session whose target is not there.
pub async fn with_session(plan: &AuthPlan, look: impl AsyncFnOnce(&Session<'_>)) {
    let place = Place {
        file: "suite.yaml".into(),
        line: 1,
        column: 1,
        length: 1,
        key_path: String::new(),
    };
    let trial = TrialPlan {
        asks: Asks::Auth(Box::new(plan.clone())),
        target: TargetPlan {
            comes: Comes::Attached {
                url: "http://127.0.0.1:1".to_owned(),
            },
            ready_path: None,
            ready_timeout: Duration::from_secs(1),
            log_file: None,
            metrics_path: None,
            place: place.clone(),
        },
        strict: false,
        checks: super::listed(plan),
        partial: false,
        waivers: Vec::new(),
        place,
    };
    let (events, _kept) = mpsc::channel();
    let recorder = Recorder::new(events);
    let (_stop, stop) = watch::channel(false);
    let services: [RunningService; 0] = [];
    let stage = Stage {
        plan: &trial,
        launcher: &Nothing,
        services: &services,
        recorder: &recorder,
        folder: Path::new("."),
        stop,
    };
    let session = Session::open(plan, &stage).await.unwrap();
    look(&session).await;
}

/// The token of a case.
pub fn token(case: &Case) -> String {
    let (_, value) = case
        .ask
        .fields
        .iter()
        .find(|(name, _)| name == "authorization")
        .unwrap();
    let value = String::from_utf8(value.clone()).unwrap();
    value.strip_prefix("Bearer ").unwrap().to_owned()
}

/// Asserts that the cases of a check are there, all differ, and have names of their own.
pub fn distinct(check: &str, made: Made) -> Vec<Case> {
    let cases = made.unwrap();
    assert!(!cases.is_empty(), "{check}");
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "{check}: two cases of one name");
    let tokens: BTreeSet<String> = cases.iter().map(token).collect();
    assert_eq!(tokens.len(), cases.len(), "{check}: two cases of one token");
    assert!(cases.iter().all(|case| case.check == check), "{check}");
    cases
}
