//! The services that a suite starts or finds running.

use super::form::Form;
use super::hint;
use super::node::{Entry, Node};
use super::order;
use super::shape::{Record, Rule, SECONDS, SECONDS_OR_NONE, Shape, optional, required};
use super::step::texts;
use super::time;
use crate::model::environment::{
    CargoProgram, CargoVariant, EnvironmentPlan, Launch, ProcessPlan, Program, ServicePlan,
};
use crate::model::place::Problem;
use crate::model::template::Template;
use std::time::Duration;

const NAME: Shape = Shape::Text(Form::Name);
const VARIABLE: Shape = Shape::Text(Form::Variable);
const ARGUMENTS: Shape = Shape::List(&Shape::Text(Form::Template), 0);

/// The services of a suite.
pub static ENVIRONMENT: Record = Record {
    name: "environment",
    doc: "The services that the suite starts or finds running.",
    fields: &[required(
        "services",
        Shape::Names(Form::Name, &Shape::Record(&SERVICE), 1),
        "{search: {command: [./search], port_variable: PORT}}",
        "Services by name; one that another one's `${service.NAME.url}` names is started first.",
    )],
    rules: &[],
};

static SERVICE: Record = Record {
    name: "service",
    doc: "One service: a cargo binary, a command, or an address where it already runs.",
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
            "attach",
            Shape::Record(&ATTACH),
            "{url: \"http://127.0.0.1:8080\"}",
            "A service that already runs; it is neither started nor stopped.",
        ),
        optional(
            "args",
            ARGUMENTS,
            "[serve]",
            "Arguments; may hold `${port}`, `${service.NAME.url}`, `${issuer.url}`, `${env.NAME}`.",
        ),
        optional(
            "env",
            Shape::Names(Form::Variable, &Shape::Text(Form::Template), 1),
            "{LOG: warn}",
            "Environment variables beside the harness's own; same holes as `args`.",
        ),
        optional(
            "port_variable",
            VARIABLE,
            "PORT",
            "The variable that tells the process its port; needed when no argument holds `${port}`.",
        ),
        optional(
            "ready",
            Shape::Record(&READY),
            "{path: /ready}",
            "When the service counts as ready; default: it accepts a TCP connection within 30 s.",
        ),
        optional(
            "stop_grace_seconds",
            SECONDS_OR_NONE,
            "10",
            "Time between SIGTERM and SIGKILL; default 10.",
        ),
    ],
    rules: &[Rule::ExactlyOne(&["command", "cargo", "attach"])],
};

pub(super) static CARGO: Record = Record {
    name: "cargo_program",
    doc: "A binary of the cargo workspace in the working directory.",
    fields: &[
        required("package", NAME, "shop", "Package name."),
        required("binary", NAME, "search", "Binary name."),
        optional(
            "when_set",
            Shape::Record(&WHEN_SET),
            "{variable: FAULT, binary: search-seeded, features: [seeded-faults]}",
            "Another binary, used when a variable of the harness's environment is set.",
        ),
    ],
    rules: &[],
};

static WHEN_SET: Record = Record {
    name: "variant",
    doc: "Another binary of the same package for a set environment variable.",
    fields: &[
        required(
            "variable",
            VARIABLE,
            "FAULT",
            "Set and not empty chooses this binary.",
        ),
        required("binary", NAME, "search-seeded", "Binary name."),
        optional(
            "features",
            Shape::List(&Shape::Text(Form::Line), 0),
            "[seeded-faults]",
            "Cargo features; default none.",
        ),
    ],
    rules: &[],
};

static ATTACH: Record = Record {
    name: "attached_service",
    doc: "Where a service already runs.",
    fields: &[
        required(
            "url",
            Shape::Text(Form::Address),
            "http://127.0.0.1:8080",
            "Its address.",
        ),
        optional(
            "pid",
            Shape::Whole(1, u32::MAX as i64),
            "4711",
            "Root of its process tree, for CPU and memory.",
        ),
        optional(
            "container",
            Shape::Text(Form::Line),
            "search-1",
            "Its container, for CPU and memory.",
        ),
    ],
    rules: &[Rule::AtMostOne(&["pid", "container"])],
};

pub(super) static READY: Record = Record {
    name: "readiness",
    doc: "When a service counts as ready.",
    fields: &[
        optional(
            "path",
            Shape::Text(Form::PlainPath),
            "/ready",
            "Asked until it answers with a 2xx status.",
        ),
        optional(
            "timeout_seconds",
            SECONDS,
            "30",
            "How long that may take; default 30.",
        ),
    ],
    rules: &[],
};

/// Keys that mean nothing for a service that is not started here.
const STARTED_ONLY: [&str; 4] = ["args", "env", "port_variable", "stop_grace_seconds"];

/// Reads the services in order of starting.
pub fn environment(
    node: &Node,
    has_issuer: bool,
    problems: &mut Vec<Problem>,
) -> Option<EnvironmentPlan> {
    let entries = node.get("services")?.entries();
    let names: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    let offered: &[&str] = if has_issuer { &["issuer.url"] } else { &[] };
    for entry in entries {
        offered_holes(entry, &names, offered, problems);
    }
    let read: Vec<_> = entries
        .iter()
        .map(|entry| service(entry, problems))
        .collect();
    let services: Vec<ServicePlan> = read.into_iter().collect::<Option<_>>()?;
    order::by_need(services, problems).map(|services| EnvironmentPlan { services })
}

fn service(entry: &Entry, problems: &mut Vec<Problem>) -> Option<ServicePlan> {
    let node = &entry.value;
    let ready = node.get("ready");
    let launch = match node.get("attach") {
        Some(attach) => {
            refuse_started_only(node, problems);
            attached(attach)
        }
        None => process(entry, problems).map(Launch::Process),
    };
    let path = ready.and_then(|ready| ready.get("path"));
    let timeout = ready.and_then(|ready| ready.get("timeout_seconds"));
    Some(ServicePlan {
        name: entry.key.clone(),
        launch: launch?,
        ready_path: match path {
            Some(path) => Some(path.text()?.to_owned()),
            None => None,
        },
        ready_timeout: timeout.map_or(Some(Duration::from_secs(30)), time::seconds)?,
        place: entry.place.clone(),
    })
}

fn refuse_started_only(node: &Node, problems: &mut Vec<Problem>) {
    for key in STARTED_ONLY {
        if let Some(entry) = node.entry(key) {
            let message = format!("`{key}` beside `attach`");
            let help = "an attached service is neither started nor stopped; take the key out";
            problems.push(Problem::at(&entry.place, message).help(help));
        }
    }
}

fn attached(node: &Node) -> Option<Launch> {
    let container = node.get("container").and_then(Node::text);
    Some(Launch::Attach {
        url: node.get("url")?.text()?.trim_end_matches('/').to_owned(),
        pid: node.get("pid").and_then(Node::unsigned),
        container: container.map(str::to_owned),
    })
}

/// Reads a process: a program, its arguments, its variables, and how it learns its port.
pub(super) fn process(entry: &Entry, problems: &mut Vec<Problem>) -> Option<ProcessPlan> {
    let node = &entry.value;
    let (program, mut arguments) = program(node)?;
    arguments.extend(templates(texts(node.get("args")))?);
    let mut environment = std::collections::BTreeMap::new();
    for variable in node.get("env").map(Node::entries).unwrap_or_default() {
        let value = Template::parse(variable.value.text()?).ok()?;
        environment.insert(variable.key.clone(), value);
    }
    let port_variable = node.get("port_variable").and_then(Node::text);
    let told = arguments.iter().chain(environment.values());
    let told = told.flat_map(Template::holes).any(|hole| hole == "port");
    let misspelled = node
        .entries()
        .iter()
        .any(|entry| SERVICE.field(&entry.key).is_none());
    if !told && port_variable.is_none() && !misspelled {
        let message = format!("nothing tells `{}` its port", entry.key);
        let help = "the harness picks a free port: write `port_variable: PORT`,\nor an argument that holds `${port}`";
        problems.push(Problem::at(&entry.place, message).help(help));
    }
    let grace = node.get("stop_grace_seconds");
    Some(ProcessPlan {
        program,
        arguments,
        environment,
        port_variable: port_variable.map(str::to_owned),
        stop_grace: grace.map_or(Some(Duration::from_secs(10)), time::seconds)?,
    })
}

fn program(node: &Node) -> Option<(Program, Vec<Template>)> {
    if let Some(cargo) = node.get("cargo") {
        return Some((Program::Cargo(self::cargo(cargo)?), Vec::new()));
    }
    let mut words = texts(node.get("command")).into_iter();
    let program = Program::Path(words.next()?);
    Some((program, templates(words.collect())?))
}

fn cargo(node: &Node) -> Option<CargoProgram> {
    let text = |node: &Node, key: &str| Some(node.get(key)?.text()?.to_owned());
    let variant = |when_set: &Node| {
        Some(CargoVariant {
            when_set: text(when_set, "variable")?,
            binary: text(when_set, "binary")?,
            features: texts(when_set.get("features")),
        })
    };
    Some(CargoProgram {
        package: text(node, "package")?,
        binary: text(node, "binary")?,
        variant: match node.get("when_set") {
            Some(when_set) => Some(variant(when_set)?),
            None => None,
        },
    })
}

fn templates(texts: Vec<String>) -> Option<Vec<Template>> {
    texts
        .iter()
        .map(|text| Template::parse(text).ok())
        .collect()
}

/// Checks the holes of a service's command, arguments and variables; `offered` are those that the
/// suite itself can fill.
pub(super) fn offered_holes(
    entry: &Entry,
    names: &[&str],
    offered: &[&str],
    problems: &mut Vec<Problem>,
) {
    let node = &entry.value;
    let lists = ["command", "args"]
        .into_iter()
        .filter_map(|key| node.get(key));
    let words = lists.flat_map(Node::items);
    let variables = node.get("env").map(Node::entries).unwrap_or_default();
    for value in words.chain(variables.iter().map(|variable| &variable.value)) {
        let template = value.text().and_then(|text| Template::parse(text).ok());
        for hole in template.iter().flat_map(Template::holes) {
            problems.extend(bad_hole(value, hole, names, offered));
        }
    }
    let program = node
        .get("command")
        .and_then(|command| command.items().first());
    if let Some(first) = program.filter(|word| word.text().is_some_and(|text| text.contains("${")))
    {
        let message = "the program itself cannot hold `${name}`";
        problems.push(Problem::at(&first.place, message));
    }
}

fn bad_hole(value: &Node, hole: &str, names: &[&str], offered: &[&str]) -> Option<Problem> {
    if offered.contains(&hole) {
        return None;
    }
    let service = hole
        .strip_prefix("service.")
        .and_then(|rest| rest.strip_suffix(".url"));
    if let Some(name) = service {
        let problem = Problem::at(&value.place, format!("no service named `{name}`"));
        let mut problem = problem.known(names.iter().copied());
        problem.help = hint::for_word(name, names.iter().copied());
        return (!names.contains(&name)).then_some(problem);
    }
    if hole == "issuer.url" {
        let problem = Problem::at(&value.place, "`${issuer.url}` without an issuer");
        return Some(problem.help("add a section\nissuer:\n  audience: NAME"));
    }
    let variable = hole.strip_prefix("env.");
    if hole == "port" || variable.is_some_and(|name| Form::Variable.check(name).is_ok()) {
        return None;
    }
    let own = ["issuer.url"];
    let offered = if offered.is_empty() { &own } else { offered };
    let known = ["port", "service.NAME.url"]
        .into_iter()
        .chain(offered.iter().copied());
    let problem = Problem::at(&value.place, format!("no value named `{hole}` here"));
    let mut problem = problem.known(known.chain(["env.NAME"]));
    problem.help = Form::Variable
        .check(hole)
        .is_ok()
        .then(|| format!("a variable of the harness's environment is `${{env.{hole}}}`"));
    Some(problem)
}
