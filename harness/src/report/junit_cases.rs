//! Checks as JUnit test cases: unique names, at most one outcome each, its type always set.

use super::clean;
use super::junit::{self, Xml, named};
use super::sheet::{Dialect, Sheet, State};
use crate::model::check::CheckResult;
use quick_xml::escape::escape;
use std::collections::BTreeMap;

/// Greatest length of a message in characters.
const MESSAGE: usize = 300;
/// Bytes of a case's tags, more than they ever are.
const TAGS: usize = 300;

/// One check, ready to be written.
pub(crate) struct Case {
    classname: String,
    name: String,
    outcome: Option<Outcome>,
    /// A warning, for dialects that say it at the case.
    warned: Option<String>,
}

/// Why a case is no plain success.
struct Outcome {
    child: &'static str,
    message: String,
    kind: String,
    body: String,
}

impl Case {
    /// The element in it, where it is no success.
    pub fn child(&self) -> Option<&'static str> {
        self.outcome.as_ref().map(|outcome| outcome.child)
    }

    /// Its size in the file, or a little more.
    pub fn bytes(&self) -> usize {
        let told = self.outcome.as_ref();
        let told = told.map(|outcome| [&outcome.message, &outcome.kind, &outcome.body]);
        let texts = told.into_iter().flatten().chain(&self.warned);
        let texts = texts.chain([&self.classname, &self.name]);
        TAGS + texts.map(|text| escape(text.as_str()).len()).sum::<usize>()
    }
}

/// One case for each check.
pub(crate) fn all(sheet: &Sheet<'_>) -> Vec<Case> {
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    let checks = sheet.report.checks.iter();
    checks
        .map(|check| case(sheet, check, unique(&mut used, named(&check.id))))
        .collect()
}

/// Readers count a second case of the same name as a retry, or not at all.
pub(crate) fn unique(used: &mut BTreeMap<String, u32>, name: String) -> String {
    let seen = used.entry(name.clone()).or_insert(0);
    *seen += 1;
    if *seen == 1 {
        return name;
    }
    let numbered = format!("{name} ({seen})");
    unique(used, numbered)
}

fn case(sheet: &Sheet<'_>, check: &CheckResult, name: String) -> Case {
    let warned = sheet.state(check) == State::Warned;
    Case {
        classname: classname(sheet, check),
        name,
        outcome: outcome(sheet, check),
        warned: warned.then(|| format!("[warn] {}", clean::line(&check.saw, MESSAGE))),
    }
}

fn outcome(sheet: &Sheet<'_>, check: &CheckResult) -> Option<Outcome> {
    let child = match sheet.state(check) {
        State::Passed | State::Warned => return None,
        State::Failed => "failure",
        State::Undecided => "error",
        State::Skipped | State::Waived => "skipped",
    };
    let told = format!("{}: {}", check.title, check.saw);
    let (message, kind) = match sheet.waiver(check) {
        Some(reason) => (format!("waived ({reason}): {told}"), "waived"),
        None => (told, kind(check)),
    };
    Some(Outcome {
        child,
        message: clean::line(&message, MESSAGE),
        kind: named(kind),
        body: match child {
            "skipped" => String::new(),
            _ => junit::body(&body(check)),
        },
    })
}

fn kind(check: &CheckResult) -> &str {
    check.reason_code.as_deref().unwrap_or(check.verdict.word())
}

/// `suite.scenario.service`: readers group by it.
fn classname(sheet: &Sheet<'_>, check: &CheckResult) -> String {
    let scenario = check.scenario.as_deref();
    let parts = [
        Some(sheet.report.suite.as_str()),
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

/// Writes the cases of a suite.
pub(crate) fn write(cases: &[Case], dialect: Dialect, xml: &mut Xml) {
    for case in cases {
        let attributes = [
            ("classname", case.classname.clone()),
            ("name", case.name.clone()),
            ("time", "0.000".to_owned()),
        ];
        // Ant's suites tell warnings in their own output.
        let warned = case
            .warned
            .as_ref()
            .filter(|_| dialect == Dialect::Surefire);
        if case.outcome.is_none() && warned.is_none() {
            xml.empty("testcase", &attributes);
            continue;
        }
        xml.open("testcase", &attributes);
        if let Some(outcome) = &case.outcome {
            write_outcome(outcome, dialect, xml);
        }
        if let Some(warned) = warned {
            xml.text_element("system-out", warned);
        }
        xml.close("testcase");
    }
}

fn write_outcome(outcome: &Outcome, dialect: Dialect, xml: &mut Xml) {
    let message = ("message", outcome.message.clone());
    let kind = ("type", outcome.kind.clone());
    match (outcome.child, dialect) {
        // Surefire's schema knows no type of a skipped case.
        ("skipped", Dialect::Surefire) => xml.empty("skipped", &[message]),
        ("skipped", Dialect::Ant) => xml.empty("skipped", &[message, kind]),
        (child, _) => xml.text_with(child, &[message, kind], &outcome.body),
    }
}
