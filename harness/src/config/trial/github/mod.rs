//! The section `github`: what a service that opens pull requests declares of itself.

mod audit;
mod declared;
mod trigger;

use crate::config::form::Form;
use crate::config::node::Node;
use crate::config::shape::{Field, RATIO, Range, Record, SECONDS, Shape, optional, required};
use crate::config::time;
use crate::model::place::Problem;
use crate::model::trial::github::{AttachedFake, GithubPlan, RepositoryPlan};
use crate::model::trial::plan::{Asks, Comes, TargetPlan};
use std::time::Duration;

/// Holes that the suite fills: its fake GitHub, its issuer, and where an audit file may be.
pub(super) const OFFERS: [&str; 9] = [
    "github_api",
    "github_token",
    "github_owner",
    "github_repo",
    "github_base",
    "min_wait_scale",
    "audit_file",
    "issuer",
    "audience",
];

/// The section `github`.
pub(super) const FIELD: Field = required(
    "github",
    Shape::Record(&GITHUB),
    "{trigger: {path: /fix, body: {id: \"${id}\", files: \"${files}\"}, file: {path: \"${path}\", content: \"${content}\"}}, answer: {number: /number, url: /url}}",
    "What is asked, and what the target declares of itself.",
);

const SCALE: Shape = Shape::Number(Range {
    least: 0.001,
    above: false,
    most: 1.0,
    noun: "a factor from 0.001 to 1",
});

static GITHUB: Record = Record {
    name: "github",
    doc: "What a service that opens pull requests declares of itself.",
    fields: &[
        required(
            "trigger",
            Shape::Record(&trigger::TRIGGER),
            "{path: /fix, body: {id: \"${id}\", files: \"${files}\"}, file: {path: \"${path}\", content: \"${content}\"}}",
            "The request that makes it open a pull request.",
        ),
        required(
            "answer",
            Shape::Record(&trigger::ANSWER),
            "{number: /number, url: /url}",
            "Where its answer says what.",
        ),
        optional(
            "repository",
            Shape::Record(&REPOSITORY),
            "{owner: octo, name: hello, base: main}",
            "The repository of the suite's fake GitHub; default: `octo/hello` with `main`.",
        ),
        optional(
            "max_attempts",
            Shape::Whole(1, 20),
            "4",
            "How often it asks GitHub for one thing at most; default 4.",
        ),
        optional(
            "min_wait_scale",
            SCALE,
            "0.01",
            "What GitHub's waiting rules (60 s after a limit without a time, 1 s between writes) are multiplied with; the target gets it as `${min_wait_scale}`; default 1.",
        ),
        optional(
            "time_bound_seconds",
            SECONDS,
            "10",
            "How long it lets one caller wait; default 30.",
        ),
        optional(
            "jitter",
            RATIO,
            "0.1",
            "By how much of itself a gap between tries may be shorter than planned; default 0.",
        ),
        optional(
            "author",
            Shape::Text(Form::Line),
            "Drift Bot <drift@example.com>",
            "Author of its commits, where one is configured.",
        ),
        optional(
            "policy",
            Shape::Record(&declared::POLICY),
            "{foreign_branch: refuse}",
            "What it does where GitHub leaves the choice.",
        ),
        optional(
            "offers",
            Shape::Record(&declared::OFFERS),
            "{draft: {draft: true}}",
            "What it offers beside the necessary, and how that is asked for.",
        ),
        optional(
            "audit",
            Shape::Record(&audit::AUDIT),
            "{source: log, only: {/target: audit}, fields: {actor: /actor}}",
            "Where its audit trail is; without it the checks of the trail are not asked.",
        ),
        optional(
            "fake",
            Shape::Record(&FAKE),
            "{listen: \"127.0.0.1:9130\", token: ghp_throwaway}",
            "Where the suite's fake GitHub listens for a target that is attached.",
        ),
    ],
    rules: &[],
};

static REPOSITORY: Record = Record {
    name: "fake_repository",
    doc: "The repository of the suite's fake GitHub.",
    fields: &[
        optional(
            "owner",
            Shape::Text(Form::Name),
            "octo",
            "Its owner; default `octo`.",
        ),
        optional(
            "name",
            Shape::Text(Form::Name),
            "hello",
            "Its name; default `hello`.",
        ),
        optional(
            "base",
            Shape::Text(Form::Line),
            "main",
            "Its default branch, but in the check about another name; default `main`.",
        ),
    ],
    rules: &[],
};

static FAKE: Record = Record {
    name: "attached_fake",
    doc: "Where the suite's fake GitHub listens for a target that is attached.",
    fields: &[
        required(
            "listen",
            Shape::Text(Form::Line),
            "127.0.0.1:9130",
            "Address and port.",
        ),
        optional(
            "public_url",
            Shape::Text(Form::Address),
            "http://host.docker.internal:9130",
            "Where the target sees it, when that is another address.",
        ),
        required(
            "token",
            Shape::Text(Form::Line),
            "ghp_throwaway",
            "The throw-away token that the target was given.",
        ),
    ],
    rules: &[],
};

/// Reads the section.
pub(super) fn github(node: &Node, problems: &mut Vec<Problem>) -> Option<GithubPlan> {
    let seconds = node.get("time_bound_seconds");
    let trigger = trigger::trigger(node.get("trigger")?, problems);
    let attached = match node.get("fake") {
        Some(fake) => Some(fake_of(fake, problems)?),
        None => None,
    };
    let number = |key: &str, default: f64| node.get(key).and_then(Node::number).unwrap_or(default);
    Some(GithubPlan {
        trigger: trigger?,
        answer: trigger::answer(node.get("answer")?, problems)?,
        repository: repository(node.get("repository")),
        max_attempts: node.get("max_attempts").map_or(Some(4), Node::unsigned)?,
        min_wait_scale: number("min_wait_scale", 1.0),
        time_bound: seconds.map_or(Some(Duration::from_secs(30)), time::seconds)?,
        jitter: number("jitter", 0.0),
        policy: declared::policy(node.get("policy")),
        offers: declared::offers(node.get("offers")),
        audit: node
            .get("audit")
            .and_then(|audit| audit::audit(audit, problems)),
        author: text(node, "author"),
        attached,
    })
}

/// An attached target has to know the suite's fake before: it cannot be left to chance where it is.
pub(super) fn without_fake(asks: Option<&Asks>, target: Option<&TargetPlan>) -> Option<Problem> {
    let (Some(Asks::Github(plan)), Some(target)) = (asks, target) else {
        return None;
    };
    let attached = matches!(target.comes, Comes::Attached { .. });
    let message = "`attach` without `github.fake`";
    let help = "say where the suite's fake GitHub listens, and which token the service was given: `fake: {listen: \"127.0.0.1:9130\", token: ghp_throwaway}`";
    (attached && plan.attached.is_none()).then(|| Problem::at(&target.place, message).help(help))
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(str::to_owned)
}

fn repository(node: Option<&Node>) -> RepositoryPlan {
    let word = |key: &str, default: &str| {
        let written = node.and_then(|node| text(node, key));
        written.unwrap_or_else(|| default.to_owned())
    };
    RepositoryPlan {
        owner: word("owner", "octo"),
        name: word("name", "hello"),
        base: word("base", "main"),
    }
}

fn fake_of(node: &Node, problems: &mut Vec<Problem>) -> Option<AttachedFake> {
    let listen = node.get("listen")?;
    let Ok(address) = listen.text()?.parse() else {
        let message = format!("`{}` is no address with a port", listen.text()?);
        let help = "write it as `127.0.0.1:9130`";
        problems.push(Problem::at(&listen.place, message).help(help));
        return None;
    };
    Some(AttachedFake {
        listen: address,
        public_url: text(node, "public_url"),
        token: text(node, "token")?,
    })
}
