//! The probes against real sockets and servers.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::chaos::{AttemptOutcome, DatabasePlan, Endpoint, NatsPlan, SystemPlan};
use crate::model::place::Place;
use crate::runners::chaos::access::Published;
use crate::runners::chaos::peer::{Manner, Peer};
use crate::runners::chaos::servers::{Nats, Postgres};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use tokio::sync::mpsc;

/// A plan every 20 ms with a timeout of a second; the kind is to be replaced.
pub(super) fn plan(id: &str) -> ProbePlan {
    ProbePlan {
        id: id.to_owned(),
        kind: ProbeKind::Database {
            query: String::new(),
        },
        every: Duration::from_millis(20),
        timeout: Duration::from_secs(1),
        place: Place {
            file: "chaos.yaml".into(),
            line: 1,
            column: 1,
            length: 1,
            key_path: "probes".to_owned(),
        },
    }
}

fn http(url: String, connections: &[Connection], pointer: Option<&str>) -> ProbePlan {
    ProbePlan {
        kind: ProbeKind::Http {
            url: Endpoint(url),
            method: "GET".to_owned(),
            headers: Default::default(),
            body: None,
            statuses: Vec::new(),
            connections: connections.iter().copied().collect(),
            value_pointer: pointer.map(str::to_owned),
        },
        ..plan("http")
    }
}

fn of(kind: ProbeKind) -> ProbePlan {
    ProbePlan {
        kind,
        ..plan("probe")
    }
}

/// Probes at work and what they see.
struct Watched {
    watching: Watching,
    attempts: mpsc::UnboundedReceiver<Attempt>,
    history: Vec<Attempt>,
    recorder: Recorder,
}

impl Watched {
    fn start(probes: &[ProbePlan], system: &SystemPlan) -> Self {
        let (sender, _) = std::sync::mpsc::channel();
        let recorder = Recorder::new(sender);
        let (told, attempts) = mpsc::unbounded_channel();
        let seen: Seen = Arc::new(move |attempt| {
            // Nobody listens any more at the end of a test.
            let _ = told.send(attempt.clone());
        });
        let access = Access::new(system, Path::new("."), Published::new());
        let watching = start(probes, &access, recorder.clone(), seen).unwrap();
        Self {
            watching,
            attempts,
            history: Vec::new(),
            recorder,
        }
    }

    fn http(probe: ProbePlan) -> Self {
        Self::start(&[probe], &SystemPlan::default())
    }

    /// The next attempt that ended so.
    async fn next(&mut self, is: impl Fn(&Attempt) -> bool) -> Attempt {
        loop {
            let attempt = self.attempts.recv().await.unwrap();
            self.history.push(attempt.clone());
            if is(&attempt) {
                return attempt;
            }
        }
    }

    async fn class(&mut self, class: AttemptClass) -> Attempt {
        self.next(|attempt| attempt.class == Some(class)).await
    }

    async fn good(&mut self) -> Attempt {
        self.next(|attempt| attempt.outcome == AttemptOutcome::Ok)
            .await
    }

    /// Stops, and answers with what was not looked at yet.
    async fn rest(mut self) -> Vec<Attempt> {
        self.watching.stop().await;
        let mut rest = Vec::new();
        while let Some(attempt) = self.attempts.recv().await {
            rest.push(attempt);
        }
        rest
    }
}

#[tokio::test]
async fn fresh_opens_a_connection_each_time_and_pooled_keeps_one() {
    for (connection, shared) in [(Connection::Fresh, false), (Connection::Pooled, true)] {
        let peer = Peer::start(Manner::Answer(200, "{}")).await;
        let mut probe = http(peer.url("/"), &[connection], None);
        // One after the other, even on a loaded machine: a second is plenty for an answer.
        probe.every = Duration::from_millis(100);
        let mut watched = Watched::http(probe);
        for _ in 0..10 {
            assert_eq!(watched.good().await.connection, Some(connection));
        }
        watched.rest().await;
        let (connections, requests) = (peer.connections(), peer.requests().len());
        assert!(requests >= 10);
        if shared {
            // A stall of the machine may let two attempts overlap.
            assert!(connections <= 3, "{connections} for {requests} requests");
        } else {
            assert_eq!(connections, requests);
        }
    }
}

#[tokio::test]
async fn both_kinds_of_connection_are_asked_and_told_apart() {
    let peer = Peer::start(Manner::Answer(200, "{}")).await;
    let both = [Connection::Fresh, Connection::Pooled];
    let mut watched = Watched::http(http(peer.url("/"), &both, None));
    for connection in both {
        let is = |attempt: &Attempt| attempt.connection == Some(connection);
        assert_eq!(watched.next(is).await.outcome, AttemptOutcome::Ok);
    }
    let mut seen = BTreeSet::new();
    for attempt in watched.rest().await {
        assert!(seen.insert((attempt.connection, attempt.seq)), "twice");
    }
}

#[tokio::test]
async fn every_way_to_fail_has_its_class() {
    let peer = Peer::start(Manner::Answer(200, "{\"a\": {\"b\": 7}}")).await;
    let mut probe = http(peer.url("/"), &[Connection::Fresh], Some("/a/b"));
    probe.timeout = Duration::from_millis(300);
    let mut watched = Watched::http(probe);
    assert_eq!(watched.good().await.value, Some(json!(7)));
    use AttemptOutcome::{Bad, Info};
    for (manner, class, outcome) in [
        (
            Manner::Answer(503, "{\"a\": {\"b\": 8}}"),
            AttemptClass::Status,
            Bad,
        ),
        (Manner::Answer(200, "{\"a\": {}}"), AttemptClass::Body, Bad),
        (Manner::Answer(200, "no json"), AttemptClass::Body, Bad),
        (Manner::Silent, AttemptClass::Timeout, Info),
        (Manner::Reset, AttemptClass::Reset, Info),
        (Manner::Close, AttemptClass::Eof, Info),
        (Manner::Half, AttemptClass::Eof, Info),
        (
            Manner::Late(Duration::from_secs(5)),
            AttemptClass::Timeout,
            Info,
        ),
    ] {
        peer.turn(manner);
        let attempt = watched.class(class).await;
        assert_eq!(attempt.outcome, outcome, "{manner:?} {attempt:?}");
        if class == AttemptClass::Status {
            // A deny may come with a bad status: its value is read all the same.
            assert_eq!((attempt.status, attempt.value), (Some(503), Some(json!(8))));
        }
    }
    peer.refuse().await;
    let attempt = watched.class(AttemptClass::Refused).await;
    assert_eq!(attempt.outcome, Bad);
    peer.turn(Manner::Answer(200, "{\"a\": {\"b\": 9}}"));
    peer.accept().await;
    assert_eq!(watched.good().await.value, Some(json!(9)));
    watched.rest().await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_certain() {
    let url = "http://no-such-host.invalid:1/".to_owned();
    let mut probe = http(url, &[Connection::Fresh], None);
    probe.timeout = Duration::from_secs(30);
    let mut watched = Watched::http(probe);
    let attempt = watched.class(AttemptClass::Dns).await;
    assert_eq!(attempt.outcome, AttemptOutcome::Bad);
}

#[tokio::test]
async fn a_metric_is_summed_and_a_missing_one_is_no_zero() {
    let peer = Peer::start(Manner::Answer(200, "jobs{a=\"1\"} 2\njobs{a=\"2\"} 3\n")).await;
    let mut watched = Watched::http(of(ProbeKind::Metric {
        url: Endpoint(peer.url("/metrics")),
        metric: "jobs".to_owned(),
    }));
    assert_eq!(watched.good().await.value, Some(json!(5.0)));
    peer.turn(Manner::Answer(200, "other 1\n"));
    let attempt = watched.class(AttemptClass::Body).await;
    assert_eq!((attempt.status, attempt.value), (Some(200), None));
}

#[tokio::test]
async fn stop_waits_for_attempts_on_their_way() {
    let late = Duration::from_millis(700);
    let peer = Peer::start(Manner::Late(late)).await;
    let mut probe = http(peer.url("/"), &[Connection::Fresh], None);
    probe.timeout = Duration::from_secs(30);
    probe.every = Duration::from_secs(3600);
    let watched = Watched::http(probe);
    while peer.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let rest = watched.rest().await;
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].outcome, AttemptOutcome::Ok);
}

#[tokio::test]
async fn programmed_outages_lie_inside_the_reported_intervals() {
    let peer = Peer::start(Manner::Answer(200, "{}")).await;
    let mut probe = http(peer.url("/"), &BOTH, None);
    probe.every = Duration::from_millis(10);
    // Long enough that only an outage lets an attempt time out.
    probe.timeout = Duration::from_secs(2);
    let mut watched = Watched::http(probe);
    watched.good().await;
    let mut widths = Vec::new();
    for manner in [
        Manner::Answer(503, ""),
        Manner::Silent,
        Manner::Reset,
        Manner::Close,
    ] {
        peer.turn(manner);
        watched.bad_over_both().await;
        // Up for one attempt and down again: no recovery.
        peer.turn(Manner::Answer(200, "{}"));
        watched.good().await;
        peer.turn(manner);
        watched.bad_over_both().await;
        let clock = Clock::of(&watched.recorder);
        let earliest = clock.now_us();
        peer.turn(Manner::Answer(200, "{}"));
        let latest = clock.now_us();
        for connection in BOTH {
            let attempts = watched.settled(connection, latest).await;
            let (from, to) = recovery(&attempts);
            widths.push(to - from);
            let inside = from <= latest && earliest <= to;
            assert!(
                inside,
                "{manner:?}: {earliest}..{latest} not in {from}..{to}"
            );
            // The last bad one belongs to this outage and not to an earlier one.
            assert!(
                from > earliest.saturating_sub(2_500_000),
                "{manner:?} {from}"
            );
        }
    }
    // One period and one answer are the rule; a loaded machine may take longer at times.
    widths.sort_unstable();
    let median = widths[widths.len() / 2];
    assert!(median <= 50_000, "{widths:?} microseconds");
    watched.rest().await;
}

const BOTH: [Connection; 2] = [Connection::Fresh, Connection::Pooled];

impl Watched {
    /// Waits until attempts over both kinds of connection that begin from now on are not good.
    async fn bad_over_both(&mut self) {
        let now = Clock::of(&self.recorder).now_us();
        for connection in BOTH {
            let is = |one: &Attempt| {
                one.connection == Some(connection)
                    && one.invoke_us >= now
                    && one.outcome != AttemptOutcome::Ok
            };
            if !self.history.iter().any(is) {
                self.next(is).await;
            }
        }
    }

    /// All attempts over a kind of connection in their order, once 20 good ones began
    /// after a moment and everything before the last of them is known.
    async fn settled(&mut self, connection: Connection, since_us: u64) -> Vec<Attempt> {
        loop {
            let of = |one: &&Attempt| one.connection == Some(connection);
            let mut attempts: Vec<_> = self.history.iter().filter(of).cloned().collect();
            attempts.sort_by_key(|attempt| attempt.seq);
            let known = (0..)
                .zip(&attempts)
                .take_while(|(seq, one)| *seq == one.seq);
            let good = known
                .filter(|(_, one)| one.invoke_us > since_us && one.outcome == AttemptOutcome::Ok);
            if good.count() >= 20 {
                return attempts;
            }
            self.next(|_| true).await;
        }
    }
}

/// [last bad invoke, first good completion after it] over attempts in order of invocation.
fn recovery(attempts: &[Attempt]) -> (u64, u64) {
    let last_bad = attempts
        .iter()
        .rposition(|attempt| attempt.outcome != AttemptOutcome::Ok);
    let from = last_bad.map_or(0, |at| attempts[at].invoke_us);
    let after = &attempts[last_bad.map_or(0, |at| at + 1)..];
    let to = after.iter().map(|attempt| attempt.complete_us).min();
    (from, to.unwrap())
}

#[tokio::test]
async fn a_stream_and_a_consumer_are_watched_through_death_and_pause() {
    let mut nats = Nats::start().await;
    nats.make_stream("EVENTS", "events.>").await;
    let context = nats.context().await;
    let config = async_nats::jetstream::consumer::pull::Config {
        durable_name: Some("projector".to_owned()),
        ..Default::default()
    };
    let made = context.create_consumer_on_stream(config, "EVENTS").await;
    made.unwrap();
    for _ in 0..3 {
        let ack = context.publish("events.a", "{}".into()).await.unwrap();
        ack.await.unwrap();
    }
    let system = SystemPlan {
        nats: Some(NatsPlan {
            url: Endpoint(nats.url.clone()),
            stream: "EVENTS".to_owned(),
            consumer: None,
        }),
        ..SystemPlan::default()
    };
    let stream = |name: &str| {
        of(ProbeKind::NatsStream {
            stream: name.to_owned(),
        })
    };
    let consumer = of(ProbeKind::NatsConsumer {
        stream: "EVENTS".to_owned(),
        consumer: "projector".to_owned(),
    });
    for probe in [stream("EVENTS"), consumer] {
        let mut watched = Watched::start(&[probe], &system);
        assert_eq!(watched.good().await.value, Some(json!(3)));
        watched.rest().await;
    }
    let mut missing = Watched::start(&[stream("NOTHING")], &system);
    let attempt = missing.class(AttemptClass::Server).await;
    assert_eq!(attempt.outcome, AttemptOutcome::Bad);
    missing.rest().await;

    let mut watched = Watched::start(&[stream("EVENTS")], &system);
    watched.good().await;
    nats.server.pause();
    let attempt = watched.class(AttemptClass::Timeout).await;
    assert_eq!(attempt.outcome, AttemptOutcome::Info);
    nats.server.unpause();
    watched.good().await;
    nats.server.kill();
    let is = |attempt: &Attempt| attempt.outcome != AttemptOutcome::Ok;
    watched.next(is).await;
    nats.server.spawn();
    assert_eq!(watched.good().await.value, Some(json!(3)));
}

#[tokio::test]
async fn a_database_is_asked_over_a_connection_of_its_own() {
    let mut postgres = Postgres::start().await;
    let system = SystemPlan {
        database: Some(DatabasePlan {
            url: Endpoint(postgres.url.clone()),
            user: "proofhouse".to_owned(),
            password_file: None,
            password_env: None,
        }),
        ..SystemPlan::default()
    };
    let query = |text: &str| {
        let mut probe = of(ProbeKind::Database {
            query: text.to_owned(),
        });
        probe.timeout = Duration::from_secs(2);
        probe
    };
    for (text, value) in [
        ("SELECT count(*) FROM generate_series(1, 12);", json!(12)),
        ("SELECT 12.5::numeric", json!(12.5)),
        ("SELECT pg_is_in_recovery()", json!(false)),
    ] {
        let mut watched = Watched::start(&[query(text)], &system);
        assert_eq!(watched.good().await.value, Some(value), "{text}");
        watched.rest().await;
    }
    let mut wrong = Watched::start(&[query("SELECT * FROM nowhere")], &system);
    let attempt = wrong.class(AttemptClass::Server).await;
    assert!(attempt.detail.unwrap().contains("nowhere"));
    wrong.rest().await;

    let mut watched = Watched::start(&[query("SELECT 1")], &system);
    watched.good().await;
    postgres.server.kill();
    let attempt = watched.class(AttemptClass::Refused).await;
    assert_eq!(attempt.outcome, AttemptOutcome::Bad);
    postgres.server.spawn();
    watched.good().await;
}
