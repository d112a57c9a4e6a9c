//! What the section `auth` says, and what is refused in it.

#![allow(clippy::unwrap_used)]

use crate::config::document;
use crate::config::source::SourceText;
use crate::config::trial::TrialKind;
use crate::model::trial::auth::{AuthPlan, NoKid};
use crate::model::trial::plan::Asks;
use std::time::Duration;

const HEAD: &str = "kind: contract_auth\ntarget: {attach: {url: \"http://127.0.0.1:1\"}}\nauth:\n";

fn read(section: &str) -> Result<AuthPlan, Vec<String>> {
    let source =
        SourceText::from_bytes("suite.yaml", format!("{HEAD}{section}").into_bytes()).unwrap();
    let mut problems = Vec::new();
    let file = document::trial(&source, TrialKind::ContractAuth, &mut problems);
    match file.and_then(|file| file.asks) {
        Some(Asks::Auth(plan)) if problems.is_empty() => Ok(*plan),
        _ => Err(problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()),
    }
}

#[test]
fn what_is_left_out_has_the_default_of_the_plan() {
    let plan = read("  algorithms: [RS256]\n  protected: [{path: /}]\n").unwrap();
    assert_eq!(plan, AuthPlan::default());
}

#[test]
fn everything_that_is_written_arrives() {
    let text = r#"
  algorithms: [ES256, EdDSA]
  protected: [{method: POST, path: /a, json: {b: 1}, subject: /sub, status: [200, 201]}]
  issuer: {path: /x, client_id: c, audience: a, listen: "127.0.0.1:9400", public_url: "http://idp:9400/"}
  open_path: /health
  statuses: {reject: [400, 401], unavailable: [401]}
  leeway_seconds: 0
  claims: {required: {tenant: t}, at_jwt_required: true, typ_checked: false, longest_lifetime_seconds: 60, roles: roles}
  cooldown_seconds: 1
  keys: {no_kid: only_key, duplicate_kid: try_each, ttl_variable: TTL, retry: {base_ms: 50, first_exponent: 1}, stale_if_error_seconds: 3, cold_start: exits}
  scope: {value: w, request: {method: POST, path: /w}}
  metrics: {success: ok, fetch_errors_count: cycles}
  reasons: {expired: too_old}
"#;
    let plan = read(text).unwrap();
    assert_eq!(plan.protected[0].accepted, [200, 201]);
    assert_eq!(plan.issuer.public_url.as_deref(), Some("http://idp:9400"));
    assert_eq!(plan.statuses.forbidden, [403]);
    assert_eq!(plan.claims.leeway, Duration::ZERO);
    assert!(plan.claims.id_token_refused && !plan.claims.typ_checked);
    assert_eq!(plan.keys.no_kid, Some(NoKid::OnlyKey));
    assert_eq!(plan.keys.cooldown, Duration::from_secs(1));
    assert_eq!(plan.keys.retry.base, Duration::from_millis(50));
    assert_eq!(plan.keys.stale_if_error, Some(Duration::from_secs(3)));
    assert_eq!(plan.scope.unwrap().claim, "scope");
    assert_eq!(
        (&*plan.reasons["expired"], &*plan.reasons["malformed"]),
        ("too_old", "malformed")
    );
}

#[test]
fn that_there_is_no_discovery_is_known_with_its_place() {
    const BASE: &str = "  algorithms: [RS256]\n  protected: [{path: /}]\n";
    let plan = read(&format!("{BASE}  keys: {{discovery: none}}\n")).unwrap();
    let place = plan.keys.no_discovery.unwrap();
    assert_eq!(place.to_string(), "suite.yaml:6:21");
    assert_eq!(place.key_path, "auth.keys.discovery");
    let plan = read(&format!(
        "{BASE}  keys: {{discovery: used, rfc8414_path: true}}\n"
    ))
    .unwrap();
    assert_eq!(plan.keys.no_discovery, None);
    // What says nothing of discovery contradicts nothing.
    let text = format!("{BASE}  keys: {{discovery: none, rfc8414_path: false, max_age: true}}\n");
    assert!(read(&text).unwrap().keys.no_discovery.is_some());
}

#[test]
fn what_makes_no_sense_is_told() {
    for (section, wanted) in [
        ("  protected: [{path: /}]\n", "algorithms"),
        ("  algorithms: [HS256]\n  protected: [{path: /}]\n", "HS256"),
        ("  algorithms: [RS256]\n  protected: []\n", "protected"),
        (
            "  algorithms: [RS256]\n  protected: [{path: /}]\n  issuer: {listen: here}\n",
            "`here` is not an IP address with a port",
        ),
        (
            "  algorithms: [RS256]\n  protected: [{path: /}]\n  keys: {discovery: never}\n",
            "no behaviour named `never`",
        ),
        (
            "  algorithms: [RS256]\n  protected: [{path: /}]\n  keys: {discovery: none, private_hosts_refused: true}\n",
            "`private_hosts_refused` is declared of discovery, and there is none",
        ),
    ] {
        let problems = read(section).unwrap_err();
        assert!(
            problems.iter().any(|text| text.contains(wanted)),
            "{problems:?}"
        );
    }
}
