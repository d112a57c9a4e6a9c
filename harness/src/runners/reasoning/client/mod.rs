//! The target, spoken to as the adapters say; every request has a time limit.

mod ask;
mod write;

pub(super) use ask::{Answer, triples};

use super::request::{self, Holes};
use crate::model::load::StatusRange;
use crate::model::trial::Saw;
use crate::model::trial::launch::TrialError;
use crate::model::trial::reasoning::case::CaseProfile;
use crate::model::trial::reasoning::{ReasoningPlan, RequestPlan};
use reqwest::{Client, StatusCode};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Largest answer that is read, in octets.
const LARGEST: usize = 64 * 1024 * 1024;
/// Pause before a service is asked again that says it cannot answer now.
const AGAIN: Duration = Duration::from_millis(50);

/// The target gave nothing to look at, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Silence(pub String);

impl Silence {
    /// What a fact saw.
    pub(super) fn saw(&self) -> Saw {
        Saw::Nothing(self.0.clone())
    }
}

/// A graph of the target: its name and its IRI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GraphName {
    pub name: String,
    pub iri: String,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    /// Status and the beginning of the body.
    pub(super) fn told(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
        let start: String = line.chars().take(160).collect();
        match start.is_empty() {
            true => format!("status {} and no body", self.status),
            false => format!("status {}: {start}", self.status),
        }
    }

    /// Whether the status is one of these.
    pub(super) fn is_one_of(&self, good: &[StatusRange]) -> bool {
        good.iter()
            .any(|range| (range.first..=range.last).contains(&self.status))
    }
}

/// The target at one address.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub plan: &'a ReasoningPlan,
    url: String,
    http: Client,
    lost: AtomicBool,
    /// The last write and the last question, as command lines.
    lines: Mutex<[Option<String>; 2]>,
    /// Graphs that were written to and not cleared since.
    used: Mutex<BTreeSet<String>>,
}

impl<'a> Target<'a> {
    /// The target at an address without a trailing slash.
    ///
    /// # Errors
    /// No HTTP client can be made here.
    pub(super) fn at(plan: &'a ReasoningPlan, url: &str) -> Result<Self, TrialError> {
        let http = Client::builder()
            .user_agent(concat!("proofhouse/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()
            .map_err(|error| TrialError::Harness(format!("no HTTP client: {error}")))?;
        Ok(Self {
            plan,
            url: url.to_owned(),
            http,
            lost: AtomicBool::new(false),
            lines: Mutex::default(),
            used: Mutex::default(),
        })
    }

    /// Whether some request had no answer since this was asked last.
    pub(super) fn was_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }

    /// Whether the target answers at all, whatever it says.
    ///
    /// # Errors
    /// Why not.
    pub(super) async fn greet(&self) -> Result<(), Silence> {
        let graph = self.graph("nothing");
        let request = match &self.plan.ask.query_without_profile {
            Some(request) => request,
            None => &self.plan.ask.query,
        };
        let mut holes = Holes::new(&graph);
        holes.set("query", "ASK {}");
        holes.set("profile", &self.word(CaseProfile::None).unwrap_or_default());
        holes.set("inferred_graph", "");
        let asked = self.send(request, &holes, self.plan.limits.answer, 1).await;
        asked.map(drop)
    }

    /// Empties every graph that was written to: what one check leaves must not reach another.
    pub(super) async fn tidy(&self) {
        let used = std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner));
        for name in used {
            // A target that does not answer is started anew, and an attached one given up.
            if self.lost.load(Ordering::Relaxed) || self.clear(&self.graph(&name)).await.is_err() {
                return;
            }
        }
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// A graph by its name.
    pub(super) fn graph(&self, name: &str) -> GraphName {
        let iri = self.plan.graph.fill(|_| Some(name)).unwrap_or_default();
        let name = name.to_owned();
        GraphName { name, iri }
    }

    /// The IRI of what is inferred from a graph; `None` where that has no graph of its own.
    pub(super) fn inferred(&self, graph: &GraphName, profile: CaseProfile) -> Option<String> {
        let word = self.word(profile)?;
        let filled = self.plan.inferred_graph.as_ref()?.fill(|hole| match hole {
            "graph" => Some(graph.iri.as_str()),
            "name" => Some(graph.name.as_str()),
            "profile" => Some(word.as_str()),
            _ => None,
        });
        filled.ok()
    }

    /// The target's word for a profile, where it has one.
    pub(super) fn word(&self, profile: CaseProfile) -> Option<String> {
        let words = &self.plan.ask.profiles;
        match profile {
            CaseProfile::None => words.none.clone(),
            CaseProfile::Rdfs => Some(words.rdfs.clone()),
            CaseProfile::RdfsFull => words.rdfs_full.clone(),
        }
    }

    /// Sends a request; a service that says it cannot answer now is asked again until its time is over.
    async fn send(
        &self,
        request: &RequestPlan,
        holes: &Holes,
        within: Duration,
        line: usize,
    ) -> Result<Reply, Silence> {
        let built = request::build(&self.url, request, holes).map_err(Silence)?;
        if let Ok(mut lines) = self.lines.lock() {
            lines[line] = Some(built.curl());
        }
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let reply = match tokio::time::timeout(left, Box::pin(self.once(&built))).await {
                Ok(reply) => reply.map_err(|why| self.silent(why))?,
                Err(_) => return Err(self.silent(format!("no answer within {within:?}"))),
            };
            let later = matches!(
                StatusCode::from_u16(reply.status),
                Ok(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
            );
            if !later || reply.is_one_of(&request.status) || Instant::now() + AGAIN >= until {
                return Ok(reply);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    fn silent(&self, why: String) -> Silence {
        self.lost.store(true, Ordering::Relaxed);
        Silence(why)
    }

    async fn once(&self, built: &request::Built) -> Result<Reply, String> {
        let sent = built.send(&self.http).await;
        let mut response = sent.map_err(|error| whole(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| whole(&error))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(format!("an answer of more than {LARGEST} octets"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, body })
    }

    /// Command lines that write and ask the same again, where they are short enough to read.
    pub(super) fn curl(&self) -> Option<String> {
        let lines = self.lines.lock().ok()?;
        let lines: Vec<&str> = lines.iter().flatten().map(String::as_str).collect();
        let joined = lines.join("\n");
        (!joined.is_empty() && joined.len() < 4000).then_some(joined)
    }
}

/// An error with its causes: reqwest's own words alone never say why.
fn whole(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
