//! Where the numbers come from: failed requests, notes, what was tested, and the digests of all files.

use super::markup::{Head, code, facts, line, table, text};
use crate::model::report::Report;

/// Most failed requests that are shown.
const EXAMPLES: usize = 40;

/// The first failed requests, folded one by one.
pub(crate) fn failures(report: &Report) -> String {
    let shown = report.failures.iter().take(EXAMPLES).map(|failure| {
        let title = format!(
            "{} ({}) {}: {}",
            failure.service,
            failure.class.word(),
            failure.request,
            failure.detail
        );
        let body = failure.body.as_deref().unwrap_or("(no body)");
        let body: String = body.chars().take(1_024).collect();
        format!(
            "<details><summary>{}</summary><pre>{}</pre></details>\n",
            line(&title, 300),
            text(&body)
        )
    });
    let mut out: String = shown.collect();
    let more = report.failures.len().saturating_sub(EXAMPLES);
    if more > 0 {
        out.push_str(&format!("<p>{more} more are in report.json.</p>\n"));
    }
    out
}

/// What a reader must know about the numbers.
pub(crate) fn notes(report: &Report) -> String {
    if report.notes.is_empty() {
        return String::new();
    }
    let notes = report
        .notes
        .iter()
        .map(|note| format!("<li>{}</li>", line(note, 1_000)));
    format!("<ul>{}</ul>\n", notes.collect::<String>())
}

/// What was tested with what, and the digests by which all of it is recognised.
pub(crate) fn origin(report: &Report) -> String {
    let subject = &report.subject;
    let mut out = facts(&[
        ("commit", subject.commit.as_ref().map(|commit| code(commit))),
        (
            "work tree",
            Some(
                if subject.dirty {
                    "changed since"
                } else {
                    "clean"
                }
                .to_owned(),
            ),
        ),
        ("run", Some(code(&report.id))),
        ("machine", Some(code(&report.environment.fingerprint))),
        (
            "generator",
            Some(line(&report.environment.machine.generator, 120)),
        ),
        ("tool", Some(tool(report))),
        ("CI", ci(report)),
    ]);
    out.push_str(&services(report));
    out.push_str(&config(report));
    out.push_str(&evidence(report));
    out
}

fn tool(report: &Report) -> String {
    let tool = &report.tool;
    format!(
        "{} {} {}",
        line(&tool.name, 40),
        line(&tool.version, 40),
        code(&tool.digest)
    )
}

/// Told, not linked: a page of another server is nothing that this page may lead to unasked.
fn ci(report: &Report) -> Option<String> {
    let ci = report.run.ci.as_ref()?;
    let id = ci.run_id.as_deref().unwrap_or_default();
    let url = ci.url.as_deref().map(code).unwrap_or_default();
    Some(format!("{} {} {url}", line(&ci.provider, 40), line(id, 80)))
}

fn services(report: &Report) -> String {
    let services = &report.environment.services;
    if services.is_empty() {
        return String::new();
    }
    let heads = ["service", "address", "program", "deliberate defect"].map(Head::Word);
    let rows = services.iter().map(|service| {
        let digest = service.program_digest.as_deref();
        vec![
            line(&service.name, 80),
            code(&service.url),
            digest.map_or_else(|| "not started by the harness".to_owned(), code),
            line(service.variant.as_deref().unwrap_or("none"), 120),
        ]
    });
    table("Services", &heads, &rows.collect::<Vec<_>>())
}

fn config(report: &Report) -> String {
    let heads = ["file", "digest"].map(Head::Word);
    let files = report.config.iter();
    let rows: Vec<Vec<String>> = files
        .map(|file| vec![code(&file.path), code(&file.digest)])
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => table("Files that said what to test", &heads, &rows),
    }
}

fn evidence(report: &Report) -> String {
    let heads = [
        Head::Word("file"),
        Head::Word("SHA-256"),
        Head::Number("bytes"),
    ];
    let files = report.evidence.iter();
    let rows: Vec<Vec<String>> = files
        .map(|file| vec![code(&file.path), code(&file.sha256), file.bytes.to_string()])
        .collect();
    match rows.is_empty() {
        true => "<p>There is no evidence beside this report.</p>\n".to_owned(),
        false => table("Evidence beside this report", &heads, &rows),
    }
}
