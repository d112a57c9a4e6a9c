//! The whole state machine: from a request to what goes back, and what is remembered of it.

use super::act::{Call, act};
use super::cut::Cut;
use super::gate;
use super::incident::Incidents;
use super::operation::Operation;
use super::rate::Limits;
use super::record::{Record, Seen};
use super::reply::{Content, Reply};
use super::repository::now;
use super::request::Request;
use super::shape::{self, Finding};
use super::trouble;
use super::version::Version;
use super::world::World;
use super::wrong::Gaps;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// The fake as it stands.
pub(super) struct State {
    pub(super) world: World,
    pub(super) limits: Limits,
    pub(super) incidents: Incidents,
    pub(super) record: Record,
    /// The path of the root of the API.
    pub(super) prefix: &'static str,
    pub(super) started: Instant,
    pub(super) count: u64,
    /// Whether a fault server stands in front.
    pub(super) fault_server: bool,
    pub(super) watcher: Option<UnboundedSender<Seen>>,
}

/// What goes back.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) reply: Reply,
    pub(super) delay: Option<Duration>,
    pub(super) cut: Option<Cut>,
}

impl Outcome {
    pub(super) fn whole(reply: Reply) -> Self {
        Self {
            reply,
            delay: None,
            cut: None,
        }
    }
}

/// A request on its way, and what is found out about it.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a Request,
    pub(super) operation: Option<Operation>,
    pub(super) gaps: Gaps,
    pub(super) version: Version,
    pub(super) findings: Vec<Finding>,
}

impl State {
    /// Handles one request.
    pub(super) fn take(&mut self, raw: &wiremock::Request) -> Outcome {
        let at = self.started.elapsed();
        self.count += 1;
        let request = Request::read(raw, self.prefix);
        let operation = request.route.as_ref().map(|route| route.operation);
        let limited = self.limits.is_blocked();
        let kind = operation.and_then(|operation| self.incidents.next(operation));
        let mut exchange = Exchange {
            request: &request,
            operation,
            gaps: self.gaps(&request),
            version: Version::November2022,
            findings: Vec::new(),
        };
        let mut outcome = match &kind {
            Some(kind) => trouble::meet(self, &mut exchange, kind),
            None => Outcome::whole(self.answer(&mut exchange)),
        };
        let reply_findings = match &kind {
            // A reply that lies on purpose is held against nothing.
            Some(kind) if trouble::lies(kind) => Vec::new(),
            _ => findings(&exchange, &outcome.reply),
        };
        self.dress(&exchange, &mut outcome.reply);
        let seen = Seen {
            at,
            operation,
            status: outcome.cut.is_none().then_some(outcome.reply.status),
            request_id: exchange.gaps.request.clone(),
            incident: kind.map(|kind| kind.to_string()),
            limited,
            request_findings: exchange.findings,
            reply_findings,
            method: request.method,
            target: request.target,
            headers: request.headers,
            body: request.body,
        };
        if let Some(watcher) = &self.watcher {
            // Nobody may be looking any more.
            let _ = watcher.send(seen.clone());
        }
        self.record.push(seen);
        outcome
    }

    /// Answers without any trouble.
    pub(super) fn answer(&mut self, exchange: &mut Exchange<'_>) -> Reply {
        match self.let_through(exchange) {
            Ok(reply) | Err(reply) => reply,
        }
    }

    fn let_through(&mut self, exchange: &mut Exchange<'_>) -> Result<Reply, Reply> {
        let docs = exchange.gaps.docs.clone();
        let request = exchange.request;
        exchange.version = gate::version(request, &exchange.gaps)?;
        gate::token(&self.world, request, &exchange.gaps)?;
        if let Some(refused) = self.limits.take(exchange.operation, &exchange.gaps) {
            return Err(refused);
        }
        gate::media_type(request).map_err(|refusal| refusal.reply(&docs))?;
        gate::repository(&self.world, request, &exchange.gaps)?;
        let Some(route) = &request.route else {
            return Err(super::reply::Refusal::not_found().reply(&docs));
        };
        let parameters = shape::query_fields(route.operation);
        exchange
            .findings
            .extend(shape::query(parameters, &request.query));
        let body = gate::body(route.operation, request, &mut exchange.findings);
        let body = body.map_err(|refusal| refusal.reply(&docs))?;
        if route.operation == Operation::RateLimit {
            return Ok(self.limits.show());
        }
        let call = Call {
            operation: route.operation,
            request,
            words: &route.words,
            body: &body,
        };
        act(&mut self.world, &call).map_err(|refusal| refusal.reply(&docs))
    }

    /// What replies are filled in with.
    fn gaps(&self, request: &Request) -> Gaps {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let text = |name: &str, default: &str| body[name].as_str().unwrap_or(default).to_owned();
        let head = text("head", "topic");
        let repository = &self.world.repository;
        let docs = request.route.as_ref().map(|route| route.operation.docs());
        let words = request.route.as_ref().map(|route| route.words.join("/"));
        Gaps {
            docs: docs.unwrap_or_else(|| "https://docs.github.com/rest".to_owned()),
            owner: repository.owner.clone(),
            head: head.rsplit(':').next().unwrap_or_default().to_owned(),
            base: text("base", &repository.default_branch),
            moved: self.moved(request),
            rest: words.unwrap_or_default(),
            request: format!(
                "F00D:{:06X}:{:X}:0:{:X}",
                self.count,
                self.count * 31,
                now()
            ),
            now: jiff::Timestamp::now()
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string(),
        }
    }

    /// The same request, by the number of the repository.
    fn moved(&self, request: &Request) -> String {
        let path = request
            .target
            .strip_prefix(self.prefix)
            .unwrap_or(&request.target);
        let below: Vec<&str> = path.splitn(5, '/').collect();
        let rest = match below[..] {
            [_, "repos", _, name] => name
                .split_once('?')
                .map_or(String::new(), |(_, query)| format!("?{query}")),
            [_, "repos", _, _, rest] => format!("/{rest}"),
            _ => String::new(),
        };
        let site = &self.world.site;
        format!(
            "{}/repositories/{}{rest}",
            site.api, self.world.repository.id
        )
    }

    /// Gives a reply the headers that every reply of GitHub has.
    fn dress(&mut self, exchange: &Exchange<'_>, reply: &mut Reply) {
        if let (Some(operation), Content::Json(body)) = (exchange.operation, &mut reply.content) {
            exchange.version.prune(operation, body);
        }
        let etag = super::etag::etag(&reply.content);
        let mut headers = vec![
            ("server", "github.com".to_owned()),
            (
                "cache-control",
                "private, max-age=60, s-maxage=60".to_owned(),
            ),
            (
                "vary",
                "Accept, Authorization, Cookie, X-GitHub-OTP".to_owned(),
            ),
            ("x-oauth-scopes", "repo".to_owned()),
            ("x-github-media-type", "github.v3; format=json".to_owned()),
            (
                "x-github-api-version-selected",
                exchange.version.word().to_owned(),
            ),
            ("x-github-request-id", exchange.gaps.request.clone()),
        ];
        headers.extend(self.limits.headers(exchange.operation));
        headers.extend(etag.clone().map(|etag| ("etag", etag)));
        for (name, value) in headers {
            if reply.header(name).is_none() {
                reply.headers.push((name.to_owned(), value));
            }
        }
        // An empty one only takes the usual one away.
        reply.headers.retain(|(_, value)| !value.is_empty());
        let known = exchange.request.header("if-none-match");
        let is_read = matches!(exchange.request.method.as_str(), "GET" | "HEAD");
        if is_read && reply.status == 200 && etag.is_some() && known == etag.as_deref() {
            reply.status = 304;
            reply.content = Content::Nothing;
        }
    }
}

/// Holds our own reply against its published shape.
fn findings(exchange: &Exchange<'_>, reply: &Reply) -> Vec<Finding> {
    let (Some(operation), Content::Json(body)) = (exchange.operation, &reply.content) else {
        return Vec::new();
    };
    let Some(kind) = shape::reply(operation, reply.status) else {
        return Vec::new();
    };
    let mut body = body.clone();
    exchange.version.prune(operation, &mut body);
    shape::body(kind, &body, exchange.version)
}
