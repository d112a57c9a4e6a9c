//! The life of one fault: intent on disk, blow, witness, hold, heal. The heal is never skipped.

use super::fault::{Between, Fault, FaultError};
use super::journal::Journal;
use super::moments::Moments;
use crate::model::chaos::{Action, ChaosEvent, FaultStep, Moment};
use crate::model::evidence::Event;
use crate::model::recorder::Recorder;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a witness is waited for.
const WITNESS: Duration = Duration::from_secs(5);
/// How long mending is tried; the reaper tries on when this was not enough.
const MEND: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);
/// The intent is written so long before the blow, so that the disk does not make it late.
const AHEAD: Duration = Duration::from_millis(500);

/// What the lives of all faults of a scenario share.
pub(super) struct Stage<'a> {
    /// Where everything seen goes.
    pub(super) recorder: &'a Recorder,
    /// The fault journal, told before every blow.
    pub(super) journal: &'a Mutex<Journal>,
    /// Who waits for whom.
    pub(super) moments: &'a Moments,
    /// Why everything must be healed now, once it must.
    pub(super) stop: watch::Receiver<Option<String>>,
    /// When the phase of faults began.
    pub(super) began: Instant,
    /// Called as soon as a fault is seen to bite.
    pub(super) struck: &'a (dyn Fn() + Sync),
}

impl Stage<'_> {
    /// Lives through one action; answers when it is over and, as far as that can be had, mended.
    pub(super) async fn live(&self, action: &Action, container: &str, fault: &mut dyn Fault) {
        if let Some(due) = self.wait(action).await {
            match self.announce(action, container, fault, due) {
                Ok(()) => self.blow(action, fault, due).await,
                Err(error) => self.step(action, unwitnessed(&error)),
            }
        }
        self.moments.end(&action.id);
    }

    /// Waits for the moment at which the intent is to be written.
    async fn wait(&self, action: &Action) -> Option<Instant> {
        let mut stop = self.stop.clone();
        let due = async {
            let due = self.moments.due(&action.start, self.began).await?;
            sleep_until(due.checked_sub(AHEAD).unwrap_or(due)).await;
            Some(due)
        };
        tokio::select! {
            due = due => due,
            _ = stopped(&mut stop) => None,
        }
    }

    /// The intent, on disk.
    fn announce(
        &self,
        action: &Action,
        container: &str,
        fault: &dyn Fault,
        due: Instant,
    ) -> Result<(), FaultError> {
        let undo = fault.undo();
        let words = undo.words();
        self.write(|journal| journal.intent(&action.id, undo))?;
        self.step(
            action,
            FaultStep::Journalled {
                scheduled_us: self.at(due),
                container: container.to_owned(),
                undo: words,
            },
        );
        Ok(())
    }

    async fn blow(&self, action: &Action, fault: &mut dyn Fault, due: Instant) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = sleep_until(due) => {}
            why = stopped(&mut stop) => return self.heal(action, fault, &why).await,
        }
        let called = Instant::now();
        self.step(
            action,
            FaultStep::Called {
                at_us: self.at(called),
            },
        );
        let why = match self.bite(action, fault).await {
            Ok(()) => self.hold(action, fault, called + action.lasts).await,
            Err(error) => {
                self.step(action, unwitnessed(&error));
                "unwitnessed".to_owned()
            }
        };
        self.heal(action, fault, &why).await;
    }

    /// Breaks, and waits for the proof of it.
    async fn bite(&self, action: &Action, fault: &mut dyn Fault) -> Result<(), FaultError> {
        fault.inject().await?;
        self.moments
            .reach(&action.id, Moment::Injected, Instant::now());
        let witness = fault.witness(WITNESS).await?;
        (self.struck)();
        self.step(
            action,
            FaultStep::Witnessed {
                onset_from_us: self.at(witness.onset.from),
                onset_to_us: self.at(witness.onset.to),
                witness: witness.seen,
            },
        );
        for (code, detail) in witness.remarks {
            self.step(action, FaultStep::Remark { code, detail });
        }
        self.moments
            .reach(&action.id, Moment::Verified, witness.onset.to);
        Ok(())
    }

    /// Lets the fault last; answers why it is to be healed.
    async fn hold(&self, action: &Action, fault: &mut dyn Fault, until: Instant) -> String {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = sleep_until(until) => "schedule".to_owned(),
            why = stopped(&mut stop) => why,
            reason = fault.vanished(), if !action.lasts.is_zero() => {
                self.step(action, FaultStep::Vanished { at_us: self.at(Instant::now()), reason });
                "vanished".to_owned()
            }
        }
    }

    /// Mends, and tries again until it is verified or the time for it is over.
    async fn heal(&self, action: &Action, fault: &mut dyn Fault, why: &str) {
        let called = Instant::now();
        self.step(
            action,
            FaultStep::HealCalled {
                at_us: self.at(called),
                why: why.to_owned(),
            },
        );
        let step = match mend(fault, called + MEND).await {
            Ok(healed) => {
                self.moments.reach(&action.id, Moment::Healed, healed.to);
                FaultStep::Healed {
                    from_us: self.at(healed.from),
                    to_us: self.at(healed.to),
                }
            }
            Err(error) => FaultStep::HealFailed {
                reason: error.to_string(),
            },
        };
        let mended = matches!(step, FaultStep::Healed { .. });
        self.step(action, step);
        if mended && let Err(error) = self.write(|journal| journal.healed(&action.id)) {
            // The fault is gone; the next start heals it again, which does nothing.
            self.step(
                action,
                FaultStep::Remark {
                    code: "JOURNAL".to_owned(),
                    detail: error.to_string(),
                },
            );
        }
    }

    fn write(
        &self,
        act: impl FnOnce(&mut Journal) -> Result<(), FaultError>,
    ) -> Result<(), FaultError> {
        act(&mut self.journal.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn step(&self, action: &Action, step: FaultStep) {
        self.recorder.record(Event::Chaos(ChaosEvent::Fault {
            action: action.id.clone(),
            step,
        }));
    }

    fn at(&self, moment: Instant) -> u64 {
        micros(self.recorder, moment)
    }
}

/// A moment on the run's clock.
pub(super) fn micros(recorder: &Recorder, moment: Instant) -> u64 {
    let since = moment.saturating_duration_since(recorder.began());
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

async fn mend(fault: &mut dyn Fault, until: Instant) -> Result<Between, FaultError> {
    loop {
        match fault.recover().await {
            Err(_) if Instant::now() < until => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}

fn unwitnessed(error: &FaultError) -> FaultStep {
    FaultStep::Unwitnessed {
        reason: error.to_string(),
    }
}

/// Answers why, as soon as everything must end.
async fn stopped(stop: &mut watch::Receiver<Option<String>>) -> String {
    match stop.wait_for(Option::is_some).await {
        Ok(why) => why.clone().unwrap_or_default(),
        // The sender lives as long as the scenario.
        Err(_) => std::future::pending().await,
    }
}

async fn sleep_until(moment: Instant) {
    tokio::time::sleep_until(moment.into()).await;
}
