//! The moments of each action's life, for those that wait for them.

use crate::model::chaos::{ActionStart, Moment};
use std::collections::BTreeMap;
use std::time::Instant;
use tokio::sync::watch;

/// What has happened to an action so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Reached {
    injected: Option<Instant>,
    verified: Option<Instant>,
    healed: Option<Instant>,
    /// It ended without reaching the rest.
    over: bool,
}

impl Reached {
    fn at(&self, moment: Moment) -> Option<Instant> {
        match moment {
            Moment::Injected => self.injected,
            Moment::Verified => self.verified,
            Moment::Healed => self.healed,
        }
    }
}

/// One row an action.
#[derive(Debug)]
pub(super) struct Moments(BTreeMap<String, watch::Sender<Reached>>);

impl Moments {
    /// Nothing has happened yet.
    pub(super) fn new<'a>(actions: impl Iterator<Item = &'a str>) -> Self {
        let row = |action: &str| (action.to_owned(), watch::Sender::new(Reached::default()));
        Self(actions.map(row).collect())
    }

    /// An action has reached a moment.
    pub(super) fn reach(&self, action: &str, moment: Moment, at: Instant) {
        self.change(action, |reached| match moment {
            Moment::Injected => reached.injected = Some(at),
            Moment::Verified => reached.verified = Some(at),
            Moment::Healed => reached.healed = Some(at),
        });
    }

    /// An action is over, whatever it reached.
    pub(super) fn end(&self, action: &str) {
        self.change(action, |reached| reached.over = true);
    }

    fn change(&self, action: &str, change: impl FnOnce(&mut Reached)) {
        if let Some(sender) = self.0.get(action) {
            sender.send_modify(change);
        }
    }

    /// When an action is to begin; waits for the moment that it follows.
    /// `None` when that moment will never come.
    pub(super) async fn due(&self, start: &ActionStart, began: Instant) -> Option<Instant> {
        match start {
            ActionStart::At(offset) => Some(began + *offset),
            ActionStart::After {
                action,
                moment,
                wait,
            } => {
                let mut row = self.0.get(action)?.subscribe();
                let found = row
                    .wait_for(|reached| reached.over || reached.at(*moment).is_some())
                    .await;
                found.ok()?.at(*moment).map(|at| at + *wait)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn after(action: &str) -> ActionStart {
        ActionStart::After {
            action: action.to_owned(),
            moment: Moment::Healed,
            wait: Duration::from_secs(2),
        }
    }

    #[tokio::test]
    async fn an_action_follows_the_moment_that_it_names() {
        let moments = Moments::new(["cut"].into_iter());
        let healed = Instant::now();
        moments.reach("cut", Moment::Injected, healed);
        moments.reach("cut", Moment::Healed, healed);
        let due = moments.due(&after("cut"), healed).await;
        assert_eq!(due, Some(healed + Duration::from_secs(2)));
    }

    #[tokio::test]
    async fn an_action_whose_forerunner_ended_early_never_begins() {
        let moments = Moments::new(["cut"].into_iter());
        moments.end("cut");
        assert_eq!(moments.due(&after("cut"), Instant::now()).await, None);
        assert_eq!(moments.due(&after("no such"), Instant::now()).await, None);
    }
}
