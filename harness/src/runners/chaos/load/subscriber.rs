//! A durable consumer of our own: messages that are in its hands when the fault strikes must come again.

use crate::model::chaos::ChaosEvent;
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::runners::chaos::access::{Access, AccessError};
use crate::runners::chaos::probe::connect_nats;
use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use async_nats::jetstream::{self, Context, Message};
use futures_util::StreamExt;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// Messages that are held without an acknowledgement while all is well.
const IN_HAND: usize = 8;
/// The server sends a message again when it was not acknowledged for so long.
const ACK_WAIT: Duration = Duration::from_secs(2);
/// A message is acknowledged no later than this, so that it does not come again by itself.
const LONGEST_HELD: Duration = Duration::from_millis(700);
/// How long one pull waits at the server.
const PULL: Duration = Duration::from_millis(300);
/// Longest wait for one answer of the server.
const PATIENCE: Duration = Duration::from_secs(1);
/// The server forgets the consumer so long after we are gone without a goodbye.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// What is known of the messages, by stream sequence.
#[derive(Debug, Default)]
struct Account {
    /// In hand, not acknowledged yet.
    held: BTreeSet<u64>,
    /// In hand when a fault struck.
    at_onset: BTreeSet<u64>,
    /// Of those, what came a second time.
    redelivered: BTreeSet<u64>,
    /// Of those, what ended acknowledged, confirmed by the server.
    acked: BTreeSet<u64>,
}

impl Account {
    /// Whether a message that was just delivered must wait for its second coming.
    fn is_given_up(&self, sequence: u64, delivered: i64) -> bool {
        self.at_onset.contains(&sequence) && delivered < 2
    }

    fn came(&mut self, sequence: u64, delivered: i64) {
        if delivered > 1 && self.at_onset.contains(&sequence) {
            self.redelivered.insert(sequence);
        }
    }

    fn numbers(&self) -> [(&'static str, usize); 4] {
        [
            ("in_flight_at_onset", self.at_onset.len()),
            ("redelivered", self.redelivered.len()),
            ("acked", self.acked.len()),
            ("unacked", self.at_onset.difference(&self.acked).count()),
        ]
    }
}

/// A consumer at work.
#[derive(Debug)]
pub struct Subscriber {
    account: Arc<Mutex<Account>>,
    stop: watch::Sender<Option<Instant>>,
    work: JoinHandle<()>,
    recorder: Recorder,
}

impl Subscriber {
    /// Makes a durable consumer `proofhouse-RUN` that starts with the next message.
    ///
    /// # Errors
    /// Where the system has no NATS server; in words where the server makes no consumer.
    pub async fn start(
        access: &Access,
        stream: &str,
        run: &str,
        recorder: Recorder,
    ) -> Result<Self, SubscribeError> {
        let context = context(access).await?;
        let name = format!("proofhouse-{run}");
        let consumer = make(&context, stream, &name).await?;
        let account = Arc::new(Mutex::new(Account::default()));
        let (stop, stopped) = watch::channel(None);
        let puller = Puller {
            context,
            stream: stream.to_owned(),
            name,
            account: Arc::clone(&account),
            stop: stopped,
            hand: VecDeque::new(),
        };
        let work = tokio::spawn(puller.work(consumer));
        Ok(Self {
            account,
            stop,
            work,
            recorder,
        })
    }

    /// The fault has struck: what is in hand now is given up, as by a consumer that
    /// broke, and must come again. Called once for each fault, as soon as it is seen.
    pub fn onset(&self) {
        let mut account = lock(&self.account);
        let held = std::mem::take(&mut account.held);
        account.at_onset.extend(held);
    }

    /// Waits up to `grace` until everything that was in flight is acknowledged,
    /// deletes the consumer, and records `in_flight_at_onset`, `redelivered`,
    /// `acked` and `unacked`.
    pub async fn stop(self, grace: Duration) {
        self.stop.send_replace(Some(Instant::now() + grace));
        let ended = self.work.await;
        if let Err(error) = ended {
            return self.recorder.record(Event::Chaos(ChaosEvent::ReadFailed {
                name: "redelivered".to_owned(),
                reason: format!("the consumer broke: {error}"),
            }));
        }
        for (name, count) in lock(&self.account).numbers() {
            self.recorder.record(Event::Chaos(ChaosEvent::Number {
                name: name.to_owned(),
                value: u32::try_from(count).unwrap_or(u32::MAX).into(),
            }));
        }
    }
}

/// Why there is no consumer of our own.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The server's address is not known.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The server made none.
    #[error("consumer of our own on stream `{stream}`: {reason}")]
    Refused {
        /// The stream.
        stream: String,
        /// What the server said.
        reason: String,
    },
}

async fn context(access: &Access) -> Result<Context, SubscribeError> {
    let url = access.nats()?;
    let client = connect_nats(&url, PATIENCE).await;
    let client = client.map_err(|trouble| SubscribeError::Refused {
        stream: String::new(),
        reason: trouble.detail,
    })?;
    let mut context = jetstream::new(client);
    context.set_timeout(PATIENCE);
    Ok(context)
}

async fn make(
    context: &Context,
    stream: &str,
    name: &str,
) -> Result<Consumer<Config>, SubscribeError> {
    let config = Config {
        durable_name: Some(name.to_owned()),
        deliver_policy: DeliverPolicy::New,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        inactive_threshold: FORGOTTEN,
        ..Config::default()
    };
    let made = context.create_consumer_on_stream(config, stream).await;
    made.map_err(|error| SubscribeError::Refused {
        stream: stream.to_owned(),
        reason: error.to_string(),
    })
}

fn lock(account: &Mutex<Account>) -> std::sync::MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pulls messages, holds some in hand, and acknowledges them in turn.
struct Puller {
    context: Context,
    stream: String,
    name: String,
    account: Arc<Mutex<Account>>,
    stop: watch::Receiver<Option<Instant>>,
    hand: VecDeque<(Instant, Message)>,
}

impl Puller {
    async fn work(mut self, consumer: Consumer<Config>) {
        while !self.is_over() {
            self.pull(&consumer).await;
            self.acknowledge(self.spare()).await;
        }
        // Left in hand are messages that no fault met.
        self.acknowledge(usize::MAX).await;
        self.say_goodbye().await;
    }

    /// Deletes the consumer; a server that does not answer forgets it by itself.
    async fn say_goodbye(&self) {
        for _ in 0..5 {
            let gone = self
                .context
                .delete_consumer_from_stream(&self.name, &self.stream);
            if matches!(timeout(PATIENCE, gone).await, Ok(Ok(_))) {
                return;
            }
        }
    }

    /// When told to stop: as soon as nothing is open, or the grace is over.
    fn is_over(&self) -> bool {
        let Some(deadline) = *self.stop.borrow() else {
            return self.stop.has_changed().is_err();
        };
        let account = lock(&self.account);
        Instant::now() >= deadline || account.at_onset.is_subset(&account.acked)
    }

    async fn pull(&mut self, consumer: &Consumer<Config>) {
        let batch = consumer.batch().max_messages(IN_HAND).expires(PULL);
        let Ok(Ok(mut batch)) = timeout(PATIENCE, batch.messages()).await else {
            return tokio::time::sleep(PULL).await;
        };
        // A connection that broke ends the batch by silence.
        while let Ok(Some(Ok(message))) = timeout(PULL + PATIENCE, batch.next()).await {
            self.take(message);
        }
    }

    fn take(&mut self, message: Message) {
        let Ok(info) = message.info() else {
            return;
        };
        let (sequence, delivered) = (info.stream_sequence, info.delivered);
        let mut account = lock(&self.account);
        account.came(sequence, delivered);
        // One that came late, after it was given up, waits for its second coming.
        if !account.is_given_up(sequence, delivered) {
            account.held.insert(sequence);
            self.hand.push_back((Instant::now(), message));
        }
    }

    /// How many in hand are to be acknowledged: over the limit, or held for long.
    fn spare(&self) -> usize {
        let over = self.hand.len().saturating_sub(IN_HAND);
        let old = |(since, _): &&(Instant, Message)| since.elapsed() >= LONGEST_HELD;
        over.max(self.hand.iter().take_while(old).count())
    }

    /// Acknowledges the oldest, except those that a fault met on their first coming.
    async fn acknowledge(&mut self, count: usize) {
        for _ in 0..count.min(self.hand.len()) {
            let Some((_, message)) = self.hand.pop_front() else {
                return;
            };
            let Ok(info) = message.info() else {
                continue;
            };
            let (sequence, delivered) = (info.stream_sequence, info.delivered);
            {
                let mut account = lock(&self.account);
                // From here on it may be acknowledged without our knowing.
                account.held.remove(&sequence);
                if account.is_given_up(sequence, delivered) {
                    continue;
                }
            }
            // Confirmed by the server, or it comes again.
            if let Ok(Ok(())) = timeout(PATIENCE, message.double_ack()).await {
                lock(&self.account).confirmed(sequence);
            }
        }
    }
}

impl Account {
    fn confirmed(&mut self, sequence: u64) {
        if self.at_onset.contains(&sequence) {
            self.acked.insert(sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::{Endpoint, NatsPlan, SystemPlan};
    use crate::runners::chaos::access::Published;
    use crate::runners::chaos::servers::{Nats, until};
    use std::path::Path;

    fn access(nats: &Nats) -> Access {
        let system = SystemPlan {
            nats: Some(NatsPlan {
                url: Endpoint(nats.url.clone()),
                stream: "EVENTS".to_owned(),
                consumer: None,
            }),
            ..SystemPlan::default()
        };
        Access::new(&system, Path::new("."), Published::new())
    }

    async fn publish(nats: &Nats, count: u32) {
        let context = jetstream::new(async_nats::connect(&nats.url).await.unwrap());
        for number in 0..count {
            let body = format!("{number}").into();
            let ack = context.publish("events.order", body).await.unwrap();
            ack.await.unwrap();
        }
    }

    fn numbers(events: &std::sync::mpsc::Receiver<crate::model::evidence::Timed>) -> Vec<f64> {
        let number = |timed: crate::model::evidence::Timed| match timed.event {
            Event::Chaos(ChaosEvent::Number { value, .. }) => Some(value),
            _ => None,
        };
        events.try_iter().filter_map(number).collect()
    }

    async fn consumers(nats: &Nats) -> usize {
        let context = jetstream::new(async_nats::connect(&nats.url).await.unwrap());
        let mut stream = context.get_stream("EVENTS").await.unwrap();
        stream.info().await.unwrap().state.consumer_count
    }

    #[tokio::test]
    async fn what_was_in_flight_when_the_server_died_comes_again() {
        let mut nats = Nats::start().await;
        nats.make_stream("EVENTS", "events.>").await;
        let (sender, events) = std::sync::mpsc::channel();
        let access = access(&nats);
        let started = Subscriber::start(&access, "EVENTS", "run", Recorder::new(sender)).await;
        let subscriber = started.unwrap();
        publish(&nats, 5).await;
        until("messages are in hand", async || {
            !lock(&subscriber.account).held.is_empty()
        })
        .await;
        nats.server.kill();
        subscriber.onset();
        nats.server.spawn();
        nats.until_up().await;
        subscriber.stop(Duration::from_secs(60)).await;
        let [in_flight, redelivered, acked, unacked] = numbers(&events)[..] else {
            panic!("four numbers are wanted");
        };
        assert!(in_flight >= 1.0);
        assert_eq!((redelivered, acked, unacked), (in_flight, in_flight, 0.0));
        assert_eq!(consumers(&nats).await, 0);
    }

    #[tokio::test]
    async fn a_server_that_stays_away_leaves_them_unacknowledged() {
        let mut nats = Nats::start().await;
        nats.make_stream("EVENTS", "events.>").await;
        let (sender, events) = std::sync::mpsc::channel();
        let access = access(&nats);
        let started = Subscriber::start(&access, "EVENTS", "run", Recorder::new(sender)).await;
        let subscriber = started.unwrap();
        publish(&nats, 3).await;
        until("messages are in hand", async || {
            !lock(&subscriber.account).held.is_empty()
        })
        .await;
        nats.server.kill();
        subscriber.onset();
        subscriber.stop(Duration::from_millis(100)).await;
        let [in_flight, redelivered, acked, unacked] = numbers(&events)[..] else {
            panic!("four numbers are wanted");
        };
        assert!(in_flight >= 1.0);
        assert_eq!((redelivered, acked, unacked), (0.0, 0.0, in_flight));
    }

    #[test]
    fn without_an_onset_nothing_was_in_flight() {
        let mut account = Account::default();
        account.held.insert(1);
        account.came(1, 2);
        account.confirmed(1);
        assert!(account.numbers().iter().all(|(_, count)| *count == 0));
    }
}
