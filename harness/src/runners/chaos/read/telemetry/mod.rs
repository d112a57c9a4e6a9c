//! Telemetry's own books: what the producers made, sent and dropped, and what the backend says arrived.

mod books;
mod pointer;

use crate::model::chaos::{ChaosEvent, Connection, Endpoint, TelemetryPlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::runners::chaos::access::{Access, AccessError};
use crate::runners::chaos::probe::{client, sum};
use crate::runners::chaos::trouble::Trouble;
use books::{Books, Reading, Since, made};
use pointer::total;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Times between readings, in milliseconds. Producers send at a steady pace of their own: readings
/// at a steady pace can meet each of them in the middle of sending every time.
const PACE: [u64; 5] = [31, 53, 79, 97, 113];
/// Readings after the time is over, for one during which nothing moved: only such a one says
/// whether something is lost.
const LAST_READINGS: usize = 40;
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
    /// Reads what stands in the books before anything is broken. Waits up to `patience` for a moment
    /// at which nothing is on its way, or for two readings in a row that agree on how far the
    /// producers are ahead of the backend: in one alone, something may have arrived that its
    /// producer does not know of yet.
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
            let lead = telemetry.baseline.lead();
            let first = telemetry.baseline.books.is_empty();
            telemetry.baseline = telemetry.read().await?;
            let agreed = !first && lead.is_some() && lead == telemetry.baseline.lead();
            let known = agreed || telemetry.baseline.is_at_rest();
            if known || Instant::now() >= deadline {
                return Ok(telemetry);
            }
            sleep(pace.next().unwrap_or_default()).await;
        }
    }

    /// Reads until everything that was made between the baseline and the first reading arrived or
    /// was counted as dropped, up to `patience`, and records of the last reading, since the baseline:
    /// `telemetry_produced` (with what waited at the baseline), `telemetry_sent`,
    /// `telemetry_dropped`, `telemetry_waiting` (made before the first reading),
    /// `telemetry_younger` (waiting, made after it), `telemetry_arrived` and
    /// `telemetry_moved` (records that moved while it was read).
    pub async fn settle(&self, recorder: &Recorder, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut pace = PACE.into_iter().cycle().map(Duration::from_millis);
        let (mut mark, mut settled, mut late) = (None, 0, 0);
        loop {
            let reading = self.read().await;
            let over = Instant::now() >= deadline;
            late += usize::from(over);
            match reading {
                Ok(reading) => {
                    let mark = mark.get_or_insert_with(|| reading.clone());
                    let since = Since::new(&self.baseline, mark, &reading);
                    settled = if since.is_settled() { settled + 1 } else { 0 };
                    // Something lost can be made up for by something that has arrived and is not
                    // acknowledged: once by chance, not twice in a row.
                    let sure = settled > 1 || (settled > 0 && reading.is_at_rest());
                    let last = over && (reading.moved == 0.0 || late >= LAST_READINGS);
                    if sure || last {
                        return tell(recorder, &since);
                    }
                }
                Err(error) if over => return failed(recorder, &error.to_string()),
                Err(_) => {}
            }
            sleep(pace.next().unwrap_or_default()).await;
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
        let moved = books.iter().zip(&before);
        let moved =
            moved.map(|(now, before)| made(*now) - made(*before) + now.gone() - before.gone());
        Ok(Reading {
            moved: moved.map(f64::abs).sum(),
            books,
            arrived,
        })
    }

    async fn books(&self) -> Result<Vec<Books>, TelemetryError> {
        let mut all = Vec::new();
        for url in &self.producers {
            let page = text(url, self.client.get(url.clone())).await?;
            let read = |metric: &str| sum(&page, metric).map_err(|reason| wrong(url, &reason));
            let plan = &self.plan;
            let recovered = plan.recovered_metric.as_deref().map(read);
            let waiting = plan.waiting_metrics.iter().map(|metric| read(metric));
            all.push(Books {
                produced: read(&plan.produced_metric)?,
                recovered: recovered.transpose()?.unwrap_or_default(),
                sent: read(&plan.sent_metric)?,
                dropped: read(&plan.dropped_metric)?,
                waiting: waiting.sum::<Result<f64, _>>()?,
            });
        }
        Ok(all)
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

fn tell(recorder: &Recorder, since: &Since) {
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
    number("younger", since.younger);
    number("moved", since.moved);
    if let Some(arrived) = since.arrived {
        number("arrived", arrived);
    }
}

fn failed(recorder: &Recorder, reason: &str) {
    recorder.record(Event::Chaos(ChaosEvent::ReadFailed {
        name: "telemetry".to_owned(),
        reason: reason.to_owned(),
    }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::SystemPlan;
    use crate::runners::chaos::access::Published;
    use crate::runners::chaos::peer::{Manner, Peer};
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
            ("telemetry_younger", 0.0),
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
}
