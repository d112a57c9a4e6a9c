//! The order in which services start: what another one needs comes first.

use crate::model::environment::{Launch, ServicePlan};
use crate::model::place::Problem;
use crate::model::template::Template;

/// Sorts services so that every `${service.NAME.url}` names an earlier one;
/// otherwise the order of the file stays. A circle is a problem.
pub fn by_need(
    mut waiting: Vec<ServicePlan>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<ServicePlan>> {
    let mut sorted: Vec<ServicePlan> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|service| {
            let needs = needs(service);
            needs
                .iter()
                .all(|name| !waiting.iter().any(|other| other.name == *name))
        });
        let Some(free) = free else {
            problems.extend(waiting.first().map(|first| circle(first, &waiting)));
            return None;
        };
        sorted.push(waiting.remove(free));
    }
    Some(sorted)
}

fn needs(service: &ServicePlan) -> Vec<String> {
    let Launch::Process(process) = &service.launch else {
        return Vec::new();
    };
    let templates = process.arguments.iter().chain(process.environment.values());
    let holes = templates.flat_map(Template::holes);
    let names = holes.filter_map(|hole| hole.strip_prefix("service.")?.strip_suffix(".url"));
    names
        .filter(|name| *name != service.name)
        .map(str::to_owned)
        .collect()
}

fn circle(first: &ServicePlan, waiting: &[ServicePlan]) -> Problem {
    let names: Vec<String> = waiting.iter().map(|s| format!("`{}`", s.name)).collect();
    let message = format!("services wait for each other: {}", names.join(", "));
    Problem::at(&first.place, message)
        .help("each one's `${service.NAME.url}` needs the other to be up first")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::environment::{ProcessPlan, Program};
    use crate::model::place::Place;
    use std::time::Duration;

    fn service(name: &str, needs: &str) -> ServicePlan {
        ServicePlan {
            name: name.into(),
            launch: Launch::Process(ProcessPlan {
                program: Program::Path("x".into()),
                arguments: vec![Template::parse(needs).unwrap()],
                environment: Default::default(),
                port_variable: None,
                stop_grace: Duration::ZERO,
            }),
            ready_path: None,
            ready_timeout: Duration::ZERO,
            place: Place {
                file: "a.yaml".into(),
                line: 1,
                column: 1,
                length: 1,
                key_path: String::new(),
            },
        }
    }

    #[test]
    fn needed_services_come_first_and_circles_are_told() {
        let mut problems = Vec::new();
        let services = vec![
            service("web", "${service.db.url}"),
            service("db", "${port}"),
        ];
        let sorted = by_need(services, &mut problems).unwrap();
        assert_eq!(sorted[0].name, "db");
        let services = vec![
            service("a", "${service.b.url}"),
            service("b", "${service.a.url}"),
        ];
        assert!(by_need(services, &mut problems).is_none());
        assert_eq!(
            problems[0].message,
            "services wait for each other: `a`, `b`"
        );
    }
}
