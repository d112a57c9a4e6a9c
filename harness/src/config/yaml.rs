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
/// Longest dotted paths to all values of one file together: 200 000 of ordinary length are 20 MiB.
const LONGEST_PATHS: usize = 64 << 20;

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
        widths: source.text.split('\n').map(width).collect(),
        lines: source.text.split('\n').collect(),
        events: Parser::new_from_str_with_options(&source.text, limits),
        anchors: HashMap::new(),
        read: Size::default(),
        kept: Size::default(),
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
    /// Characters of each line, counted once: a file of one line has all its values in it.
    widths: Vec<usize>,
    events: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Anchored>,
    /// What was read so far, and what is kept for aliases besides.
    read: Size,
    kept: Size,
    depth: usize,
    most_values: usize,
    number_keys: bool,
    problems: &'p mut Vec<Problem>,
}

/// What an alias stands for.
struct Anchored {
    node: Node,
    size: Size,
    height: usize,
}

/// What a tree costs.
#[derive(Clone, Copy, Default)]
struct Size {
    values: usize,
    /// Bytes of the paths to the values.
    paths: usize,
}

impl Size {
    fn plus(self, more: Size) -> Size {
        Size {
            values: self.values + more.values,
            paths: self.paths + more.paths,
        }
    }

    fn since(self, before: Size) -> Size {
        Size {
            values: self.values - before.values,
            paths: self.paths - before.paths,
        }
    }
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
        let before = self.read;
        let own = Size {
            values: 1,
            paths: path.len(),
        };
        self.add(own, span)?;
        if path.len() > LONGEST_PATH {
            let message = format!("the keys above this value have more than {LONGEST_PATH} bytes");
            return Err(self.broken(span, &message));
        }
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
            self.keep(anchor, &node, self.read.since(before), span)?;
        }
        Ok(node)
    }

    /// Adds to what was read.
    fn add(&mut self, size: Size, span: Span) -> Read<()> {
        self.read = self.read.plus(size);
        if self.read.values > self.most_values {
            return Err(self.too_many(span));
        }
        match self.read.paths > LONGEST_PATHS {
            true => Err(self.too_long(span)),
            false => Ok(()),
        }
    }

    /// Keeps what aliases may stand for. Anchors inside anchors keep what lies in them once more
    /// each, whether an alias names them or not.
    fn keep(&mut self, anchor: usize, node: &Node, size: Size, span: Span) -> Read<()> {
        self.kept = self.kept.plus(size);
        if self.kept.paths > LONGEST_PATHS {
            return Err(self.too_long(span));
        }
        if self.kept.values > self.most_values {
            let message = format!("anchors keep more than {} values", self.most_values);
            let problem = Problem::at(&self.place(span, ""), message);
            return Err(Box::new(problem.help(
                "an anchor counts every value below it: take out those that no alias names",
            )));
        }
        let anchored = Anchored {
            node: node.clone(),
            size,
            height: height(node),
        };
        self.anchors.insert(anchor, anchored);
        Ok(())
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
        let (size, height) = (anchored.size, anchored.height);
        self.add(size, span)?;
        // An alias of an alias of an alias grows a tree that no single line of the file shows.
        if self.depth + height > HIGHEST {
            return Err(self.broken(span, "nested too deep, aliases counted"));
        }
        let node = self.anchors.get(&id).map(|anchored| anchored.node.clone());
        node.ok_or_else(|| self.broken(span, "an alias for a name that nothing has"))
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
        // Where each key stands: looked for one by one, a hundred thousand keys take minutes.
        let mut at: HashMap<String, usize> = HashMap::new();
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
            match at.get(&key).and_then(|at| entries.get(*at)) {
                Some(earlier) => self.problems.push(twice(&place, &key, &earlier.place)),
                None => {
                    at.insert(key.clone(), entries.len());
                    entries.push(Entry { key, place, value });
                }
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
        let width = self.widths.get(line - 1).copied().unwrap_or_default();
        let rest = width.saturating_sub(column);
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

    fn too_long(&self, span: Span) -> Box<Problem> {
        let mebibytes = LONGEST_PATHS >> 20;
        let message = format!("the keys above all values have more than {mebibytes} MiB together");
        let problem = Problem::at(&self.place(span, ""), message);
        Box::new(problem.help("every value counts all the keys above it: shorten them"))
    }

    fn broken(&self, span: Span, message: &str) -> Box<Problem> {
        Box::new(Problem::at(&self.place(span, ""), message))
    }
}

/// Characters of a line without the blanks at its end.
fn width(line: &str) -> usize {
    line.trim_end().chars().count()
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
mod tests;
