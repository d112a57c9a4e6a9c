//! A decision in the Common Test Report Format: one test for each thing that was decided about.

use super::text::waived;
use super::tree::{Case, also, branches, cases, forgiven};
use crate::model::decision::{Decision, Finding, State};
use crate::report::clean;
use crate::report::ctrf::{TRACE, VERSION, line};
use serde_json::{Map, Value, json};

/// The whole file.
pub(crate) fn render(decision: &Decision) -> Vec<u8> {
    let branches = branches(decision);
    let cases = cases(&branches);
    let at = decision.question.now;
    let count = |status: &str| {
        let with = cases.iter().filter(|case| self::status(case) == status);
        with.count()
    };
    let root = json!({
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "timestamp": at.to_string(),
        "generatedBy": line(&decision.engine),
        "results": {
            "tool": {"name": "proofhouse gate"},
            "summary": {
                "tests": cases.len(),
                "passed": count("passed"),
                "failed": count("failed"),
                "skipped": count("skipped"),
                "pending": 0,
                "other": count("other"),
                "suites": 1,
                "start": at.as_millisecond(),
                "stop": at.as_millisecond(),
                "duration": 0,
            },
            "tests": cases.iter().map(test).collect::<Vec<Value>>(),
            "environment": {
                "reportName": "release gate",
                "commit": line(&decision.question.commit),
            },
            "extra": {
                "verdict": decision.verdict.word(),
                "exit_code": decision.exit_code,
                "waived": waived(decision),
                "policy": line(&decision.policy.path),
                "policy_digest": line(&decision.policy.digest),
            },
        },
    });
    // A value of strings, numbers and lists has no way to fail.
    let mut bytes = serde_json::to_vec_pretty(&root).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The format has no word for warnings (a tag says it) and none for what could not be decided.
fn status(case: &Case<'_>) -> &'static str {
    match case.state {
        // Counted at the checks that it is about, and no success.
        _ if case.told_at_checks => "skipped",
        State::Pass | State::Warn => "passed",
        State::Waived => "skipped",
        State::Inconclusive | State::Invalid => "other",
        // Evidence that is not there is no weaker than a failure.
        State::NoEvidence | State::Fail => "failed",
    }
}

fn test(case: &Case<'_>) -> Value {
    let mut test = Map::new();
    let mut put = |key: &str, value: Value| test.insert(key.to_owned(), value);
    put("name", line(&case.name));
    put("status", status(case).into());
    put("duration", 0.into());
    put("suite", json!(["gate", case.family.word()]));
    put("rawStatus", case.state.word().into());
    put("type", case.family.word().into());
    let Some(finding) = case.finding else {
        put("message", line(&case.told));
        return Value::Object(test);
    };
    put("tags", json!([case.state.word(), line(&finding.code)]));
    let waived = forgiven(finding).map_or_else(String::new, |by| format!("{by}: "));
    let (title, saw) = (&finding.title, &finding.saw);
    let message = format!("{waived}{title}: {saw}{}", also(case));
    put("message", line(&message));
    let all = std::iter::once(&finding).chain(&case.rules);
    let trace: String = all.map(|finding| trace(finding)).collect();
    let trace = clean::capped(&clean::text(&trace), TRACE);
    put("trace", trace.into());
    if let Some(place) = &finding.place {
        put("filePath", line(&place.file));
        put("line", place.line.into());
    }
    Value::Object(test)
}

fn trace(finding: &Finding) -> String {
    let rule = finding.rule.as_ref();
    let rule = rule.map_or_else(String::new, |rule| format!("rule: {rule}\n"));
    format!(
        "{rule}wanted: {}\nsaw: {}\nnext: {}\n",
        finding.wanted, finding.saw, finding.next
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::decision::testdata::{hostile, sample};
    use crate::report::schema_check::problems;
    use crate::report::testdata::HOSTILE;

    fn schema() -> Value {
        serde_json::from_str(include_str!("../../../tests/schema/ctrf.json")).unwrap()
    }

    fn read(decision: &Decision) -> Value {
        serde_json::from_slice(&render(decision)).unwrap()
    }

    #[test]
    fn it_is_valid_and_waived_is_skipped() {
        for decision in [sample(), hostile(HOSTILE)] {
            let value = read(&decision);
            assert_eq!(problems(&schema(), &value), Vec::<String>::new());
        }
        let value = read(&sample());
        let summary = &value["results"]["summary"];
        let of = |key: &str| summary[key].as_u64().unwrap();
        assert_eq!(
            (of("tests"), of("passed"), of("failed"), of("skipped")),
            (8, 5, 2, 1)
        );
        let tests = value["results"]["tests"].as_array().unwrap();
        let waived = tests.iter().find(|test| test["rawStatus"] == "waived");
        assert_eq!(waived.unwrap()["status"], "skipped");
    }

    #[test]
    fn a_check_that_rules_close_for_too_fails_once() {
        let mut decision = sample();
        decision.findings.push(Finding {
            rule: Some("errors".into()),
            ..decision.findings[0].clone()
        });
        let value = read(&decision);
        assert_eq!(problems(&schema(), &value), Vec::<String>::new());
        let summary = &value["results"]["summary"];
        let of = |key: &str| summary[key].as_u64().unwrap();
        assert_eq!(
            (of("tests"), of("passed"), of("failed"), of("skipped")),
            (8, 4, 2, 2)
        );
        let tests = value["results"]["tests"].as_array().unwrap();
        let check = &tests[0];
        let message = check["message"].as_str().unwrap();
        assert!(
            message.ends_with("; rule errors closes for it, too"),
            "{message}"
        );
        assert!(check["trace"].as_str().unwrap().contains("rule: errors\n"));
    }
}
