//! What an unquoted YAML word means: the core schema of YAML 1.2, section 10.3.2.

use super::node::Value;

/// A word that reads as a number which nothing here can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadNumber {
    /// `.nan`, `.inf` or `-.inf`.
    NotFinite,
    /// `0x1F` or `0o17`.
    OtherBase,
}

/// Reads an unquoted word. Numbers come back in decimal, as Rust and JSON write them.
///
/// # Errors
/// A number that is not finite, or not decimal.
pub fn resolve(word: &str) -> Result<Value, BadNumber> {
    Ok(match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if not_finite(word) => return Err(BadNumber::NotFinite),
        _ if other_base(word) => return Err(BadNumber::OtherBase),
        _ => match decimal(word) {
            Some(number) => Value::Number(number),
            None => Value::Text(word.to_owned()),
        },
    })
}

fn not_finite(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    matches!(
        unsigned,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF"
    )
}

fn other_base(word: &str) -> bool {
    let digits = |prefix: &str, base: u32| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(base)))
    };
    digits("0x", 16) || digits("0o", 8)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, with the
/// plus sign taken off and a digit on both sides of the point.
fn decimal(word: &str) -> Option<String> {
    let (sign, rest) = match word.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", word.strip_prefix('+').unwrap_or(word)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    let good = digits(whole)
        && fraction.is_none_or(digits)
        && power.is_none_or(|power| !power.is_empty() && digits(power))
        && !(whole.is_empty() && fraction.is_none_or(str::is_empty));
    good.then(|| rebuild(sign, whole, fraction, exponent))
}

fn rebuild(sign: &str, whole: &str, fraction: Option<&str>, exponent: Option<&str>) -> String {
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut text = format!("{sign}{whole}");
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        text.push('e');
        text.push_str(exponent);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(text.to_owned())
    }

    #[test]
    fn words_of_the_core_schema() {
        assert_eq!(resolve("~").unwrap(), Value::Null);
        assert_eq!(resolve("True").unwrap(), Value::Bool(true));
        assert_eq!(resolve("yes").unwrap(), Value::Text("yes".into()));
        assert_eq!(resolve("+012").unwrap(), number("12"));
        assert_eq!(resolve(".5").unwrap(), number("0.5"));
        assert_eq!(resolve("-3.e2").unwrap(), number("-3.0e2"));
        assert_eq!(resolve("1_000").unwrap(), Value::Text("1_000".into()));
        for text in [".", "-", "e5", "1e", "1.2.3", "60s", "2xx"] {
            assert_eq!(resolve(text).unwrap(), Value::Text(text.into()));
        }
    }

    #[test]
    fn numbers_nobody_can_use() {
        assert_eq!(resolve("-.inf"), Err(BadNumber::NotFinite));
        assert_eq!(resolve(".NaN"), Err(BadNumber::NotFinite));
        assert_eq!(resolve("0x1F"), Err(BadNumber::OtherBase));
    }
}
