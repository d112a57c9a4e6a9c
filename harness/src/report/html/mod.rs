//! The report as one page: offline, without scripts, the verdict first.

mod chart;
mod checks;
mod curves;
mod decision;
mod excess;
mod findings;
mod frame;
mod index;
mod load;
mod load_charts;
mod markup;
mod origin;
mod story;
mod thin;

pub(crate) use decision::decision;
pub use index::{IndexedRun, index};

use super::clean;
use super::sheet::Sheet;
use super::text::run;
use crate::model::report::Report;
use frame::{Page, Section, document};
use markup::code;

/// The whole page.
pub(crate) fn render(sheet: &Sheet<'_>) -> String {
    let report = sheet.report;
    let section = |id, title: &str, body| Section {
        id,
        title: title.to_owned(),
        body,
    };
    document(&Page {
        title: title(report),
        top: findings::top(sheet),
        sections: vec![
            section("findings", "What did not pass", findings::all(sheet)),
            section("story", "Chaos scenario", story::all(sheet)),
            section("load", "Under load", under_load(sheet)),
            section("checks", "All checks", checks::all(sheet)),
            section(
                "failures",
                "First failed requests",
                origin::failures(report),
            ),
            section(
                "notes",
                "What to know about these numbers",
                origin::notes(report),
            ),
            section("origin", "Where this comes from", origin::origin(report)),
        ],
        foot: foot(report),
    })
}

/// What stands in the window's title: verdict, suite, how many.
fn title(report: &Report) -> String {
    let verdict = report.verdict.word().to_uppercase();
    let suite = clean::line(&report.suite, 80);
    format!("{verdict} {suite}: {} Proofhouse", findings::told(report))
}

fn under_load(sheet: &Sheet<'_>) -> String {
    let numbers = load::numbers(sheet.report);
    let charts = load::charts(sheet);
    if charts.is_empty() && !numbers.is_empty() {
        return format!("{numbers}<p>No series were there to draw.</p>\n");
    }
    numbers + &charts
}

fn foot(report: &Report) -> String {
    let told = run(report);
    let id = told.split(',').next().unwrap_or_default();
    format!(
        "<p>Decide this evidence again: {}. Every second behind a check: {}.</p>",
        code(&format!("proofhouse judge {id}")),
        code(&format!("proofhouse judge {id} --check ID --detail"))
    )
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
