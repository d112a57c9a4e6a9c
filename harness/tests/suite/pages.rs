//! Pages in a real browser: nothing is fetched, nothing is complained of, and everyone can read them.

use crate::pages_samples::{chaos, golden, load};
use crate::support::Project;
use crate::webdriver::Browser;
use crate::{gate_formats, gate_world};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proofhouse::model::charts::Charts;
use proofhouse::model::report::Report;
use proofhouse::report::{Format, IndexedRun, Sheet, Style, index, render};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What an accessibility checker asks of a page; returns every complaint.
const AUDIT: &str = include_str!("pages_audit.js");

fn page(report: &Report, charts: &Charts) -> Vec<u8> {
    let sheet = Sheet {
        charts: Some(charts),
        ..Sheet::from(report)
    };
    render(&sheet, Format::Html, Style::default()).concat()
}

/// Every kind of page, by the name of its picture.
fn pages() -> Vec<(&'static str, Vec<u8>)> {
    let of = |(report, charts): (Report, Charts)| page(&report, &charts);
    let run = |name: &str, report: Option<&str>| IndexedRun {
        name: name.into(),
        report: report.map(golden),
        page: true,
    };
    let runs = [
        run("20260314T092620Z-checkout-3c4e9a3f", Some("fail")),
        run(
            "20260314T091210Z-nats_partition_mesh-3c4e9a3e",
            Some("chaos_pass"),
        ),
        run("20260314T090000Z-checkout-3c4e9a3d", None),
    ];
    vec![
        ("load", of(load())),
        ("chaos", of(chaos())),
        ("pass", page(&golden("pass"), &Charts::default())),
        ("never_up", page(&golden("never_up"), &Charts::default())),
        ("index", index(&runs, 3)),
        ("decision", decided(&gate_formats::failing())),
        ("decision-open", decided(&gate_world::files())),
        ("decision-missing", decided(&gate_world::Files::new())),
    ]
}

/// The page of the gate's decision about this evidence.
fn decided(files: &gate_world::Files) -> Vec<u8> {
    let project = Project::new();
    project.write("suites/release.gate.yaml", gate_world::POLICY);
    gate_world::write(project.path(), files);
    let (commit, now) = (gate_world::COMMIT, gate_world::NOW);
    let words = ["gate", "--commit", commit, "--now", now, "--format", "html"];
    project.run(&words).out.into_bytes()
}

/// Beside the other results of the build.
fn pictures() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse"));
    binary.ancestors().nth(2).unwrap().join("screenshots")
}

fn keep(name: &str, bytes: &[u8]) {
    std::fs::create_dir_all(pictures()).unwrap();
    std::fs::write(pictures().join(name), bytes).unwrap();
}

#[test]
fn pages_fetch_nothing_say_nothing_and_can_be_read_by_everyone() {
    let Some(browser) = Browser::open("pages") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in pages() {
        let file = folder.path().join(format!("report-{name}.html"));
        std::fs::write(&file, &bytes).unwrap();
        keep(&format!("report-{name}.html"), &bytes);
        let url = format!("file://{}", file.display());
        for (scheme, width) in [
            ("light", 1280),
            ("dark", 1280),
            ("light", 390),
            ("dark", 390),
        ] {
            browser.look(scheme, width);
            browser.visit(&url);
            let (said, asked) = browser.said_and_asked();
            assert_eq!(said, [""; 0], "{name} {scheme} {width}");
            assert_eq!(asked, [url.as_str()], "{name} {scheme} {width}");
            let complaints = browser.run(AUDIT);
            assert_eq!(complaints, Value::Array(vec![]), "{name} {scheme} {width}");
            let picture = STANDARD.decode(browser.picture()).unwrap();
            keep(&format!("report-{name}-{scheme}-{width}.png"), &picture);
        }
    }
}

/// The auditor, the console and the list of requests see what is wrong.
#[test]
fn a_bad_page_is_seen() {
    let Some(browser) = Browser::open("a bad page") else {
        return;
    };
    let (report, charts) = load();
    let good = String::from_utf8(page(&report, &charts)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let visit = |text: &str| {
        let file = folder.path().join("bad.html");
        std::fs::write(&file, text).unwrap();
        browser.look("light", 1280);
        browser.visit(&format!("file://{}", file.display()));
        let complaints = browser.run(AUDIT);
        let complaints = complaints.as_array().unwrap().iter();
        complaints
            .map(|one| one.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (from, to, wanted) in [
        ("<html lang=\"en\">", "<html>", "lang"),
        ("<h3>", "<h5>", "heading"),
        ("<caption>", "<caption hidden>", "caption"),
        (
            " role=\"img\" aria-label=\"",
            " role=\"img\" data-label=\"",
            "svg",
        ),
        ("<th scope=\"col\">", "<th>", "scope"),
        ("<main id=\"main\">", "<div id=\"main\">", "main"),
        ("href=\"#main\"", "href=\"#nowhere\"", "#nowhere"),
    ] {
        let told = visit(&good.replacen(from, to, if from == "<h3>" { 99 } else { 1 }));
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    // Another style is not the one that the policy names: it does not apply, and the console says so.
    browser.said_and_asked();
    visit(&good.replace("--muted:#545d68", "--muted:#dddddd"));
    let (said, _) = browser.said_and_asked();
    assert!(
        said.iter()
            .any(|line| line.contains("Content Security Policy")),
        "{said:?}"
    );
    let pale = visit(&without_policy(&good).replace("--muted:#545d68", "--muted:#dddddd"));
    assert!(pale.contains("contrast"), "{pale}");
    let narrow = visit(&without_policy(&good).replace("max-width:40rem", "max-width:4rem"));
    assert!(narrow.contains("a broken word"), "{narrow}");
    visit(&without_policy(&good).replace("</main>", "<img src=\"pixel.png\" alt=\"\"></main>"));
    let (_, asked) = browser.said_and_asked();
    assert!(
        asked.iter().any(|url| url.ends_with("pixel.png")),
        "{asked:?}"
    );
}

fn without_policy(page: &str) -> String {
    page.replace(
        "http-equiv=\"Content-Security-Policy\"",
        "name=\"no-policy\"",
    )
}
