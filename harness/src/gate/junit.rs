//! JUnit files of other tools: counted case by case, without entities, without trust in what they claim.
//!
//! A dialect is whatever has `testcase` elements; what a `testsuite` claims in
//! its attributes beyond its cases is added to what failed, so that neither a
//! summary nor a case can hide a failure of the other. A suite that claims more
//! tests than it has cases lost some of them, and its file is refused. So is a
//! decision of the gate: what it once said is no evidence of what is so.

use super::report::plain;
use crate::model::decision::DECISION_PROPERTY;
use crate::model::facts::{JUnitFacts, Refusal};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;

/// Most elements and texts of one file.
const MOST_NODES: usize = 1_000_000;
/// Deepest nesting.
const DEEPEST: usize = 64;
/// Names of failed cases that are kept, and their longest.
const KEPT: (usize, usize) = (20, 200);
/// Properties that are kept, and the length at which no further value of one is added.
const MOST_PROPERTIES: usize = 200;
const LONGEST_VALUE: usize = 1_000;
/// Why a decision is refused, and what to do about it.
const OWN_DECISION: &str = "a decision of the gate itself, which is no evidence: name only files of other tools \
     under `junit` in the policy, or keep decisions where no entry looks";

/// Reads a JUnit file.
///
/// # Errors
/// Why it cannot be believed: not XML, not JUnit, a document type, too many nodes.
pub fn junit(bytes: &[u8]) -> Result<JUnitFacts, Refusal> {
    // Other tools write byte order marks, and XML allows them.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    plain(bytes)?;
    let text =
        std::str::from_utf8(bytes).map_err(|error| unreadable(format!("not UTF-8: {error}")))?;
    let mut reader = Reader::from_str(text);
    let mut count = Count::default();
    for _ in 0..MOST_NODES {
        let event = reader
            .read_event()
            .map_err(|error| unreadable(format!("not XML: {error}")))?;
        match event {
            Event::Start(start) => count.open(&start)?,
            // Nearly all cases of a file that passes: their names are needed nowhere.
            Event::Empty(start) if count.is_case(&start) => {
                if became(&start)? == Became::Passed {
                    count.facts.tests += 1;
                } else {
                    count.open(&start)?;
                    count.close();
                }
            }
            Event::Empty(start) => {
                count.open(&start)?;
                count.close();
            }
            Event::End(_) => count.close(),
            Event::DocType(_) => {
                return Err(unreadable(
                    "a document type, which no JUnit file needs".to_owned(),
                ));
            }
            Event::Eof => return count.whole(),
            _ => {}
        }
    }
    Err(unreadable(format!("more than {MOST_NODES} nodes")))
}

fn unreadable(detail: String) -> Refusal {
    Refusal::new("UNREADABLE", detail)
}

/// What a suite claims of itself, and what was counted in it.
#[derive(Default)]
struct Tally {
    claimed: [u64; 2],
    counted: [u64; 2],
    /// Cases that it says were not executed, and those that were counted before it.
    skipped: u64,
    skipped_before: u64,
    /// Tests that it says it has, and those of its cases that came before it.
    tests: u64,
    before: u64,
}

/// What became of a case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Became {
    Passed,
    Skipped,
    Failed,
    Broke,
}

enum Open {
    Suite(Tally),
    Case { name: String, became: Became },
    Other,
}

#[derive(Default)]
struct Count {
    facts: JUnitFacts,
    open: Vec<Open>,
    roots: usize,
    /// A suite with fewer cases than it claims.
    short: Option<String>,
    /// The gate wrote this, or a part of it.
    is_decision: bool,
}

impl Count {
    fn is_case(&self, start: &BytesStart<'_>) -> bool {
        let inside = !self.open.is_empty() && self.open.len() < DEEPEST;
        inside && start.local_name().into_inner() == "testcase"
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Refusal> {
        if self.open.len() >= DEEPEST {
            return Err(unreadable("elements are nested too deep".to_owned()));
        }
        let name = start.local_name().into_inner();
        if self.open.is_empty() {
            self.roots += 1;
            if !matches!(name, "testsuites" | "testsuite") || self.roots > 1 {
                return Err(unreadable(format!(
                    "`{name:.40}` is not the root of a JUnit file"
                )));
            }
        }
        let opened = match name {
            "testsuites" | "testsuite" => self.suite(start)?,
            "testcase" => case(start)?,
            "property" => {
                self.property(start)?;
                Open::Other
            }
            mark => {
                self.mark(mark);
                Open::Other
            }
        };
        self.open.push(opened);
        Ok(())
    }

    fn suite(&mut self, start: &BytesStart<'_>) -> Result<Open, Refusal> {
        let mut tally = Tally {
            before: self.facts.tests,
            skipped_before: self.facts.skipped,
            ..Tally::default()
        };
        for attribute in attributes(start) {
            let (key, value) = attribute?;
            match key {
                "failures" => tally.claimed[0] = number(&value)?,
                "errors" => tally.claimed[1] = number(&value)?,
                "tests" => tally.tests = number(&value)?,
                // What Surefire and pytest say; GoogleTest and Ant say `disabled`.
                "skipped" | "disabled" => {
                    tally.skipped = tally.skipped.saturating_add(number(&value)?);
                }
                "timestamp" => self.time(&value)?,
                _ => {}
            }
        }
        Ok(Open::Suite(tally))
    }

    fn time(&mut self, text: &str) -> Result<(), Refusal> {
        let time = moment(text).ok_or_else(|| unreadable(format!("`{text:.40}` is not a time")))?;
        let oldest = self.facts.timestamp.map_or(time, |known| known.min(time));
        self.facts.timestamp = Some(oldest);
        Ok(())
    }

    /// Properties of suites; what cases say of themselves binds no file.
    fn property(&mut self, start: &BytesStart<'_>) -> Result<(), Refusal> {
        let in_case = self
            .open
            .iter()
            .any(|open| matches!(open, Open::Case { .. }));
        if in_case {
            return Ok(());
        }
        let (mut name, mut value) = (None, String::new());
        for attribute in attributes(start) {
            let (key, text) = attribute?;
            match key {
                "name" => name = Some(text.into_owned()),
                "value" => value = text.into_owned(),
                _ => {}
            }
        }
        if let Some(name) = name {
            self.is_decision |= name == DECISION_PROPERTY;
            // A further value of a known name is read however many there are: it may contradict.
            let known = &self.facts.properties;
            if known.len() < MOST_PROPERTIES || known.contains_key(&name) {
                self.keep(name, value);
            }
        }
        Ok(())
    }

    /// A property with two values has neither of them: both are kept, and fit nothing.
    fn keep(&mut self, name: String, value: String) {
        let known = self.facts.properties.entry(name);
        known
            .and_modify(|before| {
                if *before != value && before.len() < LONGEST_VALUE {
                    *before = format!("{before} and {value}");
                }
            })
            .or_insert(value.clone());
    }

    /// An element inside a case that says what became of it. Surefire's `rerunFailure` stands
    /// beside a `failure`, and its `flakyFailure` inside a case that passed in the end. A suite
    /// that could not even be set up has its `failure` or `error` without a case around it.
    fn mark(&mut self, mark: &str) {
        let became = match mark {
            "failure" => Became::Failed,
            "error" => Became::Broke,
            "skipped" => Became::Skipped,
            _ => return,
        };
        let mut around = self.open.iter_mut().rev();
        let around = around.find(|open| !matches!(open, Open::Other));
        match (around, became) {
            (Some(Open::Case { became: known, .. }), _) => *known = (*known).max(became),
            (_, Became::Failed) => self.add([1, 0]),
            (_, Became::Broke) => self.add([0, 1]),
            (_, Became::Passed | Became::Skipped) => {}
        }
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Case { name, became }) => self.case(name, became),
            Some(Open::Suite(tally)) => self.end_suite(&tally),
            Some(Open::Other) | None => {}
        }
    }

    fn case(&mut self, name: String, became: Became) {
        self.facts.tests += 1;
        let counted = match became {
            Became::Passed => return,
            Became::Skipped => {
                self.facts.skipped += 1;
                return;
            }
            Became::Failed => [1, 0],
            Became::Broke => [0, 1],
        };
        if self.facts.bad.len() < KEPT.0 {
            self.facts.bad.push(name.chars().take(KEPT.1).collect());
        }
        self.add(counted);
    }

    /// Adds what failed to the file and to the suite around it.
    fn add(&mut self, [failures, errors]: [u64; 2]) {
        self.facts.failures = self.facts.failures.saturating_add(failures);
        self.facts.errors = self.facts.errors.saturating_add(errors);
        self.around([failures, errors]);
    }

    fn around(&mut self, [failures, errors]: [u64; 2]) {
        let suite = self.open.iter_mut().rev().find_map(|open| match open {
            Open::Suite(tally) => Some(tally),
            _ => None,
        });
        if let Some(tally) = suite {
            tally.counted[0] = tally.counted[0].saturating_add(failures);
            tally.counted[1] = tally.counted[1].saturating_add(errors);
        }
    }

    /// What a suite claims and its cases do not show has failed all the same.
    fn end_suite(&mut self, tally: &Tally) {
        self.around(tally.counted);
        let cases = self.facts.tests - tally.before;
        if tally.tests > cases && self.short.is_none() {
            self.short = Some(format!(
                "a suite says that it has {} tests, and {cases} of them are there",
                tally.tests
            ));
        }
        // Never more than there are: what was counted as executed only becomes less.
        let shown = self.facts.skipped - tally.skipped_before;
        self.facts.skipped += tally.skipped.min(cases).saturating_sub(shown);
        let hidden = [0, 1].map(|at| tally.claimed[at].saturating_sub(tally.counted[at]));
        if hidden != [0, 0] {
            self.add(hidden);
        }
    }

    fn whole(self) -> Result<JUnitFacts, Refusal> {
        if self.roots == 0 || !self.open.is_empty() {
            return Err(unreadable("the file ends in the middle".to_owned()));
        }
        if self.is_decision {
            return Err(Refusal::new("OWN_DECISION", OWN_DECISION));
        }
        if let Some(why) = self.short {
            return Err(Refusal::new("INCONSISTENT", why));
        }
        Ok(self.facts)
    }
}

fn case(start: &BytesStart<'_>) -> Result<Open, Refusal> {
    let (mut class, mut name) = (Cow::Borrowed(""), Cow::Borrowed(""));
    for attribute in attributes(start) {
        let (key, value) = attribute?;
        match key {
            "classname" => class = value,
            "name" => name = value,
            _ => {}
        }
    }
    let name = match class.is_empty() {
        true => name.into_owned(),
        false => format!("{class} {name}"),
    };
    let became = became(start)?;
    Ok(Open::Case { name, became })
}

/// What the attributes of a case say became of it: GoogleTest and others write it there.
fn became(start: &BytesStart<'_>) -> Result<Became, Refusal> {
    let mut became = Became::Passed;
    for attribute in attributes(start) {
        let (key, value) = attribute?;
        if matches!(key, "status" | "result") {
            became = became.max(said(&value));
        }
    }
    Ok(became)
}

fn said(word: &str) -> Became {
    match word.to_ascii_lowercase().as_str() {
        "fail" | "failed" | "failure" => Became::Failed,
        "error" | "errored" | "broken" | "timeout" | "timedout" | "crashed" | "aborted"
        | "cancelled" | "canceled" => Became::Broke,
        "notrun" | "skipped" | "suppressed" | "disabled" | "ignored" => Became::Skipped,
        _ => Became::Passed,
    }
}

/// Names and values, entities of XML itself put in their place; every other entity is refused.
fn attributes<'s>(
    start: &'s BytesStart<'_>,
) -> impl Iterator<Item = Result<(&'s str, Cow<'s, str>), Refusal>> {
    start.attributes().map(|attribute| {
        let attribute = attribute.map_err(|error| unreadable(format!("not XML: {error}")))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| unreadable(format!("not XML: {error}")))?;
        Ok((attribute.key.0, value))
    })
}

fn number(text: &str) -> Result<u64, Refusal> {
    match text.trim() {
        "" => Ok(0),
        text => text
            .parse()
            .map_err(|_| unreadable(format!("`{text:.40}` is not a count"))),
    }
}

/// A time with a zone, or without one in UTC, as the Ant schema has it.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok();
    zoned.or_else(|| {
        let plain: DateTime = text.parse().ok()?;
        Offset::UTC.to_timestamp(plain).ok()
    })
}

#[cfg(test)]
mod tests;
