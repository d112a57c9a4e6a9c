//! Which wrong starts belong to what a target declares, and what is not asked.

#![allow(clippy::unwrap_used)]
use super::production::wrong_starts;
use super::*;
use crate::model::trial::guard::{
    Bypass, CacheTtl, Protected, ProviderVariable, RollbackInProduction, Secrets, TtlReaction,
    VerifySwitch,
};
use std::collections::BTreeMap;

fn plan() -> GuardPlan {
    GuardPlan {
        provider: Some(ProviderVariable {
            variable: "AUTH_PROVIDER".into(),
            refused: vec!["none".into(), "mock".into(), "jwt".into()],
        }),
        issuer: Some("OIDC_ISSUER_URL".into()),
        client_id: Some("OIDC_CLIENT_ID".into()),
        audience: Some("OIDC_AUDIENCE".into()),
        verify_switch: Some(VerifySwitch {
            variable: "AUTH_VERIFY_SIGNATURE".into(),
            off: "false".into(),
            on: "true".into(),
            still_on: vec!["0".into()],
            warning: "OFF".into(),
            gauge: None,
            in_production: RollbackInProduction::Refuse,
        }),
        cache_ttl: Some(CacheTtl {
            variable: "JWKS_CACHE_TTL".into(),
            senseless: vec!["0".into(), "abc".into()],
            reaction: TtlReaction::Exit,
        }),
        secrets: Secrets::default(),
        bypasses: vec![Bypass {
            variable: "AUTH_PROVIDER".into(),
            value: "mock".into(),
            announced: None,
        }],
        protected: Protected {
            method: "GET".into(),
            path: "/api/me".into(),
            accepts: vec![200],
            refuses: vec![401],
            claims: serde_json::Map::new(),
        },
        exit_within: Duration::from_secs(10),
    }
}

fn counts(plan: &GuardPlan) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for start in wrong_starts(plan) {
        *counts.entry(start.check).or_default() += 1;
    }
    counts
}

#[test]
fn every_wrong_value_is_a_start_of_its_own() {
    let wanted = BTreeMap::from([
        ("CF-1", 5),
        ("CF-2", 3),
        ("CF-3", 3),
        ("CF-4", 3),
        ("CF-5", 1),
        ("CF-6", 2),
        ("CF-9", 1),
        ("CF-11", 2),
        ("CF-13", 1),
    ]);
    assert_eq!(counts(&plan()), wanted);
    let several = wrong_starts(&plan());
    let several = several.iter().find(|start| start.check == "CF-5").unwrap();
    assert_eq!(several.names.len(), 4);
    assert!(several.changes.values().all(Option::is_none));
}

#[test]
fn a_start_that_is_allowed_is_not_among_the_wrong_ones() {
    let mut plan = plan();
    if let Some(switch) = &mut plan.verify_switch {
        switch.in_production = RollbackInProduction::Warn;
    }
    if let Some(ttl) = &mut plan.cache_ttl {
        ttl.reaction = TtlReaction::Limit;
    }
    let counts = counts(&plan);
    assert!(!counts.contains_key("CF-9") && !counts.contains_key("CF-11"));
}

#[test]
fn what_is_not_declared_is_said_and_not_asked() {
    assert!(declared::missing(&plan()).is_empty());
    let bare = GuardPlan {
        provider: None,
        issuer: None,
        client_id: None,
        audience: Some("AUDIENCE".into()),
        verify_switch: None,
        cache_ttl: None,
        bypasses: Vec::new(),
        ..plan()
    };
    let missing: Vec<&str> = declared::missing(&bare).iter().map(|(id, _)| *id).collect();
    let wanted = [
        "CF-1", "CF-2", "CF-3", "CF-5", "CF-6", "CF-7", "CF-8", "CF-9", "CF-10", "CF-11", "CF-13",
    ];
    assert_eq!(missing, wanted);
    assert_eq!(counts(&bare), BTreeMap::from([("CF-4", 3)]));
}

#[test]
fn the_group_is_listed_whole() {
    let ids: Vec<String> = listed(&plan()).into_iter().map(|check| check.id).collect();
    let wanted: Vec<String> = (1..=13).map(|n| format!("CF-{n}")).collect();
    assert_eq!(ids, wanted);
}

#[test]
fn no_port_is_given_twice() {
    let ports = Ports::default();
    let given: std::collections::BTreeSet<_> = (0..50).filter_map(|_| ports.next()).collect();
    assert_eq!(given.len(), 50);
}
