//! What a JSON value looks like, as it is declared and as it was seen.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Different texts of one place that are kept; more say nothing new about a list of words.
const MOST_VALUES: usize = 64;

/// A JSON type; `number` includes `integer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonType {
    /// `{}`
    Object,
    /// `[]`
    Array,
    /// `""`
    String,
    /// A number without a fraction.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`
    Boolean,
    /// `null`
    Null,
}

impl JsonType {
    /// Every type.
    pub const ALL: [JsonType; 7] = [
        JsonType::Object,
        JsonType::Array,
        JsonType::String,
        JsonType::Integer,
        JsonType::Number,
        JsonType::Boolean,
        JsonType::Null,
    ];

    /// The type of a value. A number such as `1.0` is an integer, as in JSON Schema 2020-12.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() == 0.0) => {
                Self::Integer
            }
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }

    /// The type of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Whether a value of type `other` is allowed where `self` is declared.
    pub fn allows(self, other: Self) -> bool {
        self == other || (self == Self::Number && other == Self::Integer)
    }
}

/// What a JSON value looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Where it is declared, as a JSON pointer; empty for what was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// The types that it can have.
    pub types: BTreeSet<JsonType>,
    /// The fields of an object.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Schema>,
    /// The fields that are always there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub required: BTreeSet<String>,
    /// The elements of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Schema>>,
    /// Whether fields that are not listed are welcome.
    #[serde(default)]
    pub additional: bool,
    /// The only values, each as JSON text; for what was seen, the texts that were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<BTreeSet<String>>,
}

impl Schema {
    /// Anything at all.
    pub fn anything(at: &str) -> Self {
        Self {
            at: at.to_owned(),
            types: JsonType::ALL.into(),
            additional: true,
            ..Self::default()
        }
    }

    /// Whether nothing could be wrong with it.
    pub fn is_anything(&self) -> bool {
        JsonType::ALL.iter().all(|kind| self.types.contains(kind)) && self.properties.is_empty()
    }

    /// The types as one text.
    pub fn types_text(&self) -> String {
        let words: Vec<&str> = self.types.iter().map(|kind| kind.word()).collect();
        match words.is_empty() {
            true => "nothing".to_owned(),
            false => words.join(" or "),
        }
    }

    /// Learns from one more value.
    pub fn learn(&mut self, value: &Value) {
        let seen_object = self.types.contains(&JsonType::Object);
        self.types.insert(JsonType::of(value));
        match value {
            Value::Object(fields) => self.learn_fields(fields, seen_object),
            Value::Array(elements) => {
                for element in elements {
                    self.items.get_or_insert_default().learn(element);
                }
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                let values = self.values.get_or_insert_default();
                if values.len() < MOST_VALUES {
                    values.insert(value.to_string());
                }
            }
            _ => {}
        }
    }

    fn learn_fields(&mut self, fields: &Map<String, Value>, seen_before: bool) {
        for (name, value) in fields {
            self.properties
                .entry(name.clone())
                .or_default()
                .learn(value);
        }
        let here: BTreeSet<String> = fields.keys().cloned().collect();
        self.required = match seen_before {
            true => &self.required & &here,
            false => here,
        };
    }

    /// Gives every place its pointer, below `at`.
    pub fn locate(&mut self, at: &str) {
        at.clone_into(&mut self.at);
        for (name, field) in &mut self.properties {
            field.locate(&format!("{at}/properties/{}", escape(name)));
        }
        if let Some(items) = &mut self.items {
            items.locate(&format!("{at}/items"));
        }
    }

    /// Reads a schema as behaviours are written.
    ///
    /// # Errors
    /// What is wrong, with its JSON pointer.
    pub fn read(value: &Value, at: &str) -> Result<Self, String> {
        let fields = object(value, at)?;
        known(
            fields,
            &[
                "types",
                "properties",
                "required",
                "items",
                "additional_properties",
                "enum",
            ],
            at,
        )?;
        let mut schema = Self {
            at: at.to_owned(),
            types: types(fields.get("types"), &format!("{at}/types"))?,
            additional: fields.get("additional_properties") == Some(&Value::Bool(true)),
            ..Self::default()
        };
        for (name, field) in members(fields.get("properties")) {
            let at = format!("{at}/properties/{}", escape(name));
            schema
                .properties
                .insert(name.clone(), Self::read(field, &at)?);
        }
        schema.required = texts(fields.get("required"));
        if let Some(items) = fields.get("items") {
            schema.items = Some(Box::new(Self::read(items, &format!("{at}/items"))?));
        }
        let values = fields.get("enum").and_then(Value::as_array);
        schema.values = values.map(|values| values.iter().map(Value::to_string).collect());
        Ok(schema)
    }
}

/// The types of a list of words.
pub(super) fn types(value: Option<&Value>, at: &str) -> Result<BTreeSet<JsonType>, String> {
    let words: Vec<&Value> = match value {
        Some(Value::Array(words)) => words.iter().collect(),
        Some(word) => vec![word],
        None => return Err(format!("`{at}` is missing")),
    };
    let parsed = words.iter().map(|word| {
        let parsed = word.as_str().and_then(JsonType::parse);
        parsed.ok_or_else(|| format!("`{at}`: {word} is no JSON type"))
    });
    parsed.collect()
}

pub(super) fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, String> {
    let place = if at.is_empty() { "the document" } else { at };
    value
        .as_object()
        .ok_or_else(|| format!("`{place}` is no mapping"))
}

/// A key that nobody reads is a typing error.
pub(super) fn known(fields: &Map<String, Value>, keys: &[&str], at: &str) -> Result<(), String> {
    match fields.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!(
            "unknown key `{key}` in `{at}`; known: {}",
            keys.join(", ")
        )),
    }
}

pub(super) fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

pub(super) fn texts(value: Option<&Value>) -> BTreeSet<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A name as a token of a JSON pointer (RFC 6901, section 3).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_sometimes_missing_is_not_required() {
        let mut seen = Schema::default();
        seen.learn(&json!({"a": 1, "b": null}));
        seen.learn(&json!({"a": 1.5, "c": [{"x": "y"}, {}]}));
        assert_eq!(seen.required, BTreeSet::from(["a".to_owned()]));
        assert_eq!(seen.properties["a"].types_text(), "integer or number");
        let items = seen.properties["c"].items.as_ref().unwrap();
        assert!(items.required.is_empty() && items.properties.contains_key("x"));
    }

    #[test]
    fn a_schema_is_read_with_pointers_and_typing_errors_are_told() {
        let text = json!({"types": ["object"], "required": ["a/b"], "properties": {"a/b": {"types": ["integer"]}}});
        let schema = Schema::read(&text, "/responses/200").unwrap();
        assert_eq!(
            schema.properties["a/b"].at,
            "/responses/200/properties/a~1b"
        );
        let wrong = Schema::read(&json!({"typ": ["object"]}), "/x").unwrap_err();
        assert!(wrong.contains("unknown key `typ`"), "{wrong}");
        assert!(Schema::read(&json!({"types": ["int"]}), "/x").is_err());
    }
}
