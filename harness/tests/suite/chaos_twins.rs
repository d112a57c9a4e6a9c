//! The broken twins of the platform: each is caught by its scenario, with the right class named.

use crate::chaos::project;
use crate::chaos_environment::Environment;

/// A seeded fault, the scenario that has to catch it, and what it has to say.
struct Twin {
    fault: &'static str,
    scenario: &'static str,
    /// One of these reason codes, in the report.
    reasons: &'static [&'static str],
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
    }
}

const TWINS: [Twin; 14] = [
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
];

/// Needs the program `platform-seeded` beside `platform`: `just prove-chaos` builds both.
/// `PROOFHOUSE_TWINS=third` takes every third twin, another third each day.
#[test]
#[ignore = "takes minutes and a build of its own: `just prove-chaos`"]
fn chaos_twins_are_caught_by_name() {
    let day = jiff::Timestamp::now().as_second() / 86_400;
    let third = std::env::var("PROOFHOUSE_TWINS").as_deref() == Ok("third");
    let mut survivors = Vec::new();
    for (index, twin) in (0_i64..).zip(&TWINS) {
        if third && index % 3 != day % 3 {
            continue;
        }
        let Some(_environment) = Environment::up("chaos_twins_are_caught_by_name", twin.fault)
        else {
            return;
        };
        if let Err(what) = judged(twin) {
            survivors.push(format!("{} in {}: {what}", twin.fault, twin.scenario));
        }
    }
    assert!(
        survivors.is_empty(),
        "not caught:\n{}",
        survivors.join("\n")
    );
}

fn judged(twin: &Twin) -> Result<(), String> {
    let project = project();
    let screen = project.run(&[
        "chaos",
        "run",
        twin.scenario,
        "--enable-chaos",
        "--profile",
        "quick",
    ]);
    if screen.code != 1 {
        return Err(format!("exit {} and not 1:\n{}", screen.code, screen.out));
    }
    let codes = project.report()["reason_codes"].to_string();
    if twin.reasons.iter().any(|reason| codes.contains(reason)) {
        Ok(())
    } else {
        Err(format!("caught as {codes}, not as {:?}", twin.reasons))
    }
}
