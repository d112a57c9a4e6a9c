//! A naive closure: every rule as it stands in the recommendation, over all facts, until nothing changes.

use super::axioms::{FINITE, MEMBERSHIP};
use crate::model::trial::reasoning::Reading;
use crate::runners::reasoning::turtle::{Prefixes, Row, Rows, is_literal};
use std::collections::{BTreeMap, BTreeSet, HashSet};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const XSD_STRING: &str = "<http://www.w3.org/2001/XMLSchema#string>";

/// A graph with everything that follows from it in a reading, explicit triples included.
pub(in crate::runners::reasoning) fn closure(explicit: &Rows, reading: Reading) -> Rows {
    let mut ids = Ids::default();
    let mut facts: HashSet<Fact> = explicit.iter().map(|row| ids.fact(row)).collect();
    if reading == Reading::Full {
        facts.extend(axioms(explicit).iter().map(|row| ids.fact(row)));
    }
    let words = Words::of(&mut ids);
    let datatypes: BTreeSet<String> = explicit
        .iter()
        .filter_map(|row| datatype(&row[2]))
        .collect();
    let datatypes: Vec<u32> = datatypes.iter().map(|name| ids.of(name)).collect();
    let rules = Rules {
        words,
        datatypes,
        reading,
    };
    loop {
        let before = facts.len();
        let new = rules.conclusions(&facts);
        facts.extend(new.into_iter().filter(|fact| ids.is_sayable(*fact)));
        if facts.len() == before {
            return facts.iter().map(|fact| ids.row(*fact)).collect();
        }
    }
}

type Fact = [u32; 3];

/// Axiomatic triples, those of `rdf:_n` for each that occurs.
fn axioms(explicit: &Rows) -> Rows {
    let number = |term: &String| {
        let rest = term.strip_prefix(&format!("<{RDF}_"))?.strip_suffix('>')?;
        let canonical = !rest.starts_with('0') && rest.bytes().all(|b| b.is_ascii_digit());
        (canonical && !rest.is_empty()).then(|| format!("{term}{MEMBERSHIP}\n"))
    };
    let numbered: BTreeSet<String> = explicit.iter().flatten().filter_map(number).collect();
    let text = FINITE.to_owned() + &numbered.into_iter().collect::<String>();
    // The text is ours: a test reads it.
    Prefixes::known().triples(&text).unwrap_or_default()
}

/// The datatype of a literal in N-Triples.
fn datatype(term: &str) -> Option<String> {
    if !is_literal(term) {
        return None;
    }
    let after = &term[term.rfind('"')? + 1..];
    Some(match after.strip_prefix("^^") {
        Some(datatype) => datatype.to_owned(),
        None if after.starts_with('@') => format!("<{RDF}langString>"),
        None => XSD_STRING.to_owned(),
    })
}

#[derive(Default)]
struct Ids {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Ids {
    fn of(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn fact(&mut self, row: &Row) -> Fact {
        [0, 1, 2].map(|n| self.of(&row[n]))
    }

    fn row(&self, fact: Fact) -> Row {
        fact.map(|number| self.names[number as usize].clone())
    }

    /// What RDF cannot say is left out: literals as subjects, predicates that are no IRI.
    fn is_sayable(&self, [s, p, _]: Fact) -> bool {
        !is_literal(&self.names[s as usize]) && self.names[p as usize].starts_with('<')
    }
}

/// The vocabulary by number.
struct Words {
    a: u32,
    property: u32,
    class: u32,
    datatype: u32,
    membership: u32,
    member: u32,
    resource: u32,
    literal: u32,
    sub_class: u32,
    sub_property: u32,
    domain: u32,
    range: u32,
}

impl Words {
    fn of(ids: &mut Ids) -> Self {
        let mut rdf = |name: &str| ids.of(&format!("<{RDF}{name}>"));
        let (a, property) = (rdf("type"), rdf("Property"));
        let mut rdfs = |name: &str| ids.of(&format!("<{RDFS}{name}>"));
        Self {
            a,
            property,
            class: rdfs("Class"),
            datatype: rdfs("Datatype"),
            membership: rdfs("ContainerMembershipProperty"),
            member: rdfs("member"),
            resource: rdfs("Resource"),
            literal: rdfs("Literal"),
            sub_class: rdfs("subClassOf"),
            sub_property: rdfs("subPropertyOf"),
            domain: rdfs("domain"),
            range: rdfs("range"),
        }
    }
}

struct Rules {
    words: Words,
    datatypes: Vec<u32>,
    reading: Reading,
}

impl Rules {
    /// One round of every rule.
    fn conclusions(&self, facts: &HashSet<Fact>) -> Vec<Fact> {
        let w = &self.words;
        let with = |word: u32| -> Vec<(u32, u32)> {
            let pairs = facts.iter().filter(|fact| fact[1] == word);
            pairs.map(|[s, _, o]| (*s, *o)).collect()
        };
        let schema = Schema {
            domain: with(w.domain),
            range: with(w.range),
            sub_property: with(w.sub_property),
            sub_class: with(w.sub_class),
        };
        let mut new = Vec::new();
        for fact in facts {
            self.joins(*fact, &schema, &mut new);
            if self.reading >= Reading::Rules {
                self.alone(*fact, &mut new);
            }
            if self.reading == Reading::Full {
                new.push([fact[0], w.a, w.resource]); // rdfs4a
                new.push([fact[2], w.a, w.resource]); // rdfs4b
            }
        }
        if self.reading >= Reading::Rules {
            new.extend(self.datatypes.iter().map(|d| [*d, w.a, w.datatype])); // rdfs1
        }
        new
    }

    /// The rules with two premises.
    fn joins(&self, [x, p, y]: Fact, schema: &Schema, new: &mut Vec<Fact>) {
        let w = &self.words;
        for (_, class) in of(&schema.domain, p) {
            new.push([x, w.a, class]); // rdfs2
        }
        for (_, class) in of(&schema.range, p) {
            new.push([y, w.a, class]); // rdfs3
        }
        for (_, q) in of(&schema.sub_property, p) {
            new.push([x, q, y]); // rdfs7
        }
        if p == w.sub_property {
            for (_, q) in of(&schema.sub_property, y) {
                new.push([x, w.sub_property, q]); // rdfs5
            }
        }
        if p == w.sub_class {
            for (_, class) in of(&schema.sub_class, y) {
                new.push([x, w.sub_class, class]); // rdfs11
            }
        }
        if p == w.a {
            for (_, class) in of(&schema.sub_class, y) {
                new.push([x, w.a, class]); // rdfs9
            }
        }
    }

    /// The rules with one premise.
    fn alone(&self, [x, p, y]: Fact, new: &mut Vec<Fact>) {
        let w = &self.words;
        new.push([p, w.a, w.property]); // rdfD2
        if p != w.a {
            return;
        }
        if y == w.property {
            new.push([x, w.sub_property, x]); // rdfs6
        }
        if y == w.class {
            new.push([x, w.sub_class, w.resource]); // rdfs8
            new.push([x, w.sub_class, x]); // rdfs10
        }
        if y == w.membership {
            new.push([x, w.sub_property, w.member]); // rdfs12
        }
        if y == w.datatype {
            new.push([x, w.sub_class, w.literal]); // rdfs13
        }
    }
}

struct Schema {
    domain: Vec<(u32, u32)>,
    range: Vec<(u32, u32)>,
    sub_property: Vec<(u32, u32)>,
    sub_class: Vec<(u32, u32)>,
}

fn of(pairs: &[(u32, u32)], left: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
    pairs.iter().copied().filter(move |pair| pair.0 == left)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inferred(text: &str, reading: Reading) -> Rows {
        let explicit = Prefixes::known().triples(text).unwrap();
        &closure(&explicit, reading) - &explicit
    }

    #[test]
    fn readings_are_nested_and_the_full_one_has_axioms() {
        let text = ":C rdfs:subClassOf :D . :x a :C ; :p \"t\"@en ; rdf:_2 :y .";
        let core = inferred(text, Reading::Core);
        assert_eq!(core, Prefixes::known().triples(":x a :D .").unwrap());
        let rules = inferred(text, Reading::Rules);
        let wanted = ":x a :D . rdf:type a rdf:Property ; rdfs:subPropertyOf rdf:type .
            rdfs:subClassOf a rdf:Property ; rdfs:subPropertyOf rdfs:subClassOf .
            :p a rdf:Property ; rdfs:subPropertyOf :p .
            rdf:_2 a rdf:Property ; rdfs:subPropertyOf rdf:_2 .
            rdf:langString a rdfs:Datatype ; rdfs:subClassOf rdfs:Literal .";
        let mut wanted = Prefixes::known().triples(wanted).unwrap();
        wanted.extend(
            Prefixes::known()
                .triples(
                    "rdfs:subPropertyOf a rdf:Property ; rdfs:subPropertyOf rdfs:subPropertyOf .",
                )
                .unwrap(),
        );
        assert_eq!(rules, wanted);
        let full = inferred(text, Reading::Full);
        assert!(rules.is_subset(&full));
        let also = ":x rdfs:member :y ; a rdfs:Resource . rdf:nil a rdf:List . rdf:_2 rdfs:range rdfs:Resource .";
        assert!(Prefixes::known().triples(also).unwrap().is_subset(&full));
        assert!(
            !full
                .iter()
                .any(|row| row[0].contains("#_1>") || is_literal(&row[0]))
        );
        assert!(axioms(&Rows::new()).len() > 45);
    }
}
