//! Plans of chaos files, written for each test, and of the ones that are shipped.

#![allow(clippy::unwrap_used)]
use super::*;
use crate::model::chaos::{
    ActionStart, Attempt, AttemptOutcome, Comparison, Direction, DuplicatePolicy, FaultKind,
    Measure, Moment, PartitionMode, Phase, ProbeKind, Stop, ValidationKind,
};
use std::collections::BTreeSet;
use std::path::Path;

const SEED: &str = include_str!("../../../tests/compat/chaos_config.yaml");
const SYSTEM: &str = include_str!("../../../../scenarios/chaos/system.yaml");

fn planned(
    files: &[(&str, &str)],
    scenario: Option<&str>,
    system: Option<&str>,
    profile: Profile,
) -> Result<Plan, PlanProblems> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    plan_chaos(&ChaosRequest {
        file: folder.path().join("c/a.yaml"),
        scenario: scenario.map(str::to_owned),
        system: system.map(|name| folder.path().join(name)),
        profile,
    })
}

fn seed(scenario: &str, profile: Profile) -> ChaosPlan {
    let files = [("c/a.yaml", SEED), ("c/system.yaml", SYSTEM)];
    let plan = planned(&files, Some(scenario), None, profile).unwrap();
    assert_eq!(plan.suite, scenario);
    assert_eq!((plan.kind(), plan.sources.len()), ("chaos", 2));
    *plan.chaos.unwrap()
}

fn keys(plan: &ChaosPlan) -> Vec<&str> {
    plan.validation.iter().map(|one| one.key.as_str()).collect()
}

#[test]
fn the_partition_of_the_seed_is_read_unchanged() {
    let plan = seed("nats_partition_mesh", Profile::Full);
    assert!(plan.hypothesis.starts_with("System recovers"));
    let safety = &plan.safety;
    assert!(safety.environment_check && safety.require_explicit_enable);
    assert_eq!(
        (safety.network.as_str(), safety.profile.as_str()),
        ("chaos-net", "chaos")
    );
    let action = &plan.actions[0];
    assert_eq!(
        (action.id.as_str(), action.target.as_str()),
        ("network_partition", "nats")
    );
    assert_eq!(action.lasts, Duration::from_secs(15));
    assert_eq!(action.start, ActionStart::At(Duration::ZERO));
    assert!(matches!(
        action.fault,
        FaultKind::NetworkPartition {
            mode: PartitionMode::Drop,
            ..
        }
    ));
    let ids: Vec<&str> = plan.probes.iter().map(|probe| probe.id.as_str()).collect();
    assert_eq!(ids, ["http_200_from", "nats_messages_flowing"]);
    assert_eq!(plan.steady_state[1].conditions[1].of, Measure::Increase);
    assert_eq!(
        plan.steady_state[0].phases,
        BTreeSet::from([Phase::Pre, Phase::Post])
    );
    assert_eq!(
        keys(&plan),
        [
            "http_recovery_time_max_seconds",
            "nats_message_redelivery",
            "no_data_loss"
        ]
    );
    assert!(matches!(
        &plan.validation[0].kind,
        ValidationKind::RecoveryTimeMax { probe, max, .. }
            if probe == "http_200_from" && *max == Duration::from_secs(30)
    ));
    // Words of events bring a writer with them.
    assert_eq!((plan.load.len(), plan.load[0].keys), (1, 8));
    assert_eq!(plan.load[0].rate_per_second, 20.0);
    assert_eq!(
        (plan.pre, plan.post),
        (Duration::from_secs(5), Duration::from_secs(47))
    );
}

#[test]
fn the_database_restart_of_the_seed_is_a_kill() {
    let plan = seed("postgres_restart_outbox", Profile::Full);
    let action = &plan.actions[0];
    assert_eq!(
        action.fault,
        FaultKind::RestartContainer { stop: Stop::Kill }
    );
    assert_eq!(action.lasts, Duration::ZERO);
    assert_eq!(
        plan.validation[0].kind,
        ValidationKind::NoEventLoss {
            duplicates: DuplicatePolicy::Allowed
        }
    );
    let ids: Vec<&str> = plan
        .steady_state
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "db_connection",
            "outbox_queue_size_lt",
            "verify_db_healthy",
            "verify_outbox_drained"
        ]
    );
    let drained = &plan.steady_state[3];
    assert_eq!(drained.phases, BTreeSet::from([Phase::Post]));
    assert_eq!(drained.conditions[1].is, Comparison::Equals(0.into()));
    // The cleanup asks what the steady state asks: with the same probes.
    assert_eq!(plan.probes.len(), 2);
}

#[test]
fn decisions_of_the_seed_are_answers_and_not_only_statuses() {
    let plan = seed("opa_restart", Profile::Full);
    assert!(matches!(
        plan.actions[0].fault,
        FaultKind::RestartContainer {
            stop: Stop::Graceful { signal: None, .. }
        }
    ));
    let decisions = plan
        .probes
        .iter()
        .find(|probe| probe.id == "policy_decisions");
    let ProbeKind::Http {
        method,
        value_pointer,
        ..
    } = &decisions.unwrap().kind
    else {
        panic!("not over HTTP");
    };
    assert_eq!(
        (method.as_str(), value_pointer.as_deref()),
        ("POST", Some("/allow"))
    );
    assert_eq!(
        keys(&plan)[1..],
        [
            "recovery_time_max_seconds.opa_health",
            "recovery_time_max_seconds.policy_decisions",
        ]
    );
    assert!(plan.load.is_empty());
    let mut answer = Attempt {
        probe: "policy_decisions".into(),
        seq: 0,
        due_us: 0,
        invoke_us: 0,
        complete_us: 1,
        outcome: AttemptOutcome::Ok,
        class: None,
        connection: None,
        status: Some(200),
        value: Some(true.into()),
        detail: None,
    };
    assert!(plan.is_steady(&answer));
    answer.value = Some(false.into());
    assert!(!plan.is_steady(&answer));
}

#[test]
fn the_quick_profile_shortens_faults_and_keeps_limits() {
    let plan = seed("nats_partition_mesh", Profile::Quick);
    assert_eq!(plan.actions[0].lasts, Duration::from_secs(5));
    assert_eq!(plan.pre, Duration::from_secs(3));
    assert!(matches!(
        &plan.validation[0].kind,
        ValidationKind::RecoveryTimeMax { max, .. } if *max == Duration::from_secs(30)
    ));
}

#[test]
fn the_pre_phase_is_tried_as_often_as_is_written() {
    for profile in [Profile::Full, Profile::Quick] {
        assert_eq!(seed("nats_partition_mesh", profile).pre_tries, 3);
        let once = format!("{RICH}pre_tries: 1\n");
        let plan = planned(&[("c/a.yaml", &once)], None, None, profile).unwrap();
        assert_eq!(plan.chaos.unwrap().pre_tries, 1);
    }
    let never = format!("{RICH}pre_tries: 0\n");
    planned(&[("c/a.yaml", &never)], None, None, Profile::Full).unwrap_err();
}

#[test]
fn the_first_system_that_is_found_says_everything() {
    let alone = SEED.split("\n  postgres_restart_outbox").next().unwrap();
    let without = planned(&[("c/a.yaml", alone)], None, None, Profile::Full).unwrap_err();
    assert_eq!(without.problems.len(), 1, "{:?}", without.problems);
    let help = without.problems[0].help.as_ref().unwrap();
    assert!(
        help.contains("services: [nats]") && help.contains("events:"),
        "{help}"
    );
    let empty = "services: [x]\n";
    let files = [
        ("c/a.yaml", alone),
        ("c/a.system.yaml", SYSTEM),
        ("c/system.yaml", empty),
    ];
    planned(&files, None, None, Profile::Full).unwrap();
    let files = [
        ("c/a.yaml", alone),
        ("c/system.yaml", empty),
        ("d/e/s.yaml", SYSTEM),
    ];
    let plan = planned(&files, None, Some("d/e/s.yaml"), Profile::Full).unwrap();
    // A password file stands relative to the system's file, wherever that is.
    let chaos = plan.chaos.unwrap();
    let secret = chaos.system.database.unwrap().password_file.unwrap();
    assert!(Path::new(&secret).is_absolute(), "{secret}");
    assert!(planned(&files, None, None, Profile::Full).is_err());
}

#[test]
fn several_scenarios_need_a_name_that_there_is() {
    let files = [("c/a.yaml", SEED), ("c/system.yaml", SYSTEM)];
    let none = planned(&files, None, None, Profile::Full).unwrap_err();
    assert_eq!(none.problems[0].known.len(), 3);
    let wrong = planned(&files, Some("opa_restrat"), None, Profile::Full).unwrap_err();
    assert_eq!(
        wrong.problems[0].help.as_deref(),
        Some("did you mean `opa_restart`?")
    );
}

const RICH: &str = "\
name: two\nhypothesis: it recovers\nsystem: {services: [nats, relay]}\n\
probes: [{id: api, kind: http, url: 'http://127.0.0.1:1/', connection: pooled}]\n\
steady_state: [{probe: api, expect: {latency_p99: '<250ms'}}]\n\
actions:\n\
  - {id: cut, at: 20s, network_partition: {target: nats, peers: [relay]}, for: 8s}\n\
  - {after: cut.verified, wait: 4s, stall: {target: relay}, for: 1s}\n\
  - {loss: {target: relay, share: 20%}, for: 2s}\n\
validation: {http_recovery_time_max_seconds: {api: 10, connection: pooled, hold_for: 3s}}\n\
cleanup: always\n";

#[test]
fn the_richer_format_says_when_and_how() {
    let plan = planned(&[("c/a.yaml", RICH)], None, None, Profile::Full).unwrap();
    let plan = plan.chaos.unwrap();
    assert_eq!(
        plan.actions[0].start,
        ActionStart::At(Duration::from_secs(20))
    );
    let after = |action: &str, moment, seconds| ActionStart::After {
        action: action.into(),
        moment,
        wait: Duration::from_secs(seconds),
    };
    assert_eq!(plan.actions[1].start, after("cut", Moment::Verified, 4));
    assert_eq!(plan.actions[2].start, after("stall", Moment::Healed, 0));
    assert_eq!(plan.actions[2].fault, FaultKind::Loss { ratio: 0.2 });
    assert_eq!(plan.probes[0].every, Duration::from_millis(50));
    // Under the fault the whole phase counts, not its end.
    let parts = plan.steady_state.iter();
    let parts: Vec<_> = parts
        .map(|one| (one.id.as_str(), one.hold_for.as_secs()))
        .collect();
    assert_eq!(parts, [("api", 2), ("api_during", 0)]);
    let quick = planned(&[("c/a.yaml", RICH)], None, None, Profile::Quick).unwrap();
    let quick = quick.chaos.unwrap();
    assert_eq!(
        quick.actions[0].start,
        ActionStart::At(Duration::from_secs(5))
    );
    assert_eq!(quick.actions[1].start, after("cut", Moment::Verified, 2));
}

const USERS: &str = "load:\n\
  - {id: users, kind: journey, scenario: calm, slos: {shop: {p99_latency_ms: 500}, desk: {max_error_rate: 0.01}}, when: [during, post]}\n\
steady_state:";
const TARGETS: &str = "targets:\n\
\x20 shop: {base_url: 'service://nats:80', journeys: [{name: r, steps: [{path: /}]}]}\n\
\x20 desk: {base_url: 'http://127.0.0.1:1', journeys: [{name: r, steps: [{path: /}]}]}\n\
\x20 idle: {base_url: 'http://127.0.0.1:1', journeys: [{name: r, steps: [{path: /}]}]}\n";

#[test]
fn users_beside_a_story_last_as_long_as_it_can() {
    let text = RICH.replace("steady_state:", USERS);
    let calm = "name: calm\nconcurrent_users: 3\nduration_seconds: 60\n";
    let files = [
        ("c/a.yaml", text.as_str()),
        ("c/a.targets.yaml", TARGETS),
        ("load/calm.yaml", calm),
    ];
    let plan = planned(&files, None, None, Profile::Full).unwrap();
    assert_eq!(plan.sources.len(), 3);
    assert!(plan.performance.scenarios.is_empty());
    let names: Vec<_> = plan.targets().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["desk", "shop"], "what has no limits is not loaded");
    let chaos = plan.chaos.unwrap();
    let journeys = chaos.journeys.unwrap();
    assert_eq!((journeys.scenario.users, journeys.slos.len()), (3, 2));
    assert_eq!(
        journeys.phases,
        BTreeSet::from([Phase::During, Phase::Post])
    );
    let story = chaos.pre + chaos.post + Duration::from_secs(20 + 8 + 4 + 1 + 2);
    assert!(
        journeys.scenario.duration > story,
        "{:?}",
        journeys.scenario
    );
    assert!(chaos.load.is_empty(), "users write no ledger");
    let quick = planned(&files, None, None, Profile::Quick).unwrap();
    assert!(quick.chaos.unwrap().journeys.is_some());
}

#[test]
fn blows_that_are_parallel_begin_together() {
    let text = RICH.replace(
        "- {loss: {target: relay",
        "- {parallel: true, loss: {target: nats",
    );
    let plan = planned(&[("c/a.yaml", &text)], None, None, Profile::Full).unwrap();
    let actions = plan.chaos.unwrap().actions;
    assert_eq!(actions[2].start, actions[1].start);
    let both = text.replace("parallel: true", "parallel: true, at: 3s");
    let wrong = planned(&[("c/a.yaml", &both)], None, None, Profile::Full).unwrap_err();
    assert!(wrong.problems[0].message.contains("parallel"), "{wrong:?}");
}

#[test]
fn verifying_the_steady_state_asks_nothing_of_the_fault_alone() {
    let text = RICH.replace("cleanup: always", "cleanup: [verify_steady_state]");
    let plan = planned(&[("c/a.yaml", &text)], None, None, Profile::Full).unwrap();
    let phases = plan.chaos.unwrap().steady_state;
    let phases: Vec<_> = phases.iter().map(|one| one.phases.clone()).collect();
    let during = BTreeSet::from([Phase::During]);
    assert_eq!(phases, [BTreeSet::from([Phase::Pre, Phase::Post]), during]);
}

#[test]
fn shaping_says_how_much_which_way_and_whose() {
    let loss = "{loss: {target: relay, share: 20%}, for: 2s}";
    let planned = |blow: &str| {
        let text = RICH.replace(loss, blow);
        assert_ne!(text, RICH);
        let plan = planned(&[("c/a.yaml", &text)], None, None, Profile::Full);
        plan.unwrap().chaos.unwrap().actions.remove(2)
    };
    let latency = |jitter, direction, peers: &[&str]| FaultKind::Latency {
        delay: Duration::from_millis(50),
        jitter: Duration::from_millis(jitter),
        direction,
        peers: peers.iter().map(|peer| (*peer).to_owned()).collect(),
    };
    let all = planned("{latency: {target: relay, delay: 50ms}, for: 2s}");
    assert_eq!(all.fault, latency(0, Direction::Both, &[]));
    let one = planned(
        "{latency: {target: relay, delay: 50ms, jitter: 5ms, direction: out, peers: [nats]}, for: 2s}",
    );
    assert_eq!(one.fault, latency(5, Direction::Out, &["nats"]));
    assert_eq!(
        planned("{bandwidth: {target: relay, bits_per_second: 2000000}, for: 2s}").fault,
        FaultKind::Bandwidth {
            bits_per_second: 2_000_000
        }
    );
}

#[test]
fn a_scenario_that_could_not_fail_is_refused() {
    for (good, bad) in [
        (
            "validation: {http_recovery_time_max_seconds: {api: 10, connection: pooled, hold_for: 3s}}",
            "validation: []",
        ),
        ("actions:\n", "actions: []\nload:\n"),
        (
            "steady_state: [{probe: api, expect: {latency_p99: '<250ms'}}]",
            "steady_state: []",
        ),
        ("for: 1s", "for: 0s"),
    ] {
        let text = RICH.replace(good, bad);
        assert_ne!(text, RICH);
        assert!(
            planned(&[("c/a.yaml", &text)], None, None, Profile::Full).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn the_shipped_scenarios_are_found_and_planned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/chaos");
    let found = discover_chaos(&folder);
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "nats_partition_mesh",
            "opa_restart",
            "openobserve_stall",
            "postgres_restart_outbox"
        ]
    );
    for entry in found {
        for profile in [Profile::Full, Profile::Quick] {
            let request = ChaosRequest {
                file: entry.file.clone(),
                scenario: None,
                system: None,
                profile,
            };
            let plan = plan_chaos(&request).unwrap();
            let text = serde_json::to_string(&plan).unwrap();
            assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
            assert_eq!(plan.chaos.unwrap().hypothesis, entry.hypothesis);
        }
    }
}
