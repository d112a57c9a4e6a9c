//! A report held against what its own evidence gives: whoever changes one without the other is found out.
//!
//! The digests in a report bind the evidence to the report, and nothing binds
//! the report to the evidence but that judging is repeatable: the same evidence
//! and the same baselines always give the same report.

use crate::gate::{self, ReadReport};
use crate::judge;
use crate::model::environment::fingerprint;
use crate::model::evidence::{EVIDENCE_FILE, Evidence};
use crate::model::facts::{CheckFacts, Refusal, ReportFacts};
use crate::model::report::{EvidenceFile, Report};
use crate::store::{self, baselines};
use std::path::Path;

/// The reason of a report that says something else than its evidence.
const MISMATCH: &str = "REPORT_MISMATCH";

/// Whether a report says what its evidence gives when it is judged again.
///
/// `bytes` are those of the evidence that were held against the digest in the report.
///
/// # Errors
/// Evidence that cannot be read, or the first thing that the report says otherwise.
pub(super) fn held(read: &ReadReport, bytes: &[u8]) -> Result<(), Refusal> {
    let evidence = store::read_bytes(Path::new(EVIDENCE_FILE), bytes)
        .map_err(|error| Refusal::new("UNREADABLE", format!("its evidence: {error}")))?;
    let version = evidence.started.tool_version.clone();
    let gives = facts(&judged_again(&evidence, read.evidence.clone()))?;
    match difference(&read.facts, &gives) {
        None => Ok(()),
        Some(what) => Err(mismatch(&what, &version)),
    }
}

fn mismatch(what: &str, version: &str) -> Refusal {
    let mut detail = format!("judged again from its evidence, {what}");
    let own = env!("CARGO_PKG_VERSION");
    if version != own {
        detail.push_str(&format!(
            "; it was made by version {version}, this is {own}: ask the gate of the same version"
        ));
    }
    Refusal::new(MISMATCH, detail)
}

/// Exactly what was done when the run ended, with the baselines that were there when it began.
pub(super) fn judged_again(evidence: &Evidence, files: Vec<EvidenceFile>) -> Report {
    let started = &evidence.started;
    let storage = started.plan.performance.baseline.as_ref();
    let memory = baselines::load(storage, &started.plan, &started.machine, started.at);
    let fingerprint = fingerprint(&started.machine);
    let judgement = judge::judge(evidence, &memory, &fingerprint);
    judge::report(evidence, &judgement, files, &fingerprint)
}

/// What the gate would read of a report: through its bytes, so that both went the same way.
fn facts(report: &Report) -> Result<ReportFacts, Refusal> {
    let bytes = serde_json::to_vec(report).map_err(|error| {
        Refusal::new(MISMATCH, format!("its evidence gives no report: {error}"))
    })?;
    gate::report(&bytes)
        .map(|read| read.facts)
        .map_err(|refusal| Refusal {
            detail: format!("its evidence gives: {}", refusal.detail),
            ..refusal
        })
}

/// The first thing that a report says otherwise, in words.
fn difference(said: &ReportFacts, gives: &ReportFacts) -> Option<String> {
    if let Some(what) = head(said, gives) {
        return Some(format!("{what} is another one than the report says"));
    }
    // What cannot release anything is judged no further: a harness that is being
    // worked on judges its own tries another way from hour to hour.
    if !gives.unfit_reasons.is_empty() {
        return None;
    }
    checks(said, gives).or_else(|| {
        let verdicts = (gives.verdict, said.verdict);
        (verdicts.0 != verdicts.1)
            .then(|| format!("it is {} where the report says {}", verdicts.0, verdicts.1))
    })
}

/// What a run says of itself, field by field.
fn head(said: &ReportFacts, gives: &ReportFacts) -> Option<&'static str> {
    let same = [
        ("the id of the run", said.id == gives.id),
        ("the kind", said.kind == gives.kind),
        ("the suite", said.suite == gives.suite),
        ("the commit", said.commit == gives.commit),
        ("the state of the work tree", said.dirty == gives.dirty),
        ("the suite's files", said.config == gives.config),
        ("the programs that ran", said.programs == gives.programs),
        ("the profile", said.profile == gives.profile),
        (
            "the fitness for release",
            said.unfit_reasons == gives.unfit_reasons,
        ),
        ("the begin of the run", said.started_at == gives.started_at),
        ("the end of the run", said.finished_at == gives.finished_at),
    ];
    let differs = same.into_iter().find(|(_, same)| !same);
    differs.map(|(what, _)| what)
}

/// The first check that is gone, added or another one; both are sorted by id.
fn checks(said: &ReportFacts, gives: &ReportFacts) -> Option<String> {
    let of = |checks: &[CheckFacts], id: &str| checks.iter().any(|check| check.id == id);
    for (at, check) in gives.checks.iter().enumerate() {
        match said.checks.get(at) {
            Some(same) if same == check => {}
            Some(other) if other.id == check.id => return Some(otherwise(other, check)),
            _ if of(&said.checks, &check.id) => {
                return Some("the checks stand in another order than in the report".to_owned());
            }
            _ => {
                return Some(format!(
                    "there is a check `{:.120}`, and the report has none",
                    check.id
                ));
            }
        }
    }
    let more = said.checks.get(gives.checks.len())?;
    Some(format!(
        "there is no check `{:.120}`, and the report has one",
        more.id
    ))
}

fn otherwise(said: &CheckFacts, gives: &CheckFacts) -> String {
    let id = &gives.id;
    if said.verdict != gives.verdict {
        // The commonest innocent cause: the run was compared with what is not here.
        let cause = if said.baseline.is_some() != gives.baseline.is_some() {
            ": the baselines are not those of the run"
        } else {
            ""
        };
        return format!(
            "`{id:.120}` is {} where the report says {}{cause}",
            gives.verdict, said.verdict
        );
    }
    format!("`{id:.120}` has other numbers, words or another severity than the report says")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::check::Severity;
    use crate::model::verdict::Verdict;

    fn read(name: &str) -> ReportFacts {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/report");
        let bytes = std::fs::read(format!("{folder}/{name}.json")).unwrap();
        gate::report(&bytes).unwrap().facts
    }

    #[test]
    fn the_same_report_differs_in_nothing() {
        for name in ["pass", "fail", "chaos_pass", "killed"] {
            assert_eq!(difference(&read(name), &read(name)), None, "{name}");
        }
    }

    #[test]
    fn whatever_a_report_says_otherwise_is_named() {
        type Change = (fn(&mut ReportFacts), &'static str);
        let changes: [Change; 9] = [
            (|said| said.suite = "other".into(), "the suite"),
            (|said| said.commit = None, "the commit"),
            (|said| said.dirty = true, "the work tree"),
            (|said| said.config = String::new(), "the suite's files"),
            (|said| said.finished_at = None, "the end of the run"),
            (
                |said| said.verdict = Verdict::Warn,
                "is pass where the report says warn",
            ),
            (
                |said| said.checks[0].verdict = Verdict::Fail,
                "where the report says fail",
            ),
            (
                |said| said.checks[0].severity = Severity::Info,
                "another severity",
            ),
            (|said| drop(said.checks.pop()), "and the report has none"),
        ];
        let gives = read("pass");
        for (change, words) in changes {
            let mut said = gives.clone();
            change(&mut said);
            let told = difference(&said, &gives).unwrap();
            assert!(told.contains(words), "{words}: {told}");
        }
        let mut fewer = gives.clone();
        fewer.checks.pop();
        let told = difference(&gives, &fewer).unwrap();
        assert!(told.contains("and the report has one"), "{told}");
        let mut turned = gives.clone();
        turned.checks.reverse();
        let told = difference(&turned, &gives).unwrap();
        assert!(told.contains("another order"), "{told}");
    }

    #[test]
    fn of_what_cannot_release_anything_only_that_is_held() {
        let mut gives = read("pass");
        gives.unfit_reasons.push("quick profile".into());
        let mut said = gives.clone();
        said.checks.clear();
        assert_eq!(difference(&said, &gives), None);
        said.unfit_reasons.clear();
        assert!(difference(&said, &gives).is_some());
    }

    #[test]
    fn evidence_of_no_run_is_refused() {
        let bytes = std::fs::read(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/report/pass.json"
        ));
        let read = gate::report(&bytes.unwrap()).unwrap();
        for evidence in ["", "{}\n", "{\"run\":\"one\"}\n"] {
            let refusal = held(&read, evidence.as_bytes()).unwrap_err();
            assert_eq!(refusal.code, "UNREADABLE", "{refusal:?}");
        }
    }
}
