//! The page is one closed file: balanced, escaped, small, and it leads nowhere else.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::chaos::Phase;
use crate::model::charts::{
    BaselineSeries, ChaosSeries, Charts, CurvePoint, FaultSpan, LoadSeries, PastRun, ProbeSeries,
    SecondSeen, SlotSeen,
};
use crate::report::testdata;
use std::collections::BTreeSet;

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "br"];

fn load(scenario: &str, service: &str, seconds: u32) -> LoadSeries {
    let curve = |factor: f64| {
        let percentiles = [0.0, 50.0, 90.0, 95.0, 99.0, 99.9, 100.0];
        let point = |percentile: f64| CurvePoint {
            percentile,
            ms: factor * (10.0 + percentile / 10.0),
        };
        percentiles.map(point).to_vec()
    };
    LoadSeries {
        scenario: scenario.into(),
        service: service.into(),
        seconds: (0..seconds).map(second).collect(),
        curve: curve(2.0),
        baseline: Some(BaselineSeries {
            run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
            commit: Some("4f2c1e0a".repeat(5)),
            p95_ms: 40.0,
            throughput_rps: 99.0,
            band_ms: Some((35.0, 45.0)),
            curve: curve(1.0),
        }),
        history: (0..12).map(past_run).collect(),
    }
}

fn second(t_s: u32) -> SecondSeen {
    let slow = (15..25).contains(&(t_s % 60));
    let factor = if slow { 20.0 } else { 1.0 };
    SecondSeen {
        t_s,
        steady: t_s >= 2,
        requests: if slow { 40 } else { 100 },
        failed: u64::from(slow),
        p50_ms: Some(factor * (30.0 + f64::from(t_s * 7 % 11))),
        p95_ms: Some(factor * (41.0 + f64::from(t_s * 5 % 13))),
        p99_ms: Some(factor * (48.0 + f64::from(t_s * 3 % 17))),
    }
}

fn past_run(n: u32) -> PastRun {
    PastRun {
        at: "2026-03-01T00:00:00Z".parse().unwrap(),
        commit: None,
        p95_ms: 38.0 + f64::from(n % 5),
        throughput_rps: 99.0,
        accepted: (n == 4).then(|| testdata::HOSTILE.to_owned()),
    }
}

fn story() -> ChaosSeries {
    let slot = |n: u32| SlotSeen {
        from_s: f64::from(n) / 10.0,
        ok: 5,
        bad: u64::from((60..70).contains(&n)),
        unanswered: u64::from((70..80).contains(&n)),
        longest_ms: Some(2.0 + f64::from(n % 7)),
    };
    ChaosSeries {
        length_s: 15.0,
        phases: vec![(Phase::Pre, 0.0), (Phase::During, 5.0), (Phase::Post, 8.0)],
        faults: vec![FaultSpan {
            action: testdata::HOSTILE.into(),
            what: "network_partition of nats".into(),
            from_s: 5.0,
            to_s: None,
            witnessed: true,
        }],
        probes: vec![ProbeSeries {
            name: testdata::HOSTILE.into(),
            slot_s: 0.1,
            slots: (0..150).map(slot).collect(),
        }],
    }
}

fn page(report: &Report, charts: Option<&Charts>) -> String {
    render(&Sheet {
        charts,
        ..Sheet::from(report)
    })
}

/// Names of the tags in order, with `/` before those that close.
fn tags(page: &str) -> Vec<String> {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let text = format!("{head}{rest}");
    let inner = text.split('<').skip(1).map(|part| {
        let (tag, _) = part.split_once('>').unwrap();
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        match tag.strip_suffix('/') {
            Some(_) => format!("{}/", name.trim_end_matches('/')),
            None => name,
        }
    });
    inner.collect()
}

/// Every element is closed by its own end.
fn check_balance(page: &str) {
    let mut open = Vec::new();
    for tag in tags(page) {
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&tag.as_str()) {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None => open.push(tag),
        }
    }
    assert_eq!(open, [""; 0]);
}

/// Values of an attribute.
fn values<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let pattern = format!(" {name}=\"");
    let parts = page.split(pattern.as_str()).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

fn check_page(page: &str) {
    check_balance(page);
    assert_eq!(clean::text(page), page);
    let ids = values(page, "id");
    let unique: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for target in values(page, "href") {
        let id = target
            .strip_prefix('#')
            .unwrap_or_else(|| unreachable!("leads to {target}"));
        assert!(ids.contains(&id), "{target} leads nowhere");
    }
    for id in values(page, "aria-labelledby") {
        assert!(ids.contains(&id), "{id}");
    }
    for word in [
        "<script",
        "<img",
        "<link",
        "<iframe",
        " src=",
        " style=",
        " onload",
        "javascript:",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(
        page.matches("<svg viewBox").count(),
        page.matches("role=\"img\" aria-label=\"").count()
    );
    assert_eq!(
        page.matches("<table>").count(),
        page.matches("<caption>").count()
    );
}

#[test]
fn every_report_is_one_closed_page() {
    let charts = Charts {
        loads: vec![
            load("typical_load", "search", 32),
            load("typical_load", "orders", 1),
        ],
        chaos: Some(story()),
    };
    for name in testdata::REPORTS {
        check_page(&page(&testdata::report(name), None));
        check_page(&page(&testdata::report(name), Some(&charts)));
    }
    let hostile = page(&testdata::hostile(), Some(&charts));
    check_page(&hostile);
    assert!(!hostile.contains("<a href=\"x\"") && !hostile.contains("<!--"));
}

#[test]
fn the_verdict_and_the_size_of_the_failure_come_first() {
    let report = testdata::report("fail");
    let page = page(&report, None);
    let (_, body) = page.split_once("<body>").unwrap();
    let words = [
        "✗ FAIL",
        "3 of 26 checks failed",
        "64.6 % above the limit",
        ">All checks</h2>",
    ];
    let places: Vec<usize> = words
        .iter()
        .map(|word| body.find(word).unwrap_or(usize::MAX))
        .collect();
    assert!(places.is_sorted() && places[3] < usize::MAX, "{places:?}");
    assert!(places[2] < 6_000, "{places:?}");
    assert!(page.contains("No series were there to draw."));
}

#[test]
fn fifty_scenarios_stay_below_half_a_megabyte() {
    let mut report = testdata::report("fail");
    let (checks, rows) = (report.checks.clone(), report.measurements.clone());
    report.checks.clear();
    report.measurements.clear();
    let mut charts = Charts::default();
    for n in 0..50 {
        let scenario = format!("scenario_number_{n}");
        for mut check in checks.clone() {
            check.id = check.id.replace("typical_load", &scenario);
            check.scenario = check.scenario.map(|_| scenario.clone());
            report.checks.push(check);
        }
        for mut row in rows.clone() {
            charts.loads.push(load(&scenario, &row.service, 600));
            row.scenario.clone_from(&scenario);
            report.measurements.push(row);
        }
    }
    let page = page(&report, Some(&charts));
    check_page(&page);
    assert!(page.len() <= 500_000, "{}", page.len());
    assert!(page.matches("<figure>").count() >= 2 * 50);
}

#[test]
fn a_page_without_series_says_so_and_one_without_checks_is_no_pass() {
    let mut report = testdata::report("pass");
    report.checks.clear();
    report.counts.pass = 0;
    report.counts.skipped = 0;
    let page = page(&report, Some(&Charts::default()));
    assert!(page.contains("there is nothing that could pass"));
    check_page(&page);
}
