//! Names inside one target: every `${name}` is known, every name is used once.

use super::form::Form;
use super::hint;
use super::node::{Node, Value};
use crate::model::load::BUILT_IN_VALUES;
use crate::model::place::{Place, Problem};
use crate::model::template::Template;
use std::collections::BTreeMap;

/// Checks the names of a target's values, journeys, steps and templates.
pub fn check(target: &Node, has_bearer: bool, problems: &mut Vec<Problem>) {
    let mut scope: Vec<String> = BUILT_IN_VALUES.map(str::to_owned).to_vec();
    for entry in target.get("values").map(Node::entries).unwrap_or_default() {
        declare(&mut scope, &entry.key, &entry.place, problems);
    }
    let later = extracted(target);
    let setup = target.get("setup").map(Node::items).unwrap_or_default();
    let journeys = target.get("journeys").map(Node::items).unwrap_or_default();
    let mut names = Names::default();
    names.steps(setup, &mut scope, &later, problems);
    for journey in journeys {
        if let Some(name) = journey.get("name") {
            names.journey(name, problems);
        }
        // What one journey keeps is not there when another is chosen first.
        let mut inside = scope.clone();
        let steps = journey.get("steps").map(Node::items).unwrap_or_default();
        names.steps(steps, &mut inside, &later, problems);
    }
    if has_bearer {
        for step in all_steps(target) {
            refuse_authorization(step, problems);
        }
    }
}

#[derive(Default)]
struct Names {
    journeys: BTreeMap<String, Place>,
    steps: BTreeMap<String, Place>,
}

impl Names {
    fn journey(&mut self, name: &Node, problems: &mut Vec<Problem>) {
        let Some(text) = name.text() else { return };
        if let Some(earlier) = self.journeys.insert(text.to_owned(), name.place.clone()) {
            let message = format!("a second journey named `{text}`");
            let help = format!("the first stands in line {}", earlier.line);
            problems.push(Problem::at(&name.place, message).help(help));
        }
    }

    fn steps(
        &mut self,
        steps: &[Node],
        scope: &mut Vec<String>,
        later: &BTreeMap<String, Place>,
        problems: &mut Vec<Problem>,
    ) {
        for step in steps {
            self.step_name(step, problems);
            if let Some(json) = step.get("body").and_then(|body| body.get("json")) {
                templates_of_json(json, problems);
            }
            for key in ["path", "headers", "body"] {
                if let Some(node) = step.get(key) {
                    holes(node, scope, later, problems);
                }
            }
            for entry in step.get("extract").map(Node::entries).unwrap_or_default() {
                declare(scope, &entry.key, &entry.place, problems);
            }
        }
    }

    fn step_name(&mut self, step: &Node, problems: &mut Vec<Problem>) {
        let Some(path) = step.get("path") else { return };
        let method = step.get("method").and_then(Node::text).unwrap_or("GET");
        let shown = step.get("name").unwrap_or(path);
        let Some(text) = shown.text() else { return };
        let named = step.get("name").is_some();
        let name = if named {
            text.to_owned()
        } else {
            format!("{method} {text}")
        };
        if let Some(earlier) = self.steps.insert(name.clone(), shown.place.clone()) {
            let message = format!("a second step named `{name}` in one target");
            let help = format!(
                "the first stands in line {}; give this one a `name` of its own",
                earlier.line
            );
            problems.push(Problem::at(&shown.place, message).help(help));
        }
    }
}

fn declare(scope: &mut Vec<String>, name: &str, place: &Place, problems: &mut Vec<Problem>) {
    if scope.iter().any(|known| known == name) {
        let what = if BUILT_IN_VALUES.contains(&name) {
            "built in"
        } else {
            "taken"
        };
        let message = format!("the name `{name}` is {what} already");
        problems.push(Problem::at(place, message).help("choose another name"));
    } else {
        scope.push(name.to_owned());
    }
}

fn holes(
    node: &Node,
    scope: &[String],
    later: &BTreeMap<String, Place>,
    problems: &mut Vec<Problem>,
) {
    match &node.value {
        Value::Text(text) => {
            let Ok(template) = Template::parse(text) else {
                return;
            };
            let unknown = template
                .holes()
                .filter(|hole| !scope.iter().any(|name| name == hole));
            for hole in unknown {
                problems.push(no_value(&node.place, hole, scope, later));
            }
        }
        Value::List(items) => items
            .iter()
            .for_each(|item| holes(item, scope, later, problems)),
        Value::Map(entries) => {
            for entry in entries {
                holes(&entry.value, scope, later, problems);
            }
        }
        _ => {}
    }
}

/// Every text in a JSON body is a template; its shape alone does not say so.
fn templates_of_json(node: &Node, problems: &mut Vec<Problem>) {
    match &node.value {
        Value::Text(text) => {
            if let Err(misfit) = Form::Template.check(text) {
                let mut problem = Problem::at(&node.place, format!("`{text}` {}", misfit.message));
                problem.help = misfit.help;
                problems.push(problem);
            }
        }
        Value::List(items) => items
            .iter()
            .for_each(|item| templates_of_json(item, problems)),
        Value::Map(entries) => {
            for entry in entries {
                if entry.key.contains('$') {
                    let message = "a `$` in a key of a JSON body";
                    let help = "only values may hold `${name}`; use `text` with a `content_type`";
                    problems.push(Problem::at(&entry.place, message).help(help));
                }
                templates_of_json(&entry.value, problems);
            }
        }
        _ => {}
    }
}

fn no_value(
    place: &Place,
    hole: &str,
    scope: &[String],
    later: &BTreeMap<String, Place>,
) -> Problem {
    let problem = Problem::at(place, format!("no value named `{hole}` at this step"));
    let known = scope.iter().map(String::as_str);
    let help = match (hint::nearest(hole, known), later.get(hole)) {
        (_, Some(place)) => format!(
            "line {} extracts it, but not in an earlier step of this journey or of `setup`",
            place.line
        ),
        (Some(near), None) => format!("did you mean `{near}`?"),
        (None, None) => format!(
            "declare it under `values`, or `extract` it in an earlier step: `{hole}: {{json: /id}}`"
        ),
    };
    problem.known(scope.to_vec()).help(help)
}

fn all_steps(target: &Node) -> impl Iterator<Item = &Node> {
    let setup = target.get("setup").map(Node::items).unwrap_or_default();
    let journeys = target.get("journeys").map(Node::items).unwrap_or_default();
    setup.iter().chain(
        journeys
            .iter()
            .flat_map(move |journey| journey.get("steps").map(Node::items).unwrap_or_default()),
    )
}

fn extracted(target: &Node) -> BTreeMap<String, Place> {
    let entries = all_steps(target)
        .flat_map(|step| step.get("extract").map(Node::entries).unwrap_or_default());
    entries
        .map(|entry| (entry.key.clone(), entry.place.clone()))
        .collect()
}

fn refuse_authorization(step: &Node, problems: &mut Vec<Problem>) {
    let headers = step.get("headers").map(Node::entries).unwrap_or_default();
    for header in headers {
        if header.key.eq_ignore_ascii_case("authorization") {
            let message = "`authorization` beside the target's `bearer`";
            problems.push(Problem::at(&header.place, message).help("keep one of them"));
        }
    }
}
