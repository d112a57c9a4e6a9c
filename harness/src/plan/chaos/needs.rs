//! What a word needs of the system, and what to write where that is missing.

use super::system::Found;
use crate::config::chaos::WrittenScenario;
use crate::config::chaos::cleanup::Cleanup;
use crate::config::chaos::steady::SteadyWord;
use crate::config::chaos::system_tables::SYSTEM;
use crate::config::chaos::validation::ValidationWord;
use crate::model::chaos::SystemPlan;
use crate::model::place::{Place, Placed, Problem};
use std::collections::BTreeSet;

/// A part of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Nats,
    Consumer,
    Database,
    Events,
    UnsentQuery,
    OutboxQuery,
    EffectsQuery,
    Outbox,
    Policy,
    PolicyHealth,
    Policies,
    Telemetry,
}

impl Need {
    fn is_met(self, system: &SystemPlan) -> bool {
        let events = system.events.as_ref();
        let policy = system.policy.as_ref();
        match self {
            Need::Nats => system.nats.is_some(),
            Need::Consumer => system.nats.as_ref().is_some_and(|it| it.consumer.is_some()),
            Need::Database => system.database.is_some(),
            Need::Events => events.is_some(),
            Need::UnsentQuery => events.is_some_and(|it| it.unsent_query.is_some()),
            Need::OutboxQuery => events.is_some_and(|it| it.outbox_query.is_some()),
            Need::EffectsQuery => events.is_some_and(|it| it.effects_query.is_some()),
            Need::Outbox => system.outbox.is_some(),
            Need::Policy => policy.is_some(),
            Need::PolicyHealth => policy.is_some_and(|it| it.health_url.is_some()),
            Need::Policies => policy.is_some_and(|it| it.policies_url.is_some()),
            Need::Telemetry => system.telemetry.is_some(),
        }
    }

    /// The section or its key, as words name it.
    fn name(self) -> &'static str {
        match self {
            Need::Nats => "nats",
            Need::Consumer => "nats.consumer",
            Need::Database => "database",
            Need::Events => "events",
            Need::UnsentQuery => "events.unsent_query",
            Need::OutboxQuery => "events.outbox_query",
            Need::EffectsQuery => "events.effects_query",
            Need::Outbox => "outbox",
            Need::Policy => "policy",
            Need::PolicyHealth => "policy.health_url",
            Need::Policies => "policy.policies_url",
            Need::Telemetry => "telemetry",
        }
    }

    /// What to write.
    fn example(self) -> &'static str {
        match self {
            Need::Nats => "nats:\n  url: service://nats:4222\n  stream: EVENTS",
            Need::Consumer => "nats:\n  consumer: projector",
            Need::Database => {
                "database:\n  url: service://postgres:5432/shop\n  user: shop\n  password_file: secrets/password"
            }
            Need::Events => {
                "events:\n  url: service://api:8000/events\n  body: {id: \"${id}\", key: \"${key}\", n: \"${counter}\"}"
            }
            Need::UnsentQuery => {
                "events:\n  unsent_query: select count(*) from outbox where sent_at is null"
            }
            Need::OutboxQuery => {
                "events:\n  outbox_query: select id, key, position, at, sent_at is not null from outbox where starts_with(id, $1)"
            }
            Need::EffectsQuery => {
                "events:\n  effects_query: select id, key, position, at, 1::bigint from effects where starts_with(id, $1)"
            }
            Need::Outbox => {
                "outbox:\n  statements:\n    - insert into outbox (id, key, n) values ($1, $2, $3)"
            }
            Need::Policy => {
                "policy:\n  decide_url: service://gateway:8020/decide\n  question: {subject: ann, action: read, resource: doc}\n  decision_pointer: /allow\n  allowed: true\n  denied: false"
            }
            Need::PolicyHealth => "policy:\n  health_url: service://opa:8181/health",
            Need::Policies => {
                "policy:\n  policies_url: service://opa:8181/v1/policies\n  policies_pointer: /result"
            }
            Need::Telemetry => {
                "telemetry:\n  producers: [\"service://api:8000/metrics\"]\n  produced_metric: made_total\n  sent_metric: sent_total\n  dropped_metric: dropped_total"
            }
        }
    }
}

/// Asks the system for what words need, and keeps what is wrong.
pub(super) struct Needs<'f, 'p> {
    found: &'f Found,
    /// Where problems go.
    pub(super) problems: &'p mut Vec<Problem>,
    /// Sections and services that are missed while there is no system at all.
    sections: BTreeSet<&'static str>,
    services: BTreeSet<String>,
}

impl<'f, 'p> Needs<'f, 'p> {
    pub(super) fn new(found: &'f Found, problems: &'p mut Vec<Problem>) -> Self {
        Self {
            found,
            problems,
            sections: BTreeSet::new(),
            services: BTreeSet::new(),
        }
    }

    /// The system.
    pub(super) fn system(&self) -> &'f SystemPlan {
        self.found.plan()
    }

    /// Tells what of these parts is missing; `true` when nothing is.
    pub(super) fn ask(&mut self, word: &str, place: &Place, parts: &[Need]) -> bool {
        let missing = parts.iter().find(|need| !need.is_met(self.found.plan()));
        if !self.found.is_there() {
            let names = parts.iter().map(|need| need.name());
            let sections = names.map(|name| name.split('.').next().unwrap_or(name));
            self.sections.extend(sections);
        } else if let Some(need) = missing {
            let message = format!("{word} needs `{}` in the system", need.name());
            let problem = Problem::at(place, message).help(self.help(need.example()));
            self.problems.push(problem);
        }
        missing.is_none()
    }

    fn help(&self, example: &str) -> String {
        format!(
            "write this into the system in `{}`:\n\n{example}",
            self.found.home
        )
    }

    /// Without a system one problem says everything that it would have to hold.
    pub(super) fn nowhere(&mut self, scenario: &Placed<String>) {
        if self.found.is_there() {
            return;
        }
        let message = format!("nothing says what the system of `{}` is", scenario.value);
        let services: Vec<&str> = self.services.iter().map(String::as_str).collect();
        let mut help = format!(
            "looked for {}; another file is given with `--system FILE`\nwrite this into `{}`, or under `system:` here:\n\nservices: [{}]",
            quoted(&self.found.looked_for),
            self.found.home,
            services.join(", ")
        );
        for field in SYSTEM
            .fields
            .iter()
            .filter(|it| self.sections.contains(it.key))
        {
            help.push_str(&format!("\n{}: {}", field.key, field.example));
        }
        self.problems
            .push(Problem::at(&scenario.place, message).help(help));
    }

    /// Tells services that the system does not have.
    pub(super) fn services(&mut self, names: &[Placed<String>]) {
        for name in names {
            self.service(name);
        }
    }

    /// Tells a service that the system does not have.
    pub(super) fn service(&mut self, name: &Placed<String>) {
        if !self.found.is_there() {
            self.services.insert(name.value.clone());
            return;
        }
        let services = &self.found.plan().services;
        if !services.contains_key(&name.value) {
            let known = services.keys().map(String::as_str);
            self.problems.push(super::unknown("service", name, known));
        }
    }
}

fn quoted(files: &[String]) -> String {
    let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    files.join(" and ")
}

/// The first word that needs events to be written, and its place.
pub(super) fn first_word_of_events(scenario: &WrittenScenario) -> Option<(String, Place)> {
    let of_steady = scenario.steady_state.iter().filter(|item| {
        matches!(
            item.what,
            SteadyWord::NatsMessagesFlowing | SteadyWord::OutboxQueueSizeLt(_)
        )
    });
    let of_validation = scenario.validation.iter().filter(|item| {
        matches!(
            item.what,
            ValidationWord::Redelivery { .. }
                | ValidationWord::NoDataLoss
                | ValidationWord::NoEventLoss(_)
                | ValidationWord::OutboxResumes(_)
        )
    });
    let steps = scenario.cleanup.iter();
    let drained = steps.filter(|step| step.value == Cleanup::VerifyOutboxDrained);
    let steady = of_steady.map(|item| (word_at(&item.place), &item.place));
    let validation = of_validation.map(|item| (word_at(&item.place), &item.place));
    let cleanup = drained.map(|step| (format!("`{}`", step.value.word()), &step.place));
    let (word, place) = steady.chain(validation).chain(cleanup).next()?;
    Some((word, place.clone()))
}

/// The word at a place, for messages.
pub(super) fn word_at(place: &Place) -> String {
    let path = place.key_path.as_str();
    format!("`{}`", path.rsplit('.').next().unwrap_or(path))
}
