//! What an incident does to a request.

use super::cut::Cut;
use super::kind::Kind;
use super::operation::Operation;
use super::reply::Reply;
use super::state::{Exchange, Outcome, State};
use super::world::Delays;
use super::wrong::Wrong;
use std::time::Duration;

/// GitHub ends a request after 10 s (docs: "Timeouts"); this is longer than that.
const SILENCE: Duration = Duration::from_secs(11);

/// Whether the reply to such a request is not GitHub's usual one, on purpose.
pub(super) fn lies(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Reply(_)
            | Kind::RedirectTo(_)
            | Kind::LostRequest
            | Kind::Cut(_)
            | Kind::Silence
            | Kind::Rate(_)
    )
}

/// Handles a request that meets an incident.
pub(super) fn meet(state: &mut State, exchange: &mut Exchange<'_>, kind: &Kind) -> Outcome {
    match kind {
        Kind::Reply(answered) => Outcome::whole(answered.0.reply(&exchange.gaps)),
        Kind::RedirectTo(to) => Outcome::whole(redirect(exchange, to)),
        Kind::LostRequest => cut(Reply::empty(500), Cut::Eof),
        Kind::LostReply => cut(state.answer(exchange), Cut::Eof),
        Kind::Cut(Cut::HalfBody) => cut(state.answer(exchange), Cut::HalfBody),
        Kind::Cut(way) => cut(Reply::empty(500), *way),
        Kind::Silence => Outcome {
            delay: Some(SILENCE),
            ..Outcome::whole(gateway(exchange))
        },
        Kind::Slow(time) => Outcome {
            delay: Some(*time),
            ..Outcome::whole(state.answer(exchange))
        },
        Kind::StaleList(calls) => {
            hide(state, exchange, *calls);
            Outcome::whole(state.answer(exchange))
        }
        Kind::LaxList => Outcome::whole(lax(state, exchange)),
        Kind::MoveBase(path) => {
            move_base(state, path);
            Outcome::whole(state.answer(exchange))
        }
        Kind::RenameRepository => {
            state.rename();
            Outcome::whole(state.answer(exchange))
        }
        Kind::RevokeToken => {
            state.world.account.revoked = true;
            Outcome::whole(state.answer(exchange))
        }
        Kind::Rate(rate) => {
            state.limits.block(rate);
            Outcome::whole(state.answer(exchange))
        }
        Kind::NextElsewhere(to) => {
            let mut reply = state.answer(exchange);
            reply.headers.retain(|(name, _)| name != "link");
            Outcome::whole(reply.with("link", format!("<{to}>; rel=\"next\"")))
        }
    }
}

fn cut(reply: Reply, way: Cut) -> Outcome {
    Outcome {
        cut: Some(way),
        ..Outcome::whole(reply)
    }
}

fn redirect(exchange: &Exchange<'_>, to: &str) -> Reply {
    let moved = Wrong::parse("r17").map(|wrong| {
        let gaps = super::wrong::Gaps {
            moved: to.to_owned(),
            docs: exchange.gaps.docs.clone(),
            ..super::wrong::Gaps::default()
        };
        wrong.reply(&gaps)
    });
    moved.unwrap_or_else(|| Reply::empty(500))
}

fn gateway(exchange: &Exchange<'_>) -> Reply {
    let known = Wrong::parse("r16:502").map(|wrong| wrong.reply(&exchange.gaps));
    known.unwrap_or_else(|| Reply::empty(502))
}

/// Keeps the pull request that this request makes, or else the newest, from lists.
fn hide(state: &mut State, exchange: &Exchange<'_>, calls: u32) {
    let newest = state
        .world
        .repository
        .pulls
        .last()
        .map_or(0, |pull| pull.number);
    let number = if exchange.operation == Some(Operation::CreatePull) {
        newest + 1
    } else {
        newest
    };
    Delays::hide(&mut state.world.delays.list, number, calls);
    Delays::hide(&mut state.world.delays.search, number, calls);
}

/// Answers as if `head` and `base` had not been asked for.
fn lax(state: &mut State, exchange: &mut Exchange<'_>) -> Reply {
    let mut request = exchange.request.clone();
    let narrows = |name: &str| matches!(name, "head" | "base");
    request.query.retain(|(name, _)| !narrows(name));
    let mut wide = Exchange {
        request: &request,
        operation: exchange.operation,
        gaps: std::mem::take(&mut exchange.gaps),
        version: exchange.version,
        findings: std::mem::take(&mut exchange.findings),
    };
    let reply = state.answer(&mut wide);
    exchange.gaps = wide.gaps;
    exchange.version = wide.version;
    exchange.findings = wide.findings;
    reply
}

/// Somebody else commits to the default branch.
fn move_base(state: &mut State, path: &str) {
    let repository = &mut state.world.repository;
    let branch = repository.default_branch.clone();
    let before = repository.tip(&branch).map(|tip| tip.to_string());
    let content = format!("The base moved on from {}.\n", before.unwrap_or_default());
    repository.push(&branch, &[(path, Some(content.as_bytes()))]);
}

impl State {
    /// Gives the repository another name; the old one leads to it.
    pub(super) fn rename(&mut self) {
        let repository = &mut self.world.repository;
        let new = format!("{}-renamed", repository.name);
        let old = std::mem::replace(&mut repository.name, new);
        repository.former.push(old);
    }
}
