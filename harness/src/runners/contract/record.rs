//! What a fake saw: every request and every connection, with monotonic times.

use super::wire::{Field, Request};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How many requests, and how many connections, are kept; older ones are counted as lost.
const KEPT: usize = 50_000;

/// One request, counted from when its last octet was read.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// Its number, from 0, in the order of arrival.
    pub number: u64,
    /// The connection that it came on.
    pub connection: u64,
    /// When it was there with its whole body.
    pub at: Instant,
    /// When the last octet of the answer was handed to the kernel.
    pub answered: Option<Instant>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header fields.
    pub fields: Vec<Field>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No answer yet.
    Open,
    /// A route of the fake answered with this status.
    Answered(u16),
    /// No route of the fake is meant for it: the service asks for what this kind of server has not.
    Unmatched,
    /// It was answered with a fault on the wire, of this name.
    Broken(&'static str),
    /// The client was gone before the answer was out.
    Abandoned,
}

/// One connection.
#[derive(Debug, Clone)]
pub struct SeenConnection {
    /// Its number, from 0, in the order of arrival.
    pub number: u64,
    /// The other end.
    pub peer: SocketAddr,
    /// When it was accepted.
    pub opened: Instant,
    /// When it ended, and who ended it.
    pub closed: Option<(Instant, Side)>,
    /// Why nothing on it could be read as a request; `None` where everything could.
    pub malformed: Option<String>,
}

/// An end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The service that is tested.
    Client,
    /// The fake.
    Server,
}

/// A moment in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    requests: u64,
    connections: u64,
}

/// What was seen after a mark.
#[derive(Debug, Clone, Default)]
pub struct Delta {
    /// Requests that came after it.
    pub requests: Vec<SeenRequest>,
    /// Connections that were opened after it.
    pub connections: Vec<SeenConnection>,
    /// How many of both are not kept any more: whoever counts must not count this.
    pub lost: u64,
    /// The mark at its end.
    pub end: Mark,
}

/// The record of one fake; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Record {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    requests: Shelf<SeenRequest>,
    connections: Shelf<SeenConnection>,
}

/// The newest of a row of numbered things.
#[derive(Debug)]
struct Shelf<T> {
    things: VecDeque<T>,
    /// The number of the first one that is kept.
    first: u64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            things: VecDeque::new(),
            first: 0,
        }
    }
}

impl<T: Clone> Shelf<T> {
    fn next(&self) -> u64 {
        self.first + self.things.len() as u64
    }

    fn push(&mut self, thing: T) {
        if self.things.len() == KEPT {
            self.things.pop_front();
            self.first += 1;
        }
        self.things.push_back(thing);
    }

    fn at(&mut self, number: u64) -> Option<&mut T> {
        let index = number.checked_sub(self.first)?;
        self.things.get_mut(usize::try_from(index).ok()?)
    }

    /// Everything from a number on, and how many of it are lost.
    fn since(&self, number: u64) -> (Vec<T>, u64) {
        let lost = self.first.saturating_sub(number);
        let skipped = number.saturating_sub(self.first);
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        (self.things.iter().skip(skipped).cloned().collect(), lost)
    }
}

impl Record {
    /// Now.
    pub fn mark(&self) -> Mark {
        let inner = self.lock();
        Mark {
            requests: inner.requests.next(),
            connections: inner.connections.next(),
        }
    }

    /// What was seen after a mark.
    pub fn since(&self, mark: Mark) -> Delta {
        let inner = self.lock();
        let (requests, lost_requests) = inner.requests.since(mark.requests);
        let (connections, lost_connections) = inner.connections.since(mark.connections);
        Delta {
            requests,
            connections,
            lost: lost_requests + lost_connections,
            end: Mark {
                requests: inner.requests.next(),
                connections: inner.connections.next(),
            },
        }
    }

    /// Notes a connection; it counts as ended by the server when the answer is dropped.
    pub(super) fn opened(&self, peer: SocketAddr) -> OpenConnection {
        let mut inner = self.lock();
        let number = inner.connections.next();
        inner.connections.push(SeenConnection {
            number,
            peer,
            opened: Instant::now(),
            closed: None,
            malformed: None,
        });
        OpenConnection {
            record: self.clone(),
            number,
            ended_by: Side::Server,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mark {
    /// The number of the request that comes next.
    pub fn request(self) -> u64 {
        self.requests
    }

    /// The mark before the request of this number, for readers who keep only that; connections count from 0.
    pub fn before_request(number: u64) -> Self {
        Self {
            requests: number,
            connections: 0,
        }
    }
}

impl Delta {
    /// The requests for a path.
    pub fn of_path(&self, path: &str) -> Vec<&SeenRequest> {
        let fits = |seen: &&SeenRequest| seen.path() == path;
        self.requests.iter().filter(fits).collect()
    }

    /// The requests that no route of the fake is meant for: a suite asserts that there are none.
    pub fn unmatched(&self) -> Vec<&SeenRequest> {
        let fits = |seen: &&SeenRequest| seen.outcome == Outcome::Unmatched;
        self.requests.iter().filter(fits).collect()
    }
}

impl SeenRequest {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// A connection that is still open.
pub(super) struct OpenConnection {
    record: Record,
    number: u64,
    ended_by: Side,
}

impl OpenConnection {
    /// Notes a request that has just come.
    pub(super) fn request(&self, request: &Request) -> u64 {
        let mut inner = self.record.lock();
        let number = inner.requests.next();
        inner.requests.push(SeenRequest {
            number,
            connection: self.number,
            at: Instant::now(),
            answered: None,
            method: request.method.clone(),
            target: request.target.clone(),
            fields: request.fields.clone(),
            outcome: Outcome::Open,
        });
        number
    }

    /// Notes what became of a request, before the answer is written: whoever has
    /// read the answer finds this in the record.
    pub(super) fn decided(&self, request: u64, outcome: Outcome) {
        if let Some(seen) = self.record.lock().requests.at(request) {
            seen.outcome = outcome;
        }
    }

    /// Notes that the answer is out.
    pub(super) fn answered(&self, request: u64) {
        if let Some(seen) = self.record.lock().requests.at(request) {
            seen.answered = Some(Instant::now());
        }
    }

    /// Notes that something came that is no request.
    pub(super) fn malformed(&self, why: String) {
        if let Some(seen) = self.record.lock().connections.at(self.number) {
            seen.malformed = Some(why);
        }
    }

    /// The client ended it.
    pub(super) fn left(&mut self) {
        self.ended_by = Side::Client;
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        if let Some(seen) = self.record.lock().connections.at(self.number) {
            seen.closed = Some((Instant::now(), self.ended_by));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(target: &str) -> Request {
        Request {
            method: "GET".into(),
            target: target.into(),
            is_http_10: false,
            fields: Vec::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn deltas_hold_only_what_came_after_the_mark() {
        let record = Record::default();
        let mut connection = record.opened(([127, 0, 0, 1], 1).into());
        connection.request(&request("/before"));
        let mark = record.mark();
        let number = connection.request(&request("/keys?hop=1"));
        connection.decided(number, Outcome::Unmatched);
        connection.answered(number);
        connection.left();
        drop(connection);
        let delta = record.since(mark);
        assert_eq!((delta.requests.len(), delta.connections.len()), (1, 0));
        assert_eq!(delta.of_path("/keys").len(), 1);
        assert_eq!(delta.unmatched().len(), 1);
        assert!(delta.requests[0].answered >= Some(delta.requests[0].at));
        let all = record.since(Mark::default());
        assert_eq!((all.requests.len(), all.lost), (2, 0));
        assert_eq!(all.connections[0].closed.unwrap().1, Side::Client);
        assert!(record.since(delta.end).requests.is_empty());
    }

    #[test]
    fn what_is_not_kept_is_counted_as_lost() {
        let mut shelf = Shelf::default();
        for number in 0..KEPT as u64 + 3 {
            shelf.push(number);
        }
        let (kept, lost) = shelf.since(1);
        assert_eq!((kept.len(), kept[0], lost), (KEPT, 3, 2));
        let end = KEPT as u64;
        assert_eq!(shelf.since(end), (vec![end, end + 1, end + 2], 0));
        assert_eq!(shelf.at(2), None);
        assert_eq!(shelf.at(3), Some(&mut 3));
    }
}
