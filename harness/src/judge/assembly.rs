//! Evidence and judgement to a report: pure assembly, nothing is decided here.

use super::Judgement;
use crate::model::check::CheckResult;
use crate::model::environment::RunningService;
use crate::model::evidence::{Event, Evidence, FailureExample};
use crate::model::plan::Profile;
use crate::model::report::{
    Counts, DIRTY_REASON, EvidenceFile, REPORT_SCHEMA, Report, ReportedEnvironment, RunFacts, Tool,
};
use crate::model::trial::TrialEvent;
use crate::model::verdict::Verdict;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Joins what was seen and what was decided into the only thing that reporters and the gate read.
pub fn report(
    evidence: &Evidence,
    judgement: &Judgement,
    files: Vec<EvidenceFile>,
    fingerprint: &str,
) -> Report {
    let started = &evidence.started;
    let services = services(evidence);
    let unfit_reasons = unfit_reasons(evidence, &services);
    Report {
        schema: REPORT_SCHEMA.into(),
        id: started.run_id.clone(),
        kind: started.plan.kind().into(),
        suite: started.plan.suite.clone(),
        tool: Tool {
            name: "proofhouse".into(),
            version: started.tool_version.clone(),
            digest: started.tool_digest.clone(),
        },
        subject: started.subject.clone(),
        config: started.plan.sources.clone(),
        environment: ReportedEnvironment {
            fingerprint: fingerprint.to_owned(),
            machine: started.machine.clone(),
            services,
        },
        run: RunFacts {
            started_at: started.at,
            finished_at: finished_at(evidence),
            ci: started.ci.clone(),
        },
        profile: started.plan.profile,
        fit_for_release: unfit_reasons.is_empty(),
        unfit_reasons,
        verdict: judgement.verdict(),
        reason_codes: reason_codes(&judgement.checks),
        checks: judgement.checks.clone(),
        measurements: judgement.measurements.clone(),
        chaos: judgement.chaos.clone(),
        notes: judgement.notes.clone(),
        failures: failures(evidence),
        evidence: files,
        counts: Counts::of(judgement.checks.iter().map(|check| check.verdict)),
    }
}

fn services(evidence: &Evidence) -> Vec<RunningService> {
    let up = evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::EnvironmentUp { services } => Some(services.clone()),
            _ => None,
        });
    up.flatten().chain(target(evidence)).collect()
}

/// A target that was started many times is told once: it is one program.
fn target(evidence: &Evidence) -> Option<RunningService> {
    evidence.events.iter().find_map(|timed| match &timed.event {
        Event::TargetUp(service) => Some(RunningService {
            name: "target".to_owned(),
            ..service.clone()
        }),
        _ => None,
    })
}

fn finished_at(evidence: &Evidence) -> Option<Timestamp> {
    match &evidence.events.last()?.event {
        Event::RunFinished { at } => Some(*at),
        _ => None,
    }
}

/// Why a report may not release anything, whatever its verdict.
fn unfit_reasons(evidence: &Evidence, services: &[RunningService]) -> Vec<String> {
    let started = &evidence.started;
    let mut reasons = Vec::new();
    if started.plan.profile == Profile::Quick {
        reasons.push("quick profile: durations were shortened".to_owned());
    }
    if started.subject.commit.is_none() {
        reasons.push("no commit: the run is not bound to a version".to_owned());
    }
    if started.subject.dirty {
        reasons.push(DIRTY_REASON.to_owned());
    }
    if started
        .plan
        .trials
        .as_ref()
        .is_some_and(|trials| trials.partial)
    {
        reasons.push("partial: only some checks of the catalogue were asked".to_owned());
    }
    reasons.extend(
        evidence
            .events
            .iter()
            .filter_map(|timed| match &timed.event {
                Event::Trial(TrialEvent::Unfit { reason }) => Some(reason.clone()),
                _ => None,
            }),
    );
    reasons.extend(services.iter().filter_map(|service| {
        let variant = service.variant.as_ref()?;
        Some(format!(
            "{} ran with a deliberate defect: {variant}",
            service.name
        ))
    }));
    if let Some(signal) = evidence.interrupted() {
        reasons.push(format!("interrupted by {signal}"));
    } else if !evidence.is_complete() {
        reasons.push("incomplete: the run was killed".to_owned());
    }
    reasons
}

fn reason_codes(checks: &[CheckResult]) -> Vec<String> {
    let bad = checks.iter().filter(|check| check.verdict != Verdict::Pass);
    let codes: BTreeSet<String> = bad.filter_map(|check| check.reason_code.clone()).collect();
    codes.into_iter().collect()
}

fn failures(evidence: &Evidence) -> Vec<FailureExample> {
    let examples = evidence
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Failure(example) => Some(example.clone()),
            _ => None,
        });
    examples.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::judge::chaos::testdata as chaos;
    use crate::judge::testdata;
    use crate::model::evidence::Event;
    use crate::model::plan::Profile;
    use crate::model::verdict::Verdict;

    #[test]
    fn a_clean_run_is_fit() {
        let report = testdata::report_of(&testdata::pass());
        assert_eq!(report.unfit_reasons, [""; 0]);
        assert!(report.fit_for_release);
        assert_eq!(report.verdict, Verdict::Pass);
        let sum = report.counts.pass + report.counts.skipped;
        assert_eq!(report.counts.checks, sum);
        assert_eq!(report.reason_codes, ["FIRST_RUN"]);
    }

    #[test]
    fn whatever_makes_a_run_unfit_is_told() {
        let mut evidence = testdata::pass();
        evidence.started.plan.profile = Profile::Quick;
        evidence.started.subject.dirty = true;
        evidence.started.subject.commit = None;
        for timed in &mut evidence.events {
            if let Event::EnvironmentUp { services } = &mut timed.event {
                services[0].variant = Some("SEED_FAULT=slow".into());
            }
        }
        evidence.events.pop();
        let reasons = testdata::report_of(&evidence).unfit_reasons.join("\n");
        for word in ["quick", "no commit", "changed", "SEED_FAULT=slow", "killed"] {
            assert!(reasons.contains(word), "{word} in {reasons}");
        }
    }

    /// The reporters' tests read these files: only so do they meet real reports.
    #[test]
    fn golden_reports() {
        let passed = testdata::pass();
        for (name, report) in [
            (
                "pass",
                testdata::report_with(&passed, &testdata::remembered(&passed, |_| ())),
            ),
            ("first_run", testdata::report_of(&passed)),
            (
                "fail",
                testdata::report_with(
                    &testdata::fail(),
                    &testdata::remembered(&passed, |summary| summary.p95_latency_ms *= 1.5),
                ),
            ),
            (
                "zero_requests",
                testdata::report_of(&testdata::zero_requests()),
            ),
            ("killed", testdata::report_of(&testdata::killed())),
            ("never_up", testdata::report_of(&testdata::never_up())),
            ("chaos_pass", testdata::report_of(&chaos::pass())),
            ("chaos_fail", testdata::report_of(&chaos::fail())),
            ("chaos_refused", testdata::report_of(&chaos::refused())),
        ] {
            let text = serde_json::to_string_pretty(&report).unwrap() + "\n";
            golden(&format!("{name}.json"), &text);
        }
    }

    /// Compares with a golden file; `UPDATE_GOLDEN=1` writes it.
    fn golden(name: &str, text: &str) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/report");
        let path = format!("{folder}/{name}");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            text, wanted,
            "{path} differs; UPDATE_GOLDEN=1 writes it anew"
        );
    }
}
