//! What a lane saw, as facts beside what is wanted, and its twins.

use super::super::ask::{Ask, Reply, Silence};
use super::super::case::status;
use super::{Lane, LaneError};
use crate::model::trial::{Fact, Saw, Trial, Twin};
use std::time::Duration;

/// One trial that is being put together.
pub(in super::super) struct Case<'l> {
    lane: &'l Lane<'l>,
    trial: Trial,
}

impl<'l> Lane<'l> {
    /// A trial of a check.
    pub(in super::super) fn case(&'l self, check: &str, case: impl Into<String>) -> Case<'l> {
        Case {
            lane: self,
            trial: Trial {
                check: check.to_owned(),
                case: case.into(),
                ..Trial::default()
            },
        }
    }

    /// Sends a good token: the twin of what must be refused.
    ///
    /// # Errors
    /// No token could be made.
    pub(in super::super) async fn twin(&self) -> Result<Twin, LaneError> {
        let reply = self.bearer(&self.good()?).await;
        Ok(Twin {
            green: self.is_accepted(&reply),
            saw: match &reply {
                Ok(reply) => format!("{} in {} ms", reply.status, reply.took.as_millis()),
                Err(silence) => silence.to_string(),
            },
        })
    }

    /// Puts a token between two good ones: it must be refused.
    ///
    /// # Errors
    /// No token could be made.
    pub(in super::super) async fn refuses(
        &self,
        check: &str,
        case: &str,
        token: &str,
    ) -> Result<(), LaneError> {
        let before = self.twin().await?;
        let ask = self.request().bearer(token);
        let reply = self.send(&ask).await;
        let after = self.twin().await?;
        self.case(check, case)
            .fact(self.rejected(&reply))
            .twin(before)
            .twin(after)
            .asked(&ask)
            .record();
        Ok(())
    }

    /// Puts a token that must be accepted.
    pub(in super::super) async fn accepts(&self, check: &str, case: &str, token: &str) {
        let ask = self.request().bearer(token);
        let reply = self.send(&ask).await;
        self.case(check, case)
            .fact(self.accepted(&reply))
            .asked(&ask)
            .record();
    }

    /// The status beside those that refuse a token.
    pub(in super::super) fn rejected(&self, reply: &Result<Reply, Silence>) -> Fact {
        Fact::one_of("status", &self.plan.statuses.reject, status(reply))
    }

    /// The status beside those that accept a token.
    pub(in super::super) fn accepted(&self, reply: &Result<Reply, Silence>) -> Fact {
        Fact::one_of("status", &self.protected().accepted, status(reply))
    }

    /// The status beside those that say that the keys cannot be had.
    pub(in super::super) fn unavailable(&self, reply: &Result<Reply, Silence>) -> Fact {
        Fact::one_of("status", &self.plan.statuses.unavailable, status(reply))
    }

    /// The status beside those that do not accept a token: refused, or the keys cannot be had.
    pub(in super::super) fn not_accepted(&self, reply: &Result<Reply, Silence>) -> Fact {
        let statuses = &self.plan.statuses;
        let wanted = statuses.reject.iter().chain(&statuses.unavailable);
        Fact::one_of("status", wanted, status(reply))
    }
}

impl Case<'_> {
    /// With a fact more.
    pub(in super::super) fn fact(mut self, fact: Fact) -> Self {
        self.trial.facts.push(fact);
        self
    }

    /// With a fact more, where there is one.
    pub(in super::super) fn facts(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        self.trial.facts.extend(facts);
        self
    }

    /// With a twin.
    pub(in super::super) fn twin(mut self, twin: Twin) -> Self {
        self.trial.twins.push(twin);
        self
    }

    /// With the request that it was.
    pub(in super::super) fn asked(mut self, ask: &Ask) -> Self {
        self.trial.curl = Some(self.lane.curl(ask));
        self
    }

    /// Writes it down, where its check is asked.
    pub(in super::super) fn record(self) {
        if self.lane.stage.asks(&self.trial.check) {
            self.lane.stage.trial(self.trial);
        }
    }
}

/// How many of something were seen, within limits; `usize::MAX` is none.
pub(in super::super) fn seen_count(what: &str, limits: (usize, usize), seen: usize) -> Fact {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let most = (limits.1 != usize::MAX).then(|| number(limits.1));
    let wanted = (Some(number(limits.0)), most);
    Fact::number(what, wanted, "", Saw::Number(number(seen)))
}

/// Whether every one of some answers accepts.
pub(in super::super) fn all_of(
    what: &str,
    wanted: &str,
    replies: &[Result<Reply, Silence>],
    good: impl Fn(&Result<Reply, Silence>) -> bool,
) -> Fact {
    let bad: Vec<String> = replies
        .iter()
        .filter(|reply| !good(reply))
        .map(|reply| match reply {
            Ok(reply) => reply.status.to_string(),
            Err(silence) => silence.to_string(),
        })
        .collect();
    let saw = match bad.first() {
        None => format!("all of {}", replies.len()),
        Some(first) => format!("{} of {} not, the first: {first}", bad.len(), replies.len()),
    };
    Fact::holds(what, wanted, bad.is_empty() && !replies.is_empty(), saw)
}

/// A time, with an upper limit.
pub(in super::super) fn time(what: &str, most: Duration, seen: Option<Duration>) -> Fact {
    let ms = |time: Duration| (time.as_secs_f64() * 1000.0).round();
    let saw = match seen {
        Some(seen) => Saw::Number(ms(seen)),
        None => Saw::Nothing("it did not come in time".to_owned()),
    };
    Fact::number(what, (None, Some(ms(most))), "ms", saw)
}

/// The time within which 95 of 100 were answered; `None` where there are none.
pub(in super::super) fn p95(replies: &[Result<Reply, Silence>]) -> Option<Duration> {
    let mut times: Vec<Duration> = replies
        .iter()
        .filter_map(|reply| reply.as_ref().ok())
        .map(|reply| reply.took)
        .collect();
    times.sort();
    let place = (times.len() * 95).div_ceil(100).checked_sub(1)?;
    times.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(ms: u64) -> Result<Reply, Silence> {
        Ok(Reply {
            status: 200,
            fields: Vec::new(),
            body: Vec::new(),
            took: Duration::from_millis(ms),
        })
    }

    #[test]
    fn nobody_who_was_not_asked_held() {
        let held = |replies: &[_]| match all_of("answers", "all", replies, Result::is_ok).saw {
            Saw::Held(held, _) => held,
            _ => false,
        };
        assert!(held(&[reply(1), reply(2)]));
        assert!(!held(&[reply(1), Err(Silence("reset".into()))]));
        assert!(!held(&[]));
    }

    #[test]
    fn the_slowest_twentieth_is_left_out() {
        let times: Vec<_> = (1..=20).map(reply).collect();
        assert_eq!(p95(&times), Some(Duration::from_millis(19)));
        assert_eq!(p95(&[reply(7)]), Some(Duration::from_millis(7)));
        assert_eq!(p95(&[]), None);
    }
}
