//! JUnit XML: one dialect that the schemas of Jenkins and Ant both accept, and Surefire's.
//!
//! Ant's: `testsuites` has no attributes; a suite has properties, cases, system-out and
//! system-err in this order; a case has at most one child, always with a type.
//! Surefire's: the suite is the root, has no output of its own, and skipped has no type.

use super::clean;
use super::junit_cases::{self, Case};
use super::sheet::{Dialect, Sheet};
use super::text::{commit, run};
use super::text_chaos::{moment_words, step_words};
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// Greatest size of a body in bytes.
const BODY: usize = 64 * 1024;
/// Most cases of a file: GitLab refuses files of 250 000 nodes, and a case has at most eleven.
const MOST_CASES: usize = 20_000;
/// Most bytes of a file's cases: GitLab refuses files of 30 MB.
const MOST_BYTES: usize = 22_000_000;

/// The file, or several where readers would refuse one; never none.
pub(crate) fn parts(sheet: &Sheet<'_>) -> Vec<Vec<u8>> {
    let cases = junit_cases::all(sheet);
    let groups = grouped(&cases);
    let (all, mut files) = (groups.len(), Vec::new());
    for (at, cases) in groups.into_iter().enumerate() {
        files.push(file(sheet, &Part { at, all, cases }));
    }
    files
}

/// What one file holds.
struct Part<'a> {
    at: usize,
    all: usize,
    cases: &'a [Case],
}

/// Neighbours together, as many as a file may have; one empty group where there are none.
fn grouped(cases: &[Case]) -> Vec<&[Case]> {
    let (mut groups, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, case) in cases.iter().enumerate() {
        let full = at - from >= MOST_CASES || bytes + case.bytes() > MOST_BYTES;
        if full && at > from {
            groups.push(&cases[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += case.bytes();
    }
    groups.push(&cases[from..]);
    groups
}

fn file(sheet: &Sheet<'_>, part: &Part<'_>) -> Vec<u8> {
    let mut xml = Xml::begin();
    match sheet.dialect {
        Dialect::Ant => {
            xml.open("testsuites", &[]);
            suite(sheet.report, part, &mut xml);
            xml.close("testsuites");
        }
        Dialect::Surefire => surefire(sheet.report, part, &mut xml),
    }
    xml.end()
}

fn suite(report: &Report, part: &Part<'_>, xml: &mut Xml) {
    let started = report.run.started_at.strftime("%Y-%m-%dT%H:%M:%S");
    let [name, time, tests, errors, skipped, failures] = counted(report, part);
    let attributes = [
        name,
        ("package", named(&report.kind)),
        ("id", part.at.to_string()),
        tests,
        failures,
        errors,
        skipped,
        time,
        ("timestamp", started.to_string()),
        ("hostname", named(&report.environment.machine.runner_image)),
    ];
    xml.open("testsuite", &attributes);
    properties(report, xml);
    junit_cases::write(part.cases, Dialect::Ant, xml);
    // What belongs to the run stands in the first file only.
    let first = part.at == 0;
    let output = |text: fn(&Report) -> String| if first { text(report) } else { String::new() };
    xml.text_element("system-out", &output(out));
    xml.text_element("system-err", &output(err));
    xml.close("testsuite");
}

fn surefire(report: &Report, part: &Part<'_>, xml: &mut Xml) {
    xml.open("testsuite", &counted(report, part));
    properties(report, xml);
    junit_cases::write(part.cases, Dialect::Surefire, xml);
    xml.close("testsuite");
}

/// Name, time and counts of a part, in the order of Surefire's schema.
fn counted(report: &Report, part: &Part<'_>) -> [(&'static str, String); 6] {
    let name = match part.all {
        1 => named(&report.suite),
        all => format!("{} ({} of {all})", named(&report.suite), part.at + 1),
    };
    let count = |child| {
        let with = part.cases.iter().filter(|case| case.child() == child);
        with.count().to_string()
    };
    [
        ("name", name),
        ("time", format!("{:.3}", seconds(report))),
        ("tests", part.cases.len().to_string()),
        ("errors", count(Some("error"))),
        ("skipped", count(Some("skipped"))),
        ("failures", count(Some("failure"))),
    ]
}

/// Length of the run; 0 where it never finished.
fn seconds(report: &Report) -> f64 {
    report.run.finished_at.map_or(0.0, |end| {
        end.duration_since(report.run.started_at)
            .as_secs_f64()
            .max(0.0)
    })
}

fn properties(report: &Report, xml: &mut Xml) {
    let properties = [
        ("run", run(report)),
        ("run_id", report.id.clone()),
        ("commit", commit(report)),
        ("profile", report.profile.word().to_owned()),
        ("fit_for_release", report.fit_for_release.to_string()),
        ("fingerprint", report.environment.fingerprint.clone()),
        ("verdict", report.verdict.word().to_owned()),
    ];
    xml.open("properties", &[]);
    for (name, value) in properties {
        let value = clean::line(&value, 300);
        xml.empty("property", &[("name", name.to_owned()), ("value", value)]);
    }
    xml.close("properties");
}

/// Warnings, which are successes in JUnit, a scenario's timeline, and what to know about the numbers.
fn out(report: &Report) -> String {
    let warned = report
        .checks
        .iter()
        .filter(|check| check.verdict == Verdict::Warn && check.waiver.is_none());
    let mut lines: Vec<String> = warned
        .map(|check| format!("[warn] {}: {}", check.id, clean::line(&check.saw, 300)))
        .collect();
    lines.extend(
        report
            .unfit_reasons
            .iter()
            .map(|why| format!("[not fit for release] {why}")),
    );
    let steps = report.chaos.iter().flat_map(|chaos| &chaos.timeline);
    lines.extend(
        steps.map(|step| format!("[timeline] {} {}", moment_words(step), step_words(step))),
    );
    lines.extend(report.notes.iter().map(|note| format!("[note] {note}")));
    lines.join("\n")
}

/// The first failed requests.
fn err(report: &Report) -> String {
    let lines: Vec<String> = report
        .failures
        .iter()
        .map(|failure| {
            let body = failure.body.as_deref().unwrap_or_default();
            format!(
                "{} ({}) {}: {}\n  {}",
                failure.service,
                failure.class.word(),
                failure.request,
                failure.detail,
                clean::line(body, 1024)
            )
        })
        .collect();
    lines.join("\n")
}

/// A short name that is never empty.
pub(crate) fn named(raw: &str) -> String {
    match clean::line(raw, 200) {
        name if name.is_empty() => "unnamed".into(),
        name => name,
    }
}

/// A body, cleaned and capped.
pub(crate) fn body(raw: &str) -> String {
    clean::capped(&clean::text(raw), BODY)
}

/// Writes elements; everything that goes in is cleaned and escaped here.
pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// A document with its declaration.
    pub fn begin() -> Self {
        let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// Everything that was written, with a newline at its end.
    pub fn end(self) -> Vec<u8> {
        let mut bytes = self.0.into_inner();
        bytes.push(b'\n');
        bytes
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.event(Event::Start(start(name, attributes)));
    }

    /// Closes an element.
    pub fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element without content.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// An element with nothing but text, cleaned and capped.
    pub fn text_element(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    /// An element with attributes and text, cleaned and capped.
    pub fn text_with(&mut self, name: &str, attributes: &[(&str, String)], text: &str) {
        let text = body(text);
        self.open(name, attributes);
        self.event(Event::Text(BytesText::new(&text)));
        self.close(name);
    }

    fn event(&mut self, event: Event<'_>) {
        // Writing into memory has no way to fail.
        let _ = self.0.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: &'a [(&str, String)]) -> BytesStart<'a> {
    let pairs = attributes.iter();
    let pairs = pairs.map(|(name, value)| (*name, value.as_str()));
    BytesStart::new(name).with_attributes(pairs)
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
