//! The page over all runs, newest first, with links to their own pages.

use super::findings::{run_state, told};
use super::frame::{Page, Section, document};
use super::markup::{Head, badge, line, table, text};
use crate::model::report::Report;
use crate::report::columns::duration;
use crate::report::text::commit;

/// One run below the folder of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedRun {
    /// Name of its folder.
    pub name: String,
    /// Its report; `None` for a run that was interrupted, or is still under way.
    pub report: Option<Report>,
    /// Whether it has a page.
    pub page: bool,
}

/// The page; runs in the order in which they are to be shown, `left_out` older ones are counted.
///
/// Links are relative to the folder that holds `runs/`.
pub fn index(runs: &[IndexedRun], left_out: usize) -> Vec<u8> {
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    let heads = [
        Head::Word("run"),
        Head::Word("verdict"),
        Head::Word("suite"),
        Head::Word("checks"),
        Head::Word("commit"),
        Head::Word("began"),
        Head::Number("took"),
    ];
    let mut body = match rows.is_empty() {
        true => "<p>There are no runs yet.</p>\n".to_owned(),
        false => table("Runs, newest first", &heads, &rows),
    };
    if left_out > 0 {
        body.push_str(&format!("<p>{left_out} older runs are not shown.</p>\n"));
    }
    let page = Page {
        title: "Runs. Proofhouse".to_owned(),
        top: format!(
            "<h1>Runs</h1>\n<p class=\"lead\">{}</p>\n",
            text(&counted(runs))
        ),
        sections: vec![Section {
            id: "runs",
            title: "All runs".to_owned(),
            body,
        }],
        foot: "<p>Written by <code>proofhouse</code> after every run.</p>".to_owned(),
    };
    document(&page).into_bytes()
}

/// `12 runs: 9 pass, 2 fail, 1 without a report.`
fn counted(runs: &[IndexedRun]) -> String {
    let verdicts = ["fail", "error", "warn", "pass", "skipped"];
    let of = |word: &str| {
        let reports = runs.iter().filter_map(|run| run.report.as_ref());
        reports
            .filter(|report| report.verdict.word() == word)
            .count()
    };
    let mut told: Vec<String> = verdicts
        .into_iter()
        .filter(|word| of(word) > 0)
        .map(|word| format!("{} {word}", of(word)))
        .collect();
    let silent = runs.iter().filter(|run| run.report.is_none()).count();
    if silent > 0 {
        told.push(format!("{silent} without a report"));
    }
    match told.is_empty() {
        true => "No runs.".to_owned(),
        false => format!("{} runs: {}.", runs.len(), told.join(", ")),
    }
}

fn row(run: &IndexedRun) -> Vec<String> {
    let name = line(&run.name, 200);
    let linked = match run.page {
        true => format!(
            "<a href=\"runs/{}/report.html\">{name}</a>",
            address(&run.name)
        ),
        false => name,
    };
    let Some(report) = &run.report else {
        let none = "no report: interrupted, or still under way".to_owned();
        let empty = String::new;
        return vec![linked, none, empty(), empty(), empty(), empty(), empty()];
    };
    let took = report.run.finished_at.map(|end| {
        let length = end.duration_since(report.run.started_at);
        duration(length.as_secs_f64().max(0.0))
    });
    vec![
        linked,
        badge(run_state(report.verdict)),
        line(&report.suite, 80),
        text(&told(report)),
        line(&commit(report), 40),
        report
            .run
            .started_at
            .strftime("%Y-%m-%d %H:%M:%S UTC")
            .to_string(),
        took.unwrap_or_else(|| "never ended".to_owned()),
    ]
}

/// A folder's name as one part of an address (RFC 3986, `pchar` without what could mislead).
fn address(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::testdata;

    #[test]
    fn every_run_has_a_row_and_a_link_where_there_is_a_page() {
        let run = |name: &str, report: Option<&str>, page| IndexedRun {
            name: name.into(),
            report: report.map(testdata::report),
            page,
        };
        let runs = [
            run("20260314T092620Z-a%20b-3c4e9a3f", Some("fail"), true),
            run("20260314T092600Z-b-3c4e9a3e", Some("pass"), false),
            run("20260314T092500Z-c-3c4e9a3d", None, false),
        ];
        let page = String::from_utf8(index(&runs, 4)).unwrap();
        assert!(page.contains("3 runs: 1 fail, 1 pass, 1 without a report."));
        assert!(page.contains("href=\"runs/20260314T092620Z-a%2520b-3c4e9a3f/report.html\""));
        assert_eq!(page.matches("<a href=\"runs/").count(), 1);
        assert!(page.contains("4 older runs are not shown"));
        let none = String::from_utf8(index(&[], 0)).unwrap();
        assert!(none.contains("There are no runs yet."));
    }
}
