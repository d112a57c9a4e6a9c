//! Rules that both providers' files share: known keys, and scripts that a shell can read.

use super::Findings;
use serde_json::{Map, Value};
use std::io::Write;
use std::process::{Command, Stdio};

/// The members of a mapping; none for anything else.
pub fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Every key that is not in the list.
pub fn known(place: &str, value: &Value, keys: &[&str], found: &mut Findings) {
    for (key, _) in members(value) {
        if !keys.contains(&key.as_str()) {
            found.push(format!("{place}: unknown key `{key}`"));
        }
    }
}

/// A word that is not in the list.
pub fn one_of(place: &str, value: &Value, words: &[&str], found: &mut Findings) {
    if let Some(word) = value.as_str()
        && !words.contains(&word)
    {
        found.push(format!("{place}: unknown word `{word}`"));
    }
}

/// Every script below a value: `run` of GitHub, `script` of GitLab.
pub fn scripts(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (key, value) in members(value) {
        match value {
            Value::String(script) if key == "run" => all.push(script.clone()),
            Value::Array(lines) if key == "script" => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                all.push(lines.join("\n"));
            }
            other => all.extend(scripts(other)),
        }
    }
    for item in items(value) {
        all.extend(scripts(item));
    }
    all
}

/// What a shell says about a script that it only reads.
pub fn readable(place: &str, shell: &str, script: &str, found: &mut Findings) {
    let mut child = Command::new(shell)
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(script.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        found.push(format!("{place}: {shell} says: {said}"));
    }
}
