//! The metrics of a target: read, and waited for until they have settled.

use super::super::ask::{Ask, send};
use super::super::scrape::Scrape;
use super::{LOOK, Lane};
use crate::model::trial::{Fact, Saw};
use std::time::{Duration, Instant};

/// How long a scrape may take.
const SCRAPE: Duration = Duration::from_secs(5);
/// Counters may be a little behind the answer that they count.
const POLL: Duration = Duration::from_secs(1);
/// What is counted too often is counted by then.
const SETTLE: Duration = Duration::from_millis(200);

/// What was scraped, or why there is nothing, in words.
pub(in super::super) type Seen<T> = Result<T, String>;

impl Lane<'_> {
    /// The page of metrics as it came.
    ///
    /// # Errors
    /// In words: the target declares none, or does not give it.
    pub(in super::super) async fn page(&self) -> Seen<String> {
        let path = self.stage.plan.target.metrics_path.as_deref();
        let path = path.ok_or("the target declares no metrics")?;
        let reply = send(&self.at, &Ask::new("GET", path), SCRAPE).await;
        let reply = reply.map_err(|silence| silence.to_string())?;
        match reply.status {
            200 => Ok(reply.text()),
            status => Err(format!("the metrics are answered {status}")),
        }
    }

    /// The metrics.
    ///
    /// # Errors
    /// In words: as [`Self::page`], or they cannot be read.
    pub(in super::super) async fn scrape(&self) -> Seen<Scrape> {
        Scrape::parse(&self.page().await?)
    }

    /// Whether the target has metrics.
    pub(in super::super) fn has_metrics(&self) -> bool {
        self.stage.plan.target.metrics_path.is_some()
    }

    /// Scrapes until a number has grown as wanted, and once more when what comes late has come too.
    ///
    /// Answers by how much it has grown.
    pub(in super::super) async fn grown(
        &self,
        before: &Seen<Scrape>,
        number: impl Fn(&Scrape) -> f64,
        wanted: f64,
    ) -> Seen<f64> {
        let before = number(before.as_ref().map_err(Clone::clone)?);
        let until = Instant::now() + POLL;
        loop {
            let grown = number(&self.scrape().await?) - before;
            if grown >= wanted || Instant::now() >= until {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        tokio::time::sleep(SETTLE).await;
        Ok(number(&self.scrape().await?) - before)
    }

    /// How many failed fetches the target has counted so far.
    pub(in super::super) fn errors(&self, scrape: &Scrape) -> f64 {
        let counted = scrape.sum(&self.plan.metrics.fetch_errors);
        counted.unwrap_or_default()
    }

    /// That the target counted a failed fetch more than before; `None` where it has no metrics.
    pub(in super::super) async fn error_counted(&self, before: &Seen<Scrape>) -> Option<Fact> {
        if !self.has_metrics() {
            return None;
        }
        let grown = self.grown(before, |scrape| self.errors(scrape), 1.0).await;
        Some(Fact::number(
            "fetch errors counted",
            (Some(1.0), None),
            "",
            saw(grown),
        ))
    }
}

/// A number that was scraped; a scrape that failed decides nothing.
pub(in super::super) fn saw(grown: Seen<f64>) -> Saw {
    match grown {
        Ok(grown) => Saw::Number(grown),
        Err(why) => Saw::Unknown(format!("the metrics cannot be read: {why}")),
    }
}
