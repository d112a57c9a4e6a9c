//! A time to live that makes no sense, where the target takes a documented limit in its place.

use super::start::Start;
use super::switch::{case, change, not_up, trial};
use super::{Guard, Job, provider, unknown};
use crate::model::trial::guard::{CacheTtl, TtlReaction};
use crate::model::trial::{Fact, Saw, Trial, Want};
use crate::runners::contract::fake::identity_provider::Claims;

/// Requests with good tokens, one after the other.
const REQUESTS: usize = 12;
/// Fetches of the keys that they may cause: one at the start, and one for the first token.
const FETCHES: f64 = 2.0;

impl Guard<'_> {
    /// `CF-11` where such a value does not keep the target from starting.
    pub(super) fn ttl_jobs(&self) -> Vec<Job<'_>> {
        let ttl = self.plan.cache_ttl.iter();
        let ttl = ttl.filter(|ttl| self.stage.asks("CF-11") && ttl.reaction == TtlReaction::Limit);
        let jobs = ttl.flat_map(|ttl| {
            let values = ttl.senseless.iter();
            values.map(move |value| -> Job<'_> { Box::pin(self.limited(ttl, value)) })
        });
        jobs.collect()
    }

    async fn limited(&self, ttl: &CacheTtl, value: &str) -> Vec<Trial> {
        if self.stage.stopped() {
            return Vec::new();
        }
        let mut trial = trial("CF-11", case(&ttl.variable, Some(value)));
        let what = "fetches of the keys";
        // A provider of its own: what other starts fetch must not be counted.
        let provider = match provider().await {
            Ok(provider) => provider,
            Err(error) => {
                let wanted = Want::Holds("they are few".to_owned());
                trial.facts = vec![Fact::new(what, wanted, unknown(error))];
                return vec![trial];
            }
        };
        let changes = change(&ttl.variable, Some(value));
        match self.start_for(&changes, &provider, false).await {
            Start::Up(launched) => {
                for _ in 0..REQUESTS {
                    let token = self.token(&provider, Claims::default()).unwrap_or_default();
                    trial.twins.push(self.twin(launched.url(), &token).await);
                }
                let (_, keys) = provider.paths();
                let seen = provider.requests_since(Default::default());
                let fetched = seen.of_path(&keys).len();
                let saw = Saw::Number(fetched as f64);
                trial.facts = vec![Fact::number(what, (None, Some(FETCHES)), "", saw)];
                launched.stop().await;
            }
            other => trial.facts = vec![not_up(what, other).await],
        }
        vec![trial]
    }
}
