//! What may be written: one table a section, read by the checker and by the JSON Schema.

use super::form::Form;

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text of a form.
    Text(Form),
    /// One of a list of words; the noun says of what.
    Word(&'static str, &'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// Only `true`: the key alone says everything.
    True,
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// A number.
    Number(Range),
    /// A list with at least so many items.
    List(&'static Shape, usize),
    /// A mapping from names of a form, with at least so many of them.
    Names(Form, &'static Shape, usize),
    /// A mapping with known keys.
    Record(&'static Record),
    /// The first that fits the kind of the value; the noun says what is wanted.
    Either(&'static str, &'static [Shape]),
    /// Anything that JSON can carry.
    Json,
}

/// A range of numbers.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Least.
    pub least: f64,
    /// Whether the least itself is too small.
    pub above: bool,
    /// Greatest.
    pub most: f64,
    /// What such a number is: `a ratio from 0 to 1`.
    pub noun: &'static str,
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct Record {
    /// Its name in the JSON Schema and in messages: `step`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// Its keys in the order of the documentation.
    pub fields: &'static [Field],
    /// What must hold between its keys.
    pub rules: &'static [Rule],
}

/// One key of a record.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What its value must look like.
    pub shape: Shape,
    /// A value as somebody would write it, on one line.
    pub example: &'static str,
    /// What it means, with unit and default.
    pub doc: &'static str,
}

/// What must hold between the keys of a record.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// One of these, and no second one.
    ExactlyOne(&'static [&'static str]),
    /// One of these or several.
    AtLeastOne(&'static [&'static str]),
    /// None of these or one.
    AtMostOne(&'static [&'static str]),
}

/// A key that must be there.
pub const fn required(
    key: &'static str,
    shape: Shape,
    example: &'static str,
    doc: &'static str,
) -> Field {
    Field {
        key,
        required: true,
        shape,
        example,
        doc,
    }
}

/// A key that may be left out.
pub const fn optional(
    key: &'static str,
    shape: Shape,
    example: &'static str,
    doc: &'static str,
) -> Field {
    Field {
        key,
        required: false,
        shape,
        example,
        doc,
    }
}

impl Record {
    /// The keys, in the order of the documentation.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.fields.iter().map(|field| field.key)
    }

    /// A key of this record.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

const fn number(least: f64, above: bool, most: f64, noun: &'static str) -> Shape {
    Shape::Number(Range {
        least,
        above,
        most,
        noun,
    })
}

const DAY_SECONDS: f64 = 86_400.0;
const DAY_MILLISECONDS: f64 = 86_400_000.0;
const LARGE: f64 = 1e12;

/// A length of time that is not nothing.
pub const SECONDS: Shape = number(0.0, true, DAY_SECONDS, "seconds above 0, at most 86400");
/// A length of time that may be nothing.
pub const SECONDS_OR_NONE: Shape = number(0.0, false, DAY_SECONDS, "seconds from 0 to 86400");
/// A length of time that is not nothing.
pub const MILLISECONDS: Shape = number(0.0, true, DAY_MILLISECONDS, "milliseconds above 0");
/// A length of time that may be nothing.
pub const MILLISECONDS_OR_NONE: Shape = number(
    0.0,
    false,
    DAY_MILLISECONDS,
    "milliseconds from 0 to 86400000",
);
/// A share of a whole.
pub const RATIO: Shape = number(0.0, false, 1.0, "a ratio from 0 to 1");
/// A growth in percent, which may be more than the whole.
pub const PERCENT: Shape = number(0.0, false, 10_000.0, "percent from 0 to 10000");
/// A fall in percent, which cannot be more than the whole.
pub const PERCENT_OF_WHOLE: Shape = number(0.0, false, 100.0, "percent from 0 to 100");
/// A quantity that is not nothing.
pub const POSITIVE: Shape = number(0.0, true, LARGE, "a number above 0");
