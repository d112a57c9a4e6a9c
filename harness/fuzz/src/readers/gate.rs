//! The readers of the release gate: nothing that they are given opens it by mistake.

use super::{comes_back, cuts, told};
use jiff::Timestamp;
use proofhouse::config::document;
use proofhouse::config::source::SourceText;
use proofhouse::gate::{self, Case, decide, replay};
use proofhouse::model::check::Severity;
use proofhouse::model::decision::{Decision, Question, Waivers};
use proofhouse::model::facts::{Content, Input, Refusal, ReportFacts};
use proofhouse::model::policy::Policy;
use proofhouse::model::report::Report;
use proofhouse::model::verdict::Verdict;
use proofhouse::report::{Dialect, Format, Sheet, Style, render};
use serde_json::Value;
use std::sync::LazyLock;

/// Wants one report, of whatever suite.
static REPORTS: LazyLock<Policy> = LazyLock::new(|| policy("{suite: \"*\"}"));
/// Wants one JUnit file, of whatever commit and day.
static JUNIT: LazyLock<Policy> =
    LazyLock::new(|| policy("{junit: \"unit/*.xml\", allow_unbound: true, allow_undated: true}"));
/// The commit of evidence that names none.
const COMMIT: &str = "a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4a1b2c3d4";

fn policy(required: &str) -> Policy {
    let text = format!(
        "apiVersion: proofhouse/gate/v1\n\
         freshness: {{max_age: 24h, future_skew: 5m}}\n\
         required: [{required}]\n"
    );
    let source = SourceText::from_bytes("release.gate.yaml", text.into_bytes());
    let mut problems = Vec::new();
    let policy = document::policy(&source.expect("text"), &mut problems);
    assert_eq!(problems, []);
    policy.expect("a policy without problems")
}

/// What is decided about one file of evidence.
fn decided(
    policy: &Policy,
    path: &str,
    content: Content,
    commit: &str,
    now: Timestamp,
) -> Decision {
    let question = Question {
        commit: commit.to_owned(),
        artifact: None,
        now,
    };
    let input = Input {
        path: path.to_owned(),
        sha256: None,
        content,
    };
    let case = Case {
        question,
        inputs: vec![input],
        waivers: Waivers::default(),
    };
    let decision = decide(policy, case);
    consistent(&decision);
    decision
}

/// Verdict, exit code and findings say the same, and the decision can be kept.
fn consistent(decision: &Decision) {
    let open = decision.exit_code == 0;
    assert_eq!(open, decision.verdict.is_open(), "verdict and exit code");
    let closing = decision.findings.iter().filter(|one| one.exit_code != 0);
    assert_eq!(closing.count() as u64, decision.counts.closing);
    assert_eq!(open, decision.counts.closing == 0, "findings and exit code");
    comes_back(decision);
}

fn refused(refusal: &Refusal) -> bool {
    told(&refusal.code);
    told(&refusal.detail);
    false
}

/// A report: what is not a pass never becomes one, and what we write of it is read as it was.
pub fn report(bytes: &[u8]) -> bool {
    if let Ok(whole) = serde_json::from_slice::<Report>(bytes) {
        our_own(&whole);
    }
    let read = match gate::report(bytes) {
        Ok(read) => read,
        Err(refusal) => return refused(&refusal),
    };
    let facts = read.facts;
    assert!(!read.evidence.is_empty(), "a report made from nothing");
    comes_back(&facts);
    as_it_stands(bytes, &facts);
    let commit = facts.commit.clone().unwrap_or_else(|| COMMIT.to_owned());
    let now = facts.finished_at.unwrap_or(facts.started_at);
    let content = Content::Report(Box::new(facts.clone()));
    let decision = decided(&REPORTS, "runs/a/report.json", content, &commit, now);
    assert!(
        may_release(&facts) || decision.exit_code != 0,
        "the gate is open for {facts:?}"
    );
    true
}

/// Whether there is no reason to keep the gate closed, told from the facts alone.
fn may_release(facts: &ReportFacts) -> bool {
    let broken = facts
        .checks
        .iter()
        .any(|check| check.severity == Severity::Block && check.verdict > Verdict::Warn);
    let asked = facts
        .checks
        .iter()
        .any(|check| !matches!(check.verdict, Verdict::Skipped | Verdict::Error));
    asked
        && !broken
        && matches!(facts.verdict, Verdict::Pass | Verdict::Warn)
        && facts.commit.is_some()
        && facts.finished_at.is_some()
        && facts.unfit_reasons.is_empty()
}

/// What somebody reads who knows nothing of reports.
fn as_it_stands(bytes: &[u8], facts: &ReportFacts) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    assert_eq!(value["verdict"], facts.verdict.word());
    let checks = value["checks"].as_array().map(Vec::len);
    assert_eq!(checks, Some(facts.checks.len()));
}

/// JSON comes back whole, and JUnit with every failure in it.
fn our_own(report: &Report) {
    let json = render(&Sheet::from(report), Format::Json, Style::default()).concat();
    let again: Report = serde_json::from_slice(&json).expect("our own report is read");
    assert_eq!(&again, report, "our own report");
    // JUnit's times have four digits for the year.
    if report.run.started_at < Timestamp::UNIX_EPOCH {
        return;
    }
    for dialect in Dialect::ALL {
        our_own_junit(&Sheet {
            dialect,
            ..Sheet::from(report)
        });
    }
}

fn our_own_junit(sheet: &Sheet<'_>) {
    let mut read = [0; 3];
    for file in render(sheet, Format::Junit, Style::default()) {
        let facts = gate::junit(&file).expect("our own JUnit file is read");
        let counts = [facts.tests, facts.failures, facts.errors];
        read = [0, 1, 2].map(|at| read[at] + counts[at]);
    }
    let checks = &sheet.report.checks;
    let failed = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail && check.waiver.is_none());
    let broke = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Error);
    let wanted = [checks.len(), failed.count(), broke.count()].map(|count| count as u64);
    assert_eq!(
        read, wanted,
        "tests, failures and errors of our own JUnit file"
    );
}

/// A JUnit file opens the gate when something ran and nothing failed, and never else; half of
/// one is not believed.
pub fn junit(bytes: &[u8]) -> bool {
    let facts = match gate::junit(bytes) {
        Ok(facts) => facts,
        Err(refusal) => return refused(&refusal),
    };
    comes_back(&facts);
    assert!(
        facts.skipped <= facts.tests && facts.bad.len() <= 20,
        "{facts:?}"
    );
    let passed = facts.tests > facts.skipped && facts.failures == 0 && facts.errors == 0;
    let now = facts.timestamp.unwrap_or(Timestamp::UNIX_EPOCH);
    let content = Content::JUnit(facts.clone());
    let decision = decided(&JUNIT, "unit/junit.xml", content, COMMIT, now);
    assert_eq!(passed, decision.exit_code == 0, "{facts:?}");
    for cut in cuts(bytes) {
        // What stands behind the root says nothing: a comment, blank space.
        if let Ok(part) = gate::junit(&bytes[..cut]) {
            assert_eq!(part, facts, "cut at {cut}");
        }
    }
    true
}

/// A run without a report closes the gate, whatever it says of itself.
pub fn abandoned(bytes: &[u8]) -> bool {
    let facts = match gate::abandoned(bytes) {
        Ok(facts) => facts,
        Err(refusal) => return refused(&refusal),
    };
    comes_back(&facts);
    let commit = facts.commit.clone().unwrap_or_else(|| COMMIT.to_owned());
    let now = facts.started_at;
    let content = Content::Abandoned(facts);
    let decision = decided(&REPORTS, "runs/a/evidence.jsonl", content, &commit, now);
    assert_ne!(decision.exit_code, 0, "a run without a report");
    true
}

/// A stored decision is made again, twice the same, and never better than its evidence.
pub fn decision(bytes: &[u8]) -> bool {
    let old = match gate::decision(bytes) {
        Ok(old) => old,
        Err(refusal) => return refused(&refusal),
    };
    comes_back(&old);
    let is_refused = |input: &Input| matches!(input.content, Content::Refused(_));
    let void = old.inputs.is_empty() || old.inputs.iter().any(|one| is_refused(&one.input));
    let once = replay(&REPORTS, old);
    consistent(&once.now);
    assert!(!void || once.now.exit_code != 0, "open without evidence");
    let twice = replay(&REPORTS, once.now.clone());
    assert_eq!(twice.now, once.now, "made again twice");
    assert!(!twice.flips() && twice.appeared.is_empty() && twice.gone.is_empty());
    true
}
