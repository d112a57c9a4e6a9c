//! A target that declares that it has no discovery: what cannot be asked of it, and whether that is true.

use crate::model::place::Place;
use crate::model::trial::auth::AuthPlan;
use crate::model::trial::launch::Stage;
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::contract::auth::catalogue;
use crate::runners::contract::fake::identity_provider::IdentityProvider;
use crate::runners::contract::record::{Delta, Mark};

/// The check that fails when the declaration is not true.
const TOLD_BY: &str = "DI-1";

/// Whether a check can be asked of a target that declares this: those of discovery need one.
pub(in super::super) fn applies(plan: &AuthPlan, check: &str) -> bool {
    plan.keys.no_discovery.is_none() || !is_of_discovery(check)
}

fn is_of_discovery(check: &str) -> bool {
    catalogue::discovery_checks().any(|known| known.id == check)
}

/// Writes down that nothing of discovery was asked, with the place that says why. Without the
/// declaration it does nothing.
pub(in super::super) fn declared(plan: &AuthPlan, stage: &Stage<'_>) {
    let Some(place) = &plan.keys.no_discovery else {
        return;
    };
    for check in catalogue::discovery_checks().filter(|check| stage.asks(check.id)) {
        stage.not_run(check.id, reason(place));
    }
}

fn reason(place: &Place) -> String {
    format!("the target declares `auth.keys.discovery: none` at {place}")
}

/// Holds the declaration against what a provider was asked since it started. Only a contradiction
/// is written down: that nothing was asked decides no check of discovery.
pub(in super::super) fn watched(plan: &AuthPlan, stage: &Stage<'_>, idp: &IdentityProvider) {
    let Some(place) = &plan.keys.no_discovery else {
        return;
    };
    if let Some(trial) = contradiction(place, &idp.requests_since(Mark::default()))
        && stage.asks(TOLD_BY)
    {
        stage.trial(trial);
    }
}

/// The trial that fails because the document was asked for; `None` where it was not.
fn contradiction(place: &Place, delta: &Delta) -> Option<Trial> {
    let mut asked = delta
        .requests
        .iter()
        .filter(|seen| seen.path().contains("/.well-known/"));
    let first = asked.next()?;
    let saw = format!(
        "{} of them, the first: {} {}",
        1 + asked.count(),
        first.method,
        first.target
    );
    let fact = Fact::one_of(
        "requests for discovery",
        [format!("none, as {place} declares")],
        Saw::Text(saw),
    );
    Some(Trial {
        check: TOLD_BY.to_owned(),
        case: "declared against observed".to_owned(),
        facts: vec![fact],
        ..Trial::default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::trial::auth::KeysPlan;
    use crate::runners::contract::record::{Outcome, SeenRequest};
    use std::time::Instant;

    fn place() -> Place {
        Place {
            file: "suites/mine.yaml".into(),
            line: 7,
            column: 22,
            length: 4,
            key_path: "auth.keys.discovery".to_owned(),
        }
    }

    fn without() -> AuthPlan {
        AuthPlan {
            keys: KeysPlan {
                no_discovery: Some(place()),
                ..KeysPlan::default()
            },
            ..AuthPlan::default()
        }
    }

    fn seen(targets: &[&str]) -> Delta {
        let request = |target: &&str| SeenRequest {
            number: 0,
            connection: 0,
            at: Instant::now(),
            answered: None,
            method: "GET".to_owned(),
            target: (*target).to_owned(),
            fields: Vec::new(),
            outcome: Outcome::Answered(200),
        };
        Delta {
            requests: targets.iter().map(request).collect(),
            ..Delta::default()
        }
    }

    #[test]
    fn only_checks_of_discovery_are_left_out_and_only_where_it_is_declared() {
        assert!(applies(&AuthPlan::default(), "DI-1"));
        for check in ["DI-1", "DI-8"] {
            assert!(!applies(&without(), check), "{check}");
        }
        for check in ["JB-1", "KS-1", "CF-1"] {
            assert!(applies(&without(), check), "{check}");
        }
        assert!(reason(&place()).ends_with("at suites/mine.yaml:7:22"));
    }

    #[test]
    fn keys_alone_contradict_nothing_and_one_document_does() {
        assert_eq!(contradiction(&place(), &seen(&[])), None);
        assert_eq!(contradiction(&place(), &seen(&["/realms/a/keys"])), None);
        let document = "/realms/a/.well-known/openid-configuration";
        let trial = contradiction(&place(), &seen(&["/realms/a/keys", document, document]));
        let trial = trial.unwrap();
        assert_eq!(trial.check, "DI-1");
        let saw = format!("2 of them, the first: GET {document}");
        assert_eq!(trial.facts[0].saw, Saw::Text(saw));
    }
}
