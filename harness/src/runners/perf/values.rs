//! Values for template holes: declared sources, built-in names, and what a user kept of earlier answers.

use super::session::Session;
use crate::model::load::{BUILT_IN_VALUES, Target, ValueSource};
use rand::Rng;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every name that a target's templates may use, each with a slot number.
#[derive(Debug, Default)]
pub(super) struct Names {
    slots: Vec<Slot>,
    by_name: HashMap<String, usize>,
}

/// One name. A value that the user kept wins over a declared or built-in source.
#[derive(Debug)]
struct Slot {
    name: String,
    source: Option<Source>,
}

#[derive(Debug)]
enum Source {
    User,
    Iteration,
    Uuid,
    OneOf(Vec<String>),
    Integer { min: i64, max: i64 },
    Sequence(AtomicU64),
    Fixed(String),
}

impl Names {
    /// The names of a target: built-in, declared, and kept by any of its steps.
    ///
    /// # Errors
    /// The name of a value that cannot be had, and why.
    pub(super) fn of(target: &Target) -> Result<Self, (String, String)> {
        let mut names = Self::default();
        let built_in = [Source::User, Source::Iteration, Source::Uuid];
        for (name, source) in BUILT_IN_VALUES.into_iter().zip(built_in) {
            names.set(name, Some(source));
        }
        for (name, source) in &target.values {
            let source = read(source).map_err(|why| (name.clone(), why))?;
            names.set(name, Some(source));
        }
        let journeys = target.journeys.iter().flat_map(|journey| &journey.steps);
        for kept in target
            .setup
            .iter()
            .chain(journeys)
            .flat_map(|step| &step.extract)
        {
            if names.slot(&kept.name).is_none() {
                names.set(&kept.name, None);
            }
        }
        Ok(names)
    }

    fn set(&mut self, name: &str, source: Option<Source>) {
        if let Some(&slot) = self.by_name.get(name) {
            self.slots[slot].source = source;
            return;
        }
        self.by_name.insert(name.to_owned(), self.slots.len());
        self.slots.push(Slot {
            name: name.to_owned(),
            source,
        });
    }

    /// The slot of a name.
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The name of a slot.
    pub(super) fn name(&self, slot: usize) -> &str {
        &self.slots[slot].name
    }

    /// Number of slots.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Values of environment variables: they may be secrets.
    pub(super) fn of_environment(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().filter_map(|slot| match &slot.source {
            Some(Source::Fixed(value)) => Some(value.as_str()),
            _ => None,
        })
    }
}

fn read(source: &ValueSource) -> Result<Source, String> {
    Ok(match source {
        ValueSource::OneOf(values) if values.is_empty() => {
            return Err("its list is empty".to_owned());
        }
        ValueSource::OneOf(values) => Source::OneOf(values.clone()),
        ValueSource::Integer { min, max } if min > max => {
            return Err(format!("{min} is greater than {max}"));
        }
        &ValueSource::Integer { min, max } => Source::Integer { min, max },
        ValueSource::Uuid => Source::Uuid,
        ValueSource::Sequence => Source::Sequence(AtomicU64::new(1)),
        ValueSource::Environment(variable) => Source::Fixed(
            std::env::var(variable)
                .map_err(|_| format!("environment variable `{variable}` is not set"))?,
        ),
    })
}

/// The values of one request: a name has the same value everywhere in it.
pub(super) struct Draws<'a> {
    names: &'a Names,
    session: &'a mut Session,
    drawn: Vec<Option<String>>,
}

impl<'a> Draws<'a> {
    /// Nothing drawn yet.
    pub(super) fn new(names: &'a Names, session: &'a mut Session) -> Self {
        Self {
            names,
            session,
            drawn: Vec::new(),
        }
    }

    /// The value of a slot in this request; `None` when no answer has given it yet.
    pub(super) fn value(&mut self, slot: usize) -> Option<Cow<'_, str>> {
        if self.session.kept[slot].is_some() {
            return self.session.kept[slot].as_deref().map(Cow::Borrowed);
        }
        let source = self.names.slots[slot].source.as_ref()?;
        if let Source::Fixed(value) = source {
            return Some(Cow::Borrowed(value));
        }
        if self.drawn.is_empty() {
            self.drawn = vec![None; self.names.len()];
        }
        if self.drawn[slot].is_none() {
            self.drawn[slot] = Some(draw(source, self.session));
        }
        self.drawn[slot].as_deref().map(Cow::Borrowed)
    }
}

fn draw(source: &Source, session: &mut Session) -> String {
    match source {
        Source::User => session.user.to_string(),
        Source::Iteration => session.iteration.to_string(),
        Source::Uuid => uuid::Builder::from_random_bytes(session.random.random())
            .into_uuid()
            .to_string(),
        Source::OneOf(values) => values[session.random.random_range(0..values.len())].clone(),
        &Source::Integer { min, max } => session.random.random_range(min..=max).to_string(),
        Source::Sequence(next) => next.fetch_add(1, Ordering::Relaxed).to_string(),
        Source::Fixed(value) => value.clone(),
    }
}
