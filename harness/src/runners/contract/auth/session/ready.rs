//! Whether a good token is accepted: before the first check, and again before each group.

use super::{SLACK, Session};
use crate::model::trial::launch::{LaunchError, LaunchWith};
use std::time::{Duration, Instant};

/// Between two attempts to get a good token accepted.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the first good token may be refused, beyond the cooldown: keys may not be there yet.
const BASELINE: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// Whether a good token is accepted at all. Where it is not, nothing can be said about any
    /// check: a target that refuses everything must not look safe.
    pub async fn has_baseline(&self) -> bool {
        let deadline = Instant::now() + self.plan.keys.cooldown + BASELINE;
        let mut twin = self.twin(None).await;
        // A hanging target has had its time, and one that refuses may still be fetching keys.
        while !twin.green && Instant::now() < deadline && !self.hangs() && !self.stage.stopped() {
            tokio::time::sleep(PAUSE).await;
            twin = self.twin(None).await;
        }
        if !twin.green {
            let first = self.first();
            let text = format!(
                "no baseline: a good token of {} for {} {} got: {}",
                self.plan.algorithms[0], first.method, first.path, twin.saw
            );
            for check in &self.stage.plan.checks {
                self.stage.inconclusive(&check.id, &text);
            }
        }
        twin.green
    }

    /// Brings target and provider back to where groups begin: no fault, a process that lives,
    /// a good token that is accepted.
    ///
    /// # Errors
    /// The target had ended and does not start again.
    pub async fn settle(&mut self) -> Result<(), LaunchError> {
        if let Err(why) = self.play("steady").await {
            self.note(format!(
                "the provider could not go back to its steady scene: {why}"
            ));
        }
        if let Some(target) = &self.target
            && let Some(ended) = target.ended(Duration::ZERO).await
        {
            self.note(format!(
                "the target ended by itself ({}) and was started anew",
                ended.how
            ));
            self.target = None;
        }
        if self.target.is_none() && !self.attached() {
            self.restart(LaunchWith::default()).await?;
        }
        let deadline = Instant::now() + self.plan.keys.cooldown + SLACK;
        while !self.twin(None).await.green && Instant::now() < deadline && !self.hangs() {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}
