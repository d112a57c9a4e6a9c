//! Numbers at a JSON pointer (RFC 6901) in which `*` means every element.

use serde_json::Value;

/// Adds up the numbers that the pointer leads to.
///
/// An empty list adds up to 0; a pointer that leads nowhere is an error.
pub(super) fn total(json: &Value, pointer: &str) -> Result<f64, String> {
    let mut found = vec![json];
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let below = |value| children(value, &step).ok_or(());
        let next: Result<Vec<_>, ()> = found.iter().copied().map(below).collect();
        let next = next.map_err(|()| format!("`{pointer}` leads nowhere at `{step}`"))?;
        found = next.concat();
    }
    let numbers: Option<Vec<f64>> = found.iter().map(|value| value.as_f64()).collect();
    let numbers = numbers.ok_or_else(|| format!("`{pointer}` leads to what is no number"))?;
    Ok(numbers.iter().sum())
}

fn children<'a>(value: &'a Value, step: &str) -> Option<Vec<&'a Value>> {
    match (value, step) {
        (Value::Array(items), "*") => Some(items.iter().collect()),
        (Value::Object(map), "*") => Some(map.values().collect()),
        (Value::Array(items), _) => Some(vec![items.get(step.parse::<usize>().ok()?)?]),
        (Value::Object(map), _) => Some(vec![map.get(step)?]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_with_stars_add_up() {
        let json = json!({"runs": {"a": {"n": 1}, "b": {"n": 2.5}}, "x": [3], "none": []});
        assert_eq!(total(&json, "/runs/*/n").unwrap(), 3.5);
        assert_eq!(total(&json, "/x/0").unwrap(), 3.0);
        assert_eq!(total(&json, "/none/*").unwrap(), 0.0);
        assert!(total(&json, "/nowhere/*").is_err());
        assert!(total(&json, "/runs/a").is_err());
    }
}
