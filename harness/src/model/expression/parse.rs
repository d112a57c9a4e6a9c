//! Text to a condition: words, then brackets, `or`, `and`, comparisons.

use super::{
    BadCondition, Expression, NOT_CARRIED, NUMBERS, OPERATORS, Operand, Operator, WORDS, WordField,
    bad,
};

/// Deepest nesting of brackets.
const DEEPEST: usize = 16;

/// Reads a whole text.
pub(super) fn expression(text: &str) -> Parsed<Expression> {
    let tokens = tokens(text)?;
    let end = text.chars().count();
    let mut parser = Parser {
        tokens,
        next: 0,
        end,
    };
    let expression = parser.either(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(token
            .bad("the condition should end here, or go on with `and` or `or`")
            .help("a whole condition is `ratio > 1.20 and samples >= 100`")),
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    text: String,
    at: usize,
}

impl Token {
    fn bad(&self, message: impl Into<String>) -> BadCondition {
        bad(self.at, self.text.chars().count(), message)
    }
}

/// Words, numbers, operators and brackets.
fn tokens(text: &str) -> Result<Vec<Token>, BadCondition> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let length = match chars[at] {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' | ')' => 1,
            '<' | '>' | '=' | '!' => 1 + usize::from(chars.get(at + 1) == Some(&'=')),
            c if is_word(c) || c == '-' || c == '+' => {
                1 + chars[at + 1..].iter().take_while(|c| is_word(**c)).count()
            }
            c => {
                let problem = bad(at, 1, format!("`{c}` means nothing here"));
                return Err(problem.help(instead(c)));
            }
        };
        let text = chars[at..at + length].iter().collect();
        found.push(Token { text, at });
        at += length;
    }
    Ok(found)
}

/// What to write where a sign of another language stands.
fn instead(c: char) -> &'static str {
    match c {
        '%' => "write a ratio: 20 % more than the baseline is `ratio > 1.20`",
        ',' => "write decimals with a point: `1.20`",
        '&' => "join comparisons by `and`",
        '|' => "join comparisons by `or`",
        '"' | '\'' => "write words without quotes: `verdict == fail`",
        _ => "compare a number of the check with another: `ratio > 1.20`",
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
}

type Parsed<T> = Result<T, BadCondition>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, wanted: &str) -> Parsed<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token.ok_or_else(|| {
            bad(
                self.end,
                1,
                format!("the condition ends where {wanted} is wanted"),
            )
            .help("a whole condition is `ratio > 1.20 and samples >= 100`")
        })
    }

    fn is_next(&mut self, word: &str) -> bool {
        let there = self.peek().is_some_and(|token| token.text == word);
        self.next += usize::from(there);
        there
    }

    fn either(&mut self, depth: usize) -> Parsed<Expression> {
        let mut parts = vec![self.both(depth)?];
        while self.is_next("or") {
            parts.push(self.both(depth)?);
        }
        Ok(single_or(parts, Expression::Or))
    }

    fn both(&mut self, depth: usize) -> Parsed<Expression> {
        let mut parts = vec![self.one(depth)?];
        while self.is_next("and") {
            parts.push(self.one(depth)?);
        }
        Ok(single_or(parts, Expression::And))
    }

    fn one(&mut self, depth: usize) -> Parsed<Expression> {
        let first = self.take("a comparison")?;
        if first.text == "(" {
            if depth >= DEEPEST {
                let problem = first.bad("brackets are nested too deep");
                return Err(problem.help("write the rule as several rules"));
            }
            let inner = self.either(depth + 1)?;
            let closing = self.take("`)`")?;
            return match closing.text.as_str() {
                ")" => Ok(inner),
                _ => Err(closing
                    .bad("`)` is wanted here")
                    .help("close the bracket, or go on with `and` or `or`")),
            };
        }
        match WORDS.iter().find(|(word, _)| *word == first.text) {
            Some((_, field)) => self.word(*field),
            None => self.comparison(&first),
        }
    }

    fn comparison(&mut self, first: &Token) -> Parsed<Expression> {
        let left = operand(first)?;
        let operator = self.operator()?;
        let right_token = self.take("a number")?;
        let right = operand(&right_token)?;
        match (left, right) {
            (Operand::Number(_), Operand::Number(_)) => {
                let problem = first.bad("two numbers are compared; no check can change that");
                Err(problem.help("compare a number of the check with another: `ratio > 1.20`"))
            }
            _ => Ok(Expression::Compare(left, operator, right)),
        }
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let token = self.take("a comparison such as `>`")?;
        let found = OPERATORS.iter().find(|(sign, _)| *sign == token.text);
        found.map(|(_, operator)| *operator).ok_or_else(|| {
            let mut problem = token.bad(format!("`{}` is not a comparison", token.text));
            problem.known = OPERATORS.iter().map(|(sign, _)| *sign).collect();
            problem
        })
    }

    fn word(&mut self, field: WordField) -> Parsed<Expression> {
        let sign = self.take("`==` or `!=`")?;
        let equal = match sign.text.as_str() {
            "==" => true,
            "!=" => false,
            _ => {
                return Err(sign
                    .bad("words have no order")
                    .help("compare them by `==` or `!=`"));
            }
        };
        let word = self.take("a word")?;
        let plain = word
            .text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_');
        let good = field
            .known()
            .map_or(plain, |known| known.contains(&word.text.as_str()));
        if !good {
            let mut problem = word.bad(format!("no {} named `{}`", field.word(), word.text));
            problem.known = field.known().unwrap_or_default().to_vec();
            return Err(match problem.known.is_empty() {
                true => problem.help("a word has letters, digits and `_`: `P95_ABOVE_SLO`"),
                false => problem,
            });
        }
        Ok(Expression::Is {
            field,
            equal,
            word: word.text,
        })
    }
}

impl BadCondition {
    fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}

fn single_or(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

fn operand(token: &Token) -> Parsed<Operand> {
    if let Some((_, field)) = NUMBERS.iter().find(|(word, _)| *word == token.text) {
        return Ok(Operand::Field(*field));
    }
    let digits = token.text.trim_start_matches(['-', '+']);
    if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let number = token.text.parse().ok().filter(|n: &f64| n.is_finite());
        return number.map(Operand::Number).ok_or_else(|| {
            let problem = token.bad(format!("`{}` is not a number", token.text));
            problem.help("write the number alone, in the unit of the check: `500`")
        });
    }
    Err(unknown(token))
}

fn unknown(token: &Token) -> BadCondition {
    if NOT_CARRIED.contains(&token.text.as_str()) {
        let message = format!("`{}` cannot be judged: reports do not carry it", token.text);
        return token.bad(message).help(
            "proofhouse.report/1 has `current`, `limit`, `baseline`, `ratio` and `samples` of a check;\n\
             a rule about anything else would never be true, so it is refused",
        );
    }
    let mut problem = token.bad(format!(
        "no number or word of a check named `{}`",
        token.text
    ));
    let numbers = NUMBERS.iter().map(|(word, _)| *word);
    problem.known = numbers.chain(WORDS.iter().map(|(word, _)| *word)).collect();
    problem
}
