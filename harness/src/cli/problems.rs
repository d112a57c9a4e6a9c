//! Problems as a screen: what, where with the line and a caret, what is known, what to do.

use super::exit;
use crate::config::source::SourceText;
use crate::model::place::{Place, Problem};
use crate::plan::PlanProblems;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Most problems on one screen; the rest is counted.
const MOST: usize = 50;

/// Writes problems as people read them; `sources` are the files that lines are shown of.
pub fn render(problems: &[Problem], sources: &[SourceText], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut screen = String::new();
    for problem in problems.iter().take(MOST) {
        for line in renderer.render(&[group(problem, sources)]).lines() {
            screen.push_str(line.trim_end());
            screen.push('\n');
        }
        screen.push('\n');
    }
    if problems.len() > MOST {
        screen.push_str(&format!("... and {} more\n\n", problems.len() - MOST));
    }
    screen.push_str(&total(problems));
    screen
}

/// Tells why there is no plan, on standard error; the exit code.
pub(super) fn told(wrong: &PlanProblems) -> u8 {
    let text = render(&wrong.problems, &wrong.sources, true);
    anstream::eprint!("{text}");
    exit::USAGE
}

fn group<'a>(problem: &'a Problem, sources: &'a [SourceText]) -> Group<'a> {
    let mut group = Group::with_title(Level::ERROR.primary_title(problem.message.as_str()));
    if let Some(place) = &problem.place {
        group = match sources.iter().find(|source| source.path == place.file) {
            Some(source) => group.element(snippet(place, source)),
            None => group.element(origin(place)),
        };
    }
    if !problem.known.is_empty() {
        let known = problem.known.join(", ");
        group = group.element(Level::NOTE.with_name("known").message(known));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

fn snippet<'a>(
    place: &Place,
    source: &'a SourceText,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    Snippet::source(masked(&source.text))
        .path(place.file.to_string())
        .annotation(AnnotationKind::Primary.span(span(place, &source.text)))
}

fn origin(place: &Place) -> Origin<'static> {
    Origin::path(place.file.to_string())
        .line(place.line as usize)
        .char_column(place.column as usize)
}

/// The text with user names and passwords of addresses starred out, character for
/// character: the line of a mistake may end up in the log of a build.
fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    for (start, _) in text.match_indices("://") {
        let after = &text[start + 3..];
        let end = after
            .find(|c: char| c.is_whitespace() || "/\"'".contains(c))
            .unwrap_or(after.len());
        if let Some(at) = after[..end].rfind('@') {
            let secret = start + 3..start + 3 + at;
            shown.to_mut().replace_range(secret, &"*".repeat(at));
        }
    }
    shown
}

/// The bytes that a place underlines; a place at the end of a line underlines the line's end.
fn span(place: &Place, text: &str) -> Range<usize> {
    let before = text
        .split_inclusive('\n')
        .take(place.line.saturating_sub(1) as usize);
    let start: usize = before.map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    let byte = |column: usize| {
        let found = line.char_indices().nth(column);
        start + found.map_or(line.len(), |(index, _)| index)
    };
    let column = place.column.saturating_sub(1) as usize;
    byte(column)..byte(column + place.length as usize)
}

fn total(problems: &[Problem]) -> String {
    let files: BTreeSet<&str> = problems
        .iter()
        .filter_map(|problem| problem.place.as_ref().map(|place| &*place.file))
        .collect();
    let count = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    let problems = count(problems.len(), "problem");
    match files.len() {
        0 => format!("{problems}\n"),
        files => format!("{problems} in {}\n", count(files, "file")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_screen_has_message_place_caret_known_and_help() {
        let source =
            SourceText::from_bytes("a.yaml", b"x: 1\n\t\xc3\xa4: orderz\n".to_vec()).unwrap();
        let place = Place {
            file: "a.yaml".into(),
            line: 2,
            column: 5,
            length: 6,
            key_path: "x".into(),
        };
        let problem = Problem::at(&place, "no service named `orderz`")
            .known(["orders", "issuer"])
            .help("did you mean `orders`?\nor not");
        let screen = render(&[problem], &[source], false);
        let wanted = "\
error: no service named `orderz`
 --> a.yaml:2:5
  |
2 |     ä: orderz
  |        ^^^^^^
  |
  = known: orders, issuer
  = help: did you mean `orders`?
          or not

1 problem in 1 file
";
        assert_eq!(screen, wanted);
    }

    #[test]
    fn a_problem_without_a_place() {
        let screen = render(&[Problem::without_place("cannot read `a`")], &[], false);
        assert_eq!(screen, "error: cannot read `a`\n\n1 problem\n");
    }
}
