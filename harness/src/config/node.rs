//! The tree of one YAML file: every key and every value knows its place.

use crate::model::place::Place;
use serde_json::Value as Json;

/// One value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written; for an empty value, the place of its key.
    pub place: Place,
}

/// What a YAML value can be here. Numbers keep the text they were written with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number or a decimal, never `.nan` or `.inf`, as it was written.
    Number(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file; keys are unique.
    Map(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub place: Place,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key with its value, where this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The keys of a mapping; none for every other value.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for every other value.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, where this is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where this is one.
    pub fn boolean(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, where this is one.
    pub fn number(&self) -> Option<f64> {
        match &self.value {
            Value::Number(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The whole number, where this is one that 64 bits can carry.
    pub fn whole(&self) -> Option<i64> {
        match &self.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The whole number as an unsigned type, where it fits.
    pub fn unsigned<T: TryFrom<i64>>(&self) -> Option<T> {
        self.whole().and_then(|whole| T::try_from(whole).ok())
    }

    /// What kind of value this is, for messages: `a number`, `a list`.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The last key of the path to this value: `p95_latency_ms`.
    pub fn key(&self) -> &str {
        let path = self.place.key_path.as_str();
        path.rsplit('.').next().unwrap_or(path)
    }

    /// The same value as JSON.
    ///
    /// # Errors
    /// The first number that JSON cannot carry exactly as 64 bits.
    pub fn json(&self) -> Result<Json, &Node> {
        Ok(match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => json_number(text).ok_or(self)?,
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => {
                Json::Array(items.iter().map(Node::json).collect::<Result<_, _>>()?)
            }
            Value::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|entry| Ok((entry.key.clone(), entry.value.json()?)))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

fn json_number(text: &str) -> Option<Json> {
    let decimal = text.contains(['.', 'e', 'E']);
    if decimal {
        let number: f64 = text.parse().ok()?;
        return serde_json::Number::from_f64(number).map(Json::Number);
    }
    let signed = text.parse::<i64>().ok().map(Json::from);
    signed.or_else(|| text.parse::<u64>().ok().map(Json::from))
}
