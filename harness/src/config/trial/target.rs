//! The service that a black-box suite judges: launched by the suite, or attached.

use crate::config::environment::{self, CARGO, READY};
use crate::config::form::Form;
use crate::config::node::{Entry, Node};
use crate::config::shape::{Record, Rule, SECONDS_OR_NONE, Shape, optional, required};
use crate::config::time;
use crate::model::place::Problem;
use crate::model::template::Template;
use crate::model::trial::plan::{Comes, TargetPlan};
use std::collections::BTreeMap;
use std::time::Duration;

const VARIABLES: Shape = Shape::Names(Form::Variable, &Shape::Text(Form::Template), 1);

/// The service that is judged.
pub(super) static TARGET: Record = Record {
    name: "judged_service",
    doc: "The service that a black-box suite judges.",
    fields: &[
        optional(
            "launch",
            Shape::Record(&LAUNCH),
            "{command: [./service, --port, \"${port}\"], env: {OIDC_ISSUER_URL: \"${issuer}\"}}",
            "How it is started; a suite starts it as often as its checks need.",
        ),
        optional(
            "attach",
            Shape::Record(&ATTACH),
            "{url: \"http://127.0.0.1:8080\"}",
            "Where it already runs; checks that have to start it are then not asked.",
        ),
        optional(
            "production_env",
            VARIABLES,
            "{APP_ENV: production}",
            "Environment variables that make it a production process, for checks of its guard.",
        ),
        optional(
            "ready",
            Shape::Record(&READY),
            "{path: /health}",
            "When it counts as ready; default: it accepts a TCP connection within 30 s.",
        ),
        optional(
            "log_file",
            Shape::Text(Form::Filled),
            "/var/log/service.log",
            "Where its log can be read, where that is not its standard output.",
        ),
        optional(
            "metrics_path",
            Shape::Text(Form::PlainPath),
            "/metrics",
            "Its metrics in the Prometheus text format.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["launch", "attach"])],
};

static LAUNCH: Record = Record {
    name: "launch",
    doc: "How the judged service is started.",
    fields: &[
        optional(
            "cargo",
            Shape::Record(&CARGO),
            "{package: shop, binary: search}",
            "A binary of the cargo workspace in the working directory, built before the start.",
        ),
        optional(
            "command",
            Shape::List(&Shape::Text(Form::Template), 1),
            "[./search, --port, \"${port}\"]",
            "A program, as a path or a name in `PATH`, and its arguments.",
        ),
        optional(
            "args",
            Shape::List(&Shape::Text(Form::Template), 0),
            "[serve]",
            "Arguments; may hold `${port}`, `${service.NAME.url}`, `${env.NAME}` and what the suite offers.",
        ),
        optional(
            "env",
            VARIABLES,
            "{OIDC_ISSUER_URL: \"${issuer}\"}",
            "Environment variables beside the harness's own; same holes as `args`.",
        ),
        optional(
            "port_variable",
            Shape::Text(Form::Variable),
            "PORT",
            "The variable that tells the process its port; needed when no argument holds `${port}`.",
        ),
        optional(
            "stop_grace_seconds",
            SECONDS_OR_NONE,
            "10",
            "Time between SIGTERM and SIGKILL; default 10.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["command", "cargo"])],
};

static ATTACH: Record = Record {
    name: "attached_target",
    doc: "Where the judged service already runs.",
    fields: &[required(
        "url",
        Shape::Text(Form::Address),
        "http://127.0.0.1:8080",
        "Its address.",
    )],
    rules: &[],
};

/// Reads the section `target`.
pub(super) fn target(
    entry: &Entry,
    services: &[&str],
    offered: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<TargetPlan> {
    let node = &entry.value;
    let production = production(node);
    let comes = match (node.entry("launch"), node.get("attach")) {
        (Some(launch), _) => {
            environment::offered_holes(launch, services, offered, problems);
            Comes::Launched {
                process: Box::new(environment::process(launch, problems)?),
                production: production?,
            }
        }
        (None, attach) => {
            if let Some(entry) = node.entry("production_env") {
                let help = "an attached service is not started; take the key out";
                problems
                    .push(Problem::at(&entry.place, "`production_env` beside `attach`").help(help));
            }
            let url = attach?.get("url")?.text()?;
            Comes::Attached {
                url: url.trim_end_matches('/').to_owned(),
            }
        }
    };
    let ready = node.get("ready");
    let timeout = ready.and_then(|ready| ready.get("timeout_seconds"));
    let text = |node: Option<&Node>, key: &str| {
        node.and_then(|node| node.get(key))
            .and_then(Node::text)
            .map(str::to_owned)
    };
    Some(TargetPlan {
        comes,
        ready_path: text(ready, "path"),
        ready_timeout: timeout.map_or(Some(Duration::from_secs(30)), time::seconds)?,
        log_file: text(Some(node), "log_file"),
        metrics_path: text(Some(node), "metrics_path"),
        place: entry.place.clone(),
    })
}

fn production(node: &Node) -> Option<BTreeMap<String, Template>> {
    let written = node
        .get("production_env")
        .map(Node::entries)
        .unwrap_or_default();
    let read = written.iter().map(|variable| {
        let template = Template::parse(variable.value.text()?).ok()?;
        Some((variable.key.clone(), template))
    });
    read.collect()
}
