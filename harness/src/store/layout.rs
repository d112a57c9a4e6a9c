//! Where a baseline lies, and how it reads in a diff.

use crate::model::baseline::Baseline;
use crate::model::plan::Profile;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Hex digits of the fingerprint in a folder's name.
const FINGERPRINT_DIGITS: usize = 12;
/// Significant digits of stored numbers that are not whole.
const DIGITS: usize = 6;

/// The folder of all machines' histories of a suite.
pub(crate) fn suite_folder(root: &Path, profile: Profile, suite: &str) -> PathBuf {
    root.join(profile.word()).join(name_on_disk(suite))
}

/// The folder of one history.
pub(crate) fn history_folder(
    root: &Path,
    profile: Profile,
    suite: &str,
    fingerprint: &str,
    scenario: &str,
) -> PathBuf {
    let machine: String = fingerprint.chars().take(FINGERPRINT_DIGITS).collect();
    suite_folder(root, profile, suite)
        .join(name_on_disk(&machine))
        .join(name_on_disk(scenario))
}

/// `000007-4f2c1e0a.json`.
pub(crate) fn file_name(baseline: &Baseline) -> String {
    let commit: String = match &baseline.commit {
        Some(commit) => commit.chars().take(8).collect(),
        None => "nocommit".into(),
    };
    format!("{:06}-{}.json", baseline.sequence, name_on_disk(&commit))
}

/// A name that is one safe component of a path: other characters become `%XX`.
pub(crate) fn name_on_disk(name: &str) -> String {
    let mut safe = String::new();
    for (at, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if plain || (byte == b'.' && at > 0) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
    }
    if safe.is_empty() { "%".into() } else { safe }
}

/// JSON for people and version control: sorted keys, one line for each element
/// of an array, six significant digits.
pub(crate) fn diffable(value: &Value) -> String {
    let mut text = String::new();
    write(&rounded(value), 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let inner = "  ".repeat(depth + 1);
    let parts: Vec<String> = match value {
        Value::Object(map) if !map.is_empty() => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let line = |key: &String| {
                let mut line = format!("{inner}{}: ", Value::from(key.as_str()));
                write(&map[key], depth + 1, &mut line);
                line
            };
            keys.into_iter().map(line).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| format!("{inner}{item}")).collect()
        }
        other => return out.push_str(&other.to_string()),
    };
    let (open, close) = if value.is_object() {
        ('{', '}')
    } else {
        ('[', ']')
    };
    out.push(open);
    out.push('\n');
    out.push_str(&parts.join(",\n"));
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => number
            .as_f64()
            .map_or(Value::Null, |value| Value::from(significant(value))),
        Value::Array(items) => items.iter().map(rounded).collect(),
        Value::Object(map) => {
            // Sorted on the way in: inlined objects print in the map's own order.
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let entries = sorted.into_iter();
            let entries = entries.map(|(key, value)| (key.clone(), rounded(value)));
            entries.collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// The nearest number with six significant digits.
fn significant(value: f64) -> f64 {
    // Through its decimal text, because that is what is stored.
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_cannot_leave_their_folder() {
        assert_eq!(name_on_disk("typical_load-2.5"), "typical_load-2.5");
        assert_eq!(name_on_disk(".."), "%2E.");
        assert_eq!(name_on_disk("a/b c"), "a%2Fb%20c");
        assert_eq!(name_on_disk(""), "%");
    }

    #[test]
    fn six_digits() {
        let read: Vec<f64> = [123.456_789, 0.000_123_456_789, 1_234_567.8, 0.0, -2.5]
            .map(significant)
            .to_vec();
        assert_eq!(read, [123.457, 0.000_123_457, 1_234_570.0, 0.0, -2.5]);
    }

    #[test]
    fn reads_well_in_a_diff() {
        let value =
            json!({"b": [{"t": 1, "n": 2}, {"t": 2, "n": 3}], "a": {"x": 1.23456789, "e": {}}});
        let wanted = "{\n  \"a\": {\n    \"e\": {},\n    \"x\": 1.23457\n  },\n  \"b\": [\n    \
                      {\"n\":2,\"t\":1},\n    {\"n\":3,\"t\":2}\n  ]\n}\n";
        assert_eq!(diffable(&value), wanted);
    }
}
