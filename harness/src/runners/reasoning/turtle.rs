//! Triples as rows of N-Triples terms, read from Turtle.

use oxigraph::io::{RdfFormat, RdfParser, RdfSyntaxError};
use oxigraph::model::{Literal, NamedNode, Term, Triple};
use std::collections::{BTreeMap, BTreeSet};

/// A triple, each term as N-Triples writes it; languages in lower case.
pub(super) type Row = [String; 3];
/// A graph.
pub(super) type Rows = BTreeSet<Row>;

/// Prefixes that every case has.
const KNOWN: [(&str, &str); 5] = [
    ("", "urn:x:"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
];

/// The prefixes of a case: those that every case has, and its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Prefixes(Vec<(String, String)>);

impl Prefixes {
    /// Those that every case has, and some more.
    pub(super) fn with(own: &BTreeMap<String, String>) -> Self {
        let known = KNOWN.iter().map(|(name, iri)| (*name, *iri));
        let own = own.iter().map(|(name, iri)| (name.as_str(), iri.as_str()));
        let pair = |(name, iri): (&str, &str)| (name.to_owned(), iri.to_owned());
        Self(known.chain(own).map(pair).collect())
    }

    /// Those that every case has.
    pub(super) fn known() -> Self {
        Self::with(&BTreeMap::new())
    }

    /// A query with the prefixes before it.
    pub(super) fn query(&self, query: &str) -> String {
        let lines = self.0.iter();
        let lines = lines.map(|(name, iri)| format!("PREFIX {name}: <{iri}> "));
        lines.collect::<String>() + query
    }

    /// The triples of a Turtle text; blank nodes get labels that no other text has.
    ///
    /// # Errors
    /// What is no Turtle, with the line of the text.
    pub(super) fn triples(&self, text: &str) -> Result<Rows, String> {
        let document = self.turtle(text);
        let parser = RdfParser::from_format(RdfFormat::Turtle)
            .without_named_graphs()
            .rename_blank_nodes();
        let quads = parser.for_slice(&document);
        let rows = quads.map(|quad| quad.map(|quad| row(&Triple::from(quad))));
        let rows: Result<Rows, RdfSyntaxError> = rows.collect();
        rows.map_err(|error| error.to_string())
    }

    /// One Turtle term, as N-Triples writes it.
    ///
    /// # Errors
    /// What is no term.
    pub(super) fn term(&self, text: &str) -> Result<String, String> {
        let rows = self.triples(&format!("<urn:x:s> <urn:x:p> {text} ."))?;
        match rows.into_iter().collect::<Vec<_>>().as_slice() {
            [[_, _, object]] => Ok(object.clone()),
            _ => Err(format!("`{text}` is not one term")),
        }
    }

    /// A Turtle document; the prefixes stand before its first line, so that lines keep their numbers.
    pub(super) fn turtle(&self, text: &str) -> String {
        let lines = self.0.iter();
        let lines = lines.map(|(name, iri)| format!("@prefix {name}: <{iri}> . "));
        format!("{}{text}\n", lines.collect::<String>())
    }
}

/// Lines of N-Triples.
pub(super) fn document<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let lines = rows.into_iter().map(|[s, p, o]| format!("{s} {p} {o} .\n"));
    lines.collect()
}

/// A triple as people write it, with the prefixes that every case has.
pub(super) fn shown(row: &[String]) -> String {
    let short = |term: &String| {
        let Some(iri) = term
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
        else {
            return term.clone();
        };
        let known = KNOWN.iter().find(|(_, start)| iri.starts_with(start));
        known.map_or_else(
            || term.clone(),
            |(name, start)| format!("{name}:{}", &iri[start.len()..]),
        )
    };
    row.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// Whether the term is a blank node.
pub(super) fn is_blank(term: &str) -> bool {
    term.starts_with("_:")
}

/// Whether the term is a literal.
pub(super) fn is_literal(term: &str) -> bool {
    term.starts_with('"')
}

/// An IRI as N-Triples writes it.
pub(super) fn iri(iri: &str) -> String {
    NamedNode::new_unchecked(iri).to_string()
}

/// A literal as N-Triples writes it.
pub(super) fn literal(value: &str, language: Option<&str>, datatype: Option<&str>) -> String {
    let literal = match (language, datatype) {
        (Some(tag), _) => {
            Literal::new_language_tagged_literal_unchecked(value, tag.to_ascii_lowercase())
        }
        (None, Some(datatype)) => {
            Literal::new_typed_literal(value, NamedNode::new_unchecked(datatype))
        }
        (None, None) => Literal::new_simple_literal(value),
    };
    literal.to_string()
}

fn row(triple: &Triple) -> Row {
    let object = match &triple.object {
        Term::Literal(written) => {
            let datatype = written.datatype().as_str().to_owned();
            literal(written.value(), written.language(), Some(&datatype))
        }
        other => other.to_string(),
    };
    [
        triple.subject.to_string(),
        triple.predicate.to_string(),
        object,
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn terms_are_written_in_one_way() {
        let known = Prefixes::known();
        let rows = known.triples(":x :p 1, \"t\", \"T\"@EN-gb, [] .").unwrap();
        let objects: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
        assert!(objects.contains(&"\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>"));
        assert!(objects.contains(&"\"t\"") && objects.contains(&"\"T\"@en-gb"));
        assert!(objects.iter().any(|object| is_blank(object)));
        assert_eq!(known.term(":tom").unwrap(), iri("urn:x:tom"));
        assert_eq!(
            literal("t", None, Some("http://www.w3.org/2001/XMLSchema#string")),
            "\"t\""
        );
        assert_eq!(
            shown(&[iri("urn:x:tom"), iri("urn:other")]),
            ":tom <urn:other>"
        );
        assert!(known.term(":a, :b").is_err());
    }

    #[test]
    fn a_mistake_names_the_line_of_the_text() {
        let error = Prefixes::known()
            .triples(":a :b :c .\n:a oops .\n")
            .unwrap_err();
        assert!(error.contains("line 2"), "{error}");
    }
}
