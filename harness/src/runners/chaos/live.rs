//! What the probes say while the scenario goes on: enough to abort, to wait for recovery, and nothing more.

use crate::model::chaos::{AbortWhen, Attempt, AttemptOutcome, ChaosEvent, Connection};
use crate::model::evidence::{Event, Response, Timed};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Live {
    /// One row a probe and kind of connection.
    rows: Mutex<BTreeMap<(String, Option<Connection>), Row>>,
    /// Everything seen since it was asked for; `None` where nobody asks.
    kept: Mutex<Option<Vec<Timed>>>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Row {
    good: u64,
    /// Since when every attempt was as the steady state wants it, by the time at which it was sent.
    steady_since_us: Option<u64>,
    /// Since when every attempt was not good.
    bad_since_us: Option<u64>,
    latest_us: u64,
}

impl Live {
    /// Takes an attempt in; `steady` says whether it is as the steady state wants it.
    pub(super) fn see(&self, attempt: &Attempt, steady: bool) {
        self.keep_one(attempt.complete_us, || {
            Event::Chaos(ChaosEvent::Attempt(attempt.clone()))
        });
        let key = (attempt.probe.clone(), attempt.connection);
        let answered = attempt.outcome == AttemptOutcome::Ok;
        self.take(
            key,
            (attempt.invoke_us, attempt.complete_us),
            (answered, steady),
        );
    }

    /// Takes a response of an accompanying load in, by its target.
    pub(super) fn hear(&self, response: &Response) {
        self.keep_one(response.complete_us, || Event::Response(response.clone()));
        let good = response.failure.is_none();
        self.take(
            (response.service.clone(), None),
            (response.invoke_us, response.complete_us),
            (good, good),
        );
    }

    fn take(
        &self,
        key: (String, Option<Connection>),
        (invoke_us, complete_us): (u64, u64),
        (good, steady): (bool, bool),
    ) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let row = rows.entry(key).or_default();
        row.latest_us = row.latest_us.max(complete_us);
        if good {
            row.good += 1;
            row.bad_since_us = None;
        } else {
            row.bad_since_us.get_or_insert(invoke_us);
        }
        if steady {
            row.steady_since_us.get_or_insert(invoke_us);
        } else {
            row.steady_since_us = None;
        }
    }

    /// Keeps what is seen from now on; what was kept before is forgotten.
    pub(super) fn keep(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// What was kept; from now on nothing is.
    pub(super) fn kept(&self) -> Vec<Timed> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().unwrap_or_default()
    }

    fn keep_one(&self, t_us: u64, event: impl FnOnce() -> Event) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_mut() {
            kept.push(Timed {
                t_us,
                event: event(),
            });
        }
    }

    /// Probes that never had a good answer, of those that should have had one by now.
    pub(super) fn never_good<'a>(&self, probes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        probes
            .filter(|probe| {
                let mut of = rows
                    .iter()
                    .filter(|((name, _), _)| name == probe)
                    .peekable();
                of.peek().is_none() || of.any(|(_, row)| row.good == 0)
            })
            .collect()
    }

    /// Whether everything has been steady over every connection for so long, after `from_us`.
    pub(super) fn all_steady_for(&self, hold: Duration, from_us: u64) -> bool {
        let hold = u64::try_from(hold.as_micros()).unwrap_or(u64::MAX);
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        !rows.is_empty()
            && rows.values().all(|row| {
                row.steady_since_us
                    .is_some_and(|since| row.latest_us.saturating_sub(since.max(from_us)) >= hold)
            })
    }

    /// Why the scenario must end now, if it must.
    pub(super) fn abort(&self, conditions: &[AbortWhen]) -> Option<String> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        conditions.iter().find_map(|condition| {
            let limit = u64::try_from(condition.bad_for.as_micros()).unwrap_or(u64::MAX);
            let bad = rows.iter().any(|((probe, _), row)| {
                *probe == condition.probe
                    && row
                        .bad_since_us
                        .is_some_and(|since| row.latest_us.saturating_sub(since) >= limit)
            });
            bad.then(|| {
                let probe = &condition.probe;
                let seconds = condition.bad_for.as_secs_f64();
                format!(
                    "probe `{probe}` was not good for {seconds} s ({})",
                    condition.place
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::place::Place;

    fn attempt(at_ms: u64, outcome: AttemptOutcome) -> Attempt {
        Attempt {
            probe: "api".into(),
            seq: at_ms,
            due_us: at_ms * 1000,
            invoke_us: at_ms * 1000,
            complete_us: at_ms * 1000 + 1000,
            outcome,
            class: None,
            connection: Some(Connection::Fresh),
            status: None,
            value: None,
            detail: None,
        }
    }

    fn condition(bad_for: Duration) -> [AbortWhen; 1] {
        let place = Place {
            file: "s.yaml".into(),
            line: 3,
            column: 5,
            length: 1,
            key_path: "safety.abort_when".into(),
        };
        [AbortWhen {
            probe: "api".into(),
            bad_for,
            place,
        }]
    }

    #[test]
    fn one_good_answer_ends_an_abort_condition() {
        let live = Live::default();
        for at in [0, 100, 200] {
            live.see(&attempt(at, AttemptOutcome::Info), false);
        }
        let told = live.abort(&condition(Duration::from_millis(200))).unwrap();
        assert!(told.contains("s.yaml:3:5"), "{told}");
        assert!(live.abort(&condition(Duration::from_millis(300))).is_none());
        live.see(&attempt(300, AttemptOutcome::Ok), true);
        assert!(live.abort(&condition(Duration::from_millis(1))).is_none());
    }

    #[test]
    fn recovery_is_counted_from_the_heal_and_one_bad_answer_starts_it_anew() {
        let live = Live::default();
        assert!(
            !live.all_steady_for(Duration::ZERO, 0),
            "no probe, no recovery"
        );
        live.see(&attempt(0, AttemptOutcome::Ok), true);
        live.see(&attempt(1000, AttemptOutcome::Ok), true);
        assert!(live.all_steady_for(Duration::from_millis(900), 0));
        assert!(!live.all_steady_for(Duration::from_millis(900), 500_000));
        live.see(&attempt(1100, AttemptOutcome::Bad), false);
        live.see(&attempt(1200, AttemptOutcome::Ok), true);
        assert!(!live.all_steady_for(Duration::from_millis(100), 0));
    }

    #[test]
    fn an_answer_that_is_not_as_wanted_is_no_recovery_and_no_reason_to_abort() {
        let live = Live::default();
        live.see(&attempt(0, AttemptOutcome::Ok), false);
        live.see(&attempt(1000, AttemptOutcome::Ok), false);
        assert!(!live.all_steady_for(Duration::ZERO, 0));
        assert!(live.abort(&condition(Duration::ZERO)).is_none());
        live.see(&attempt(1100, AttemptOutcome::Ok), true);
        assert!(live.all_steady_for(Duration::ZERO, 0));
    }

    #[test]
    fn what_is_seen_is_kept_from_when_it_is_asked_for() {
        let live = Live::default();
        live.see(&attempt(0, AttemptOutcome::Ok), true);
        assert!(live.kept().is_empty(), "nobody asked");
        live.keep();
        live.see(&attempt(100, AttemptOutcome::Ok), true);
        live.keep();
        live.see(&attempt(200, AttemptOutcome::Bad), false);
        let kept: Vec<u64> = live.kept().iter().map(|timed| timed.t_us).collect();
        assert_eq!(kept, [201_000]);
        live.see(&attempt(300, AttemptOutcome::Ok), true);
        assert!(live.kept().is_empty(), "nobody asks any more");
    }

    #[test]
    fn a_probe_that_was_never_asked_was_never_good() {
        let live = Live::default();
        live.see(&attempt(0, AttemptOutcome::Ok), true);
        assert_eq!(live.never_good(["api", "db"].into_iter()), ["db"]);
    }
}
