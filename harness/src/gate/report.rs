//! The bytes of a report to what the gate needs of it, or why they cannot be believed.
//!
//! Borrowed and read once: ten thousand reports are read in a fraction of a
//! second. Every key that the gate rests on must be there, once; a report that
//! contradicts itself is refused as one that cannot be read.

use super::seen::{Seen, SeenSource, Text};
use crate::model::check::Severity;
use crate::model::digest::hex;
use crate::model::evidence::EVIDENCE_FILE;
use crate::model::facts::{CheckFacts, Refusal, ReportFacts};
use crate::model::plan::{Profile, Source};
use crate::model::report::{Counts, EvidenceFile, REPORT_SCHEMA};
use crate::model::verdict::Verdict;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Longest name in bytes.
const LONGEST_NAME: usize = 512;

/// A report, and the files beside it that must be as it says.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadReport {
    /// What the gate needs of it.
    pub facts: ReportFacts,
    /// Files beside it.
    pub evidence: Vec<EvidenceFile>,
    /// Files that said what to test.
    pub config: Vec<Source>,
}

/// Reads a report.
///
/// # Errors
/// Why it cannot be believed: not JSON, not a report, or at odds with itself.
pub fn report(bytes: &[u8]) -> Result<ReadReport, Refusal> {
    // A list of the right values in the right order would be read, too.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        plain(bytes)?;
        return Err(Refusal::new("UNREADABLE", "not a report: not an object"));
    }
    // No JSON has a NUL anywhere: only what is refused is searched for a better reason.
    let refuse = |why: String| {
        let reason = plain(bytes).err();
        reason.unwrap_or_else(|| Refusal::new("UNREADABLE", format!("not a report: {why}")))
    };
    // As a whole, because a text's hundreds of words would each be asked for.
    let text = std::str::from_utf8(bytes).map_err(|error| refuse(format!("not UTF-8: {error}")))?;
    let seen: Seen<'_> = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    consistent(&seen).map_err(|why| Refusal::new("INCONSISTENT", why))?;
    // A report that rests on a log, or on another file alone, is made from nothing that was seen.
    if !seen.evidence.iter().any(|file| file.path == EVIDENCE_FILE) {
        let detail =
            format!("the report does not name the `{EVIDENCE_FILE}` that it was made from");
        return Err(Refusal::new("EVIDENCE_MISSING", detail));
    }
    Ok(read(seen))
}

/// What no report begins with or holds, said better than a parser would.
pub(super) fn plain(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new("EMPTY", "the file is empty"));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let detail = "the file begins with a byte order mark: another program wrote it";
        return Err(Refusal::new("UNREADABLE", detail));
    }
    if bytes.contains(&0) {
        return Err(Refusal::new(
            "UNREADABLE",
            "a NUL byte: this is not a text file",
        ));
    }
    Ok(())
}

/// Whether the report agrees with itself; else what does not.
fn consistent(seen: &Seen<'_>) -> Result<(), String> {
    if seen.schema.0 != REPORT_SCHEMA {
        return Err(format!(
            "it is a `{:.80}`, not a `{REPORT_SCHEMA}`",
            seen.schema.0
        ));
    }
    for (what, name) in [
        ("id", &seen.id),
        ("kind", &seen.kind),
        ("suite", &seen.suite),
    ] {
        is_name(&name.0).map_err(|why| format!("its {what} {why}"))?;
    }
    for (what, name) in [("kind", &seen.kind), ("suite", &seen.suite)] {
        is_plain(&name.0).map_err(|why| format!("its {what} {why}"))?;
    }
    for check in &seen.checks {
        is_name(&check.id).map_err(|why| format!("the id of a check {why}"))?;
    }
    if let Some(id) = twice(&seen.checks) {
        return Err(format!("two checks have the id `{id:.120}`"));
    }
    let variant = seen
        .environment
        .services
        .iter()
        .any(|service| service.variant.is_some());
    let unfit = seen.subject.dirty
        || seen.profile == Profile::Quick
        || variant
        || seen.run.finished_at.is_none();
    if seen.fit_for_release != seen.unfit_reasons.is_empty() || (unfit && seen.fit_for_release) {
        return Err("what it says about its fitness for release is at odds with itself".to_owned());
    }
    if seen.counts != Counts::of(seen.checks.iter().map(|check| check.verdict)) {
        return Err("its counts are not those of its checks".to_owned());
    }
    let worst = worst(&seen.checks);
    if seen.verdict < worst || seen.verdict == Verdict::Skipped {
        return Err(format!(
            "it says {} where its checks say {worst}",
            seen.verdict
        ));
    }
    Ok(())
}

/// An id that two checks have. Judges sort checks by id, which makes this a glance.
fn twice(checks: &[CheckFacts]) -> Option<&str> {
    let ids = || checks.iter().map(|check| check.id.as_str());
    if ids().is_sorted_by(|a, b| a < b) {
        return None;
    }
    let mut seen = HashSet::with_capacity(checks.len());
    ids().find(|id| !seen.insert(*id))
}

pub(super) fn is_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.len() > LONGEST_NAME {
        return Err("is longer than 512 bytes");
    }
    // Bytes where they say as much as characters, because a release has very many names.
    let control = match name.is_ascii() {
        true => name.bytes().any(|byte| byte.is_ascii_control()),
        false => name.contains(char::is_control),
    };
    match control {
        true => Err("has a control character"),
        false => Ok(()),
    }
}

/// What only looks like the name of a suite, with a letter of another script or a space that
/// nobody sees, would count as one more suite where a policy says how many there must be.
fn is_plain(name: &str) -> Result<(), &'static str> {
    match name.is_ascii() && name.trim_ascii().len() == name.len() {
        true => Ok(()),
        false => Err("has letters that are not of ASCII, or blanks around it"),
    }
}

/// The best verdict that checks allow a report: what cannot block is at most a warning.
fn worst(checks: &[CheckFacts]) -> Verdict {
    Verdict::over(checks.iter().map(|check| match check.severity {
        Severity::Block => check.verdict,
        Severity::Warn => check.verdict.min(Verdict::Warn),
        Severity::Info => check.verdict.min(Verdict::Pass),
    }))
}

fn read(seen: Seen<'_>) -> ReadReport {
    let config = config_digest(&seen.config);
    let services = seen.environment.services.into_iter();
    let mut programs: Vec<String> = services
        .filter_map(|service| service.program_digest.map(Text::owned))
        .collect();
    programs.sort();
    programs.dedup();
    let facts = ReportFacts {
        id: seen.id.owned(),
        kind: seen.kind.owned(),
        suite: seen.suite.owned(),
        commit: seen.subject.commit,
        dirty: seen.subject.dirty,
        config,
        programs,
        profile: seen.profile,
        unfit_reasons: seen.unfit_reasons,
        started_at: seen.run.started_at,
        finished_at: seen.run.finished_at,
        verdict: seen.verdict,
        checks: seen.checks,
    };
    let sources = seen.config.into_iter().map(|source| Source {
        path: source.path.owned(),
        digest: source.digest.owned(),
    });
    ReadReport {
        facts,
        evidence: seen.evidence,
        config: sources.collect(),
    }
}

/// One digest over the names and digests of all files that said what to test.
fn config_digest(sources: &[SeenSource<'_>]) -> String {
    let mut digest = Sha256::new();
    for source in sources {
        digest.update(source.path.0.as_bytes());
        digest.update([0]);
        digest.update(source.digest.0.as_bytes());
        digest.update([0]);
    }
    format!("sha256:{}", hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOLDEN: [(&str, &str); 4] = [
        ("pass", include_str!("../../tests/golden/report/pass.json")),
        ("fail", include_str!("../../tests/golden/report/fail.json")),
        (
            "chaos_pass",
            include_str!("../../tests/golden/report/chaos_pass.json"),
        ),
        (
            "killed",
            include_str!("../../tests/golden/report/killed.json"),
        ),
    ];

    fn refused(text: &str) -> Refusal {
        report(text.as_bytes()).unwrap_err()
    }

    /// What the gate reads of a report is what the report's own type says.
    #[test]
    fn reads_what_reporters_write() {
        for (name, text) in GOLDEN {
            let whole: crate::model::report::Report = serde_json::from_str(text).unwrap();
            let read = report(text.as_bytes()).unwrap();
            assert_eq!(read.facts.suite, whole.suite, "{name}");
            assert_eq!(read.facts.commit, whole.subject.commit, "{name}");
            assert_eq!(read.facts.verdict, whole.verdict, "{name}");
            assert_eq!(read.evidence, whole.evidence, "{name}");
            let ratios: Vec<_> = whole
                .checks
                .iter()
                .map(|check| (&check.id, check.ratio))
                .collect();
            let facts: Vec<_> = read
                .facts
                .checks
                .iter()
                .map(|check| (&check.id, check.ratio))
                .collect();
            assert_eq!(facts, ratios, "{name}");
        }
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_reason() {
        let good = GOLDEN[0].1;
        assert_eq!(refused("").code, "EMPTY");
        assert_eq!(refused(" \n").code, "EMPTY");
        for (text, words) in [
            (format!("\u{feff}{good}"), "byte order mark"),
            (format!("{good}\0"), "NUL"),
            (format!("{good}{{}}"), "trailing"),
            (good[..good.len() / 2].to_owned(), "EOF"),
            (
                good.replacen("\"current\": 0.41", "\"current\": NaN", 1),
                "not a report",
            ),
            (
                good.replacen("\"current\": 0.41", "\"current\": 1e999", 1),
                "out of range",
            ),
            (
                good.replacen("\"verdict\": \"pass\"", "\"verdict\": \"fine\"", 1),
                "unknown variant",
            ),
            (
                good.replacen("\"dirty\": false", "\"dirty\": false, \"dirty\": false", 1),
                "duplicate",
            ),
            (good.replacen("\"ratio\"", "\"ratoi\"", 1), "unknown field"),
            (
                good.replacen("\"fit_for_release\": true,", "", 1),
                "missing field",
            ),
            ("[".repeat(100_000), "not an object"),
        ] {
            let refusal = refused(&text);
            assert_eq!(refusal.code, "UNREADABLE", "{refusal:?}");
            assert!(refusal.detail.contains(words), "{words}: {refusal:?}");
        }
    }

    /// A log, or a file of any other name, is not what was seen.
    #[test]
    fn a_report_that_does_not_name_its_evidence_is_refused() {
        let other = GOLDEN[0]
            .1
            .replacen("\"evidence.jsonl\"", "\"logs/a.log\"", 1);
        let refusal = refused(&other);
        assert_eq!(refusal.code, "EVIDENCE_MISSING", "{refusal:?}");
    }

    #[test]
    fn a_report_at_odds_with_itself_is_refused() {
        let (good, bad) = (GOLDEN[0].1, GOLDEN[1].1);
        for (text, words) in [
            (good.replacen("proofhouse.report/1", "proofhouse.report/2", 1), "not a `proofhouse.report/1`"),
            (bad.replacen("\"profile\": \"full\",\n  \"fit_for_release\": true,\n  \"unfit_reasons\": [],\n  \"verdict\": \"fail\"", "\"profile\": \"full\",\n  \"fit_for_release\": true,\n  \"unfit_reasons\": [],\n  \"verdict\": \"pass\"", 1), "it says pass where"),
            (good.replacen("\"dirty\": false", "\"dirty\": true", 1), "fitness for release"),
            (good.replacen("\"profile\": \"full\"", "\"profile\": \"quick\"", 1), "fitness for release"),
            (good.replacen("\"suite\": \"checkout\"", "\"suite\": \"a\\u0000b\"", 1), "control character"),
            (good.replacen("\"suite\": \"checkout\"", "\"suite\": \"\u{441}heckout\"", 1), "not of ASCII"),
            (good.replacen("\"suite\": \"checkout\"", "\"suite\": \"checkout \"", 1), "blanks around"),
        ] {
            let refusal = refused(&text);
            assert_eq!(refusal.code, "INCONSISTENT", "{refusal:?}");
            assert!(refusal.detail.contains(words), "{words}: {refusal:?}");
        }
    }
}
