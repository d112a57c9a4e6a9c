//! Text to a tree with places: the one place that knows the YAML parser.
//!
//! The parser's events are read directly, because they carry what a typed
//! reading has lost: the span of every key, quotes, tags, anchors.

use super::node::{Entry, Node, Value};
use super::scalar::{self, BadNumber};
use super::source::SourceText;
use crate::model::place::{Place, Problem};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, options};
use std::collections::HashMap;

/// Most values of one file, aliases counted as often as they are used.
const MOST_VALUES: usize = 20_000;
/// The same for a document of another format, such as OpenAPI.
const MOST_FOREIGN_VALUES: usize = 200_000;
/// Deepest nesting of one file.
const DEEPEST: usize = 64;
/// Deepest tree: blocks and brackets both at their limit, and what aliases stand for.
const HIGHEST: usize = 2 * DEEPEST;
/// Longest dotted path to a value in bytes: every value below a key carries it.
const LONGEST_PATH: usize = 2_048;

/// Reads the one document of a file.
///
/// Small mistakes (a key written twice, a tag) are pushed to `problems` and
/// reading goes on; `None` means that there is no tree to go on with.
pub fn parse(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Node> {
    read(source, MOST_VALUES, false, problems)
}

/// Reads a document of another format, whose keys may be numbers: the `200:` of a status.
pub fn parse_foreign(source: &SourceText, problems: &mut Vec<Problem>) -> Option<Node> {
    read(source, MOST_FOREIGN_VALUES, true, problems)
}

fn read(
    source: &SourceText,
    most_values: usize,
    number_keys: bool,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    let limits = options! { block_nesting_limit: DEEPEST, flow_nesting_limit: DEEPEST };
    let mut reader = Reader {
        source,
        lines: source.text.split('\n').collect(),
        events: Parser::new_from_str_with_options(&source.text, limits),
        anchors: HashMap::new(),
        values: 0,
        depth: 0,
        most_values,
        number_keys,
        problems,
    };
    match reader.document() {
        Ok(node) => Some(node),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

struct Reader<'a, 'p> {
    source: &'a SourceText,
    lines: Vec<&'a str>,
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    depth: usize,
    most_values: usize,
    number_keys: bool,
    problems: &'p mut Vec<Problem>,
}

/// What an alias stands for.
struct Anchored {
    node: Node,
    values: usize,
    height: usize,
}

type Read<T> = Result<T, Box<Problem>>;

impl<'a> Reader<'a, '_> {
    fn document(&mut self) -> Read<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => return Err(self.second(span)),
                Event::DocumentStart(..) => {
                    let first = self.next()?;
                    root = Some(self.node(first, "", None)?);
                }
                Event::StreamEnd => break,
                _ => return Err(self.broken(span, "this does not belong here")),
            }
        }
        root.filter(|node| node.value != Value::Null)
            .ok_or_else(|| Box::new(empty(self.source)))
    }

    fn next(&mut self) -> Read<(Event<'a>, Span)> {
        loop {
            match self.events.next_event() {
                Some(Ok(pair)) if is_content(&pair.0) => return Ok(pair),
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    let span = Span::empty(*error.marker());
                    let place = self.place(span, "");
                    return Err(Box::new(super::syntax::problem(&error, place, &self.lines)));
                }
                None => return Err(Box::new(empty(self.source))),
            }
        }
    }

    /// Reads one value. `owner` is the place of its key, shown when the value is empty.
    fn node(&mut self, first: (Event<'a>, Span), path: &str, owner: Option<&Place>) -> Read<Node> {
        let (event, span) = first;
        self.values += 1;
        if self.values > self.most_values {
            return Err(self.too_many(span));
        }
        if path.len() > LONGEST_PATH {
            let message = format!("the keys above this value have more than {LONGEST_PATH} bytes");
            return Err(self.broken(span, &message));
        }
        let before = self.values;
        let mut place = self.place(span, path);
        let tag = event.tag().map(|tag| tag.original());
        if let Some(tag) = tag {
            let written = span.tag_span().unwrap_or(span);
            self.problems.push(tagged(&self.place(written, path), &tag));
        }
        let (value, anchor) = match event {
            Event::Scalar(word, style, anchor, _) => {
                if span.is_empty()
                    && style == ScalarStyle::Plain
                    && let Some(owner) = owner
                {
                    place = Place {
                        key_path: path.to_owned(),
                        ..owner.clone()
                    };
                }
                (self.scalar(&word, style, &place), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.below(|own| own.list(path))?, anchor),
            Event::MappingStart(_, anchor, _) => (self.below(|own| own.map(path))?, anchor),
            Event::Alias(id) => return self.alias(id, span),
            _ => return Err(self.broken(span, "a value is wanted here")),
        };
        let node = Node { value, place };
        if anchor != 0 {
            let anchored = Anchored {
                node: node.clone(),
                values: self.values - before + 1,
                height: height(&node),
            };
            self.anchors.insert(anchor, anchored);
        }
        Ok(node)
    }

    /// Reads what lies one storey deeper.
    fn below(&mut self, read: impl FnOnce(&mut Self) -> Read<Value>) -> Read<Value> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn alias(&mut self, id: usize, span: Span) -> Read<Node> {
        let Some(anchored) = self.anchors.get(&id) else {
            let problem = *self.broken(span, "an alias inside the value that it stands for");
            return Err(Box::new(problem.help("write the value out")));
        };
        self.values += anchored.values;
        if self.values > self.most_values {
            return Err(self.too_many(span));
        }
        // An alias of an alias of an alias grows a tree that no single line of the file shows.
        if self.depth + anchored.height > HIGHEST {
            return Err(self.broken(span, "nested too deep, aliases counted"));
        }
        Ok(anchored.node.clone())
    }

    fn scalar(&mut self, word: &str, style: ScalarStyle, place: &Place) -> Value {
        if style != ScalarStyle::Plain {
            return Value::Text(word.to_owned());
        }
        scalar::resolve(word).unwrap_or_else(|bad| {
            self.problems.push(bad_number(place, word, bad));
            // Taken as 1, so that the one mistake is not told twice.
            Value::Number("1".to_owned())
        })
    }

    fn list(&mut self, path: &str) -> Read<Value> {
        let mut items = Vec::new();
        loop {
            let first = self.next()?;
            if matches!(first.0, Event::SequenceEnd) {
                return Ok(Value::List(items));
            }
            let item_path = format!("{path}[{}]", items.len());
            let dash = self.dash(first.1, &item_path);
            items.push(self.node(first, &item_path, Some(&dash))?);
        }
    }

    fn map(&mut self, path: &str) -> Read<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Value::Map(entries));
            }
            let key = self.key(event, span)?;
            let key_path = join(path, &key);
            let place = self.place(span, &key_path);
            let first = self.next()?;
            let value = self.node(first, &key_path, Some(&place))?;
            match entries.iter().find(|entry| entry.key == key) {
                Some(earlier) => self.problems.push(twice(&place, &key, &earlier.place)),
                None => entries.push(Entry { key, place, value }),
            }
        }
    }

    fn key(&mut self, event: Event<'a>, span: Span) -> Read<String> {
        let place = self.place(span, "");
        let Event::Scalar(word, style, _, None) = event else {
            return Err(Box::new(
                Problem::at(&place, "a key must be plain text").help("write `key: value`"),
            ));
        };
        if word == "<<" && style == ScalarStyle::Plain {
            let problem = Problem::at(&place, "merge keys `<<` are not read")
                .help("write the keys out, or alias a whole value: `key: *name`");
            return Err(Box::new(problem));
        }
        let plain = style == ScalarStyle::Plain;
        let resolved = scalar::resolve(&word);
        let number = self.number_keys && matches!(resolved, Ok(Value::Number(_)));
        if plain && !number && !matches!(resolved, Ok(Value::Text(_))) {
            let shown = if word.is_empty() { "nothing" } else { &word };
            let problem = Problem::at(&place, format!("the key `{shown}` is not text"));
            self.problems
                .push(problem.help(format!("put it in quotes: `\"{word}\":`")));
        }
        Ok(word.into_owned())
    }

    fn place(&self, span: Span, path: &str) -> Place {
        let line = span.start.line().max(1);
        let column = span.start.col();
        let text = self.lines.get(line - 1).copied().unwrap_or_default();
        let rest = text.trim_end().chars().count().saturating_sub(column);
        let length = if span.end.line() == line {
            span.end.col().saturating_sub(column).min(rest)
        } else {
            rest
        };
        Place {
            file: self.source.path.clone(),
            line: narrow(line),
            column: narrow(column + 1),
            length: narrow(length.max(1)),
            key_path: path.to_owned(),
        }
    }

    /// The `-` in front of an item, for items that are empty.
    fn dash(&self, span: Span, path: &str) -> Place {
        let mut place = self.place(span, path);
        place.column = place.column.saturating_sub(1).max(1);
        place
    }

    fn second(&self, span: Span) -> Box<Problem> {
        let problem = Problem::at(&self.place(span, ""), "a second document in one file");
        Box::new(problem.help("one file holds one document; split it, or take `---` out"))
    }

    fn too_many(&self, span: Span) -> Box<Problem> {
        let message = format!("more than {} values in one file", self.most_values);
        let problem = Problem::at(&self.place(span, ""), message);
        Box::new(problem.help("aliases count as often as they are used"))
    }

    fn broken(&self, span: Span, message: &str) -> Box<Problem> {
        Box::new(Problem::at(&self.place(span, ""), message))
    }
}

/// Storeys of a tree; 1 for a word.
fn height(node: &Node) -> usize {
    let entries = node.entries().iter().map(|entry| &entry.value);
    let below = entries.chain(node.items()).map(height).max();
    1 + below.unwrap_or(0)
}

fn is_content(event: &Event<'_>) -> bool {
    event.is_node()
        || matches!(
            event,
            Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::SequenceEnd
                | Event::MappingEnd
        )
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn empty(source: &SourceText) -> Problem {
    let gate = source.path.contains(".gate.") || source.path.contains("waivers.");
    let help = match gate {
        true => "docs/reference/gate.md shows what policies and waivers look like",
        false => "docs/reference/suite.md shows what a suite looks like",
    };
    Problem::at(&source.start(), "the file is empty").help(help)
}

fn twice(place: &Place, key: &str, earlier: &Place) -> Problem {
    Problem::at(place, format!("`{key}` is written twice")).help(format!(
        "it stands in line {} already; keep one of them",
        earlier.line
    ))
}

fn tagged(place: &Place, tag: &str) -> Problem {
    Problem::at(place, format!("the tag `{tag}` is not read"))
        .help("take it out; text that looks like a number goes in quotes")
}

fn bad_number(place: &Place, word: &str, bad: BadNumber) -> Problem {
    match bad {
        BadNumber::NotFinite => Problem::at(place, format!("`{word}` is not a finite number"))
            .help("leave the key out when there is no limit"),
        BadNumber::OtherBase => Problem::at(place, format!("`{word}` is not a decimal number"))
            .help("write numbers in decimal; put text in quotes"),
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Option<Node>, Vec<Problem>) {
        let source = SourceText::from_bytes("a.yaml", text.as_bytes().to_vec()).unwrap();
        let mut problems = Vec::new();
        let node = parse(&source, &mut problems);
        (node, problems)
    }

    fn place(node: &Node) -> (u32, u32, u32) {
        (node.place.line, node.place.column, node.place.length)
    }

    #[test]
    fn every_value_has_its_place() {
        let (node, problems) = read("a: 1\nb:\n  - \"äö\"\n  - {c: yes}\nd:\n");
        let node = node.unwrap();
        assert!(problems.is_empty());
        assert_eq!(place(node.get("a").unwrap()), (1, 4, 1));
        let list = node.get("b").unwrap().items();
        assert_eq!(place(&list[0]), (3, 5, 4));
        assert_eq!(list[1].get("c").unwrap().place.key_path, "b[1].c");
        assert_eq!(place(list[1].get("c").unwrap()), (4, 9, 3));
        assert_eq!(place(node.get("d").unwrap()), (5, 1, 1));
    }

    #[test]
    fn aliases_are_read_and_bombs_are_not() {
        let (node, problems) = read("a: &x [1, 2]\nb: *x\n");
        assert!(problems.is_empty());
        assert_eq!(node.unwrap().get("b").unwrap().items().len(), 2);
        let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for level in 1..9 {
            let alias = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
        }
        let (node, problems) = read(&bomb);
        assert!(node.is_none());
        assert!(problems[0].message.contains("more than"));
    }

    #[test]
    fn aliases_of_aliases_grow_no_tower() {
        let mut tower = String::from("a0: &a0 x\n");
        for level in 1..40 {
            let (open, close) = ("[".repeat(50), "]".repeat(50));
            tower.push_str(&format!(
                "a{level}: &a{level} {open}*a{}{close}\n",
                level - 1
            ));
        }
        let (node, problems) = read(&tower);
        assert!(node.is_none());
        assert_eq!(problems[0].message, "nested too deep, aliases counted");
        assert_eq!(problems[0].place.as_ref().unwrap().line, 4);
    }

    #[test]
    fn a_long_key_is_not_kept_for_every_value_below_it() {
        let text = format!("? {}\n: [1, 2, 3]\n", "k".repeat(100_000));
        let (node, problems) = read(&text);
        assert!(node.is_none());
        assert!(problems[0].message.contains("more than 2048 bytes"));
    }

    #[test]
    fn other_formats_may_have_numbers_as_keys() {
        let source = SourceText::from_bytes("a.yaml", b"200: {a: 1}\n".to_vec()).unwrap();
        let mut problems = Vec::new();
        let node = parse_foreign(&source, &mut problems).unwrap();
        assert!(problems.is_empty());
        assert!(node.get("200").is_some());
    }

    #[test]
    fn mistakes_are_told_with_places() {
        for (text, wanted, at) in [
            ("a: 1\na: 2\n", "`a` is written twice", "a.yaml:2:1"),
            ("1: x\n", "the key `1` is not text", "a.yaml:1:1"),
            ("a: .nan\n", "`.nan` is not a finite number", "a.yaml:1:4"),
            (
                "a: 1\n---\nb: 1\n",
                "a second document in one file",
                "a.yaml:2:1",
            ),
            ("<<: {}\n", "merge keys `<<` are not read", "a.yaml:1:1"),
            ("# nothing\n", "the file is empty", "a.yaml:1:1"),
            ("a: !!str 5\n", "the tag `!!str` is not read", "a.yaml:1:4"),
        ] {
            let (_, problems) = read(text);
            assert_eq!(problems[0].message, wanted);
            assert_eq!(problems[0].place.as_ref().unwrap().to_string(), at);
        }
    }

    #[test]
    fn nesting_is_limited() {
        let (node, problems) = read(&"[".repeat(10_000));
        assert!(node.is_none());
        assert_eq!(problems.len(), 1);
    }
}
