//! One worker of a load: one event after the other, each tried until it is acknowledged.

use super::pace::Pace;
use crate::model::chaos::{ChaosEvent, Operation, OperationOutcome};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use crate::runners::chaos::clock::Clock;
use crate::runners::chaos::trouble::short;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// First pause before another try; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Longest pause before another try.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// `RUN.WORKER.COUNTER`.
    pub(super) id: String,
    pub(super) key: String,
    pub(super) counter: u64,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) outcome: OperationOutcome,
    pub(super) detail: Option<String>,
}

impl Tried {
    pub(super) fn ok() -> Self {
        Self {
            outcome: OperationOutcome::Ok,
            detail: None,
        }
    }

    /// It certainly did not happen.
    pub(super) fn fail(detail: impl AsRef<str>) -> Self {
        Self {
            outcome: OperationOutcome::Fail,
            detail: Some(short(detail.as_ref())),
        }
    }

    /// It may have happened, or may still happen.
    pub(super) fn info(detail: impl AsRef<str>) -> Self {
        Self {
            outcome: OperationOutcome::Info,
            detail: Some(short(detail.as_ref())),
        }
    }
}

/// Writes one event once. May be cancelled, which leaves the outcome unknown.
#[async_trait::async_trait]
pub(super) trait Writer: Send {
    async fn write(&mut self, element: &Element) -> Tried;
}

/// Who writes, what, and when.
pub(super) struct Worker {
    pub(super) run: String,
    pub(super) number: u32,
    /// Numbers of the load's keys that are this worker's own.
    pub(super) keys: Vec<u32>,
    pub(super) load: String,
    pub(super) pace: Pace,
    pub(super) recorder: Recorder,
    /// When the last try must be over; `None` while events are written.
    pub(super) stop: watch::Receiver<Option<Instant>>,
}

impl Worker {
    /// Writes until told to stop. Events that came due while one was not
    /// acknowledged follow at once: the schedule knows of no outage.
    pub(super) async fn work(mut self, mut writer: Box<dyn Writer>) {
        for counter in 1.. {
            let due = self.pace.due(counter);
            tokio::select! {
                biased;
                _ = self.stop.wait_for(Option::is_some) => break,
                () = sleep_until(due) => {}
            }
            let element = self.element(counter);
            self.until_acknowledged(&element, &mut *writer).await;
        }
    }

    fn element(&self, counter: u64) -> Element {
        let keys = self.keys.len() as u64;
        let turn = usize::try_from((counter - 1) % keys.max(1)).unwrap_or_default();
        let key = self.keys.get(turn).copied().unwrap_or_default();
        Element {
            id: format!("{}.{}.{counter}", self.run, self.number),
            // A key of this run and load alone: its order is that of this worker.
            key: format!("{}-{}-{key}", self.run, self.load),
            counter,
        }
    }

    /// Tries with one id until a try is acknowledged or time is over.
    async fn until_acknowledged(&mut self, element: &Element, writer: &mut dyn Writer) {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let tried = self.once(element, attempt, writer).await;
            if tried.outcome == OperationOutcome::Ok {
                return;
            }
            tokio::select! {
                biased;
                () = over(&mut self.stop) => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&mut self, element: &Element, attempt: u32, writer: &mut dyn Writer) -> Tried {
        let clock = Clock::of(&self.recorder);
        self.note(ChaosEvent::Invoked {
            element: element.id.clone(),
            attempt,
        });
        let invoke_us = clock.now_us();
        let tried = tokio::select! {
            biased;
            tried = writer.write(element) => tried,
            () = over(&mut self.stop) => Tried::info("the run ended before it was known"),
        };
        self.note(ChaosEvent::Operation(Operation {
            element: element.id.clone(),
            key: element.key.clone(),
            worker: self.number,
            counter: element.counter,
            attempt,
            invoke_us,
            complete_us: clock.now_us(),
            outcome: tried.outcome,
            detail: tried.detail.clone(),
        }));
        tried
    }

    fn note(&self, event: ChaosEvent) {
        self.recorder.record(Event::Chaos(event));
    }
}

/// Waits until the time for tries is over.
async fn over(stop: &mut watch::Receiver<Option<Instant>>) {
    let deadline = match stop.wait_for(Option::is_some).await {
        Ok(told) => *told,
        // Whoever could tell is gone, and with it the run.
        Err(_) => None,
    };
    if let Some(deadline) = deadline {
        sleep_until(deadline).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::{BTreeSet, VecDeque};
    use std::sync::Arc;

    /// Answers as told, then always well; `None` never answers.
    struct Scripted {
        script: VecDeque<Option<Tried>>,
        /// Events that are still to be acknowledged before the run is stopped.
        left: usize,
        stop: Arc<watch::Sender<Option<Instant>>>,
    }

    #[async_trait::async_trait]
    impl Writer for Scripted {
        async fn write(&mut self, _: &Element) -> Tried {
            match self.script.pop_front() {
                Some(Some(tried)) if tried.outcome != OperationOutcome::Ok => return tried,
                Some(None) => {
                    self.stop.send_replace(Some(Instant::now() + GRACE));
                    return std::future::pending().await;
                }
                _ => {}
            }
            self.left -= 1;
            if self.left == 0 {
                self.stop.send_replace(Some(Instant::now() + GRACE));
            }
            Tried::ok()
        }
    }

    const GRACE: Duration = Duration::from_millis(200);

    fn is_operation(event: &Event) -> Option<Operation> {
        match event {
            Event::Chaos(ChaosEvent::Operation(operation)) => Some(operation.clone()),
            _ => None,
        }
    }

    /// Events of a worker at 200 a second that is stopped after ten acknowledged ones.
    async fn run(script: Vec<Option<Tried>>) -> Vec<Event> {
        let (sender, events) = std::sync::mpsc::channel();
        let (stop, stopped) = watch::channel(None);
        let worker = Worker {
            run: "run".to_owned(),
            number: 3,
            keys: vec![0, 4],
            load: "orders".to_owned(),
            pace: Pace::new(Instant::now(), 200.0, 0, 1),
            recorder: Recorder::new(sender),
            stop: stopped,
        };
        let writer = Scripted {
            script: script.into(),
            left: 10,
            stop: Arc::new(stop),
        };
        worker.work(Box::new(writer)).await;
        events.iter().map(|timed| timed.event).collect()
    }

    #[tokio::test]
    async fn ids_and_keys_are_our_own() {
        let events = run(Vec::new()).await;
        let operations: Vec<_> = events.iter().filter_map(is_operation).collect();
        assert_eq!(operations.len(), 10);
        assert_eq!(operations[2].element, "run.3.3");
        let keys: Vec<_> = operations.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(&keys[..3], ["run-orders-0", "run-orders-4", "run-orders-0"]);
    }

    #[tokio::test]
    async fn every_try_is_announced_before_it_is_made() {
        let script = vec![Some(Tried::fail("refused")), Some(Tried::info("reset"))];
        let events = run(script).await;
        let mut announced = BTreeSet::new();
        for event in &events {
            if let Event::Chaos(ChaosEvent::Invoked { element, attempt }) = event {
                announced.insert((element.clone(), *attempt));
            }
            if let Some(operation) = is_operation(event) {
                let id = (operation.element, operation.attempt);
                assert!(announced.contains(&id), "{id:?}");
            }
        }
        let first: Vec<_> = events.iter().filter_map(is_operation).take(3).collect();
        let outcomes: Vec<_> = first.iter().map(|one| one.outcome).collect();
        use OperationOutcome::{Fail, Info, Ok};
        assert_eq!(outcomes, [Fail, Info, Ok]);
        assert!(first.iter().all(|one| one.element == "run.3.1"));
        // The schedule catches up: all ten that were due were written.
        let ok = events.iter().filter_map(is_operation);
        assert_eq!(ok.filter(|one| one.outcome == Ok).count(), 10);
    }

    #[tokio::test]
    async fn what_never_answers_ends_with_the_grace_and_stays_unknown() {
        let events = run(vec![Some(Tried::ok()), None]).await;
        let operations: Vec<_> = events.iter().filter_map(is_operation).collect();
        assert_eq!(operations.len(), 2);
        let last = &operations[1];
        assert_eq!(last.outcome, OperationOutcome::Info);
        assert!(last.complete_us - last.invoke_us >= 200_000, "{last:?}");
    }
}
