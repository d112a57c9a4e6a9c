//! The JUnit file is well-formed and has the structure that both schemas ask for.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::report::testdata;
use quick_xml::reader::Reader;
use std::collections::BTreeMap;

/// The one file of a small report.
fn render(report: &Report) -> Vec<u8> {
    let mut files = parts(&Sheet::from(report));
    assert_eq!(files.len(), 1);
    files.remove(0)
}

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

#[test]
fn a_waived_failure_is_skipped_with_its_reason_and_never_a_pass() {
    let report = testdata::report("fail");
    let failed = report.checks.iter().find(|c| c.verdict == Verdict::Fail);
    let first = failed.unwrap().id.clone();
    let waived = BTreeMap::from([(first.clone(), "issue 12, until May".to_owned())]);
    let sheet = Sheet {
        waived: Some(&waived),
        ..Sheet::from(&report)
    };
    let root = parsed(&parts(&sheet)[0]);
    check_structure(&root);
    let suite = &root.children[0];
    let wanted = report.counts.fail - 1;
    assert_eq!(suite.attribute("failures"), wanted.to_string());
    let case = suite.cases().find(|case| case.attribute("name") == first);
    let skipped = &case.unwrap().children[0];
    assert_eq!(
        (skipped.name.as_str(), skipped.attribute("type")),
        ("skipped", "waived")
    );
    assert!(skipped.attribute("message").contains("issue 12, until May"));
}

#[test]
fn surefire_has_one_suite_as_root_and_tells_warnings_at_their_case() {
    let mut report = testdata::report("fail");
    report.checks[0].verdict = Verdict::Warn;
    let sheet = Sheet {
        dialect: Dialect::Surefire,
        ..Sheet::from(&report)
    };
    let root = parsed(&parts(&sheet)[0]);
    assert_eq!(root.name, "testsuite");
    let wanted = ["name", "time", "tests", "errors", "skipped", "failures"];
    assert_eq!(root.names(), wanted);
    check_counts(&root);
    let warned = root.cases().next().unwrap();
    assert_eq!(warned.children[0].name, "system-out");
    assert!(warned.children[0].text.contains("[warn]"));
}

#[test]
fn what_readers_would_refuse_is_split() {
    let mut report = testdata::report("fail");
    let failed = report.checks.iter().find(|c| c.verdict == Verdict::Fail);
    let failed = failed.unwrap().clone();
    report.checks = vec![failed; 400];
    report.checks[0].saw = "short".into();
    for check in &mut report.checks[1..] {
        check.saw = "x".repeat(BODY);
    }
    let files = parts(&Sheet::from(&report));
    assert!(files.len() > 1, "{}", files.len());
    let mut cases = 0;
    for (at, file) in files.iter().enumerate() {
        assert!(file.len() < 25_000_000, "{}", file.len());
        let root = parsed(file);
        check_structure(&root);
        assert_eq!(root.children[0].attribute("id"), at.to_string());
        cases += root.children[0].cases().count();
    }
    assert_eq!(cases, 400);
    report.checks.truncate(1);
    report.checks = vec![report.checks[0].clone(); MOST_CASES + 1];
    assert_eq!(parts(&Sheet::from(&report)).len(), 2);
}

/// A report without checks still is a file that readers can read.
#[test]
fn without_checks_there_is_still_a_file() {
    let mut report = testdata::report("pass");
    report.checks.clear();
    check_structure(&parsed(&render(&report)));
}
