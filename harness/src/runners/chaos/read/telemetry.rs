//! Telemetry's own books: what the producers made, sent and dropped, and what the backend says arrived.

use crate::model::chaos::{ChaosEvent, Connection, Endpoint, TelemetryPlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::runners::chaos::access::{Access, AccessError};
use crate::runners::chaos::probe::{client, sum};
use crate::runners::chaos::trouble::Trouble;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Times between readings, in milliseconds. While something is still asked, producers have a moment
/// without records only just after they sent: a steady pace can miss it every time.
const PACE: [u64; 5] = [31, 53, 79, 97, 113];
/// Longest wait for one page.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the books could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Nothing is known of where they are.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A page that could not be had or read.
    #[error("{url}: {reason}")]
    Page {
        /// Where.
        url: String,
        /// What was wrong.
        reason: String,
    },
}

/// Sums over all producers; counts of records.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Books {
    produced: f64,
    recovered: f64,
    sent: f64,
    dropped: f64,
    waiting: f64,
}

/// One reading of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Reading {
    books: Books,
    /// `None` where the backend keeps no account.
    arrived: Option<f64>,
    /// Records that were made while it was read.
    moved: f64,
}

/// What happened since the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Since {
    /// Records that had to arrive or be dropped: made, found again, or waiting at the baseline.
    produced: f64,
    sent: f64,
    dropped: f64,
    waiting: f64,
    arrived: Option<f64>,
}

impl Since {
    fn new(baseline: &Reading, now: &Reading) -> Self {
        let (from, to) = (&baseline.books, &now.books);
        let arrived = now.arrived.zip(baseline.arrived);
        let made = (to.produced - from.produced) + (to.recovered - from.recovered);
        Self {
            produced: made + from.waiting,
            sent: to.sent - from.sent,
            dropped: to.dropped - from.dropped,
            waiting: to.waiting,
            arrived: arrived.map(|(now, before)| now - before),
        }
    }

    /// Whether everything arrived or was counted as dropped. Counts are whole numbers.
    fn is_settled(&self) -> bool {
        let there = self.arrived.unwrap_or(self.sent);
        self.waiting == 0.0 && self.produced == there + self.dropped
    }

    /// Counters only grow; one that fell was reset, and with it the baseline is worth nothing.
    fn is_whole(&self) -> bool {
        let least = self.produced.min(self.sent).min(self.dropped);
        least.min(self.arrived.unwrap_or_default()) >= 0.0
    }
}

/// The books, with what stood in them before.
#[derive(Debug)]
pub struct Telemetry {
    producers: Vec<Url>,
    arrived: Option<Account>,
    plan: TelemetryPlan,
    client: Client,
    baseline: Reading,
}

/// The backend's account.
#[derive(Debug)]
struct Account {
    url: Url,
    pointer: String,
    login: Option<(String, Option<String>)>,
}

impl Telemetry {
    /// Reads what stands in the books before anything is broken. Waits up to `patience`
    /// for a moment at which nothing is on its way.
    ///
    /// # Errors
    /// Where a page cannot be had or lacks a metric.
    pub async fn baseline(
        plan: &TelemetryPlan,
        access: &Access,
        patience: Duration,
    ) -> Result<Self, TelemetryError> {
        let resolve = |url: &Endpoint| access.http(url);
        let producers: Result<_, _> = plan.producers.iter().map(resolve).collect();
        let mut telemetry = Self {
            producers: producers?,
            arrived: account(plan, access)?,
            plan: plan.clone(),
            client: client(Connection::Fresh).map_err(AccessError::from)?,
            baseline: Reading::default(),
        };
        let deadline = Instant::now() + patience;
        let mut pace = PACE.into_iter().cycle().map(Duration::from_millis);
        loop {
            telemetry.baseline = telemetry.read().await?;
            let still = telemetry.baseline.moved == 0.0 && telemetry.baseline.books.waiting == 0.0;
            if still || Instant::now() >= deadline {
                return Ok(telemetry);
            }
            sleep(pace.next().unwrap_or_default()).await;
        }
    }

    /// Reads until everything that was made since the baseline arrived or was counted
    /// as dropped, up to `patience`, and records of the last reading, since the baseline:
    /// `telemetry_produced` (with what waited at the baseline), `telemetry_sent`,
    /// `telemetry_dropped`, `telemetry_waiting`, `telemetry_arrived` and
    /// `telemetry_moved` (records that were made while it was read).
    pub async fn settle(&self, recorder: &Recorder, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut pace = PACE.into_iter().cycle().map(Duration::from_millis);
        loop {
            let reading = self.read().await;
            let over = Instant::now() >= deadline;
            match reading {
                Ok(reading) if over || self.is_settled(&reading) => {
                    return self.tell(recorder, &reading);
                }
                Err(error) if over => return failed(recorder, &error.to_string()),
                _ => sleep(pace.next().unwrap_or_default()).await,
            }
        }
    }

    fn is_settled(&self, now: &Reading) -> bool {
        Since::new(&self.baseline, now).is_settled()
    }

    fn tell(&self, recorder: &Recorder, now: &Reading) {
        let since = Since::new(&self.baseline, now);
        if !since.is_whole() {
            return failed(recorder, "a counter fell: a process was started anew");
        }
        let number = |name: &str, value| {
            recorder.record(Event::Chaos(ChaosEvent::Number {
                name: format!("telemetry_{name}"),
                value,
            }));
        };
        number("produced", since.produced);
        number("sent", since.sent);
        number("dropped", since.dropped);
        number("waiting", since.waiting);
        number("moved", now.moved);
        if let Some(arrived) = since.arrived {
            number("arrived", arrived);
        }
    }

    /// Producers, backend, producers: what was made meanwhile is known.
    async fn read(&self) -> Result<Reading, TelemetryError> {
        let before = self.books().await?;
        let arrived = match &self.arrived {
            Some(account) => Some(self.account(account).await?),
            None => None,
        };
        let books = self.books().await?;
        Ok(Reading {
            books,
            arrived,
            moved: books.produced - before.produced,
        })
    }

    async fn books(&self) -> Result<Books, TelemetryError> {
        let mut sums = Books::default();
        for url in &self.producers {
            let page = text(url, self.client.get(url.clone())).await?;
            let read = |metric: &str| sum(&page, metric).map_err(|reason| wrong(url, &reason));
            let plan = &self.plan;
            sums.produced += read(&plan.produced_metric)?;
            sums.sent += read(&plan.sent_metric)?;
            sums.dropped += read(&plan.dropped_metric)?;
            if let Some(metric) = &plan.recovered_metric {
                sums.recovered += read(metric)?;
            }
            for metric in &plan.waiting_metrics {
                sums.waiting += read(metric)?;
            }
        }
        Ok(sums)
    }

    async fn account(&self, account: &Account) -> Result<f64, TelemetryError> {
        let mut request = self.client.get(account.url.clone());
        if let Some((user, password)) = &account.login {
            request = request.basic_auth(user, password.as_ref());
        }
        let page = text(&account.url, request).await?;
        let json: Result<Value, _> = serde_json::from_str(&page);
        let json = json.map_err(|error| wrong(&account.url, &error.to_string()))?;
        total(&json, &account.pointer).map_err(|reason| wrong(&account.url, &reason))
    }
}

fn account(plan: &TelemetryPlan, access: &Access) -> Result<Option<Account>, AccessError> {
    let Some(url) = &plan.arrived_url else {
        return Ok(None);
    };
    let password = plan.arrived_password_file.as_ref();
    let password = password
        .map(|file| access.password_file(file))
        .transpose()?;
    Ok(Some(Account {
        url: access.http(url)?,
        pointer: plan.arrived_pointer.clone().unwrap_or_default(),
        login: plan.arrived_user.clone().map(|user| (user, password)),
    }))
}

async fn text(url: &Url, request: RequestBuilder) -> Result<String, TelemetryError> {
    let read = async {
        let response = request.timeout(PATIENCE).send().await?;
        response.error_for_status()?.text().await
    };
    let read: Result<String, reqwest::Error> = read.await;
    read.map_err(|error| wrong(url, &Trouble::of(&error.without_url()).detail))
}

fn wrong(url: &Url, reason: &str) -> TelemetryError {
    TelemetryError::Page {
        url: url.to_string(),
        reason: reason.to_owned(),
    }
}

fn failed(recorder: &Recorder, reason: &str) {
    recorder.record(Event::Chaos(ChaosEvent::ReadFailed {
        name: "telemetry".to_owned(),
        reason: reason.to_owned(),
    }));
}

/// Adds up the numbers at a JSON pointer (RFC 6901) in which `*` means every element.
///
/// An empty list adds up to 0; a pointer that leads nowhere is an error.
fn total(json: &Value, pointer: &str) -> Result<f64, String> {
    let mut found = vec![json];
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let below = |value| children(value, &step).ok_or(());
        let next: Result<Vec<_>, ()> = found.iter().copied().map(below).collect();
        let next = next.map_err(|()| format!("`{pointer}` leads nowhere at `{step}`"))?;
        found = next.concat();
    }
    let numbers: Option<Vec<f64>> = found.iter().map(|value| value.as_f64()).collect();
    let numbers = numbers.ok_or_else(|| format!("`{pointer}` leads to what is no number"))?;
    Ok(numbers.iter().sum())
}

fn children<'a>(value: &'a Value, step: &str) -> Option<Vec<&'a Value>> {
    match (value, step) {
        (Value::Array(items), "*") => Some(items.iter().collect()),
        (Value::Object(map), "*") => Some(map.values().collect()),
        (Value::Array(items), _) => Some(vec![items.get(step.parse::<usize>().ok()?)?]),
        (Value::Object(map), _) => Some(vec![map.get(step)?]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::SystemPlan;
    use crate::runners::chaos::access::Published;
    use crate::runners::chaos::peer::{Manner, Peer};
    use serde_json::json;
    use std::collections::BTreeMap;
    use std::path::Path;

    const BEFORE: &str = "made_total 10\nsent_total 8\ndropped_total{r=\"a\"} 0\nwaiting 2\n";
    const AFTER: &str = "made_total 30\nsent_total 25\ndropped_total{r=\"a\"} 5\nwaiting 0\n";

    fn plan(page: &Peer, account: &Peer) -> TelemetryPlan {
        TelemetryPlan {
            producers: vec![Endpoint(page.url("/metrics"))],
            produced_metric: "made_total".to_owned(),
            recovered_metric: None,
            sent_metric: "sent_total".to_owned(),
            dropped_metric: "dropped_total".to_owned(),
            waiting_metrics: vec!["waiting".to_owned()],
            arrived_url: Some(Endpoint(account.url("/ledger"))),
            arrived_pointer: Some("/runs/*/distinct".to_owned()),
            arrived_user: Some("root".to_owned()),
            arrived_password_file: None,
        }
    }

    /// Numbers recorded when the account at the end says so much.
    async fn settled(after: &'static str, arrived: &'static str) -> BTreeMap<String, f64> {
        let page = Peer::start(Manner::Answer(200, BEFORE)).await;
        let first = "{\"runs\": [{\"distinct\": 5}, {\"distinct\": 3}]}";
        let account = Peer::start(Manner::Answer(200, first)).await;
        let access = Access::new(&SystemPlan::default(), Path::new("."), Published::new());
        let plan = plan(&page, &account);
        let telemetry = Telemetry::baseline(&plan, &access, Duration::ZERO).await;
        let telemetry = telemetry.unwrap();
        page.turn(Manner::Answer(200, after));
        account.turn(Manner::Answer(200, arrived));
        let (sender, events) = std::sync::mpsc::channel();
        telemetry
            .settle(&Recorder::new(sender), Duration::ZERO)
            .await;
        let requests = account.requests();
        assert!(requests[0].contains("authorization: Basic cm9vdDo="));
        let number = |timed: crate::model::evidence::Timed| match timed.event {
            Event::Chaos(ChaosEvent::Number { name, value }) => (name, value),
            other => (format!("{other:?}"), f64::NAN),
        };
        events.try_iter().map(number).collect()
    }

    #[tokio::test]
    async fn books_are_told_since_the_baseline() {
        let numbers = settled(AFTER, "{\"runs\": [{\"distinct\": 25}]}").await;
        let wanted = [
            ("telemetry_arrived", 17.0),
            ("telemetry_dropped", 5.0),
            ("telemetry_moved", 0.0),
            ("telemetry_produced", 22.0),
            ("telemetry_sent", 17.0),
            ("telemetry_waiting", 0.0),
        ];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(numbers, wanted.into());
    }

    #[tokio::test]
    async fn a_counter_that_fell_is_no_number() {
        let numbers = settled(BEFORE, "{\"runs\": []}").await;
        assert_eq!(numbers.len(), 1);
        let (event, _) = numbers.iter().next().unwrap();
        assert!(event.contains("ReadFailed"), "{event}");
    }

    #[test]
    fn settled_means_that_nothing_is_missing() {
        let since = Since {
            produced: 22.0,
            sent: 17.0,
            dropped: 5.0,
            waiting: 0.0,
            arrived: Some(17.0),
        };
        assert!(since.is_settled());
        let lost = Since {
            arrived: Some(16.0),
            ..since
        };
        assert!(!lost.is_settled());
        let waiting = Since {
            waiting: 1.0,
            ..since
        };
        assert!(!waiting.is_settled());
    }

    #[test]
    fn pointers_with_stars_add_up() {
        let json = json!({"runs": {"a": {"n": 1}, "b": {"n": 2.5}}, "x": [3], "none": []});
        assert_eq!(total(&json, "/runs/*/n").unwrap(), 3.5);
        assert_eq!(total(&json, "/x/0").unwrap(), 3.0);
        assert_eq!(total(&json, "/none/*").unwrap(), 0.0);
        assert!(total(&json, "/nowhere/*").is_err());
        assert!(total(&json, "/runs/a").is_err());
    }
}
