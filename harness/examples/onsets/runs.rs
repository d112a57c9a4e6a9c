//! Runs of the real program: a scenario of many short faults, and what its evidence says of each.

use crate::container::{NAME, NETWORK};
use crate::echo;
use proofhouse::model::chaos::{ChaosEvent, FaultStep};
use proofhouse::model::evidence::{Event, Evidence};
use proofhouse::store;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One injection as the run wrote it down, in microseconds since 1970.
pub struct Injected {
    pub scheduled: i64,
    /// Earliest and latest; `None` where it was never seen to bite.
    pub onset: Option<(i64, i64)>,
}

/// Runs so many injections of one fault, one after the other.
pub fn run(fault: &str, count: usize, address: Ipv4Addr) -> Vec<Injected> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("onsets.yaml");
    std::fs::write(&file, scenario(fault, count, address)).expect("it can be written");
    let output = Command::new(program())
        .args([
            "chaos",
            "run",
            "onsets",
            "--file",
            "onsets.yaml",
            "--enable-chaos",
            "--quiet",
        ])
        .current_dir(folder.path())
        .output()
        .expect("the program can be called");
    // A fault this short proves nothing to the judge; only a refused or broken run ends with 2 or more than 3.
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 3)),
        "the run ended with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let evidence = store::read(&folder.path().join("target/proofhouse/runs/latest"));
    injected(&evidence.expect("the evidence can be read"))
}

/// `proofhouse`, which cargo puts beside the folder of examples.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    let folder = own.parent().and_then(Path::parent);
    let program = folder.map(|folder| folder.join("proofhouse"));
    let program = program.filter(|program| program.is_file());
    program.expect("build `proofhouse` with the same profile first")
}

fn scenario(fault: &str, count: usize, address: Ipv4Addr) -> String {
    let mut actions = format!("  - {{id: n0, at: 1s, {fault}, for: 200ms}}\n");
    for n in 1..count {
        let before = n - 1;
        // Longer than the intent is written ahead of the blow.
        actions += &format!(
            "  - {{id: n{n}, after: n{before}.healed, wait: 600ms, {fault}, for: 200ms}}\n"
        );
    }
    let http = echo::HTTP;
    format!(
        "name: onsets\n\
         hypothesis: faults keep their schedule\n\
         safety: {{network: {NETWORK}, profile: chaos, max_targets: 1, max_duration: 10s}}\n\
         system: {{services: {{echo: {{container: {NAME}}}}}}}\n\
         probes: [{{id: echo, kind: http, url: \"http://{address}:{http}/\", every: 50ms, timeout: 1s, connection: fresh}}]\n\
         steady_state: [{{probe: echo, expect: {{status: 200}}, when: [pre, post], hold_for: 500ms}}]\n\
         actions:\n{actions}\
         validation: {{recovery_time_max_seconds: {{echo: 10, hold_for: 500ms}}}}\n\
         pre: 1s\n\
         cleanup: always\n"
    )
}

/// What the run says of every injection; its clock is put on the wall at its end, where both are known.
fn injected(evidence: &Evidence) -> Vec<Injected> {
    let last = evidence.events.last().expect("there are events");
    let Event::RunFinished { at } = &last.event else {
        panic!("the run did not come to its end");
    };
    let us = |t_us: u64| i64::try_from(t_us).expect("a run is short");
    let offset = at.as_microsecond() - us(last.t_us);
    let wall = |t_us: u64| offset + us(t_us);
    let mut all: BTreeMap<&str, Injected> = BTreeMap::new();
    for timed in &evidence.events {
        let Event::Chaos(ChaosEvent::Fault { action, step }) = &timed.event else {
            continue;
        };
        match step {
            FaultStep::Journalled { scheduled_us, .. } => {
                let scheduled = wall(*scheduled_us);
                let onset = None;
                all.insert(action, Injected { scheduled, onset });
            }
            FaultStep::Witnessed {
                onset_from_us,
                onset_to_us,
                ..
            } => {
                if let Some(one) = all.get_mut(action.as_str()) {
                    one.onset = Some((wall(*onset_from_us), wall(*onset_to_us)));
                }
            }
            _ => {}
        }
    }
    all.into_values().collect()
}
