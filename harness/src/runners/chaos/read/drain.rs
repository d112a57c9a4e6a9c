//! Waits until nothing is on its way any more: outbox sent, consumer idle, twice in a row.

use super::{Reading, database, stream};
use crate::model::chaos::Store;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Time between two polls.
const POLL: Duration = Duration::from_millis(200);

/// Which ways were seen empty at two polls after each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Drained {
    outbox: bool,
    consumer: bool,
}

impl Drained {
    /// Whether everything that will come into this store has come.
    ///
    /// Business and outbox rows are written by the loads alone, and those have ended.
    pub(super) fn is(&self, store: Store) -> bool {
        match store {
            Store::Business | Store::Outbox => true,
            Store::Stream => self.outbox,
            Store::Effects => self.outbox && self.consumer,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            outbox: self.outbox && other.outbox,
            consumer: self.consumer && other.consumer,
        }
    }
}

/// What one poll saw.
struct Poll {
    unsent: Result<u64, String>,
    consumer: Result<(u64, u64), String>,
}

impl Poll {
    async fn take(reading: Reading<'_>) -> Self {
        // The outbox first: what it has sent by now, the consumer's numbers know of.
        Self {
            unsent: database::unsent(reading).await,
            consumer: stream::consumer(reading).await,
        }
    }

    fn drained(&self) -> Drained {
        Drained {
            outbox: self.unsent == Ok(0),
            consumer: self.consumer == Ok((0, 0)),
        }
    }

    /// A way that the plan does not describe is never drained, and not waited for.
    fn is_settled(&self, reading: Reading<'_>, drained: Drained) -> bool {
        (drained.outbox || !database::has_unsent(reading))
            && (drained.consumer || !stream::has_consumer(reading))
    }

    fn tell(&self, reading: Reading<'_>) {
        match &self.unsent {
            Ok(count) => reading.number("outbox_unsent", *count),
            Err(reason) => reading.failed("outbox_unsent", reason),
        }
        match &self.consumer {
            Ok((pending, unacknowledged)) => {
                reading.number("num_pending", *pending);
                reading.number("ack_pending", *unacknowledged);
            }
            Err(reason) => reading.failed("ack_pending", reason),
        }
    }
}

/// Polls until all ways are drained or the deadline; records the last poll's numbers
/// `outbox_unsent`, `num_pending` and `ack_pending`.
pub(super) async fn wait(reading: Reading<'_>, deadline: Instant) -> Drained {
    let mut before = Drained::default();
    loop {
        let poll = Box::pin(Poll::take(reading)).await;
        let now = poll.drained();
        let stable = now.and(before);
        if poll.is_settled(reading, stable) || Instant::now() >= deadline {
            poll.tell(reading);
            return stable;
        }
        before = now;
        sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_need_both_ways_drained() {
        let drained = |outbox, consumer| Drained { outbox, consumer };
        assert!(drained(false, false).is(Store::Business));
        assert!(!drained(false, true).is(Store::Stream));
        assert!(drained(true, false).is(Store::Stream));
        assert!(!drained(true, false).is(Store::Effects));
        assert!(drained(true, true).is(Store::Effects));
    }

    #[test]
    fn an_error_is_never_drained() {
        let poll = Poll {
            unsent: Err("connection refused".to_owned()),
            consumer: Ok((0, 1)),
        };
        assert_eq!(poll.drained(), Drained::default());
    }
}
