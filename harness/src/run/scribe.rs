//! The one thread that writes evidence, and shows it while it comes.

use crate::model::evidence::{Event, Timed};
use crate::model::recorder::Recorder;
use crate::store::{StoreError, runs::RunFolder};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

/// Shown every event after it was written.
pub type Watcher = Box<dyn FnMut(&Timed) + Send>;

/// Appends events to a run's evidence as they come, off the runners' threads.
pub(super) struct Scribe(JoinHandle<Result<(), StoreError>>);

impl Scribe {
    /// Starts writing; the recorder is the way in, and [`Event::RunFinished`] ends it.
    ///
    /// Not the last recorder's end: those who watch a service keep one for as
    /// long as they watch, and may be waiting for the thread that waits for us.
    pub(super) fn start(folder: RunFolder, watcher: Watcher) -> (Recorder, Scribe) {
        let (sender, events) = channel();
        let thread = std::thread::spawn(move || write_all(folder, &events, watcher));
        (Recorder::new(sender), Scribe(thread))
    }

    /// Waits until everything is on disk.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        match self.0.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn write_all(
    mut folder: RunFolder,
    events: &Receiver<Timed>,
    mut watcher: Watcher,
) -> Result<(), StoreError> {
    let mut outcome = Ok(());
    for timed in events {
        // After the first failure the rest is still shown, so that a full disk does not blind anyone.
        if outcome.is_ok() {
            outcome = folder.append(&timed);
        }
        watcher(&timed);
        if matches!(timed.event, Event::RunFinished { .. }) {
            break;
        }
    }
    outcome.and_then(|()| folder.finish())
}
