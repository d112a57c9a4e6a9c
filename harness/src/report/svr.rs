//! A decision that opens the gate as an in-toto statement with a Simple Verification Result, `svr/v0.2`.
//!
//! The format is that of the in-toto attestation framework: statement v1, predicate svr v0.2.

use super::{clean, in_toto};
use crate::model::attestation::{GATE_OPEN, SVR};
use crate::model::decision::{Decision, RuleOutcome, State};
use crate::model::plan::Source;
use serde_json::{Value, json};

/// Nothing had to be forgiven.
const NO_WAIVERS: &str = "PROOFHOUSE_GATE_NO_WAIVERS";
/// Nothing at all was found.
const NO_FINDINGS: &str = "PROOFHOUSE_GATE_NO_FINDINGS";
/// Before the name of every rule that held.
const RULE: &str = "PROOFHOUSE_GATE_RULE_";
/// The logic that verifies, and its version: that of the policies it reads. Which installation spoke is what
/// the key says that signs.
const VERIFIER: &str = "proofhouse:gate/v1";

/// The whole statement; `None` for a closed gate.
///
/// The predicate lists properties that were verified and has no word for a refusal. Who trusts the verifier
/// takes a statement about a commit for a yes, so that a list of the parts that held would speak for a
/// release that was refused.
pub fn svr(decision: &Decision) -> Option<Vec<u8>> {
    if !decision.verdict.is_open() || decision.exit_code != 0 {
        return None;
    }
    let predicate = json!({
        "verifier": {"id": VERIFIER, "policies": policies(decision)},
        "timeCreated": decision.question.now.to_string(),
        "properties": properties(decision),
    });
    let subject = subject(decision);
    Some(in_toto::statement(&subject, SVR, &predicate))
}

/// What was asked about: the commit, and the artifact where one was named. Other programs that ran in
/// some of the suites are not what was verified.
fn subject(decision: &Decision) -> Vec<Value> {
    let question = &decision.question;
    let artifact = question.artifact.as_deref();
    let artifact = artifact.and_then(|digest| in_toto::descriptor("artifact", digest));
    let mut subjects = vec![in_toto::git(&question.commit)];
    subjects.extend(artifact);
    subjects
}

/// The policy, and the waivers that it reads.
fn policies(decision: &Decision) -> Vec<Value> {
    let files = std::iter::once(&decision.policy).chain(&decision.waivers.file);
    let descriptor = |file: &Source| in_toto::descriptor(&file.path, &file.digest);
    files.filter_map(descriptor).collect()
}

fn properties(decision: &Decision) -> Vec<String> {
    let mut properties = vec![GATE_OPEN.to_owned()];
    let findings = &decision.findings;
    if findings.iter().all(|found| found.state != State::Waived) {
        properties.push(NO_WAIVERS.to_owned());
    }
    if findings.is_empty() {
        properties.push(NO_FINDINGS.to_owned());
    }
    // A rule that was asked of nothing has not verified anything.
    let held = |rule: &&RuleOutcome| rule.state == State::Pass && rule.checks > 0;
    let rules = decision.rules.iter().filter(held);
    properties.extend(rules.map(|rule| format!("{RULE}{}", clean::line(&rule.id, 200))));
    properties
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::decision::{DECISION_SCHEMA, DecisionCounts, Finding, Question, Waivers};
    use crate::report::schema_check::problems;

    fn rule(id: &str, state: State, checks: u64) -> RuleOutcome {
        RuleOutcome {
            id: id.to_owned(),
            state,
            checks,
            failed: 0,
            warned: 0,
            undecided: 0,
            not_asked: 0,
        }
    }

    fn finding(state: State) -> Finding {
        Finding {
            state,
            exit_code: 0,
            code: "X".to_owned(),
            title: String::new(),
            wanted: String::new(),
            saw: String::new(),
            next: String::new(),
            suite: None,
            check: None,
            rule: None,
            input: None,
            place: None,
            waiver: None,
            runs: None,
        }
    }

    fn source(path: &str) -> Source {
        Source {
            path: path.to_owned(),
            digest: format!("sha256:{}", "cd".repeat(32)),
        }
    }

    fn decision() -> Decision {
        Decision {
            schema: DECISION_SCHEMA.to_owned(),
            engine: "proofhouse".to_owned(),
            policy: source("suites/release.gate.yaml"),
            question: Question {
                commit: "ab".repeat(20),
                artifact: Some(format!("sha256:{}", "ef".repeat(32))),
                now: "2026-03-14T10:00:00Z".parse().unwrap(),
            },
            verdict: State::Pass,
            exit_code: 0,
            counts: DecisionCounts::default(),
            findings: Vec::new(),
            rules: vec![
                rule("p95", State::Pass, 2),
                rule("errors", State::Warn, 2),
                rule("nothing", State::Pass, 0),
            ],
            waivers: Waivers {
                file: Some(source("suites/release.waivers.yaml")),
                list: Vec::new(),
            },
            inputs: Vec::new(),
        }
    }

    fn read(decision: &Decision) -> Value {
        let bytes = svr(decision).unwrap();
        assert_eq!(svr(decision), Some(bytes.clone()));
        let read = serde_json::from_slice(&bytes).unwrap();
        let schema = include_str!("../../tests/schema/svr.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        assert_eq!(problems(&schema, &read), Vec::<String>::new());
        read
    }

    #[test]
    fn an_open_gate_names_subject_policies_and_what_held() {
        let read = read(&decision());
        assert_eq!(read["subject"][0]["digest"]["gitCommit"], "ab".repeat(20));
        assert_eq!(read["subject"][1]["digest"]["sha256"], "ef".repeat(32));
        let predicate = &read["predicate"];
        assert_eq!(predicate["timeCreated"], "2026-03-14T10:00:00Z");
        let policies = predicate["verifier"]["policies"].as_array().unwrap();
        assert_eq!(policies.len(), 2);
        assert_eq!(policies[0]["name"], "suites/release.gate.yaml");
        assert_eq!(policies[0]["digest"]["sha256"], "cd".repeat(32));
        assert_eq!(
            predicate["properties"],
            json!([
                GATE_OPEN,
                NO_WAIVERS,
                NO_FINDINGS,
                "PROOFHOUSE_GATE_RULE_p95"
            ])
        );
        assert!(read.to_string().contains(VERIFIER));
    }

    #[test]
    fn what_was_forgiven_or_warned_of_is_not_claimed() {
        let mut open = decision();
        open.question.artifact = None;
        open.verdict = State::Warn;
        open.findings = vec![finding(State::Warn)];
        let warned = read(&open);
        assert_eq!(warned["subject"].as_array().unwrap().len(), 1);
        let properties = warned["predicate"]["properties"].as_array().unwrap();
        assert!(properties.contains(&json!(NO_WAIVERS)));
        assert!(!properties.contains(&json!(NO_FINDINGS)));
        open.verdict = State::Waived;
        open.findings = vec![finding(State::Waived)];
        let waived = read(&open);
        let properties = waived["predicate"]["properties"].as_array().unwrap();
        assert!(!properties.contains(&json!(NO_WAIVERS)));
    }

    #[test]
    fn a_closed_gate_says_nothing() {
        let states = [
            State::Inconclusive,
            State::Invalid,
            State::NoEvidence,
            State::Fail,
        ];
        for state in states {
            let mut closed = decision();
            closed.verdict = state;
            assert_eq!(svr(&closed), None, "{state:?}");
        }
        let mut closed = decision();
        closed.exit_code = 3;
        assert_eq!(svr(&closed), None);
    }
}
