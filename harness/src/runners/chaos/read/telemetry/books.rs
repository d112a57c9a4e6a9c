//! What was counted: one producer's books, a reading of all of them, and what happened between two readings.

/// One producer's; counts of records.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Books {
    pub produced: f64,
    pub recovered: f64,
    pub sent: f64,
    pub dropped: f64,
    pub waiting: f64,
}

impl Books {
    /// Records that were counted as sent or dropped.
    pub fn gone(&self) -> f64 {
        self.sent + self.dropped
    }

    /// What happened since the baseline. What waited then had to arrive as well.
    fn since(&self, from: &Self) -> Self {
        Self {
            produced: self.produced - from.produced + from.waiting,
            recovered: self.recovered - from.recovered,
            sent: self.sent - from.sent,
            dropped: self.dropped - from.dropped,
            waiting: self.waiting,
        }
    }
}

/// One reading of everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    /// One for each producer, in the plan's order.
    pub books: Vec<Books>,
    /// `None` where the backend keeps no account.
    pub arrived: Option<f64>,
    /// Records that were made, sent or dropped while it was read.
    pub moved: f64,
}

impl Reading {
    fn sum(&self, of: impl Fn(&Books) -> f64) -> f64 {
        self.books.iter().map(of).sum()
    }

    /// Nothing moved and nothing is on its way.
    pub fn is_at_rest(&self) -> bool {
        self.moved == 0.0 && self.sum(|books| books.waiting) == 0.0
    }

    /// How far the producers' account is ahead of the backend's. Always the same, but for what is
    /// lost and for what has arrived and is not yet acknowledged.
    pub fn lead(&self) -> Option<f64> {
        let sent = self.sum(|books| books.sent);
        (self.moved == 0.0).then(|| sent - self.arrived.unwrap_or(sent))
    }
}

/// What happened since the baseline, and what of it was owed at the mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Since {
    /// Records that had to arrive or be dropped: made, found again, or waiting at the baseline.
    pub produced: f64,
    pub sent: f64,
    pub dropped: f64,
    /// On their way, made before the mark.
    pub waiting: f64,
    /// On their way, made after it.
    pub younger: f64,
    pub arrived: Option<f64>,
    pub moved: f64,
    least: f64,
}

impl Since {
    /// `mark` is the reading from which on what is made need not have arrived: a producer that is
    /// asked without end is never without records, and two of them need never be so at once.
    pub fn new(baseline: &Reading, mark: &Reading, now: &Reading) -> Self {
        let books = now.books.iter().zip(&baseline.books);
        let books: Vec<Books> = books.map(|(now, from)| now.since(from)).collect();
        let marks = mark.books.iter().zip(&baseline.books);
        let owed = marks.map(|(mark, from)| mark.since(from)).map(made);
        let late = owed
            .zip(&books)
            .map(|(owed, now)| (owed - now.gone()).max(0.0));
        let sum = |of: fn(&Books) -> f64| -> f64 { books.iter().map(of).sum() };
        let all = sum(|books| books.waiting);
        let waiting = late.sum::<f64>().min(all);
        let arrived = now.arrived.zip(baseline.arrived);
        let arrived = arrived.map(|(now, before)| now - before);
        let smallest = |books: &Books| made(*books).min(books.sent).min(books.dropped);
        let least = books.iter().map(smallest).fold(0.0, f64::min);
        Self {
            produced: books.iter().copied().map(made).sum(),
            sent: sum(|books| books.sent),
            dropped: sum(|books| books.dropped),
            waiting,
            younger: all - waiting,
            arrived,
            moved: now.moved,
            least: least.min(arrived.unwrap_or_default()),
        }
    }

    /// Whether everything from before the mark arrived or was counted as dropped, and the rest is
    /// known to be on its way. Counts are whole numbers.
    pub fn is_settled(&self) -> bool {
        let there = self.arrived.unwrap_or(self.sent);
        let told = there + self.dropped + self.younger;
        self.waiting == 0.0 && self.moved == 0.0 && self.produced == told
    }

    /// Counters only grow; one that fell was reset, and with it the baseline is worth nothing.
    pub fn is_whole(&self) -> bool {
        self.least >= 0.0
    }
}

/// Records that had to arrive or be dropped.
pub(super) fn made(books: Books) -> f64 {
    books.produced + books.recovered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books(produced: f64, sent: f64, dropped: f64, waiting: f64) -> Books {
        let recovered = 0.0;
        Books {
            produced,
            recovered,
            sent,
            dropped,
            waiting,
        }
    }

    fn reading(books: [Books; 2], arrived: f64) -> Reading {
        Reading {
            books: books.into(),
            arrived: Some(arrived),
            moved: 0.0,
        }
    }

    #[test]
    fn settled_means_that_nothing_from_before_the_mark_is_missing() {
        let baseline = reading(
            [books(10.0, 8.0, 0.0, 2.0), books(5.0, 5.0, 0.0, 0.0)],
            13.0,
        );
        let mark = reading(
            [books(20.0, 17.0, 0.0, 3.0), books(9.0, 9.0, 0.0, 0.0)],
            26.0,
        );
        let of = |now: &Reading| Since::new(&baseline, &mark, now);
        let at_mark = of(&mark);
        assert_eq!((at_mark.waiting, at_mark.younger), (3.0, 0.0));
        assert!(!at_mark.is_settled());
        // The first has sent what it owed, and both have made more since: they need not rest at once.
        let busy = reading(
            [books(24.0, 20.0, 1.0, 3.0), books(14.0, 12.0, 0.0, 2.0)],
            32.0,
        );
        assert_eq!((of(&busy).waiting, of(&busy).younger), (0.0, 5.0));
        assert!(of(&busy).is_settled(), "{:?}", of(&busy));
        // One that was acknowledged and never arrived.
        let lost = Reading {
            arrived: Some(31.0),
            ..busy.clone()
        };
        assert!(!of(&lost).is_settled());
        let moving = Reading { moved: 1.0, ..busy };
        assert!(!of(&moving).is_settled());
        // What the second sent more does not stand for what the first owes.
        let owing = reading(
            [books(24.0, 18.0, 0.0, 6.0), books(19.0, 19.0, 0.0, 0.0)],
            37.0,
        );
        assert_eq!((of(&owing).waiting, of(&owing).younger), (2.0, 4.0));
        assert!(!of(&owing).is_settled());
    }

    #[test]
    fn a_producer_that_was_started_anew_is_not_hidden_by_the_others() {
        let baseline = reading(
            [books(10.0, 10.0, 0.0, 0.0), books(5.0, 5.0, 0.0, 0.0)],
            15.0,
        );
        let now = reading(
            [books(2.0, 2.0, 0.0, 0.0), books(50.0, 50.0, 0.0, 0.0)],
            52.0,
        );
        assert!(!Since::new(&baseline, &now, &now).is_whole());
    }
}
