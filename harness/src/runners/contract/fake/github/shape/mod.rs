//! Shapes of bodies as data, and what is found when a body is held against its shape.

mod fields;
mod find;
mod reply;
mod request;

pub use find::{Finding, Problem};

pub(super) use find::{body, query};
pub(super) use reply::reply;
pub(super) use request::{body_fields, query_fields};

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    /// Forty hexadecimal digits.
    Sha,
    /// An absolute address, perhaps with `{placeholders}`.
    Address,
    /// RFC 3339, in UTC, whole seconds.
    Time,
    Whole,
    Number,
    Flag,
    OneOf(&'static [&'static str]),
    Object(&'static [Field]),
    List(&'static Kind),
    Either(&'static [Kind]),
}

/// Members of an object that share a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    names: &'static [&'static str],
    kind: Kind,
    required: bool,
    nullable: bool,
    /// Taken away by version 2026-03-10.
    gone: bool,
}

/// Members that must be there.
const fn needed(names: &'static [&'static str], kind: Kind) -> Field {
    Field {
        names,
        kind,
        required: true,
        nullable: false,
        gone: false,
    }
}

/// Members that may be there.
const fn perhaps(names: &'static [&'static str], kind: Kind) -> Field {
    let mut field = needed(names, kind);
    field.required = false;
    field
}

impl Field {
    const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn until_2026(mut self) -> Self {
        self.gone = true;
        self
    }
}
