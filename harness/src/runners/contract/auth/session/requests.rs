//! Requests to the target, and what their answers say.

use super::Session;
use crate::model::trial::Twin;
use crate::model::trial::auth::Protected;
use crate::runners::contract::auth::ask::{self, Ask, Reply, Silence};
use crate::runners::contract::auth::curl;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long one request may take before it counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many requests in a row without an answer mean that the target hangs.
const HANGS: u32 = 3;

impl<'a> Session<'a> {
    /// Sends a request to the target.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn send(&self, ask: &Ask) -> Result<Reply, Silence> {
        let answer = ask::send(&self.address, ask, PATIENCE).await;
        match &answer {
            Err(silence) if silence.0.starts_with("no answer within") => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.unanswered.store(0, Ordering::Relaxed),
        }
        answer
    }

    /// Whether the target hangs: asking on would only take for ever.
    pub fn hangs(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= HANGS
    }

    /// The request of most checks, without a token.
    pub fn request(&self) -> Ask {
        request_of(self.first())
    }

    /// The declared request that most checks ask.
    pub fn first(&self) -> &'a Protected {
        // The reader of the suite file lets no empty list pass.
        &self.plan.protected[0]
    }

    /// Whether an answer says that the token was accepted.
    pub fn accepted(&self, reply: &Reply) -> bool {
        self.first().accepted.contains(&reply.status)
    }

    /// The request of most checks with a token.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn with_token(&self, token: &str) -> Result<Reply, Silence> {
        self.send(&self.request().bearer(token)).await
    }

    /// Asks with a fresh good token: the positive twin.
    pub async fn twin(&self, algorithm: Option<&str>) -> Twin {
        let token = match self.good(algorithm) {
            Ok(token) => token,
            Err(why) => return red(why),
        };
        match self.with_token(&token).await {
            Ok(reply) => Twin {
                green: self.accepted(&reply),
                saw: format!("{} in {} ms", reply.status, reply.took.as_millis()),
            },
            Err(silence) => red(silence.to_string()),
        }
    }

    /// The command line that sends a request again.
    pub fn curl(&self, ask: &Ask) -> String {
        curl::line(&self.address, ask)
    }
}

fn red(saw: String) -> Twin {
    Twin { green: false, saw }
}

/// A declared request, without a token.
pub fn request_of(declared: &Protected) -> Ask {
    let ask = Ask::new(&declared.method, &declared.path);
    match &declared.body {
        Some(body) => ask.body("application/json", body.to_string()),
        None => ask,
    }
}
