//! Text with `${name}` holes, parsed once and filled on every request.

use serde::{Deserialize, Serialize};

/// One piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// The name between `${` and `}`.
    Hole(String),
}

/// Text with holes. `$$` stands for a dollar sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Text and holes in order; neighbours are never both text.
    pub pieces: Vec<Piece>,
}

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `${` without its `}`.
    #[error("`${{` is never closed")]
    Unclosed,
    /// Nothing, or something that is not a name, between the braces.
    #[error("`{0}` is not a name: letters, digits, `_`, `-`, `.`")]
    BadName(String),
}

impl Template {
    /// Reads `${name}` holes and `$$` escapes; a lone `$` stays as it is.
    ///
    /// # Errors
    /// An unclosed hole, or a name with other characters than letters, digits, `_`, `-` and `.`.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            plain.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                plain.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let end = after.find('}').ok_or(TemplateError::Unclosed)?;
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Hole(name(&after[..end])?));
                rest = &after[end + 1..];
            } else {
                plain.push('$');
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The names of the holes, in order, with repeats.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The whole text when there is no hole in it; the empty template is `""`.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Fills the holes.
    ///
    /// # Errors
    /// The name of the first hole that `value` does not know.
    pub fn fill<'a, S: AsRef<str>>(
        &'a self,
        mut value: impl FnMut(&'a str) -> Option<S>,
    ) -> Result<String, &'a str> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Hole(name) => filled.push_str(value(name).ok_or(name.as_str())?.as_ref()),
            }
        }
        Ok(filled)
    }
}

fn name(text: &str) -> Result<String, TemplateError> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.is_empty() || !text.chars().all(good) {
        return Err(TemplateError::BadName(text.to_owned()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn holes_and_escapes() {
        let template = Template::parse("/a/${id}/$$5/$x").unwrap();
        assert_eq!(template.holes().collect::<Vec<_>>(), ["id"]);
        assert_eq!(template.fill(|_| Some("7")).unwrap(), "/a/7/$5/$x");
        assert_eq!(template.fill(|_| None::<&str>), Err("id"));
        assert_eq!(
            Template::parse("plain").unwrap().as_literal(),
            Some("plain")
        );
    }

    #[test]
    fn bad_templates() {
        assert_eq!(Template::parse("${a"), Err(TemplateError::Unclosed));
        assert_eq!(
            Template::parse("${}"),
            Err(TemplateError::BadName(String::new()))
        );
        assert_eq!(
            Template::parse("${a b}"),
            Err(TemplateError::BadName("a b".into()))
        );
    }
}
