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

/// One producer's; counts of records.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Books {
    produced: f64,
    recovered: f64,
    sent: f64,
    dropped: f64,
    waiting: f64,
}

impl Books {
    /// Records that were counted as sent or dropped.
    fn gone(&self) -> f64 {
        self.sent + self.dropped
    }

    /// What happened since the baseline. What waited then had to arrive as well.
    fn since(&self, from: &Self) -> Self {
        Self {
            produced: self.produced - from.produced + from.waiting,
            recovered: self.recovered - from.recovered,
            sent: self.sent - from.sent,
            dropped: self.dropped - from.dropped,
            waiting: self.waiting,
        }
    }
}

/// One reading of everything.
#[derive(Debug, Clone, Default, PartialEq)]
struct Reading {
    /// One for each producer, in the plan's order.
    books: Vec<Books>,
    /// `None` where the backend keeps no account.
    arrived: Option<f64>,
    /// Records that were made, sent or dropped while it was read.
    moved: f64,
}

impl Reading {
    fn sum(&self, of: impl Fn(&Books) -> f64) -> f64 {
        self.books.iter().map(of).sum()
    }

    /// Nothing moved and nothing is on its way.
    fn is_at_rest(&self) -> bool {
        self.moved == 0.0 && self.sum(|books| books.waiting) == 0.0
    }

    /// How far the producers' account is ahead of the backend's. Always the same, but for what is
    /// lost and for what has arrived and is not yet acknowledged.
    fn lead(&self) -> Option<f64> {
        let sent = self.sum(|books| books.sent);
        (self.moved == 0.0).then(|| sent - self.arrived.unwrap_or(sent))
    }
}

/// What happened since the baseline, and what of it was owed at the mark.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Since {
    /// Records that had to arrive or be dropped: made, found again, or waiting at the baseline.
    produced: f64,
    sent: f64,
    dropped: f64,
    /// On their way, made before the mark.
    waiting: f64,
    /// On their way, made after it.
    younger: f64,
    arrived: Option<f64>,
    moved: f64,
    least: f64,
}

impl Since {
    /// `mark` is the reading from which on what is made need not have arrived: a producer that is
    /// asked without end is never without records, and two of them need never be so at once.
    fn new(baseline: &Reading, mark: &Reading, now: &Reading) -> Self {
        let books = now.books.iter().zip(&baseline.books);
        let books: Vec<Books> = books.map(|(now, from)| now.since(from)).collect();
        let marks = mark.books.iter().zip(&baseline.books);
        let owed = marks.map(|(mark, from)| mark.since(from)).map(made);
        let late = owed
            .zip(&books)
            .map(|(owed, now)| (owed - now.gone()).max(0.0));
        let sum = |of: fn(&Books) -> f64| -> f64 { books.iter().map(of).sum() };
        let all = sum(|books| books.waiting);
        let waiting = late.sum::<f64>().min(all);
        let arrived = now.arrived.zip(baseline.arrived);
        let arrived = arrived.map(|(now, before)| now - before);
        let smallest = |books: &Books| made(*books).min(books.sent).min(books.dropped);
        let least = books.iter().map(smallest).fold(0.0, f64::min);
        Self {
            produced: books.iter().copied().map(made).sum(),
            sent: sum(|books| books.sent),
            dropped: sum(|books| books.dropped),
            waiting,
            younger: all - waiting,
            arrived,
            moved: now.moved,
            least: least.min(arrived.unwrap_or_default()),
        }
    }

    /// Whether everything from before the mark arrived or was counted as dropped, and the rest is
    /// known to be on its way. Counts are whole numbers.
    fn is_settled(&self) -> bool {
        let there = self.arrived.unwrap_or(self.sent);
        let told = there + self.dropped + self.younger;
        self.waiting == 0.0 && self.moved == 0.0 && self.produced == told
    }

    /// Counters only grow; one that fell was reset, and with it the baseline is worth nothing.
    fn is_whole(&self) -> bool {
        self.least >= 0.0
    }
}

/// Records that had to arrive or be dropped.
fn made(books: Books) -> f64 {
    books.produced + books.recovered
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

    fn books(produced: f64, sent: f64, dropped: f64, waiting: f64) -> Books {
        let recovered = 0.0;
        Books {
            produced,
            recovered,
            sent,
            dropped,
            waiting,
        }
    }

    fn reading(books: [Books; 2], arrived: f64) -> Reading {
        Reading {
            books: books.into(),
            arrived: Some(arrived),
            moved: 0.0,
        }
    }

    #[test]
    fn settled_means_that_nothing_from_before_the_mark_is_missing() {
        let baseline = reading(
            [books(10.0, 8.0, 0.0, 2.0), books(5.0, 5.0, 0.0, 0.0)],
            13.0,
        );
        let mark = reading(
            [books(20.0, 17.0, 0.0, 3.0), books(9.0, 9.0, 0.0, 0.0)],
            26.0,
        );
        let of = |now: &Reading| Since::new(&baseline, &mark, now);
        let at_mark = of(&mark);
        assert_eq!((at_mark.waiting, at_mark.younger), (3.0, 0.0));
        assert!(!at_mark.is_settled());
        // The first has sent what it owed, and both have made more since: they need not rest at once.
        let busy = reading(
            [books(24.0, 20.0, 1.0, 3.0), books(14.0, 12.0, 0.0, 2.0)],
            32.0,
        );
        assert_eq!((of(&busy).waiting, of(&busy).younger), (0.0, 5.0));
        assert!(of(&busy).is_settled(), "{:?}", of(&busy));
        // One that was acknowledged and never arrived.
        let lost = Reading {
            arrived: Some(31.0),
            ..busy.clone()
        };
        assert!(!of(&lost).is_settled());
        let moving = Reading { moved: 1.0, ..busy };
        assert!(!of(&moving).is_settled());
        // What the second sent more does not stand for what the first owes.
        let owing = reading(
            [books(24.0, 18.0, 0.0, 6.0), books(19.0, 19.0, 0.0, 0.0)],
            37.0,
        );
        assert_eq!((of(&owing).waiting, of(&owing).younger), (2.0, 4.0));
        assert!(!of(&owing).is_settled());
    }

    #[test]
    fn a_producer_that_was_started_anew_is_not_hidden_by_the_others() {
        let baseline = reading(
            [books(10.0, 10.0, 0.0, 0.0), books(5.0, 5.0, 0.0, 0.0)],
            15.0,
        );
        let now = reading(
            [books(2.0, 2.0, 0.0, 0.0), books(50.0, 50.0, 0.0, 0.0)],
            52.0,
        );
        assert!(!Since::new(&baseline, &now, &now).is_whole());
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
