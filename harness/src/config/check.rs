//! A tree held against a shape: every mistake is told, and reading goes on.

use super::form::Form;
use super::hint;
use super::node::{Entry, Node, Value};
use super::shape::{Field, Range, Record, Rule, Shape};
use crate::model::place::{Place, Problem};

/// Checks the whole document of a file against its record.
pub fn document(node: &Node, record: &'static Record, problems: &mut Vec<Problem>) {
    let mut checker = Checker { problems };
    checker.record(node, record, None, "");
}

struct Checker<'p> {
    problems: &'p mut Vec<Problem>,
}

impl Checker<'_> {
    /// `owner` is the key that the value belongs to; `example` is how its value is written.
    fn value(&mut self, node: &Node, shape: &Shape, owner: Option<&Place>, example: &str) {
        match (shape, &node.value) {
            (Shape::Json, _) => self.json(node),
            (_, Value::Null) => self.nothing(node, example),
            (Shape::Text(form), Value::Text(text)) => self.text(node, *form, text, example),
            (Shape::Word(noun, known), Value::Text(word)) => self.word(node, noun, known, word),
            (Shape::Boolean, Value::Bool(_)) | (Shape::True, Value::Bool(true)) => {}
            (Shape::Whole(least, most), Value::Number(text)) => {
                self.whole(node, (*least, *most), text);
            }
            (Shape::Number(range), Value::Number(text)) => self.number(node, range, text),
            (Shape::List(of, least), Value::List(items)) => {
                self.list(node, owner, (items, *least), of, example);
            }
            (Shape::Names(form, of, least), Value::Map(entries)) => {
                self.names(node, owner, (entries, *least), (*form, of), example);
            }
            (Shape::Record(record), Value::Map(_)) => self.record(node, record, owner, example),
            (Shape::Either(noun, shapes), _) => {
                match shapes.iter().find(|shape| fits(shape, node)) {
                    Some(shape) => self.value(node, shape, owner, example),
                    None => self.wrong_kind(node, noun, example),
                }
            }
            (shape, _) => self.wrong_kind(node, &noun(shape), example),
        }
    }

    fn record(
        &mut self,
        node: &Node,
        record: &'static Record,
        owner: Option<&Place>,
        example: &str,
    ) {
        if !matches!(node.value, Value::Map(_)) {
            self.wrong_kind(node, &format!("a mapping ({})", record.doc_noun()), example);
            // A whole file has no key of its own to show: the keys that it may have are told.
            if let (true, Some(told)) = (node.place.key_path.is_empty(), self.problems.last_mut()) {
                told.known = record.keys().map(str::to_owned).collect();
            }
            return;
        }
        let shown = owner.cloned().unwrap_or_else(|| first_key(node));
        for entry in node.entries() {
            match record.field(&entry.key) {
                Some(field) => {
                    self.value(
                        &entry.value,
                        &field.shape,
                        Some(&entry.place),
                        field.example,
                    );
                }
                None => self.unknown(entry, record),
            }
        }
        for field in record.fields {
            if field.required && node.get(field.key).is_none() {
                self.missing(&shown, node, field, record);
            }
        }
        for rule in record.rules {
            self.rule(&shown, node, *rule, record);
        }
    }

    fn unknown(&mut self, entry: &Entry, record: &'static Record) {
        let message = format!("unknown key `{}` in {}", entry.key, record.doc_noun());
        let value = match &entry.value.value {
            Value::Number(text) | Value::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let mut problem = Problem::at(&entry.place, message).known(record.keys());
        problem.help = hint::for_key(&entry.key, value, record.keys());
        self.problems.push(problem);
    }

    fn missing(&mut self, shown: &Place, node: &Node, field: &Field, record: &Record) {
        // A near miss of this very key was told as an unknown key already.
        let written_otherwise = node.entries().iter().any(|entry| {
            record.field(&entry.key).is_none()
                && hint::for_key(&entry.key, None, record.keys())
                    .is_some_and(|hint| hint.contains(&format!("`{}`", field.key)))
        });
        if !written_otherwise {
            let message = format!("`{}` is missing in {}", field.key, record.doc_noun());
            let help = format!("{}\nwrite `{}: {}`", field.doc, field.key, field.example);
            self.problems.push(Problem::at(shown, message).help(help));
        }
    }

    fn rule(&mut self, shown: &Place, node: &Node, rule: Rule, record: &Record) {
        let (keys, at_least, at_most) = match rule {
            Rule::ExactlyOne(keys) => (keys, true, true),
            Rule::AtLeastOne(keys) => (keys, true, false),
            Rule::AtMostOne(keys) => (keys, false, true),
        };
        let written: Vec<&Entry> = keys.iter().filter_map(|key| node.entry(key)).collect();
        let hidden = node
            .entries()
            .iter()
            .any(|entry| record.field(&entry.key).is_none());
        if at_least && written.is_empty() && !hidden {
            let message = format!("one of these keys is missing in {}", record.doc_noun());
            let example = keys
                .first()
                .and_then(|key| record.fields.iter().find(|f| f.key == *key));
            let mut problem = Problem::at(shown, message).known(keys.iter().copied());
            problem.help = example.map(|field| format!("write `{}: {}`", field.key, field.example));
            self.problems.push(problem);
        }
        if let (true, [first, second, ..]) = (at_most, written.as_slice()) {
            let message = format!("`{}` and `{}` exclude each other", first.key, second.key);
            let help = format!(
                "keep one of them; `{}` stands in line {}",
                first.key, first.place.line
            );
            self.problems
                .push(Problem::at(&second.place, message).help(help));
        }
    }

    fn list(
        &mut self,
        node: &Node,
        owner: Option<&Place>,
        (items, least): (&[Node], usize),
        of: &Shape,
        example: &str,
    ) {
        if items.len() < least {
            self.too_few(node, owner, "item", example);
        }
        for item in items {
            self.value(item, of, None, "");
        }
    }

    fn names(
        &mut self,
        node: &Node,
        owner: Option<&Place>,
        (entries, least): (&[Entry], usize),
        (form, of): (Form, &Shape),
        example: &str,
    ) {
        if entries.len() < least {
            self.too_few(node, owner, "entry", example);
        }
        for entry in entries {
            if let Err(misfit) = form.check(&entry.key) {
                let message = format!("`{}` {}", entry.key, misfit.message);
                let mut problem = Problem::at(&entry.place, message);
                problem.help = misfit.help;
                self.problems.push(problem);
            }
            self.value(&entry.value, of, Some(&entry.place), "");
        }
    }

    fn too_few(&mut self, node: &Node, owner: Option<&Place>, what: &str, example: &str) {
        let place = owner.unwrap_or(&node.place);
        let message = format!("`{}` is empty; at least one {what} is wanted", node.key());
        self.push(place, message, write(node, example));
    }

    fn text(&mut self, node: &Node, form: Form, text: &str, example: &str) {
        if let Err(misfit) = form.check(text) {
            let subject = if text.is_empty() || misfit.message.starts_with("must") {
                node.key()
            } else {
                text.lines().next().unwrap_or_default()
            };
            let message = format!("`{subject}` {}", misfit.message);
            let blank = text.trim().is_empty().then(|| write(node, example));
            self.push(&node.place, message, misfit.help.or(blank.flatten()));
        }
    }

    fn word(&mut self, node: &Node, noun: &str, known: &[&'static str], word: &str) {
        if !known.contains(&word) {
            let message = format!("no {noun} named `{word}`");
            let mut problem = Problem::at(&node.place, message).known(known.iter().copied());
            problem.help = hint::for_word(word, known.iter().copied());
            self.problems.push(problem);
        }
    }

    fn whole(&mut self, node: &Node, (least, most): (i64, i64), text: &str) {
        let good = text
            .parse()
            .is_ok_and(|number: i64| (least..=most).contains(&number));
        if !good {
            let wanted = noun(&Shape::Whole(least, most));
            let message = format!("`{}` must be {wanted}, not {text}", node.key());
            self.push(&node.place, message, None);
        }
    }

    fn number(&mut self, node: &Node, range: &Range, text: &str) {
        let number: f64 = text.parse().unwrap_or(f64::INFINITY);
        let low = number < range.least || (range.above && number <= range.least);
        if low || number > range.most {
            let message = format!("`{}` must be {}, not {text}", node.key(), range.noun);
            let ratio = range.most <= 1.0 && (1.0..=100.0).contains(&number);
            let help = ratio.then(|| {
                let share = hint::shown(number / 100.0);
                format!("{text} % is written as {share}: `{}: {share}`", node.key())
            });
            self.push(&node.place, message, help);
        }
    }

    fn json(&mut self, node: &Node) {
        if let Err(bad) = node.json() {
            let message = "a number that 64 bits cannot carry exactly";
            self.push(
                &bad.place,
                message.to_owned(),
                Some("put it in quotes".to_owned()),
            );
        }
    }

    fn nothing(&mut self, node: &Node, example: &str) {
        let message = format!("`{}` has no value", node.key());
        self.push(&node.place, message, write(node, example));
    }

    fn wrong_kind(&mut self, node: &Node, wanted: &str, example: &str) {
        let found = match &node.value {
            Value::Text(text) if text.chars().count() <= 40 => {
                format!("the text `{}`", text.trim())
            }
            Value::Number(text) => format!("the number {text}"),
            Value::Bool(value) => format!("`{value}`"),
            _ => node.kind().to_owned(),
        };
        let subject = match node.key() {
            "" => "the file".to_owned(),
            key => format!("`{key}`"),
        };
        let message = format!("{subject} must be {wanted}, not {found}");
        self.push(&node.place, message, instead(node, wanted, example));
    }

    fn push(&mut self, place: &Place, message: String, help: Option<String>) {
        let mut problem = Problem::at(place, message);
        problem.help = help;
        self.problems.push(problem);
    }
}

impl Record {
    /// What it is, for messages: `a step`.
    pub fn doc_noun(&self) -> String {
        let name = self.name.replace('_', " ");
        match self.name.as_bytes().first() {
            Some(b'a' | b'e' | b'i' | b'o' | b'u') => format!("an {name}"),
            _ if name.ends_with('s') => name,
            _ => format!("a {name}"),
        }
    }
}

fn noun(shape: &Shape) -> String {
    match shape {
        Shape::Text(form) => form.noun().to_owned(),
        Shape::Word(noun, _) => format!("the name of a {noun}"),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::True => "`true`".to_owned(),
        Shape::Whole(least, i64::MAX) => format!("a whole number from {least}"),
        Shape::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Number(range) => range.noun.to_owned(),
        Shape::List(..) => "a list".to_owned(),
        Shape::Names(..) | Shape::Record(_) => "a mapping".to_owned(),
        Shape::Either(noun, _) => (*noun).to_owned(),
        Shape::Json => "a value".to_owned(),
    }
}

fn fits(shape: &Shape, node: &Node) -> bool {
    matches!(
        (shape, &node.value),
        (Shape::Text(_) | Shape::Word(..), Value::Text(_))
            | (Shape::Whole(..) | Shape::Number(_), Value::Number(_))
            | (Shape::Boolean | Shape::True, Value::Bool(_))
            | (Shape::List(..), Value::List(_))
            | (Shape::Record(_) | Shape::Names(..), Value::Map(_))
    )
}

fn first_key(node: &Node) -> Place {
    let first = node.entries().first();
    first.map_or_else(|| node.place.clone(), |entry| entry.place.clone())
}

fn write(node: &Node, example: &str) -> Option<String> {
    (!example.is_empty()).then(|| format!("write `{}: {example}`", node.key()))
}

/// Words that say that a number is wanted.
const NUMBERS: [&str; 4] = ["number", "seconds", "ratio", "percent"];

/// What to write instead of a value of the wrong kind.
fn instead(node: &Node, wanted: &str, example: &str) -> Option<String> {
    match &node.value {
        Value::Text(text) if wanted.contains("`true`") => match text.to_lowercase().as_str() {
            "yes" | "on" | "y" => Some(format!("write `{}: true`", node.key())),
            "no" | "off" | "n" => Some(format!("write `{}: false`", node.key())),
            _ => write(node, example),
        },
        Value::Text(text) if NUMBERS.iter().any(|word| wanted.contains(word)) => {
            hint::for_number(node.key(), text).or_else(|| write(node, example))
        }
        Value::Number(text) if wanted.contains("text") || wanted.contains("name") => {
            Some(format!("put it in quotes: `\"{text}\"`"))
        }
        Value::Bool(value) if wanted.contains("text") => {
            Some(format!("put it in quotes: `\"{value}\"`"))
        }
        _ => write(node, example),
    }
}
