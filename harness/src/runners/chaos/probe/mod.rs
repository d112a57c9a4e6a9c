//! The probes: one file each, and what all of them can do.

mod container;
mod database;
mod http;
mod metric;
mod nats;
mod schedule;
#[cfg(test)]
mod tests;

pub use container::{Engine, EngineState};
pub(super) use http::{client, client_keeping, header_map};
pub(super) use metric::sum;
pub(super) use nats::connect as connect_nats;

use super::access::{Access, AccessError};
use super::clock::Clock;
use super::trouble::Trouble;
use crate::model::chaos::{Attempt, AttemptClass, ChaosEvent, Connection, ProbeKind, ProbePlan};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use schedule::Lane;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Called with every attempt when its outcome is known.
pub type Seen = Arc<dyn Fn(&Attempt) + Send + Sync>;

/// One question: it can be asked many times at once.
#[async_trait::async_trait]
trait Question: Send + Sync {
    /// Asks once. The caller ends what takes too long.
    async fn ask(&self) -> Answer;
}

/// What one attempt brought.
#[derive(Debug, Default)]
struct Answer {
    status: Option<u16>,
    value: Option<Value>,
    trouble: Option<Trouble>,
}

impl Answer {
    fn value(value: Value) -> Self {
        Self {
            value: Some(value),
            ..Self::default()
        }
    }

    fn timeout(detail: impl AsRef<str>) -> Self {
        Trouble::new(AttemptClass::Timeout, detail).into()
    }
}

impl From<Trouble> for Answer {
    fn from(trouble: Trouble) -> Self {
        Self {
            trouble: Some(trouble),
            ..Self::default()
        }
    }
}

impl From<Result<Value, Trouble>> for Answer {
    fn from(result: Result<Value, Trouble>) -> Self {
        result.map_or_else(Self::from, Self::value)
    }
}

/// Where attempts go.
#[derive(Clone)]
struct Reporter {
    clock: Clock,
    recorder: Recorder,
    seen: Seen,
}

impl Reporter {
    fn report(&self, attempt: Attempt) {
        (self.seen)(&attempt);
        let event = ChaosEvent::Attempt(attempt);
        self.recorder.record(Event::Chaos(event));
    }
}

/// Probes at work; dropping it ends them at once.
#[derive(Debug)]
pub struct Watching {
    stop: watch::Sender<bool>,
    lanes: JoinSet<()>,
}

impl Watching {
    /// Sends no more attempts, and ends when those on their way are done.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.lanes.join_next().await.is_some() {}
    }
}

/// Starts all probes on the tokio runtime that this is called on.
///
/// # Errors
/// A probe whose address or request cannot be made; nothing is started then.
pub fn start(
    probes: &[ProbePlan],
    access: &Access,
    recorder: Recorder,
    seen: Seen,
) -> Result<Watching, AccessError> {
    let asked: Result<Vec<_>, _> = probes.iter().map(|plan| questions(plan, access)).collect();
    let clock = Clock::of(&recorder);
    let reporter = Reporter {
        clock,
        recorder,
        seen,
    };
    let (stop, stopped) = watch::channel(false);
    let mut lanes = JoinSet::new();
    let began = Instant::now();
    for (plan, questions) in probes.iter().zip(asked?) {
        for (connection, question) in questions {
            let lane = Lane::new(plan, connection, question, reporter.clone());
            lanes.spawn(lane.keep(began, stopped.clone()));
        }
    }
    Ok(Watching { stop, lanes })
}

type Asked = (Option<Connection>, Arc<dyn Question>);

/// A probe's questions: one for each kind of connection.
fn questions(plan: &ProbePlan, access: &Access) -> Result<Vec<Asked>, AccessError> {
    if let ProbeKind::Http { connections, .. } = &plan.kind {
        let ask = |connection: &Connection| {
            let question = http::Request::new(&plan.kind, access, *connection)?;
            Ok((Some(*connection), Arc::new(question) as Arc<dyn Question>))
        };
        return connections.iter().map(ask).collect();
    }
    Ok(vec![other(plan, access)?])
}

fn other(plan: &ProbePlan, access: &Access) -> Result<Asked, AccessError> {
    let timeout: Duration = plan.timeout;
    let question: Arc<dyn Question> = match &plan.kind {
        ProbeKind::Http { .. } => unreachable!("asked over each of its connections"),
        ProbeKind::Metric { url, metric } => {
            let page = metric::Page::new(access.http(url)?, metric)?;
            return Ok((Some(Connection::Fresh), Arc::new(page)));
        }
        ProbeKind::NatsStream { stream } => {
            Arc::new(nats::State::stream(access.nats()?, stream, timeout))
        }
        ProbeKind::NatsConsumer { stream, consumer } => Arc::new(nats::State::consumer(
            access.nats()?,
            stream,
            consumer,
            timeout,
        )),
        ProbeKind::Database { query } => Arc::new(database::Query::new(access.database()?, query)),
        ProbeKind::Container { service, state } => {
            Arc::new(container::State::new(access.engine()?, service, *state))
        }
    };
    Ok((None, question))
}
