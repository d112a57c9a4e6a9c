//! Before the first blow: the system is watched until its steady state held in one whole pre phase.
//!
//! A busy machine stands still for a moment now and then. That is no reason to end the scenario,
//! and no state to break the system in either: the pre phase begins again, a few times at most,
//! and what was seen until then is told and counts for nothing.

use super::Unrest;
use super::clock::Clock;
use super::company::Company;
use super::live::Live;
use crate::model::chaos::{ChaosEvent, ChaosPlan, Phase};
use crate::model::evidence::{Event, Timed};
use crate::model::recorder::Recorder;
use tokio::sync::watch;

/// What became of the waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rest {
    /// The steady state held in the last pre phase: the blow may fall.
    Found,
    /// It held in none of them; how long that took, and what was seen last.
    Never(String),
    /// The user ended it.
    Interrupted,
}

/// What is watched, and what for.
pub(super) struct Watch<'a> {
    /// How long, and how often.
    pub(super) plan: &'a ChaosPlan,
    /// Where every pre phase is told.
    pub(super) recorder: &'a Recorder,
    /// What the probes say.
    pub(super) live: &'a Live,
    /// The users, where there are any.
    pub(super) company: Option<&'a Company>,
    /// Who says whether the steady state held.
    pub(super) unrest: &'a Unrest<'a>,
}

impl Watch<'_> {
    /// Watches one pre phase after the other until the steady state held in one.
    pub(super) async fn until_rest(&self, stop: watch::Receiver<bool>) -> Rest {
        let clock = Clock::of(self.recorder);
        let pass = || tokio::time::sleep(self.plan.pre);
        self.by(&|| clock.now_us(), pass, stop).await
    }

    /// By a clock, and by what waits until a pre phase is over.
    async fn by<W: Future<Output = ()>>(
        &self,
        now: &(dyn Fn() -> u64 + Sync),
        pass: impl Fn() -> W,
        mut stop: watch::Receiver<bool>,
    ) -> Rest {
        let tries = self.plan.pre_tries.max(1);
        let began_us = now();
        let mut last = String::new();
        for _ in 0..tries {
            let from_us = now();
            self.begin();
            tokio::select! {
                () = pass() => {}
                _ = stop.wait_for(|stop| *stop) => return Rest::Interrupted,
            }
            match self.trouble(from_us, now()) {
                None => return Rest::Found,
                Some(reason) => last = reason,
            }
        }
        let seconds = now().saturating_sub(began_us) as f64 / 1e6;
        Rest::Never(format!(
            "the steady state was waited for in vain, {tries} times for {:?}, {seconds:.1} s in \
             all; seen last: {last}",
            self.plan.pre
        ))
    }

    fn begin(&self) {
        self.live.keep();
        if let Some(company) = self.company {
            company.keep();
        }
        self.note(phase(Phase::Pre));
    }

    /// Why the system must not be broken after the pre phase between these moments.
    fn trouble(&self, from_us: u64, to_us: u64) -> Option<String> {
        let seen = self.seen(from_us, to_us);
        let reason = self.never_good().or_else(|| (self.unrest)(seen))?;
        self.note(ChaosEvent::NotSteady {
            to_us,
            reason: reason.clone(),
        });
        Some(reason)
    }

    /// Also a probe of which the steady state says nothing must have answered once: without that
    /// nothing could be said of it later.
    fn never_good(&self) -> Option<String> {
        let ids = self.plan.probes.iter().map(|probe| probe.id.as_str());
        let never = self.live.never_good(ids);
        (!never.is_empty()).then(|| format!("there was no good answer of {}", never.join(", ")))
    }

    /// What evidence would hold of this pre phase, had the first blow fallen at its end.
    fn seen(&self, from_us: u64, to_us: u64) -> Vec<Timed> {
        let timed = |t_us, event| Timed {
            t_us,
            event: Event::Chaos(event),
        };
        let mut seen = vec![timed(from_us, phase(Phase::Pre))];
        seen.extend(self.live.kept());
        seen.extend(self.company.map(Company::kept).into_iter().flatten());
        seen.push(timed(to_us, phase(Phase::During)));
        seen
    }

    fn note(&self, event: ChaosEvent) {
        self.recorder.record(Event::Chaos(event));
    }
}

fn phase(phase: Phase) -> ChaosEvent {
    ChaosEvent::PhaseStarted { phase }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::judge::chaos::{testdata, unrest};
    use crate::model::chaos::{Attempt, AttemptOutcome};
    use crate::model::evidence::RunStarted;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc;

    /// Between two attempts of a probe.
    const EVERY_US: u64 = 100_000;

    /// A pre phase of 5 s, three times at most; the last 2 s of it decide over `api`.
    fn started() -> RunStarted {
        let mut started = testdata::pass().started;
        started.plan.chaos.as_mut().unwrap().pre_tries = 3;
        started
    }

    fn attempt(probe: &str, seq: u64, at_us: u64, good: bool) -> Attempt {
        Attempt {
            probe: probe.into(),
            seq,
            due_us: at_us,
            invoke_us: at_us,
            complete_us: at_us,
            outcome: match good {
                true => AttemptOutcome::Ok,
                false => AttemptOutcome::Info,
            },
            class: None,
            connection: None,
            status: None,
            value: None,
            detail: None,
        }
    }

    /// What became of it, how many pre phases began, and why each of them was given up. There are
    /// 50 attempts of each probe in one; `api` is good where `good` says so of its number.
    async fn watched(good: impl Fn(u64) -> bool) -> (Rest, usize, Vec<String>) {
        let started = started();
        let (sender, events) = mpsc::channel();
        let recorder = Recorder::new(sender);
        let live = Live::default();
        let judged = |seen: Vec<Timed>| unrest(&started, seen);
        let watch = watch_of(&started, &recorder, &live, &judged);
        // A clock of our own: nothing here waits.
        let asked = AtomicU64::new(0);
        let now = || asked.load(Ordering::Relaxed) * EVERY_US;
        let pass = || {
            for seq in asked.load(Ordering::Relaxed).. {
                let at_us = seq * EVERY_US + EVERY_US / 2;
                live.see(&attempt("api", seq, at_us, good(seq)), good(seq));
                live.see(&attempt("decide", seq, at_us, true), true);
                asked.store(seq + 1, Ordering::Relaxed);
                if (seq + 1).is_multiple_of(50) {
                    break;
                }
            }
            std::future::ready(())
        };
        let (_stop, stopping) = watch::channel(false);
        let rest = watch.by(&now, pass, stopping).await;
        let (began, reasons) = told(&events);
        (rest, began, reasons)
    }

    fn watch_of<'a>(
        started: &'a RunStarted,
        recorder: &'a Recorder,
        live: &'a Live,
        unrest: &'a Unrest<'a>,
    ) -> Watch<'a> {
        Watch {
            plan: started.plan.chaos.as_ref().unwrap(),
            recorder,
            live,
            company: None,
            unrest,
        }
    }

    fn told(events: &mpsc::Receiver<Timed>) -> (usize, Vec<String>) {
        let (mut began, mut reasons) = (0, Vec::new());
        for timed in events.try_iter() {
            match timed.event {
                Event::Chaos(ChaosEvent::PhaseStarted { .. }) => began += 1,
                Event::Chaos(ChaosEvent::NotSteady { reason, .. }) => reasons.push(reason),
                other => panic!("{other:?}"),
            }
        }
        (began, reasons)
    }

    #[tokio::test]
    async fn a_system_at_rest_is_watched_once() {
        let seen = watched(|_| true).await;
        assert_eq!(seen, (Rest::Found, 1, vec![]));
    }

    #[tokio::test]
    async fn a_moment_of_standing_still_is_told_and_the_pre_phase_begins_again() {
        // After 4.5 s of the first five.
        let (rest, began, reasons) = watched(|seq| seq != 45).await;
        assert_eq!((rest, began, reasons.len()), (Rest::Found, 2, 1));
        assert!(reasons[0].starts_with("api: "), "{reasons:?}");
    }

    #[tokio::test]
    async fn a_system_that_stays_unsteady_is_not_broken_and_not_waited_for_for_ever() {
        let (rest, began, reasons) = watched(|seq| seq % 10 != 5).await;
        assert_eq!((began, reasons.len()), (3, 3));
        let Rest::Never(told) = rest else {
            panic!("{rest:?}");
        };
        assert!(told.contains("3 times for 5s, 15.0 s in all"), "{told}");
        assert!(told.contains("seen last: api: "), "{told}");
    }

    #[tokio::test]
    async fn a_probe_without_a_good_answer_is_named() {
        let (rest, _, reasons) = watched(|_| false).await;
        assert!(matches!(rest, Rest::Never(_)), "{rest:?}");
        assert_eq!(reasons, ["there was no good answer of api"; 3]);
    }

    #[tokio::test]
    async fn what_was_good_in_one_pre_phase_says_nothing_of_the_next() {
        // The first one is not steady at its end, and the others are not at all.
        let (rest, began, reasons) = watched(|seq| seq < 45).await;
        assert!(matches!(rest, Rest::Never(_)), "{rest:?}");
        assert_eq!((began, reasons.len()), (3, 3));
    }

    #[tokio::test]
    async fn the_user_ends_it_at_once() {
        let started = started();
        let (sender, events) = mpsc::channel();
        let (recorder, live) = (Recorder::new(sender), Live::default());
        let well = |_: Vec<Timed>| -> Option<String> { None };
        let watch = watch_of(&started, &recorder, &live, &well);
        let (_stop, stopping) = watch::channel(true);
        let rest = watch.by(&|| 0, std::future::pending::<()>, stopping).await;
        assert_eq!(rest, Rest::Interrupted);
        assert_eq!(told(&events), (1, vec![]));
    }
}
