//! The JUnit file is well-formed and has the structure that both schemas ask for.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::report::testdata;
use quick_xml::reader::Reader;

/// What is read of an element.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        &found
            .unwrap_or_else(|| unreachable!("{} without {name}", self.name))
            .1
    }

    fn names(&self) -> Vec<&str> {
        self.attributes
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    }

    fn cases(&self) -> impl Iterator<Item = &Element> {
        self.children
            .iter()
            .filter(|child| child.name == "testcase")
    }
}

fn parsed(bytes: &[u8]) -> Element {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(element(&tag)),
            Event::Empty(tag) => open.last_mut().unwrap().children.push(element(&tag)),
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Text(text) => open
                .last_mut()
                .unwrap()
                .text
                .push_str(&text.xml10_content()),
            Event::GeneralRef(_) => open.last_mut().unwrap().text.push('&'),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "an element is never closed");
    open.pop().unwrap().children.pop().unwrap()
}

fn element(tag: &BytesStart<'_>) -> Element {
    let name = tag.name().as_ref().to_owned();
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let value = attribute.value.to_string();
        (attribute.key.as_ref().to_owned(), value)
    });
    Element {
        attributes: attributes.collect(),
        name,
        ..Element::default()
    }
}

/// The rules of the Jenkins and the Ant schema together.
fn check_structure(root: &Element) {
    assert_eq!(root.name, "testsuites");
    assert!(root.attributes.is_empty());
    for suite in &root.children {
        let wanted = [
            "name",
            "package",
            "id",
            "tests",
            "failures",
            "errors",
            "skipped",
            "time",
            "timestamp",
            "hostname",
        ];
        assert_eq!(suite.names(), wanted);
        check_values(suite);
        let order: Vec<&str> = suite
            .children
            .iter()
            .map(|child| child.name.as_str())
            .collect();
        let cases = order.len() - 3;
        assert_eq!(order[0], "properties");
        assert!(order[1..=cases].iter().all(|name| *name == "testcase"));
        assert_eq!(order[cases + 1..], ["system-out", "system-err"]);
        suite.cases().for_each(check_case);
        check_counts(suite);
    }
}

fn check_values(suite: &Element) {
    let (whole, decimals) = suite.attribute("time").split_once('.').unwrap();
    assert!(whole.parse::<u64>().is_ok() && decimals.len() == 3);
    let timestamp = suite.attribute("timestamp");
    assert!(
        timestamp.parse::<jiff::civil::DateTime>().is_ok(),
        "{timestamp}"
    );
    assert_eq!(timestamp.len(), 19, "{timestamp}");
    assert!(!suite.attribute("hostname").is_empty());
}

fn check_case(case: &Element) {
    assert_eq!(case.names(), ["classname", "name", "time"]);
    assert!(case.children.len() <= 1);
    for child in &case.children {
        assert!(["failure", "error", "skipped"].contains(&child.name.as_str()));
        assert_eq!(child.names(), ["message", "type"]);
        assert!(!child.attribute("type").is_empty());
        assert!(child.text.len() <= 64 * 1024 + 16);
    }
}

fn check_counts(suite: &Element) {
    let count = |name: &str| {
        let with = suite
            .cases()
            .filter(|c| c.children.iter().any(|x| x.name == name));
        with.count().to_string()
    };
    assert_eq!(suite.attribute("tests"), suite.cases().count().to_string());
    assert_eq!(suite.attribute("failures"), count("failure"));
    assert_eq!(suite.attribute("errors"), count("error"));
    assert_eq!(suite.attribute("skipped"), count("skipped"));
    let mut names: Vec<&str> = suite.cases().map(|case| case.attribute("name")).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), suite.cases().count());
}

#[test]
fn every_report_has_the_structure() {
    for name in testdata::REPORTS {
        check_structure(&parsed(&render(&testdata::report(name))));
    }
}

/// junit-report 0.9.1 writes a message with an ESC byte as it stands, and no
/// XML parser reads the file. Here the same message is harmless.
#[test]
fn an_escape_byte_in_a_message_stays_readable() {
    let mut report = testdata::report("fail");
    report.checks[0].verdict = Verdict::Fail;
    report.checks[0].saw = "\u{1b}[31mpanicked\u{1b}[0m at \u{0}".into();
    let bytes = render(&report);
    assert!(!bytes.contains(&0x1b) && !bytes.contains(&0));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("panicked at"));
}

/// junit-report 0.9.1 prints a suite's time as the plain sum of its floats:
/// "1.2389999999999999" has more decimals than the Jenkins schema allows.
#[test]
fn times_have_three_decimals_whatever_they_are() {
    let mut report = testdata::report("pass");
    let nanoseconds = jiff::SignedDuration::from_nanos(1_238_999_999);
    report.run.finished_at = Some(report.run.started_at + nanoseconds);
    let root = parsed(&render(&report));
    assert_eq!(root.children[0].attribute("time"), "1.239");
}

#[test]
fn hostile_text_is_well_formed_and_capped() {
    let mut report = testdata::hostile();
    for check in &mut report.checks {
        check.id = testdata::HOSTILE.into();
    }
    let bytes = render(&report);
    check_structure(&parsed(&bytes));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(clean::text(&text), text);
    let root = parsed(text.as_bytes());
    for case in root.children[0].cases() {
        for child in &case.children {
            let message = child.attribute("message");
            let plain = quick_xml::escape::unescape(message).unwrap();
            assert!(plain.chars().count() <= 300 && !plain.contains('\n'));
        }
    }
}

/// A second reader that is not ours, where it is installed.
#[test]
fn xmllint_reads_every_file() {
    use std::io::Write as _;
    let mut reports: Vec<Report> = testdata::REPORTS.map(testdata::report).to_vec();
    reports.push(testdata::hostile());
    for report in &reports {
        let spawned = std::process::Command::new("xmllint")
            .args(["--noout", "-"])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "skipped: no xmllint ({error})");
                return;
            }
        };
        child
            .stdin
            .take()
            .unwrap()
            .write_all(&render(report))
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
