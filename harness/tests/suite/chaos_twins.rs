//! The broken twins of the platform: each is caught by its scenario, with the right class named.

use crate::chaos::project;
use crate::chaos_environment::Environment;
use crate::support::{Project, Screen};

/// A seeded fault, the scenario that has to catch it, and what it has to say.
struct Twin {
    fault: &'static str,
    scenario: &'static str,
    /// One of these reason codes, in the report.
    reasons: &'static [&'static str],
    /// Size of the disk that telemetry is spilled to, where it has to be full.
    spill: Option<&'static str>,
}

const fn twin(
    fault: &'static str,
    scenario: &'static str,
    reasons: &'static [&'static str],
) -> Twin {
    Twin {
        fault,
        scenario,
        reasons,
        spill: None,
    }
}

/// Four pages: full within a second of an outage.
const SMALL: &str = "16k";

const TWINS: [Twin; 15] = [
    twin(
        "outbox-mark-before-publish",
        "nats_partition_mesh",
        &["MARK_BEFORE_PUBLISH"],
    ),
    twin(
        "outbox-no-message-id",
        "nats_partition_mesh",
        &["DUPLICATE_STORED"],
    ),
    twin(
        "outbox-position-skip",
        "nats_partition_mesh",
        &["POSITION_SKIPPED"],
    ),
    twin(
        "outbox-publish-error-swallowed",
        "nats_partition_mesh",
        &["MARK_BEFORE_PUBLISH"],
    ),
    twin(
        "outbox-ack-before-effect",
        "postgres_restart_outbox",
        &["EVENTS_LOST"],
    ),
    twin(
        "outbox-torn-transaction",
        "nats_partition_mesh",
        &["TORN_TRANSACTION"],
    ),
    twin(
        "outbox-no-reconnect",
        "nats_partition_mesh",
        &["OUTBOX_NEVER_RESUMED", "BACKLOG_NOT_DRAINED"],
    ),
    twin(
        "outbox-recovery-flaps",
        "postgres_restart_outbox",
        &["FLAPPING", "NEVER_RECOVERED", "RECOVERED_TOO_LATE"],
    ),
    twin(
        "policy-fail-open",
        "opa_restart",
        &["ALLOWED_DURING_OUTAGE"],
    ),
    twin(
        "policy-cached-allow",
        "opa_restart",
        &["ALLOWED_DURING_OUTAGE"],
    ),
    twin(
        "policy-no-probe",
        "opa_restart",
        &["FLAPPING", "NEVER_RECOVERED", "RECOVERED_TOO_LATE"],
    ),
    twin(
        "policy-recovery-flaps",
        "opa_restart",
        &["FLAPPING", "NEVER_RECOVERED", "RECOVERED_TOO_LATE"],
    ),
    twin(
        "telemetry-in-request-path",
        "openobserve_stall",
        &["STEADY_STATE_LOST"],
    ),
    twin(
        "telemetry-failure-swallowed",
        "openobserve_stall",
        &["TELEMETRY_LOST"],
    ),
    // Within the seconds of a scenario nothing fills 64 MiB: a disk that is full is one that is small.
    Twin {
        spill: Some(SMALL),
        ..twin(
            "telemetry-drop-uncounted",
            "openobserve_stall",
            &["TELEMETRY_LOST"],
        )
    },
];

/// Needs the program `platform-seeded` beside `platform`: `just prove-chaos` builds both.
/// `PROOFHOUSE_TWINS=third` takes a third of each scenario's, at least one, another third each day;
/// any other word takes those whose fault contains it.
#[test]
#[ignore = "takes minutes and a build of its own: `just prove-chaos`"]
fn chaos_twins_are_caught_by_name() {
    let mut survivors = Vec::new();
    for twin in chosen(&std::env::var("PROOFHOUSE_TWINS").unwrap_or_default()) {
        let test = "chaos_twins_are_caught_by_name";
        let Some(_environment) = Environment::up_with(test, twin.fault, twin.spill) else {
            return;
        };
        match judged(twin) {
            Ok(codes) => told(&format!("{} is caught as {codes}", twin.fault)),
            Err(what) => survivors.push(format!("{} in {}: {what}", twin.fault, twin.scenario)),
        }
    }
    assert!(
        survivors.is_empty(),
        "not caught:\n{}",
        survivors.join("\n")
    );
}

/// The healthy platform on the same small disk: it drops telemetry, counts it, and passes.
#[test]
#[ignore = "takes a minute: `just prove-chaos`"]
fn chaos_twins_drops_that_are_counted_pass() {
    let test = "chaos_twins_drops_that_are_counted_pass";
    let Some(_environment) = Environment::up_with(test, "", Some(SMALL)) else {
        return;
    };
    let project = project();
    run(&project, "openobserve_stall").expect_code(0);
    let report = project.report();
    let validation = &report["chaos"]["validation"]["telemetry_accounted_within_seconds"];
    let saw = validation["saw"].as_str().unwrap();
    assert!(saw.contains("counted as dropped"), "{saw}");
    assert!(
        !saw.contains(" 0 counted as dropped"),
        "nothing was dropped: {saw}"
    );
    told(&format!("on a full disk: {saw}"));
}

#[allow(clippy::print_stderr)]
fn told(line: &str) {
    eprintln!("{line}");
}

/// The twins that a word means.
fn chosen(word: &str) -> Vec<&'static Twin> {
    let day = usize::try_from(jiff::Timestamp::now().as_second() / 86_400).unwrap();
    let is_due = |twin: &&Twin| {
        let mut of_scenario = TWINS.iter().filter(|one| one.scenario == twin.scenario);
        let count = of_scenario.clone().count().min(3);
        let index = of_scenario.position(|one| one.fault == twin.fault);
        index.is_some_and(|index| index % count == day % count)
    };
    let chosen: Vec<&Twin> = match word {
        "third" => TWINS.iter().filter(is_due).collect(),
        word => TWINS
            .iter()
            .filter(|twin| twin.fault.contains(word))
            .collect(),
    };
    assert!(!chosen.is_empty(), "no twin is called `{word}`");
    chosen
}

fn run(project: &Project, scenario: &str) -> Screen {
    let command = [
        "chaos",
        "run",
        scenario,
        "--enable-chaos",
        "--profile",
        "quick",
    ];
    project.run(&command)
}

/// Its reason codes, where they name what is wrong.
fn judged(twin: &Twin) -> Result<String, String> {
    let project = project();
    let screen = run(&project, twin.scenario);
    if screen.code != 1 {
        return Err(format!("exit {} and not 1:\n{}", screen.code, screen.out));
    }
    let codes = project.report()["reason_codes"].to_string();
    if twin.reasons.iter().any(|reason| codes.contains(reason)) {
        Ok(codes)
    } else {
        Err(format!("caught as {codes}, not as {:?}", twin.reasons))
    }
}
