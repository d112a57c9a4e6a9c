//! Text that came from outside, made harmless: no escape sequences, no control characters, not too long.

/// Only characters that XML 1.0 allows, and none that steer a terminal or turn
/// text around: ANSI sequences go whole, CR LF becomes LF.
///
/// Allowed characters: XML 1.0, fifth edition, production 2 (`Char`).
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_until_final(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            c if is_harmless(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// As [`text`], on one line of at most `most` characters.
pub(crate) fn line(raw: &str, most: usize) -> String {
    let cleaned = text(raw);
    let words: Vec<&str> = cleaned.split_whitespace().collect();
    shortened(&words.join(" "), most)
}

/// At most `most` characters, the last of them an ellipsis where something was cut.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// At most `most` bytes, cut between characters, with a line that says so.
pub(crate) fn capped(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let told = format!("\n[cut: {} bytes in all]\n", text.len());
    let mut end = most.saturating_sub(told.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{told}", &text[..end])
}

fn is_harmless(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        // Marks that turn the direction of text (Unicode TR 36), and the byte order mark.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => false,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// After ESC: a control sequence (`[`), a string (`]`, `P`, `X`, `^`, `_`), or one character (ECMA-48).
fn skip_escape(chars: &mut Chars<'_>) {
    match chars.next() {
        Some('[') => skip_until_final(chars),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            // Ends with BEL or ESC backslash; without an end only the opening goes.
            let mut ahead = chars.clone();
            while let Some(c) = ahead.next() {
                if c == '\u{7}' || (c == '\u{1b}' && ahead.next_if_eq(&'\\').is_some()) {
                    *chars = ahead;
                    return;
                }
            }
        }
        _ => {}
    }
}

/// Parameters and the final byte (0x40 to 0x7e) of a control sequence.
fn skip_until_final(chars: &mut Chars<'_>) {
    while chars
        .next_if(|c| ('\u{20}'..='\u{3f}').contains(c))
        .is_some()
    {}
    let _ = chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata::HOSTILE;

    #[test]
    fn only_harmless_characters_are_left() {
        let cleaned = text(HOSTILE);
        assert!(cleaned.starts_with("red <a href"), "{cleaned}");
        assert!(cleaned.contains("]]>") && cleaned.contains('💥') && cleaned.contains("\n\ttwo"));
        assert!(cleaned.chars().all(is_harmless));
        assert!(
            !cleaned.contains("title") && !cleaned.contains("31m"),
            "{cleaned}"
        );
    }

    #[test]
    fn an_escape_without_an_end_hides_nothing() {
        assert_eq!(
            text("a\u{1b}]0;never ended, and then text"),
            "a0;never ended, and then text"
        );
        assert_eq!(text("a\u{1b}"), "a");
        assert_eq!(text("a\u{1b}[12"), "a");
        assert_eq!(text("one\rtwo\r\nthree"), "one\ntwo\nthree");
    }

    #[test]
    fn cut_between_characters() {
        assert_eq!(line("a\n b\t c", 99), "a b c");
        assert_eq!(line("abcdef", 4), "abc…");
        let long = "é".repeat(100);
        let cut = capped(&long, 101);
        assert!(cut.len() <= 101, "{}", cut.len());
        assert!(cut.ends_with("[cut: 200 bytes in all]\n"));
    }
}
