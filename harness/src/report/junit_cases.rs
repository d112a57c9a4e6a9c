//! Checks as JUnit test cases: unique names, at most one child each, its type always set.

use super::clean;
use super::junit::{Xml, named};
use crate::model::check::CheckResult;
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use std::collections::BTreeMap;

/// Greatest length of a message in characters.
const MESSAGE: usize = 300;

/// One case for each check.
pub(crate) fn write(report: &Report, xml: &mut Xml) {
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    for check in &report.checks {
        let name = unique(&mut used, named(&check.id));
        case(report, check, name, xml);
    }
}

/// Readers count a second case of the same name as a retry, or not at all.
fn unique(used: &mut BTreeMap<String, u32>, name: String) -> String {
    let seen = used.entry(name.clone()).or_insert(0);
    *seen += 1;
    if *seen == 1 {
        return name;
    }
    let numbered = format!("{name} ({seen})");
    unique(used, numbered)
}

fn case(report: &Report, check: &CheckResult, name: String, xml: &mut Xml) {
    let attributes = [
        ("classname", classname(report, check)),
        ("name", name),
        ("time", "0.000".to_owned()),
    ];
    let child = match check.verdict {
        Verdict::Pass | Verdict::Warn => return xml.empty("testcase", &attributes),
        Verdict::Fail => "failure",
        Verdict::Error => "error",
        Verdict::Skipped => "skipped",
    };
    let kind = check.reason_code.as_deref().unwrap_or(check.verdict.word());
    let message = clean::line(&format!("{}: {}", check.title, check.saw), MESSAGE);
    let told = [("message", message), ("type", named(kind))];
    xml.open("testcase", &attributes);
    match check.verdict {
        Verdict::Skipped => xml.empty(child, &told),
        _ => xml.text_with(child, &told, &body(check)),
    }
    xml.close("testcase");
}

/// `suite.scenario.service`: readers group by it.
fn classname(report: &Report, check: &CheckResult) -> String {
    let scenario = check.scenario.as_deref();
    let parts = [
        Some(report.suite.as_str()),
        scenario,
        check.service.as_deref(),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().map(named).collect();
    parts.join(".")
}

fn body(check: &CheckResult) -> String {
    let place = check.place.as_ref().map(ToString::to_string);
    let fields = [
        ("wanted", Some(check.wanted.as_str())),
        ("saw", Some(check.saw.as_str())),
        ("when", check.when.as_deref()),
        ("next", check.next.as_deref()),
        ("place", place.as_deref()),
    ];
    let lines = fields.into_iter().filter_map(|(name, text)| {
        let text = text?;
        Some(format!("{name:8}{text}\n"))
    });
    format!("{}\n{}", check.title, lines.collect::<String>())
}
