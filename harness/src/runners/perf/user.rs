//! One user: sends the steps of a journey in order, pauses, and starts again.

use super::answer::{self, Answer};
use super::cookies::Cookies;
use super::ledger::{self, Ended};
use super::mask;
use super::script::{Leg, Script};
use super::session::Session;
use super::shifts::{self, Duty};
use crate::model::evidence::{FailureClass, FailureExample};
use crate::model::load::ThinkTime;
use rand::Rng;
use reqwest::{Client, Request, Url};
use std::time::{Duration, Instant};

/// Pause of a user that could not connect, could not be set up, or has nothing
/// that it could send: a service that is down must not be answered with a busy loop.
const SETBACK: Duration = Duration::from_millis(100);

/// How a journey ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Good,
    /// A step failed, and the user may go on at once.
    Failed,
    /// A step failed in a way that calls for a pause.
    Setback,
}

/// One turn of a user: its setup where it is still missing, one journey, think
/// time. Between its shifts it waits instead.
pub(super) async fn turn(script: &Script, client: &Client, session: &mut Session) {
    let duty = shifts::duty(&session.shifts, session.began.elapsed());
    session.run(duty == Duty::Work);
    match duty {
        Duty::Work => {}
        Duty::WaitUntil(start) => {
            return tokio::time::sleep_until((session.began + start).into()).await;
        }
        Duty::Done => return std::future::pending().await,
    }
    if !session.set_up {
        if walk(script, client, session, &script.setup).await != End::Good {
            return rest(SETBACK).await;
        }
        session.set_up = true;
    }
    session.iteration += 1;
    let legs = script.choose(&mut session.random);
    if walk(script, client, session, legs).await == End::Setback {
        rest(SETBACK).await;
    }
    pause(script.think_time, session).await;
}

/// A user of a script that starts now.
pub(super) fn arrive(script: &Script) -> Session {
    let arrival = ledger::with(|ledger| (ledger.next_user(script.target), ledger.began()));
    let (user, began) = arrival.unwrap_or_else(|| (0, Instant::now()));
    let mut session = Session::new(script.seed, script.target, user, script.names.len());
    session.shifts = script.line.shifts(user);
    session.began = began;
    session.cookies = script.cookies.then(Cookies::default);
    session
}

async fn walk(script: &Script, client: &Client, session: &mut Session, legs: &[Leg]) -> End {
    for leg in legs {
        wait_if_over().await;
        let end = step(script, client, session, leg).await;
        if end != End::Good {
            return end;
        }
        if let Some(time) = leg.pause {
            pause(time, session).await;
        }
    }
    End::Good
}

async fn step(script: &Script, client: &Client, session: &mut Session, leg: &Leg) -> End {
    let mut request = match leg.draft.request(script, session) {
        Ok(request) => request,
        Err(detail) => {
            not_sent(script, leg, detail);
            return End::Setback;
        }
    };
    if let Some(cookies) = &session.cookies {
        let url = request.url().clone();
        cookies.send(&url, request.headers_mut());
    }
    let (failure, end) = send(script, client, session, leg, request).await;
    let Some(failure) = failure else {
        return end;
    };
    if ledger::with(|ledger| ledger.wants_example(script.target, failure.class)) == Some(true) {
        let example = failure.example(script, session);
        ledger::with(|ledger| ledger.example(script.target, leg.step, example));
    }
    end
}

/// Sends one request, times it from just before sending to the last byte, and counts it.
async fn send(
    script: &Script,
    client: &Client,
    session: &mut Session,
    leg: &Leg,
    request: Request,
) -> (Option<Failure>, End) {
    let line = Line::of(&request);
    let in_flight = InFlight::new(script.target, leg.step);
    let sent = in_flight.sent;
    let exchange = answer::exchange(client, request, leg.needs_body);
    let got = tokio::time::timeout(script.timeout, exchange).await;
    let at = Instant::now();
    in_flight.landed();
    let result = match got {
        Ok(Ok(answer)) => {
            if let Some(cookies) = &session.cookies {
                cookies.keep(&line.url, &answer.headers);
            }
            answer::check(leg, &answer, session)
                .map_err(|(class, detail)| (class, detail, Some(answer)))
        }
        Ok(Err(error)) => Err((FailureClass::Connection, causes(error), None)),
        Err(_) => {
            let told = format!("no complete answer within {:?}", script.timeout);
            Err((FailureClass::Timeout, told, None))
        }
    };
    let class = result.as_ref().err().map(|(class, _, _)| *class);
    ledger::with(|ledger| {
        ledger.ended(Ended {
            target: script.target,
            step: leg.step,
            at,
            took: at - sent,
            failure: class,
        });
    });
    let end = match class {
        None => End::Good,
        Some(FailureClass::Connection) => End::Setback,
        Some(_) => End::Failed,
    };
    let failure = result.err().map(|(class, detail, answer)| Failure {
        class,
        detail,
        line,
        answer,
    });
    (failure, end)
}

/// Method and URL of a request, for cookies and failures.
struct Line {
    method: reqwest::Method,
    url: Url,
}

impl Line {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            url: request.url().clone(),
        }
    }
}

/// Why a request failed.
struct Failure {
    class: FailureClass,
    detail: String,
    line: Line,
    answer: Option<Answer>,
}

impl Failure {
    fn example(&self, script: &Script, session: &Session) -> FailureExample {
        let secrets = secrets(script, session, &self.line.url);
        let query = (self.line.url.query()).map_or(String::new(), |query| format!("?{query}"));
        let request = format!("{} {}{query}", self.line.method, self.line.url.path());
        let body = |answer: &Answer| mask::excerpt(&answer.body, &secrets);
        FailureExample {
            scenario: String::new(),
            service: String::new(),
            step: String::new(),
            class: self.class,
            detail: mask::excerpt(self.detail.as_bytes(), &secrets),
            request: mask::mask(&request, &secrets),
            status: self.answer.as_ref().map(|answer| answer.status),
            body: self.answer.as_ref().map(body),
        }
    }
}

/// Everything this user knows that must not stand in evidence.
fn secrets(script: &Script, session: &Session, url: &Url) -> Vec<String> {
    let mut secrets: Vec<String> = script.names.of_environment().map(str::to_owned).collect();
    if let Some(bearer) = &script.bearer {
        let value = bearer.borrow().clone();
        let text = value.to_str().unwrap_or_default();
        secrets.extend(text.rsplit(' ').next().map(str::to_owned));
    }
    if let Some(cookies) = &session.cookies {
        secrets.extend(cookies.values(url));
    }
    for (slot, kept) in session.kept.iter().enumerate() {
        if mask::is_secret_name(script.names.name(slot)) {
            secrets.extend(kept.clone());
        }
    }
    secrets
}

/// Tells that a request could not be sent. It is not counted: nothing was asked of the service.
fn not_sent(script: &Script, leg: &Leg, detail: String) {
    ledger::with(|ledger| {
        if ledger.wants_example(script.target, FailureClass::Check) {
            let example = FailureExample {
                scenario: String::new(),
                service: String::new(),
                step: String::new(),
                class: FailureClass::Check,
                detail: format!("not sent: {detail}"),
                request: leg.draft.told(),
                status: None,
                body: None,
            };
            ledger.example(script.target, leg.step, example);
        }
    });
}

/// An error with its causes, without the URL, which may hold secrets.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

/// Counts a request as on its way for as long as it lives; dropped before it landed, it was never answered.
struct InFlight {
    target: usize,
    step: usize,
    sent: Instant,
    landed: bool,
}

impl InFlight {
    fn new(target: usize, step: usize) -> Self {
        ledger::with(|ledger| ledger.sent(target));
        Self {
            target,
            step,
            sent: Instant::now(),
            landed: false,
        }
    }

    /// An answer, an error or a timeout came.
    fn landed(mut self) {
        self.landed = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        ledger::with(|ledger| {
            ledger.landed(self.target);
            if !self.landed {
                ledger.unanswered(self.target, self.step, self.sent);
            }
        });
    }
}

async fn pause(time: ThinkTime, session: &mut Session) {
    if time.max.is_zero() {
        return;
    }
    let us = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let (min, max) = (us(time.min), us(time.max));
    let drawn = session.random.random_range(min..=max.max(min));
    rest(Duration::from_micros(drawn)).await;
}

async fn rest(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Once the load is over a user waits here until it is dropped: returning would
/// make goose call it again at once.
async fn wait_if_over() {
    if ledger::with(|ledger| ledger.is_over()) != Some(false) {
        std::future::pending::<()>().await;
    }
}
