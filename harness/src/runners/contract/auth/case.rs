//! Cases: one request each, what has to come of it, and the accepted request before and after.

use super::ask::{Ask, Reply, Silence};
use super::pace;
use super::session::Session;
use crate::model::trial::{Fact, Level, Saw, Trial, Twin, Want};
use std::time::Duration;

/// What has to come of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// One of the statuses that the target declares for refused tokens.
    Rejected,
    /// Any 4xx.
    ClientError,
    /// What the target declares for accepted tokens.
    Accepted,
    /// One of these statuses.
    OneOf(Vec<u16>),
    /// Anything but 5xx.
    NoServerError,
}

/// One request of a check.
#[derive(Debug, Clone)]
pub struct Case {
    /// Id of the check.
    pub check: &'static str,
    /// Which variant of it, in words.
    pub name: String,
    /// What is sent.
    pub ask: Ask,
    /// What has to come of it.
    pub expect: Expect,
    /// How much it matters.
    pub level: Level,
    /// Longest time to the answer; `None` is only the session's patience.
    pub within: Option<Duration>,
    /// Algorithm of the token that is accepted before and after; `None` is the first one.
    pub twin: Option<String>,
}

impl Case {
    /// A request that has to be refused.
    pub fn rejected(check: &'static str, name: impl Into<String>, ask: Ask) -> Self {
        Self {
            check,
            name: name.into(),
            ask,
            expect: Expect::Rejected,
            level: Level::Must,
            within: None,
            twin: None,
        }
    }

    /// With something else that has to come of it.
    pub fn expect(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    /// As a warning only.
    pub fn should(mut self) -> Self {
        self.level = Level::Should;
        self
    }

    /// Answered within this time.
    pub fn within(mut self, most: Duration) -> Self {
        self.within = Some(most);
        self
    }

    /// With a twin of this algorithm.
    pub fn twin(mut self, algorithm: &str) -> Self {
        self.twin = Some(algorithm.to_owned());
        self
    }
}

/// The request of most checks with a token that has to be refused.
pub fn refused(
    session: &Session<'_>,
    check: &'static str,
    name: impl Into<String>,
    token: &str,
) -> Case {
    Case::rejected(check, name, session.request().bearer(token))
}

/// Cases, or why the harness itself could not make them.
pub type Made = Result<Vec<Case>, String>;

/// The status of an answer, as a fact sees it.
pub fn status(answer: &Result<Reply, Silence>) -> Saw {
    match answer {
        Ok(reply) => Saw::Text(reply.status.to_string()),
        Err(silence) => Saw::Nothing(silence.to_string()),
    }
}

/// The status of an answer as a number.
pub fn status_number(answer: &Result<Reply, Silence>) -> Saw {
    match answer {
        Ok(reply) => Saw::Number(f64::from(reply.status)),
        Err(silence) => Saw::Nothing(silence.to_string()),
    }
}

/// Remembers the last twin, so that neighbours share the one between them.
#[derive(Debug, Default)]
struct Between(Option<(Option<String>, Twin)>);

impl Session<'_> {
    /// Puts cases to the target, each between two accepted requests. Cases of checks that
    /// are not asked in this run are left out; the run can end between any two.
    pub async fn put(&self, cases: Vec<Case>) {
        let mut between = Between::default();
        for case in cases {
            if self.stage.stopped() || self.hangs() {
                return;
            }
            if self.stage.asks(case.check) {
                self.put_one(&case, &mut between).await;
            }
        }
    }

    /// Puts the cases of one check to the target; what the harness could not make decides nothing.
    pub async fn put_made(&self, check: &'static str, make: impl FnOnce() -> Made) {
        if !self.stage.asks(check) {
            return;
        }
        match make() {
            Ok(cases) => self.put(cases).await,
            Err(why) => self.stage.inconclusive(check, why),
        }
    }

    async fn put_one(&self, case: &Case, between: &mut Between) {
        let before = between.before(self, case.twin.as_deref()).await;
        let answer = self.send(&case.ask).await;
        let mut facts = vec![self.expected(&case.expect, &answer)];
        if let (Some(most), Ok(reply)) = (case.within, &answer) {
            facts.push(pace::within("time to the answer", most, reply.took).await);
        }
        for fact in &mut facts {
            fact.level = case.level;
        }
        let after = between.after(self, case.twin.as_deref()).await;
        self.stage.trial(Trial {
            check: case.check.to_owned(),
            case: case.name.clone(),
            facts,
            twins: vec![before, after],
            curl: Some(self.curl(&case.ask)),
        });
    }

    /// The fact on the status of an answer.
    pub fn expected(&self, expect: &Expect, answer: &Result<Reply, Silence>) -> Fact {
        let from = |least: f64, most: f64| Want::Number {
            at_least: Some(least),
            at_most: Some(most),
            unit: String::new(),
        };
        match expect {
            Expect::Rejected => Fact::one_of("status", &self.plan.statuses.reject, status(answer)),
            Expect::Accepted => Fact::one_of("status", &self.first().accepted, status(answer)),
            Expect::OneOf(wanted) => Fact::one_of("status", wanted, status(answer)),
            Expect::ClientError => Fact::new("status", from(400.0, 499.0), status_number(answer)),
            Expect::NoServerError => Fact::new("status", from(200.0, 499.0), status_number(answer)),
        }
    }

    /// Writes down what `asking` saw, between two accepted requests.
    pub async fn framed(
        &self,
        check: &str,
        case: impl Into<String>,
        algorithm: Option<&str>,
        asking: impl Future<Output = Vec<Fact>>,
    ) {
        let before = self.twin(algorithm).await;
        let facts = asking.await;
        let after = self.twin(algorithm).await;
        self.stage.trial(Trial {
            check: check.to_owned(),
            case: case.into(),
            facts,
            twins: vec![before, after],
            curl: None,
        });
    }
}

impl Between {
    async fn before(&mut self, session: &Session<'_>, algorithm: Option<&str>) -> Twin {
        match self.0.take() {
            Some((same, twin)) if same.as_deref() == algorithm => twin,
            _ => session.twin(algorithm).await,
        }
    }

    async fn after(&mut self, session: &Session<'_>, algorithm: Option<&str>) -> Twin {
        let twin = session.twin(algorithm).await;
        self.0 = Some((algorithm.map(str::to_owned), twin.clone()));
        twin
    }
}
