//! Common Test Report Format (CTRF) JSON, whose objects are closed except for `extra`.

use super::clean;
use super::sheet::{Sheet, State, class_word, group};
use crate::model::check::CheckResult;
use crate::model::report::Report;
use serde_json::{Map, Value, json};

/// Version of the specification that the file follows.
pub(crate) const VERSION: &str = "0.0.0";
/// Greatest length of a message in characters.
const MESSAGE: usize = 600;
/// Greatest size of a trace in bytes.
pub(crate) const TRACE: usize = 64 * 1024;

/// The whole file.
pub(crate) fn render(sheet: &Sheet<'_>) -> Vec<u8> {
    let report = sheet.report;
    let mut root = json!({
        "reportFormat": "CTRF",
        "specVersion": VERSION,
        "timestamp": report.run.finished_at.unwrap_or(report.run.started_at).to_string(),
        "generatedBy": format!("{} {}", report.tool.name, report.tool.version),
        "results": results(sheet),
    });
    if let Some(id) = uuid(&report.id) {
        root["reportId"] = id;
    }
    if let Some(baseline) = baseline(report) {
        root["baseline"] = baseline;
    }
    // A value of strings, numbers and lists has no way to fail.
    let mut bytes = serde_json::to_vec_pretty(&root).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The format wants UUIDs where it has ids of reports.
fn uuid(id: &str) -> Option<Value> {
    let parsed = uuid::Uuid::parse_str(id).ok()?;
    Some(Value::from(parsed.to_string()))
}

fn results(sheet: &Sheet<'_>) -> Value {
    let report = sheet.report;
    let checks = report.checks.iter();
    let tests: Vec<Value> = checks.map(|check| test(sheet, check)).collect();
    json!({
        "tool": {"name": report.tool.name, "version": report.tool.version},
        "summary": summary(sheet),
        "tests": tests,
        "environment": environment(report),
        "extra": {
            "verdict": report.verdict.word(),
            "kind": line(&report.kind),
            "profile": report.profile.word(),
            "fit_for_release": report.fit_for_release,
        },
    })
}

fn summary(sheet: &Sheet<'_>) -> Value {
    let report = sheet.report;
    let count = |status: &str| {
        let with = report
            .checks
            .iter()
            .filter(|c| self::status(sheet.state(c)) == status);
        with.count()
    };
    let start = report.run.started_at.as_millisecond();
    let stop = report
        .run
        .finished_at
        .map_or(start, |end| end.as_millisecond());
    json!({
        "tests": report.checks.len(),
        "passed": count("passed"),
        "failed": count("failed"),
        "skipped": count("skipped"),
        "pending": 0,
        "other": count("other"),
        "suites": 1,
        "start": start,
        "stop": stop.max(start),
        "duration": (stop - start).max(0),
    })
}

/// The format has no word for warnings (a tag says it) and none for what could not be decided.
fn status(state: State) -> &'static str {
    match state {
        State::Passed | State::Warned => "passed",
        State::Failed => "failed",
        State::Undecided => "other",
        State::Skipped | State::Waived => "skipped",
    }
}

fn test(sheet: &Sheet<'_>, check: &CheckResult) -> Value {
    let state = sheet.state(check);
    let mut test = Map::new();
    let mut put = |key: &str, value: Value| test.insert(key.to_owned(), value);
    put("name", line(&check.id));
    put("status", status(state).into());
    // A check is a decision about a run; it takes no time of its own.
    put("duration", 0.into());
    put("suite", suite(sheet.report, check));
    put("rawStatus", state.word().into());
    put("type", class_word(check).into());
    put("tags", tags(state, check));
    if state != State::Passed {
        put("message", message(sheet, check));
        put(
            "trace",
            clean::capped(&clean::text(&trace(check)), TRACE).into(),
        );
    }
    if let Some(place) = &check.place {
        put("filePath", line(&place.file));
        put("line", place.line.into());
    }
    put("extra", extra(check));
    Value::Object(test)
}

fn suite(report: &Report, check: &CheckResult) -> Value {
    let parts = [
        Some(&report.suite),
        check.scenario.as_ref(),
        check.service.as_ref(),
    ];
    parts.into_iter().flatten().map(|part| line(part)).collect()
}

fn tags(state: State, check: &CheckResult) -> Value {
    let code = check.reason_code.as_deref().map(line);
    let state = matches!(state, State::Warned | State::Waived).then(|| state.word().into());
    [Some(group(check).into()), state, code]
        .into_iter()
        .flatten()
        .collect()
}

fn message(sheet: &Sheet<'_>, check: &CheckResult) -> Value {
    let waived = sheet.waiver(check).map(|why| format!("waived ({why}): "));
    let told = format!(
        "{}{}: {}",
        waived.unwrap_or_default(),
        check.title,
        check.saw
    );
    clean::line(&told, MESSAGE).into()
}

fn trace(check: &CheckResult) -> String {
    let fields = [
        ("wanted", Some(&check.wanted)),
        ("saw", Some(&check.saw)),
        ("when", check.when.as_ref()),
        ("next", check.next.as_ref()),
    ];
    let lines = fields
        .into_iter()
        .filter_map(|(name, text)| Some(format!("{name}: {}\n", text?)));
    lines.collect()
}

/// Everything that the format has no place for; numbers only where they are some.
fn extra(check: &CheckResult) -> Value {
    let mut extra = json!({
        "title": line(&check.title),
        "wanted": line(&check.wanted),
        "saw": line(&check.saw),
    });
    let numbers = [
        ("current", check.current),
        ("limit", check.limit),
        ("ratio", check.ratio),
    ];
    for (key, value) in numbers {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            extra[key] = value.into();
        }
    }
    if let Some(unit) = &check.unit {
        extra["unit"] = line(unit);
    }
    if let Some(baseline) = &check.baseline {
        extra["baseline"] = json!({"value": baseline.value, "run_id": line(&baseline.run_id)});
    }
    if let Some(source) = &check.source {
        extra["source"] = line(source);
    }
    extra
}

fn environment(report: &Report) -> Value {
    let machine = &report.environment.machine;
    let mut environment = json!({
        "reportName": line(&report.suite),
        "appName": line(&report.suite),
        "osPlatform": "linux",
        "osRelease": line(&machine.kernel),
        "extra": {
            "fingerprint": line(&report.environment.fingerprint),
            "cpu_model": line(&machine.cpu_model),
            "cores": machine.cores,
            "memory_gib": machine.memory_gib,
            "runner_image": line(&machine.runner_image),
            "dirty": report.subject.dirty,
        },
    });
    if let Some(commit) = &report.subject.commit {
        environment["commit"] = line(commit);
    }
    if let Some(ci) = &report.run.ci {
        environment["buildName"] = line(&ci.provider);
        if let Some(id) = &ci.run_id {
            environment["buildId"] = line(id);
        }
        if let Some(url) = &ci.url {
            environment["buildUrl"] = line(url);
        }
    }
    environment
}

/// The run that was compared with, where there is one.
fn baseline(report: &Report) -> Option<Value> {
    let compared = report
        .checks
        .iter()
        .find_map(|check| check.baseline.as_ref())?;
    let mut baseline = json!({"reportId": uuid(&compared.run_id)?});
    if let Some(commit) = &compared.commit {
        baseline["commit"] = line(commit);
    }
    Some(baseline)
}

/// One line of text that is never empty.
pub(crate) fn line(raw: &str) -> Value {
    match clean::line(raw, MESSAGE) {
        text if text.is_empty() => "unnamed".into(),
        text => text.into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::schema_check::problems;
    use crate::report::testdata;
    use std::collections::BTreeMap;

    fn read(sheet: &Sheet<'_>) -> Value {
        serde_json::from_slice(&render(sheet)).unwrap()
    }

    fn schema() -> Value {
        serde_json::from_str(include_str!("../../tests/schema/ctrf.json")).unwrap()
    }

    #[test]
    fn every_report_has_its_closed_shape() {
        let mut reports = testdata::REPORTS.map(testdata::report).to_vec();
        reports.push(testdata::hostile());
        for report in &reports {
            let value = read(&Sheet::from(report));
            assert_eq!(problems(&schema(), &value), Vec::<String>::new());
            let summary = &value["results"]["summary"];
            let of = |key: &str| summary[key].as_u64().unwrap();
            let sum = of("passed") + of("failed") + of("skipped") + of("other");
            assert_eq!(sum, of("tests"));
            assert_eq!(of("failed"), report.counts.fail);
            assert_eq!(of("other"), report.counts.error);
        }
    }

    #[test]
    fn the_schema_can_be_broken() {
        let good = read(&Sheet::from(&testdata::report("fail")));
        let mut changed = good.clone();
        changed["results"]["tests"][0]["verdict"] = "pass".into();
        assert!(!problems(&schema(), &changed).is_empty());
        let mut changed = good.clone();
        changed["results"]["tests"][0]["status"] = "warned".into();
        assert!(!problems(&schema(), &changed).is_empty());
        let mut changed = good;
        changed["results"]
            .as_object_mut()
            .unwrap()
            .remove("summary");
        assert!(!problems(&schema(), &changed).is_empty());
    }

    #[test]
    fn warnings_and_waivers_are_told_beside_the_status() {
        let report = testdata::report("fail");
        let failed = report
            .checks
            .iter()
            .find(|c| c.reason_code.is_some())
            .unwrap();
        let waived = BTreeMap::from([(failed.id.clone(), "issue 12".to_owned())]);
        let sheet = Sheet {
            waived: Some(&waived),
            ..Sheet::from(&report)
        };
        let value = read(&sheet);
        let tests = value["results"]["tests"].as_array().unwrap();
        let test = tests
            .iter()
            .find(|test| test["name"] == failed.id.as_str())
            .unwrap();
        assert_eq!(
            (&test["status"], &test["rawStatus"]),
            (&"skipped".into(), &"waived".into())
        );
        assert!(test["message"].as_str().unwrap().contains("issue 12"));
        assert_eq!(value["baseline"]["commit"], "4f2c1e0a".repeat(5));
    }
}
