//! Holds a value against a shape.

use super::super::version::Version;
use super::{Field, Kind};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// One difference between a body and its published shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// JSON pointer of the member.
    pub pointer: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// It has to be there.
    Missing,
    /// Nobody published it: GitHub ignores it.
    Unknown,
    /// It is something else; what was wanted, and what was there.
    Unlike(String, String),
}

impl Finding {
    /// Whether something has to be there that is not.
    pub fn is_missing(&self) -> bool {
        self.problem == Problem::Missing
    }

    /// Whether there is something that nobody published.
    pub fn is_unknown(&self) -> bool {
        self.problem == Problem::Unknown
    }

    /// The member, as its object names it.
    pub fn name(&self) -> &str {
        self.pointer.rsplit('/').next().unwrap_or_default()
    }

    /// What GitHub says of a member that is something else.
    pub(in super::super) fn as_github_tells(&self) -> Option<String> {
        let Problem::Unlike(wanted, saw) = &self.problem else {
            return None;
        };
        let at = self
            .pointer
            .trim_start_matches('/')
            .replace('/', "/properties/");
        Some(format!("For 'properties/{at}', {saw} is not {wanted}."))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.pointer;
        match &self.problem {
            Problem::Missing => write!(f, "{at} is missing"),
            Problem::Unknown => write!(f, "{at} is in no published shape"),
            Problem::Unlike(wanted, saw) => write!(f, "{at} is {saw}, {wanted} is wanted"),
        }
    }
}

/// Holds a body against the shape of one version.
pub(in super::super) fn body(kind: Kind, value: &Value, version: Version) -> Vec<Finding> {
    let mut found = Vec::new();
    Search { version }.value(kind, value, "", &mut found);
    found
}

/// Holds a query against its parameters.
pub(in super::super) fn query(fields: &[Field], pairs: &[(String, String)]) -> Vec<Finding> {
    let finding = |(name, text): &(String, String)| {
        let field = fields
            .iter()
            .find(|field| field.names.contains(&name.as_str()));
        let problem = match field.map(|field| field.kind) {
            None => Problem::Unknown,
            Some(Kind::Whole) if text.parse::<u64>().is_err() => {
                Problem::Unlike("an integer".to_owned(), format!("`{text}`"))
            }
            Some(Kind::OneOf(words)) if !words.contains(&text.as_str()) => {
                Problem::Unlike(words.join(" or "), format!("`{text}`"))
            }
            Some(_) => return None,
        };
        Some(Finding {
            pointer: format!("?{name}"),
            problem,
        })
    };
    pairs.iter().filter_map(finding).collect()
}

struct Search {
    version: Version,
}

impl Search {
    fn value(&self, kind: Kind, value: &Value, at: &str, found: &mut Vec<Finding>) {
        match (kind, value) {
            (Kind::Object(fields), Value::Object(_)) => self.object(fields, value, at, found),
            (Kind::List(kind), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(*kind, item, &format!("{at}/{index}"), found);
                }
            }
            (Kind::Either(kinds), value) => self.either(kinds, value, at, found),
            (kind, value) if is_plainly(kind, value) => {}
            (kind, value) => found.push(Finding {
                pointer: at.to_owned(),
                problem: Problem::Unlike(kind.to_string(), seen(value)),
            }),
        }
    }

    fn object(&self, fields: &[Field], value: &Value, at: &str, found: &mut Vec<Finding>) {
        let here = |field: &&Field| !(field.gone && self.version >= Version::March2026);
        for field in fields.iter().filter(here) {
            for name in field.names {
                let at = format!("{at}/{name}");
                match value.get(name) {
                    None if field.required => found.push(Finding {
                        pointer: at,
                        problem: Problem::Missing,
                    }),
                    Some(Value::Null) if field.nullable => {}
                    Some(value) => self.value(field.kind, value, &at, found),
                    None => {}
                }
            }
        }
        let known = |name: &str| {
            fields
                .iter()
                .filter(here)
                .any(|field| field.names.contains(&name))
        };
        let names = value.as_object().into_iter().flatten();
        for (name, _) in names.filter(|(name, _)| !known(name)) {
            found.push(Finding {
                pointer: format!("{at}/{name}"),
                problem: Problem::Unknown,
            });
        }
    }

    /// The one of several shapes that comes nearest.
    fn either(&self, kinds: &[Kind], value: &Value, at: &str, found: &mut Vec<Finding>) {
        let attempt = |kind: &Kind| {
            let mut found = Vec::new();
            self.value(*kind, value, at, &mut found);
            found
        };
        let nearest = kinds.iter().map(attempt).min_by_key(Vec::len);
        found.extend(nearest.unwrap_or_default());
    }
}

fn is_plainly(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Text, Value::String(_))
        | (Kind::Number, Value::Number(_))
        | (Kind::Flag, Value::Bool(_)) => true,
        (Kind::Sha, Value::String(text)) => {
            text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        }
        (Kind::Address, Value::String(text)) => text.contains("://") || text.starts_with("git@"),
        (Kind::Time, Value::String(text)) => {
            text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
        }
        (Kind::Whole, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Kind::OneOf(words), Value::String(text)) => words.contains(&text.as_str()),
        _ => false,
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a string",
            Self::Sha => "a SHA-1 in hexadecimal",
            Self::Address => "an absolute address",
            Self::Time => "a time in UTC",
            Self::Whole => "an integer",
            Self::Number => "a number",
            Self::Flag => "a boolean",
            Self::OneOf(words) => return f.write_str(&words.join(" or ")),
            Self::Object(_) => "an object",
            Self::List(_) => "an array",
            Self::Either(_) => "one of several shapes",
        })
    }
}

/// A value, cut to what a person reads.
fn seen(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        plain => plain.to_string().chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{needed, perhaps};
    use super::*;
    use serde_json::json;

    const INNER: &[Field] = &[
        needed(&["sha"], Kind::Sha),
        perhaps(&["at"], Kind::Time).or_null(),
    ];
    const OUTER: Kind = Kind::Object(&[
        needed(&["a", "b"], Kind::Text),
        perhaps(&["list"], Kind::List(&Kind::Object(INNER))),
        needed(&["old"], Kind::Whole).until_2026(),
    ]);

    fn told(value: &Value, version: Version) -> Vec<String> {
        body(OUTER, value, version)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_difference_is_found() {
        let good = json!({ "a": "", "b": "", "old": 1 });
        assert!(told(&good, Version::November2022).is_empty());
        assert_eq!(
            told(&good, Version::March2026),
            ["/old is in no published shape"]
        );
        let bad = json!({ "a": 1, "list": [{ "sha": "xyz", "at": null, "more": 2 }], "old": 1.5 });
        assert_eq!(
            told(&bad, Version::November2022),
            [
                "/a is 1, a string is wanted",
                "/b is missing",
                "/list/0/sha is \"xyz\", a SHA-1 in hexadecimal is wanted",
                "/list/0/more is in no published shape",
                "/old is 1.5, an integer is wanted",
            ]
        );
        assert_eq!(
            told(&json!([]), Version::November2022),
            [" is an array, an object is wanted"]
        );
    }

    #[test]
    fn parameters_are_held_against_their_list() {
        let fields = [
            perhaps(&["page"], Kind::Whole),
            perhaps(&["state"], Kind::OneOf(&["open"])),
        ];
        let pairs = [("page", "x"), ("state", "open"), ("sate", "open")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let told: Vec<String> = query(&fields, &pairs)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "?page is `x`, an integer is wanted",
                "?sate is in no published shape"
            ]
        );
    }
}
