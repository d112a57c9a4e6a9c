//! Making a target fetch its keys, by tokens whose name it does not know.

use super::{BUSY, LOOK, Lane, LaneError};
use crate::runners::contract::fake::identity_provider::{KeyChange, KeySet, Scene};
use crate::runners::contract::record::{Mark, Outcome, SeenRequest};
use std::time::{Duration, Instant};

impl Lane<'_> {
    /// Brings the provider back to its steady scene; answers whether a good token is accepted then.
    pub(in super::super) async fn rests(&self) -> bool {
        let calm = self.scene(Scene::default()).await.is_ok();
        calm && self
            .until_good(self.soon() + self.longest_answer())
            .await
            .unwrap_or(false)
    }

    /// How long a target that keeps to its cooldown takes at most to fetch for a stranger.
    pub(in super::super) fn soon(&self) -> Duration {
        self.cooldown() + BUSY
    }

    /// Sends strangers until the keys were asked for after a mark and the answer is out; answers
    /// whether that came in time.
    ///
    /// # Errors
    /// No token could be made.
    pub(in super::super) async fn provoke(&self, mark: Mark) -> Result<bool, LaneError> {
        let until = Instant::now() + self.soon();
        loop {
            // Whatever is answered: what counts is what the provider saw.
            let _ = self.bearer(&self.stranger()?).await;
            let gets = self.gets(mark);
            if gets.iter().any(|seen| seen.outcome != Outcome::Open) {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Publishes new keys, under names that nobody has seen, and what else the scene has; sends tokens
    /// of the new key until one is accepted. Answers whether that came in time.
    ///
    /// # Errors
    /// The scene cannot be played, or no token be made.
    pub(in super::super) async fn publish(&self, set: KeySet) -> Result<bool, LaneError> {
        let scene = Scene {
            keys: KeyChange::Fresh,
            key_set: set,
            ..Scene::default()
        };
        self.scene(scene).await?;
        self.until_good(self.soon()).await
    }

    /// Sends good tokens until one is accepted; answers whether that came in time.
    ///
    /// # Errors
    /// No token could be made.
    pub(in super::super) async fn until_good(&self, within: Duration) -> Result<bool, LaneError> {
        Ok(self.first_good(within).await?.is_some())
    }

    /// How long it took until a good token was accepted; `None` where it took longer.
    ///
    /// # Errors
    /// No token could be made.
    pub(in super::super) async fn first_good(
        &self,
        within: Duration,
    ) -> Result<Option<Duration>, LaneError> {
        let started = Instant::now();
        loop {
            let reply = self.bearer(&self.good()?).await;
            if self.is_accepted(&reply) {
                return Ok(Some(started.elapsed()));
            }
            if started.elapsed() >= within {
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How long it took until a token was not accepted any more; `None` where it took longer.
    pub(in super::super) async fn first_refused(
        &self,
        token: &str,
        within: Duration,
    ) -> Option<Duration> {
        let started = Instant::now();
        loop {
            let reply = self.bearer(token).await;
            let refuse = &self.plan.statuses.reject;
            if matches!(&reply, Ok(reply) if refuse.contains(&reply.status)) {
                return Some(started.elapsed());
            }
            if started.elapsed() >= within {
                return None;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The pause that would follow the last declared attempt.
    fn next_pause(&self) -> Duration {
        let retry = &self.plan.keys.retry;
        let exponent = retry.first_exponent.unwrap_or(1) + retry.most;
        let pause = retry
            .base
            .mul_f64(retry.factor.powi(exponent.cast_signed()));
        pause.mul_f64(1.25)
    }

    /// Waits until no attempt of a row can follow any more; answers the attempts after a mark.
    pub(in super::super) async fn whole_row(&self, mark: Mark) -> Vec<SeenRequest> {
        let (quiet, started) = (self.next_pause(), Instant::now());
        loop {
            let gets = self.gets(mark);
            let last = gets
                .last()
                .map_or(started, |seen| seen.answered.unwrap_or(seen.at));
            let open = gets.iter().any(|seen| seen.outcome == Outcome::Open);
            let over = !open && last.max(started).elapsed() >= quiet;
            if over || started.elapsed() > self.longest_answer() {
                return gets;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
