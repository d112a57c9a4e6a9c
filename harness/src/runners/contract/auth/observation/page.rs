//! The page of metrics as a whole: its form, and how many series it has.

use super::counts::has_metrics;
use super::reasons;
use crate::model::trial::{Fact, Saw};
use crate::runners::contract::auth::lane::{Lane, LaneError, STRANGER, Seen};
use crate::runners::contract::auth::scrape::{Sample, Scrape};
use std::collections::BTreeSet;

/// Labels that take whatever a stranger writes into a token or a request.
const OPEN_LABELS: [&str; 4] = ["kid", "sub", "iss", "path"];

/// Good and bad requests, so that series which come with their first event are there.
pub(in super::super) async fn warm(lane: &Lane<'_>) -> Result<(), LaneError> {
    // A page counts the scrapes before it.
    let _ = lane.page().await;
    for _ in 0..3 {
        let _ = lane.bearer(&lane.good()?).await;
        let _ = lane.bearer(&lane.stranger()?).await;
        let _ = lane.bearer(&reasons::expired(lane)?).await;
    }
    Ok(())
}

/// `OB-5`: what a flood of names added, since the page before it.
pub(in super::super) async fn series(lane: &Lane<'_>, before: Seen<String>) {
    if !has_metrics(lane, "OB-5") {
        return;
    }
    let case = lane.case("OB-5", "a flood of 500 names");
    let read = |page: Seen<String>| {
        let page = page?;
        Ok::<_, String>((Scrape::parse(&page)?, page))
    };
    let (before, after) = match (read(before), read(lane.page().await)) {
        (Ok((before, _)), Ok(after)) => (before, after),
        (Err(why), _) | (_, Err(why)) => {
            let saw = Saw::Unknown(format!("the metrics cannot be read: {why}"));
            return case.fact(Fact::one_of("the page", ["read"], saw)).record();
        }
    };
    let (after, page) = after;
    let count =
        |scrape: &Scrape| f64::from(u32::try_from(scrape.samples.len()).unwrap_or(u32::MAX));
    let most = f64::from(u32::try_from(lane.plan.reasons.len()).unwrap_or(u32::MAX));
    let open = open_labels(lane, &after);
    case.fact(Fact::number(
        "series that were added",
        (None, Some(most)),
        "",
        Saw::Number(count(&after) - count(&before)),
    ))
    .fact(Fact::holds(
        "labels of the declared metrics",
        "none of kid, sub, iss, path",
        open.is_empty(),
        if open.is_empty() { "none" } else { &open },
    ))
    .fact(Fact::holds(
        "names of the flood",
        "nowhere on the page",
        !page.contains(STRANGER),
        if page.contains(STRANGER) {
            "there is one"
        } else {
            "nowhere"
        },
    ))
    .record();
}

fn open_labels(lane: &Lane<'_>, scrape: &Scrape) -> String {
    let metrics = &lane.plan.metrics;
    let declared = [
        &metrics.success,
        &metrics.failure,
        &metrics.fetch_duration,
        &metrics.fetch_errors,
    ];
    let all = declared.into_iter().flat_map(|name| scrape.of(name));
    let labels: BTreeSet<&str> = all
        .flat_map(|sample| sample.labels.keys())
        .map(String::as_str)
        .filter(|label| OPEN_LABELS.contains(label))
        .collect();
    labels.into_iter().collect::<Vec<_>>().join(", ")
}

/// `OB-7`: two pages, between them good and bad tokens.
pub(super) async fn parses(lane: &Lane<'_>) -> Result<(), LaneError> {
    if !has_metrics(lane, "OB-7") {
        return Ok(());
    }
    let first = lane.page().await;
    warm(lane).await?;
    let second = lane.page().await;
    let (first, second) = match (first, second) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(why), _) | (_, Err(why)) => {
            lane.stage.inconclusive("OB-7", why);
            return Ok(());
        }
    };
    let broken = broken(&second);
    let shrunk = match (Scrape::parse(&first), Scrape::parse(&second)) {
        (Ok(first), Ok(second)) => shrunk(&first, &second),
        _ => None,
    };
    lane.case("OB-7", "two pages, one after the other")
        .fact(
            Fact::holds(
                "the page",
                "parses",
                broken.is_none(),
                broken.unwrap_or_else(|| "it does".to_owned()),
            )
            .should(),
        )
        .fact(
            Fact::holds(
                "counters",
                "none is smaller than before, or gone",
                shrunk.is_none(),
                shrunk.unwrap_or_else(|| "none is".to_owned()),
            )
            .should(),
        )
        .record();
    Ok(())
}

/// What is wrong with a page (Prometheus text format 0.0.4): a line that is none, a series that is there
/// twice, a type that is told twice.
fn broken(page: &str) -> Option<String> {
    let scrape = match Scrape::parse(page) {
        Ok(scrape) => scrape,
        Err(why) => return Some(why),
    };
    let mut series = BTreeSet::new();
    let twice = scrape
        .samples
        .iter()
        .find(|sample| !series.insert((&sample.name, &sample.labels)));
    if let Some(sample) = twice {
        return Some(format!("{} is there twice", sample.name));
    }
    let mut types = BTreeSet::new();
    let told = page
        .lines()
        .filter_map(|line| line.trim().strip_prefix("# TYPE "));
    let mut names = told.filter_map(|rest| rest.split_whitespace().next());
    let twice = names.find(|name| !types.insert(*name))?;
    Some(format!("the type of {twice} is told twice"))
}

/// A counter, or a part of a histogram, that is smaller than before, or gone.
fn shrunk(first: &Scrape, second: &Scrape) -> Option<String> {
    let smaller = |before: &&Sample| {
        let mut all = second.samples.iter();
        let after = all.find(|after| after.name == before.name && after.labels == before.labels);
        after.is_none_or(|after| after.value < before.value)
    };
    let mut growing = first
        .samples
        .iter()
        .filter(|sample| grows(first, &sample.name));
    growing.find(smaller).map(|sample| sample.name.clone())
}

fn grows(scrape: &Scrape, name: &str) -> bool {
    let ends = ["", "_total", "_count", "_sum", "_bucket"];
    let kind = ends
        .iter()
        .find_map(|end| scrape.types.get(name.strip_suffix(end)?));
    matches!(kind.map(String::as_str), Some("counter" | "histogram"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PAGE: &str = "# TYPE a_total counter\na_total{x=\"1\"} 3\n# TYPE b gauge\nb 7\n\
        # TYPE c histogram\nc_bucket{le=\"+Inf\"} 2\nc_sum 0.5\nc_count 2\n";

    fn scrape(text: &str) -> Scrape {
        Scrape::parse(text).unwrap()
    }

    #[test]
    fn a_page_has_each_series_and_each_type_once() {
        assert_eq!(broken(PAGE), None);
        let twice = format!("{PAGE}b 8\n");
        assert_eq!(broken(&twice).unwrap(), "b is there twice");
        let typed = format!("{PAGE}# TYPE b gauge\n");
        assert_eq!(broken(&typed).unwrap(), "the type of b is told twice");
        assert!(broken("<html>").is_some());
    }

    #[test]
    fn counters_and_histograms_only_grow_and_gauges_may_do_as_they_like() {
        let first = scrape(PAGE);
        assert_eq!(shrunk(&first, &first), None);
        let gauge = PAGE.replace("b 7", "b 1");
        assert_eq!(shrunk(&first, &scrape(&gauge)), None);
        let less = PAGE.replace("} 3", "} 2");
        assert_eq!(shrunk(&first, &scrape(&less)).unwrap(), "a_total");
        let count = PAGE.replace("c_count 2", "c_count 1");
        assert_eq!(shrunk(&first, &scrape(&count)).unwrap(), "c_count");
        let gone = PAGE.replace("c_sum 0.5\n", "");
        assert_eq!(shrunk(&first, &scrape(&gone)).unwrap(), "c_sum");
    }
}
