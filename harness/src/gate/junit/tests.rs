//! What is counted in the files of other tools, whatever their dialect, and what is refused.
#![allow(clippy::unwrap_used)]
use super::*;

fn counts(text: &str) -> (u64, u64, u64, u64) {
    let facts = junit(text.as_bytes()).unwrap();
    (facts.tests, facts.failures, facts.errors, facts.skipped)
}

#[test]
fn cases_are_counted_whatever_the_dialect() {
    // pytest, then Surefire with a rerun and a flaky case, then GoogleTest.
    let pytest = r#"<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.1" timestamp="2026-03-14T09:26:20.1" hostname="h">
        <testcase classname="a" name="one"/><testcase classname="a" name="two"><failure message="x">t</failure></testcase>
        <testcase classname="a" name="three"><error/></testcase><testcase classname="a" name="four"><skipped/></testcase></testsuite></testsuites>"#;
    assert_eq!(counts(pytest), (4, 1, 1, 1));
    let facts = junit(pytest.as_bytes()).unwrap();
    assert_eq!(facts.bad, ["a two", "a three"]);
    assert_eq!(
        facts.timestamp.unwrap().to_string(),
        "2026-03-14T09:26:20.1Z"
    );
    let surefire = r#"<testsuite name="s" tests="2" failures="1" errors="0"><properties><property name="git.commit" value="abc"/></properties>
        <testcase name="a" time="1"><failure/><rerunFailure/></testcase><testcase name="b"><flakyFailure/></testcase></testsuite>"#;
    assert_eq!(counts(surefire), (2, 1, 0, 0));
    assert_eq!(
        junit(surefire.as_bytes()).unwrap().properties["git.commit"],
        "abc"
    );
    let again =
        "</properties><properties><property name=\"git.commit\" value=\"abd\"/></properties>";
    let twice = surefire.replace("</properties>", again);
    assert_eq!(
        junit(twice.as_bytes()).unwrap().properties["git.commit"],
        "abc and abd"
    );
    let google = r#"<testsuites tests="2"><testsuite name="s"><testcase name="a" status="run"/><testcase name="b" status="notrun"/></testsuite></testsuites>"#;
    assert_eq!(counts(google), (2, 0, 0, 1));
}

#[test]
fn a_summary_cannot_hide_a_failure_and_a_case_cannot_either() {
    let claims = r#"<testsuites failures="3"><testsuite failures="2" errors="1"><testcase name="a"/></testsuite></testsuites>"#;
    assert_eq!(counts(claims), (1, 3, 1, 0));
    let denies = r#"<testsuite failures="0"><testcase name="a"><failure/></testcase></testsuite>"#;
    assert_eq!(counts(denies), (1, 1, 0, 0));
}

#[test]
fn failures_are_found_wherever_a_tool_writes_them() {
    for (text, wanted) in [
        // Only in an attribute.
        (
            r#"<testsuite><testcase name="a" status="failed"/><testcase name="b" result="Error"/></testsuite>"#,
            (2, 1, 1, 0),
        ),
        // Of a suite that was never set up.
        (
            r#"<testsuites><testsuite name="s"><error message="no database"/></testsuite></testsuites>"#,
            (0, 0, 1, 0),
        ),
        // Below another element of the case.
        (
            r#"<testsuite><testcase name="a"><outcome><failure/></outcome></testcase></testsuite>"#,
            (1, 1, 0, 0),
        ),
        // In a suite inside a suite, claimed by the outer one alone.
        (
            r#"<testsuites><testsuite failures="1"><testsuite><testcase name="a"/></testsuite></testsuite></testsuites>"#,
            (1, 1, 0, 0),
        ),
    ] {
        assert_eq!(counts(text), wanted, "{text}");
    }
}

/// What was not executed is told by a word, or by the suite's sum alone.
#[test]
fn what_was_not_executed_is_no_pass() {
    for (text, wanted) in [
        (
            r#"<testsuite tests="3" skipped="2"><testcase name="a"/><testcase name="b"/><testcase name="c"/></testsuite>"#,
            (3, 0, 0, 2),
        ),
        // One of the two is a case that says so, and no sum is more than its cases.
        (
            r#"<testsuites skipped="2"><testsuite tests="2" skipped="2" disabled="9"><testcase name="a"><skipped/></testcase><testcase name="b"/></testsuite></testsuites>"#,
            (2, 0, 0, 2),
        ),
        (
            r#"<testsuite><testcase name="a" status="disabled"/><testcase name="b" result="Ignored"/><testcase name="c" status="timeout"/><testcase name="d" status="Aborted"/></testsuite>"#,
            (4, 0, 2, 2),
        ),
    ] {
        assert_eq!(counts(text), wanted, "{text}");
    }
}

#[test]
fn a_second_commit_is_seen_however_many_properties_there_are() {
    let property =
        |name: &str, value: &str| format!("<property name=\"{name}\" value=\"{value}\"/>");
    let fill: String = (0..300).map(|n| property(&format!("p{n}"), "x")).collect();
    let text = format!(
        "<testsuite><properties>{}{fill}{}</properties><testcase name=\"a\"/></testsuite>",
        property("git.commit", "abc"),
        property("git.commit", "abd"),
    );
    let facts = junit(text.as_bytes()).unwrap();
    assert_eq!(facts.properties["git.commit"], "abc and abd");
    assert_eq!(facts.properties.len(), MOST_PROPERTIES);
}

/// The names of what failed are kept from cases without a body, too.
#[test]
fn a_case_without_a_body_has_its_name() {
    let text = r#"<testsuite><testcase classname="c" name="a" status="failed"/></testsuite>"#;
    assert_eq!(junit(text.as_bytes()).unwrap().bad, ["c a"]);
}

#[test]
fn a_suite_with_fewer_cases_than_it_claims_is_refused() {
    for text in [
        r#"<testsuite tests="2"><testcase name="a"/></testsuite>"#,
        r#"<testsuites tests="3"><testsuite tests="1"><testcase name="a"/></testsuite><testsuite/></testsuites>"#,
        r#"<testsuites><testsuite tests="1"/><testsuite><testcase name="a"/></testsuite></testsuites>"#,
    ] {
        let refusal = junit(text.as_bytes()).unwrap_err();
        assert_eq!(refusal.code, "INCONSISTENT", "{text}");
    }
    let more = r#"<testsuites tests="2"><testsuite tests="1"><testcase name="a"/><testcase name="b"/></testsuite></testsuites>"#;
    assert_eq!(counts(more), (2, 0, 0, 0));
}

#[test]
fn what_is_no_junit_file_is_refused() {
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>"#;
    for text in [
        "",
        "<testsuite>",
        "<testsuite><testcase></testsuite>",
        "<html/>",
        "<testsuite/><testsuite/>",
        "text",
        laughs,
        "<testsuite><testcase name='&x;'/></testsuite>",
        "<testsuite failures='many'/>",
        "<testsuite timestamp='yesterday'/>",
        "<testsuite>\0</testsuite>",
    ] {
        assert!(junit(text.as_bytes()).is_err(), "{text}");
    }
    let deep = "<testsuite>".repeat(100_000);
    assert!(junit(deep.as_bytes()).is_err());
}

/// What the gate said the last time must not decide what it says now, alone or merged with other files.
#[test]
fn a_decision_of_the_gate_is_no_evidence() {
    let property = r#"<property name="proofhouse.decision" value="proofhouse.decision/1"/>"#;
    let others: String = (0..2 * MOST_PROPERTIES)
        .map(|n| format!("<property name=\"{n}\" value=\"\"/>"))
        .collect();
    for properties in [property.to_owned(), others.clone() + property] {
        let file = format!(
            "<testsuites><testsuite tests=\"9\"><testcase name=\"a\"/></testsuite>\
             <testsuite><properties>{properties}</properties></testsuite></testsuites>"
        );
        let refusal = junit(file.as_bytes()).unwrap_err();
        assert_eq!(refusal.code, "OWN_DECISION", "{}", refusal.detail);
        assert!(refusal.detail.contains("under `junit` in the policy"));
    }
    // What a case says of itself is its own business.
    let case = format!(
        "<testsuite><testcase name=\"a\"><properties>{property}</properties></testcase></testsuite>"
    );
    assert_eq!(counts(&case), (1, 0, 0, 0));
    let many = format!("<testsuite><properties>{others}</properties></testsuite>");
    let kept = junit(many.as_bytes()).unwrap().properties;
    assert_eq!(kept.len(), MOST_PROPERTIES);
}

#[test]
fn our_own_files_are_read() {
    let fail = include_bytes!("../../../tests/golden/report/fail.xml");
    assert_eq!(junit(fail).unwrap().failures, 3);
}
