//! Small pieces of HTML; every text that goes in is cleaned and escaped here.

use crate::model::check::CheckResult;
use crate::report::clean;
use crate::report::sheet::State;

/// Text as text: nothing in it is markup, in elements and in quoted attributes alike.
pub(crate) fn text(raw: &str) -> String {
    escaped(&clean::text(raw))
}

/// As [`text`], on one line of at most `most` characters.
pub(crate) fn line(raw: &str, most: usize) -> String {
    escaped(&clean::line(raw, most))
}

fn escaped(clean: &str) -> String {
    let mut out = String::with_capacity(clean.len());
    for c in clean.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A state as a sign and a word: colour only repeats what they say.
pub(crate) fn badge(state: State) -> String {
    let word = state.word();
    format!("<span class=\"word {word}\">{} {word}</span>", sign(state))
}

/// A sign of its own shape for each state.
pub(crate) fn sign(state: State) -> &'static str {
    match state {
        State::Passed => "✓",
        State::Warned => "!",
        State::Failed => "✗",
        State::Undecided => "?",
        State::Skipped => "–",
        State::Waived => "~",
    }
}

/// The place of a promise, or nothing.
pub(crate) fn place(check: &CheckResult) -> String {
    let place = check.place.as_ref().map(ToString::to_string);
    place.map_or_else(String::new, |place| code(&place))
}

/// A word that may be copied.
pub(crate) fn code(raw: &str) -> String {
    format!("<code>{}</code>", line(raw, 300))
}

/// Names and values; pairs without a value are left out. Values are HTML.
pub(crate) fn facts(pairs: &[(&str, Option<String>)]) -> String {
    let told = pairs.iter().filter_map(|(name, value)| {
        let value = value.as_ref().filter(|value| !value.is_empty())?;
        Some(format!("<dt>{name}</dt><dd>{value}</dd>"))
    });
    format!("<dl>{}</dl>", told.collect::<String>())
}

/// Heads of a table's columns; numbers stand at the right.
pub(crate) enum Head {
    /// Text.
    Word(&'static str),
    /// Numbers.
    Number(&'static str),
}

/// A table whose cells are HTML; the first cell of a row is its header.
///
/// It scrolls by itself where it is too wide, and then is reached by the keyboard.
pub(crate) fn table(caption: &str, heads: &[Head], rows: &[Vec<String>]) -> String {
    let titles = heads.iter().map(|head| match head {
        Head::Word(word) => format!("<th scope=\"col\">{word}</th>"),
        Head::Number(word) => format!("<th scope=\"col\" class=\"n\">{word}</th>"),
    });
    let body = rows.iter().map(|row| cells(heads, row));
    let caption = text(caption);
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table>\
         <caption>{caption}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>\n",
        titles.collect::<String>(),
        body.collect::<String>()
    )
}

fn cells(heads: &[Head], row: &[String]) -> String {
    let mut out = String::from("<tr>");
    for (at, (cell, head)) in row.iter().zip(heads).enumerate() {
        out.push_str(&match (at, head) {
            (0, _) => format!("<th scope=\"row\">{cell}</th>"),
            (_, Head::Word(_)) => format!("<td>{cell}</td>"),
            (_, Head::Number(_)) => format!("<td class=\"n\">{cell}</td>"),
        });
    }
    out.push_str("</tr>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata::HOSTILE;

    #[test]
    fn nothing_is_markup() {
        let safe = text(HOSTILE);
        for mark in ['<', '>', '"', '\''] {
            assert!(!safe.contains(mark), "{safe}");
        }
        assert_eq!(text("a&b"), "a&amp;b");
        assert_eq!(line("x\ny", 9), "x y");
    }

    #[test]
    fn rows_have_a_header_and_numbers_their_side() {
        let heads = [Head::Word("service"), Head::Number("p95 ms")];
        let table = table("<Numbers>", &heads, &[vec!["a".into(), "1".into()]]);
        assert!(table.contains("<caption>&lt;Numbers&gt;</caption>"));
        assert!(table.contains("<th scope=\"row\">a</th><td class=\"n\">1</td>"));
    }
}
