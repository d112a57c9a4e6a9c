//! A fixed schedule: an attempt is due at its time, however long the earlier ones take.

use super::{Answer, Question, Reporter};
use crate::model::chaos::{Attempt, AttemptOutcome, Connection, ProbePlan};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// Attempts of one probe over one kind of connection.
pub(super) struct Lane {
    probe: String,
    connection: Option<Connection>,
    every: Duration,
    limit: Duration,
    question: Arc<dyn Question>,
    reporter: Reporter,
}

/// One slot of the schedule.
#[derive(Clone, Copy)]
struct Slot {
    seq: u64,
    due: Instant,
}

impl Lane {
    pub(super) fn new(
        plan: &ProbePlan,
        connection: Option<Connection>,
        question: Arc<dyn Question>,
        reporter: Reporter,
    ) -> Self {
        Self {
            probe: plan.id.clone(),
            connection,
            // A schedule without a period would never yield.
            every: plan.every.max(Duration::from_millis(1)),
            limit: plan.timeout,
            question,
            reporter,
        }
    }

    /// Slot k is due at `began + k * every`, until told to stop; ends with the last attempt.
    ///
    /// A prober that wakes late sends what is due at once, and says when it was due.
    pub(super) async fn keep(self, began: Instant, mut stop: watch::Receiver<bool>) {
        let lane = Arc::new(self);
        let seats = Arc::new(Semaphore::new(lane.seats()));
        let mut attempts = JoinSet::new();
        let mut slot = Slot { seq: 0, due: began };
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = sleep_until(slot.due) => {}
            }
            while attempts.try_join_next().is_some() {}
            lane.take(slot, &seats, &mut attempts);
            slot.seq += 1;
            slot.due += lane.every;
        }
        while attempts.join_next().await.is_some() {}
    }

    /// Attempts that may be on their way at once: timeout / every, and one for
    /// each end of the span, where one begins as another ends.
    fn seats(&self) -> usize {
        let spans = self.limit.as_nanos().div_ceil(self.every.as_nanos());
        usize::try_from(spans).unwrap_or(usize::MAX - 2).min(10_000) + 2
    }

    /// Sends the slot's attempt; one that cannot be sent is recorded as unknown, never left out.
    fn take(self: &Arc<Self>, slot: Slot, seats: &Arc<Semaphore>, attempts: &mut JoinSet<()>) {
        let late = slot.due.elapsed();
        if late > self.limit {
            return self.unsent(slot, &format!("not sent: the prober was {late:?} late"));
        }
        let Ok(seat) = Arc::clone(seats).try_acquire_owned() else {
            let busy = self.seats();
            return self.unsent(slot, &format!("not sent: {busy} attempts are on their way"));
        };
        let lane = Arc::clone(self);
        attempts.spawn(async move {
            lane.attempt(slot).await;
            drop(seat);
        });
    }

    async fn attempt(&self, slot: Slot) {
        let invoke = Instant::now();
        let answer = timeout(self.limit, self.question.ask()).await;
        let answer = answer
            .unwrap_or_else(|_| Answer::timeout(format!("no answer within {:?}", self.limit)));
        self.tell(slot, invoke, answer);
    }

    fn unsent(&self, slot: Slot, why: &str) {
        self.tell(slot, Instant::now(), Answer::timeout(why));
    }

    fn tell(&self, slot: Slot, invoke: Instant, answer: Answer) {
        let clock = self.reporter.clock;
        let trouble = answer.trouble.as_ref();
        self.reporter.report(Attempt {
            probe: self.probe.clone(),
            seq: slot.seq,
            due_us: clock.us(slot.due),
            invoke_us: clock.us(invoke),
            complete_us: clock.now_us(),
            outcome: trouble.map_or(AttemptOutcome::Ok, super::Trouble::outcome),
            class: trouble.map(|trouble| trouble.class),
            connection: self.connection,
            status: answer.status,
            value: answer.value,
            detail: answer.trouble.map(|trouble| trouble.detail),
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::AttemptClass;
    use crate::model::recorder::Recorder;
    use crate::runners::chaos::clock::Clock;
    use crate::runners::chaos::probe::tests::plan;
    use serde_json::json;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::sync::mpsc;

    type Answering = fn(u64) -> Answered;

    /// What becomes of the attempt with a number.
    enum Answered {
        AtOnce,
        After(Duration),
        Never,
        /// And nothing else runs meanwhile.
        Hogging(Duration),
    }

    struct Asked {
        count: AtomicU64,
        answering: Answering,
    }

    #[async_trait::async_trait]
    impl Question for Asked {
        async fn ask(&self) -> Answer {
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            match (self.answering)(number) {
                Answered::AtOnce => {}
                Answered::After(wait) => tokio::time::sleep(wait).await,
                Answered::Never => std::future::pending().await,
                Answered::Hogging(wait) => std::thread::sleep(wait),
            }
            Answer::value(json!(number))
        }
    }

    /// Runs a lane until so many attempts are told, and answers with all in their order.
    async fn run(every: u64, limit: u64, answering: Answering, count: usize) -> Vec<Attempt> {
        let (sender, _events) = std::sync::mpsc::channel();
        let recorder = Recorder::new(sender);
        let (told, mut attempts) = mpsc::unbounded_channel();
        let reporter = Reporter {
            clock: Clock::of(&recorder),
            recorder,
            seen: Arc::new(move |attempt| told.send(attempt.clone()).unwrap()),
        };
        let (stop, stopped) = watch::channel(false);
        let mut plan = plan("slow");
        plan.every = Duration::from_millis(every);
        plan.timeout = Duration::from_millis(limit);
        let question = Arc::new(Asked {
            count: AtomicU64::new(0),
            answering,
        });
        let lane = Lane::new(&plan, None, question, reporter);
        let kept = tokio::spawn(lane.keep(Instant::now(), stopped));
        let mut seen = Vec::new();
        while seen.len() < count {
            seen.push(attempts.recv().await.unwrap());
        }
        stop.send_replace(true);
        kept.await.unwrap();
        while let Some(attempt) = attempts.recv().await {
            seen.push(attempt);
        }
        seen.sort_by_key(|attempt| attempt.seq);
        seen
    }

    /// Every slot is there once, due at its time.
    fn are_whole(attempts: &[Attempt], every_us: u64) {
        let first = attempts[0].due_us;
        for (seq, attempt) in (0..).zip(attempts) {
            assert_eq!(attempt.seq, seq);
            assert_eq!(attempt.due_us, first + seq * every_us, "{attempt:?}");
            assert!(attempt.due_us <= attempt.invoke_us, "{attempt:?}");
            assert!(attempt.invoke_us <= attempt.complete_us, "{attempt:?}");
        }
    }

    #[tokio::test]
    async fn a_slow_answer_shifts_no_later_slot() {
        let answering = |number| match number {
            3 => Answered::After(Duration::from_secs(2)),
            _ => Answered::AtOnce,
        };
        let attempts = run(20, 30_000, answering, 40).await;
        are_whole(&attempts, 20_000);
        let slow = &attempts[3];
        assert!(slow.complete_us - slow.invoke_us >= 2_000_000);
        // The others went out and came back while it was on its way.
        let meanwhile = attempts[4..30].iter();
        assert!(
            meanwhile
                .clone()
                .all(|one| one.complete_us < slow.complete_us)
        );
        assert!(attempts.iter().all(|one| one.outcome == AttemptOutcome::Ok));
    }

    #[tokio::test]
    async fn a_dead_system_leaves_no_slot_out() {
        let attempts = run(20, 100, |_| Answered::Never, 50).await;
        are_whole(&attempts, 20_000);
        for attempt in &attempts {
            assert_eq!(attempt.outcome, AttemptOutcome::Info);
            assert_eq!(attempt.class, Some(AttemptClass::Timeout));
        }
    }

    #[tokio::test]
    async fn what_could_not_be_sent_is_recorded_as_unknown() {
        let answering = |number| match number {
            2 => Answered::Hogging(Duration::from_millis(600)),
            _ => Answered::AtOnce,
        };
        let attempts = run(20, 100, answering, 40).await;
        are_whole(&attempts, 20_000);
        let unsent = |attempt: &&Attempt| {
            let detail = attempt.detail.as_deref();
            detail.is_some_and(|detail| detail.starts_with("not sent"))
        };
        let unsent: Vec<_> = attempts.iter().filter(unsent).collect();
        assert!(unsent.len() >= 20, "{}", unsent.len());
        for attempt in unsent {
            assert_eq!(attempt.outcome, AttemptOutcome::Info);
            assert_eq!(attempt.class, Some(AttemptClass::Timeout));
        }
    }

    #[test]
    fn seats_cover_every_attempt_that_ends_in_time() {
        let (sender, _events) = std::sync::mpsc::channel();
        let recorder = Recorder::new(sender);
        let reporter = Reporter {
            clock: Clock::of(&recorder),
            recorder,
            seen: Arc::new(|_| ()),
        };
        let question = Arc::new(Asked {
            count: AtomicU64::new(0),
            answering: |_| Answered::AtOnce,
        });
        let mut plan = plan("seats");
        plan.every = Duration::from_millis(20);
        plan.timeout = Duration::from_millis(500);
        let lane = Lane::new(&plan, None, question, reporter);
        assert_eq!(lane.seats(), 27);
    }
}
