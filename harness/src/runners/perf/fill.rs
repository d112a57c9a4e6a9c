//! Templates compiled for the hot path: plain text stays as it is, holes are filled and escaped for their place.

use super::values::{Draws, Names};
use crate::model::template::{Piece, Template};
use std::fmt::Write as _;

/// What is being filled, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Values as they are: headers and text bodies.
    Plain,
    /// A path or query: everything but unreserved characters is percent-encoded (RFC 3986, 2.3).
    Path,
    /// A form field: percent-encoded as in a path.
    Form,
    /// JSON text: inside a string values are escaped; outside, a value that is
    /// JSON stays as it is and any other becomes a JSON string.
    Json,
}

/// A template ready to be filled.
#[derive(Debug, Clone)]
pub(super) enum Text {
    /// No holes, or none that differ from request to request.
    Literal(String),
    /// Text and holes in order.
    Filled(Vec<Part>),
}

/// One piece of a template with holes.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Text as it stands.
    Text(String),
    /// The value of a slot.
    Hole(usize, Escape),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    None,
    Percent,
    JsonString,
    JsonValue,
}

impl Text {
    /// Looks up the holes of a template.
    ///
    /// # Errors
    /// The first name that the target does not know.
    pub(super) fn compile(
        template: &Template,
        names: &Names,
        place: Place,
    ) -> Result<Self, String> {
        if let Some(text) = template.as_literal() {
            return Ok(Self::Literal(match place {
                Place::Form => percent(text),
                _ => text.to_owned(),
            }));
        }
        let mut in_string = false;
        let mut parts = Vec::with_capacity(template.pieces.len());
        for piece in &template.pieces {
            parts.push(match piece {
                Piece::Text(text) => {
                    in_string = ends_in_string(text, in_string);
                    Part::Text(match place {
                        Place::Form => percent(text),
                        _ => text.clone(),
                    })
                }
                Piece::Hole(name) => Part::Hole(
                    names
                        .slot(name)
                        .ok_or_else(|| format!("no value named `{name}`"))?,
                    escape(place, in_string),
                ),
            });
        }
        Ok(Self::Filled(parts))
    }

    /// The whole text when there is no hole in it.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Filled(_) => None,
        }
    }

    /// Appends the text with its holes filled.
    ///
    /// # Errors
    /// The slot of a value that no answer has given yet.
    pub(super) fn fill(&self, draws: &mut Draws<'_>, out: &mut String) -> Result<(), usize> {
        let parts = match self {
            Self::Literal(text) => {
                out.push_str(text);
                return Ok(());
            }
            Self::Filled(parts) => parts,
        };
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole(slot, escape) => {
                    escape.write(&draws.value(*slot).ok_or(*slot)?, out);
                }
            }
        }
        Ok(())
    }
}

fn escape(place: Place, in_string: bool) -> Escape {
    match (place, in_string) {
        (Place::Plain, _) => Escape::None,
        (Place::Path | Place::Form, _) => Escape::Percent,
        (Place::Json, true) => Escape::JsonString,
        (Place::Json, false) => Escape::JsonValue,
    }
}

/// Whether a piece of JSON text ends inside a string, given where it began.
fn ends_in_string(text: &str, mut inside: bool) -> bool {
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

impl Escape {
    fn write(self, value: &str, out: &mut String) {
        match self {
            Self::None => out.push_str(value),
            Self::Percent => write_percent(value, out),
            Self::JsonString => {
                let quoted = quote(value);
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
            Self::JsonValue if is_json(value) => out.push_str(value),
            Self::JsonValue => out.push_str(&quote(value)),
        }
    }
}

fn quote(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn is_json(value: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
}

/// Percent-encodes everything but unreserved characters.
pub(super) fn percent(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    write_percent(value, &mut out);
    out
}

fn write_percent(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a string has no way to fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::scene;
    use super::super::session::Session;
    use super::*;
    use crate::model::load::ValueSource;

    fn filled(text: &str, place: Place, value: &str) -> String {
        let mut target = scene::target("shop");
        target
            .values
            .insert("v".into(), ValueSource::OneOf(vec![value.into()]));
        let names = Names::of(&target).unwrap();
        let text = Text::compile(&Template::parse(text).unwrap(), &names, place).unwrap();
        let mut session = Session::new(7, 0, 3, names.len());
        let mut out = String::new();
        text.fill(&mut Draws::new(&names, &mut session), &mut out)
            .unwrap();
        out
    }

    #[test]
    fn values_inside_json_strings_are_escaped() {
        let body = r#"{"a":"x${v}","b":"\"${v}"}"#;
        let text = filled(body, Place::Json, "say \"hi\"\n\\");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["a"], "xsay \"hi\"\n\\");
        assert_eq!(read["b"], "\"say \"hi\"\n\\");
    }

    #[test]
    fn a_string_that_is_nothing_but_a_hole_stays_a_string() {
        assert_eq!(filled(r#"{"a":"${v}"}"#, Place::Json, "5"), r#"{"a":"5"}"#);
    }

    #[test]
    fn values_outside_json_strings_keep_the_text_json() {
        assert_eq!(filled(r#"{"a":${v}}"#, Place::Json, "5"), r#"{"a":5}"#);
        assert_eq!(filled(r#"{"a":${v}}"#, Place::Json, "x"), r#"{"a":"x"}"#);
        let sly = filled(r#"{"a":${v}}"#, Place::Json, r#"1,"b":2"#);
        let read: serde_json::Value = serde_json::from_str(&sly).unwrap();
        assert_eq!(read["a"], r#"1,"b":2"#);
    }

    #[test]
    fn values_in_paths_and_forms_are_percent_encoded() {
        assert_eq!(
            filled("/q?a=${v}", Place::Path, "x y&z/"),
            "/q?a=x%20y%26z%2F"
        );
        assert_eq!(filled("a b${v}", Place::Form, "ü"), "a%20b%C3%BC");
        assert_eq!(filled("a b${v}", Place::Plain, "ü"), "a bü");
    }

    #[test]
    fn a_name_has_one_value_in_a_request_and_built_ins_are_known() {
        let two = filled("${uuid} ${uuid} ${user}", Place::Plain, "");
        let words: Vec<_> = two.split(' ').collect();
        assert_eq!(words[0], words[1]);
        assert_eq!(words[2], "3");
    }

    #[test]
    fn an_unknown_name_is_told() {
        let names = Names::of(&scene::target("shop")).unwrap();
        let template = Template::parse("/${nope}").unwrap();
        let told = Text::compile(&template, &names, Place::Path).unwrap_err();
        assert_eq!(told, "no value named `nope`");
    }
}
