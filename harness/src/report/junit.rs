//! JUnit XML in the one dialect that the schemas of Jenkins and Ant both accept.
//!
//! `testsuites` has no attributes; a suite has properties, cases, system-out and
//! system-err in this order; a case has at most one child, always with a type.

use super::clean;
use super::junit_cases;
use super::text::{commit, run};
use super::text_chaos::{moment_words, step_words};
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;

/// Greatest size of a body in bytes.
const BODY: usize = 64 * 1024;

/// The whole file.
pub(crate) fn render(report: &Report) -> Vec<u8> {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    xml.open("testsuites", &[]);
    suite(report, &mut xml);
    xml.close("testsuites");
    let mut bytes = xml.0.into_inner();
    bytes.push(b'\n');
    bytes
}

fn suite(report: &Report, xml: &mut Xml) {
    let counts = report.counts;
    let number = |n: u64| n.to_string();
    let seconds = report.run.finished_at.map_or(0.0, |end| {
        end.duration_since(report.run.started_at)
            .as_secs_f64()
            .max(0.0)
    });
    let attributes = [
        ("name", named(&report.suite)),
        ("package", named(&report.kind)),
        ("id", "0".to_owned()),
        ("tests", number(report.checks.len() as u64)),
        ("failures", number(counts.fail)),
        ("errors", number(counts.error)),
        ("skipped", number(counts.skipped)),
        ("time", format!("{seconds:.3}")),
        (
            "timestamp",
            report
                .run
                .started_at
                .strftime("%Y-%m-%dT%H:%M:%S")
                .to_string(),
        ),
        ("hostname", named(&report.environment.machine.runner_image)),
    ];
    xml.open("testsuite", &attributes);
    properties(report, xml);
    junit_cases::write(report, xml);
    xml.text_element("system-out", &out(report));
    xml.text_element("system-err", &err(report));
    xml.close("testsuite");
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
        .filter(|check| check.verdict == Verdict::Warn);
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

/// Writes elements; everything that goes in is cleaned and escaped here.
pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
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
        let text = clean::capped(&clean::text(text), BODY);
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
