//! Answers: read to the last byte, checked, and values kept of them.

use super::script::Leg;
use super::session::Session;
use crate::model::evidence::FailureClass;
use crate::model::load::{Expectation, ExtractFrom, StatusRange};
use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{Client, Request};
use serde_json::Value;

/// Longest body that is checked, in bytes; what follows is read and dropped.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// Headers.
    pub(super) headers: HeaderMap,
    /// The body, or its first piece where nobody asks for more.
    pub(super) body: Bytes,
    /// Whether the body was longer than is checked.
    pub(super) cut: bool,
}

/// Sends a request and reads its answer to the last byte.
///
/// # Errors
/// No connection, or one that broke before the last byte.
pub(super) async fn exchange(
    client: &Client,
    request: Request,
    whole_body: bool,
) -> Result<Answer, reqwest::Error> {
    let mut response = client.execute(request).await?;
    // Most bodies come in one piece, which is kept without copying.
    let mut body = response.chunk().await?.unwrap_or_default();
    let mut more = BytesMut::new();
    let mut cut = false;
    while let Some(piece) = response.chunk().await? {
        if !whole_body {
            continue;
        }
        if more.is_empty() {
            more.extend_from_slice(&body);
        }
        let room = BODY_LIMIT.saturating_sub(more.len()).min(piece.len());
        cut |= room < piece.len();
        more.extend_from_slice(&piece[..room]);
    }
    if !more.is_empty() {
        body = more.freeze();
    }
    Ok(Answer {
        status: response.status().as_u16(),
        headers: std::mem::take(response.headers_mut()),
        body,
        cut,
    })
}

/// Checks an answer and keeps the values that the step asks for.
///
/// # Errors
/// The class of the first failure and what was wrong.
pub(super) fn check(
    leg: &Leg,
    answer: &Answer,
    session: &mut Session,
) -> Result<(), (FailureClass, String)> {
    if !(leg.status.iter()).any(|range| (range.first..=range.last).contains(&answer.status)) {
        let wanted = wanted(&leg.status);
        let told = format!("status {}, wanted {wanted}", answer.status);
        return Err((FailureClass::Status, told));
    }
    checks(leg, answer, session).map_err(|told| (FailureClass::Check, told))
}

fn wanted(ranges: &[StatusRange]) -> String {
    let word = |range: &StatusRange| match range.first == range.last {
        true => range.first.to_string(),
        false => format!("{} to {}", range.first, range.last),
    };
    ranges.iter().map(word).collect::<Vec<_>>().join(" or ")
}

fn checks(leg: &Leg, answer: &Answer, session: &mut Session) -> Result<(), String> {
    if answer.cut && leg.needs_body {
        return Err(format!("body is longer than {BODY_LIMIT} bytes"));
    }
    let json = match leg.needs_json {
        true => serde_json::from_slice(&answer.body)
            .map_err(|error| format!("body is not JSON: {error}"))?,
        false => Value::Null,
    };
    for expect in &leg.expect {
        holds(expect, answer, &json)?;
    }
    for (slot, from) in &leg.extract {
        session.kept[*slot] = Some(kept(from, answer, &json)?);
    }
    Ok(())
}

fn holds(expect: &Expectation, answer: &Answer, json: &Value) -> Result<(), String> {
    let at = |pointer: &str| {
        json.pointer(pointer)
            .ok_or_else(|| format!("nothing at `{pointer}`"))
    };
    match expect {
        Expectation::HeaderContains { header, text } => {
            let mut values = answer.headers.get_all(header.as_str()).iter();
            let good = values.any(|value| contains(value.as_bytes(), text.as_bytes()));
            ensure(good, || format!("no header `{header}` with `{text}`"))
        }
        Expectation::JsonEquals { pointer, value } => {
            let saw = at(pointer)?;
            ensure(saw == value, || {
                format!("`{pointer}` is {saw}, wanted {value}")
            })
        }
        Expectation::JsonExists { pointer } => at(pointer).map(|_| ()),
        Expectation::JsonMinLength { pointer, length } => {
            let saw = elements(at(pointer)?)
                .ok_or_else(|| format!("`{pointer}` is neither an array nor a string"))?;
            ensure(saw as u64 >= *length, || {
                format!("`{pointer}` has {saw} elements, wanted at least {length}")
            })
        }
        Expectation::BodyContains(text) => ensure(contains(&answer.body, text.as_bytes()), || {
            format!("body does not contain `{text}`")
        }),
    }
}

/// The text is made only when it is needed: good answers are the common ones.
fn ensure(good: bool, told: impl FnOnce() -> String) -> Result<(), String> {
    if good { Ok(()) } else { Err(told()) }
}

fn elements(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|window| window == text)
}

fn kept(from: &ExtractFrom, answer: &Answer, json: &Value) -> Result<String, String> {
    match from {
        ExtractFrom::Json(pointer) => match json.pointer(pointer) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None => Err(format!("nothing to keep at `{pointer}`")),
        },
        ExtractFrom::Header(header) => answer
            .headers
            .get(header)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
            .ok_or_else(|| format!("no header `{header}` to keep")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(body: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-kind",
            "small; blue".parse().unwrap_or_else(|_| unreachable!()),
        );
        Answer {
            status: 200,
            headers,
            body: Bytes::from_static(body.as_bytes()),
            cut: false,
        }
    }

    fn told(expect: &Expectation) -> Option<String> {
        let answer = answer(r#"{"a":{"b":[1,2]},"s":"äb"}"#);
        let json = serde_json::from_slice(&answer.body).unwrap_or_default();
        holds(expect, &answer, &json).err()
    }

    #[test]
    fn json_checks() {
        let pointer = |text: &str| text.to_owned();
        let equals = |at: &str, value| {
            told(&Expectation::JsonEquals {
                pointer: pointer(at),
                value,
            })
        };
        assert_eq!(equals("/a/b", json!([1, 2])), None);
        assert_eq!(
            equals("/s", json!(1)).as_deref(),
            Some(r#"`/s` is "äb", wanted 1"#)
        );
        assert_eq!(equals("/x", json!(1)).as_deref(), Some("nothing at `/x`"));
        let least = |at: &str, length| {
            told(&Expectation::JsonMinLength {
                pointer: pointer(at),
                length,
            })
        };
        assert_eq!((least("/a/b", 2), least("/s", 2)), (None, None));
        assert!(least("/s", 3).is_some() && least("/a", 1).is_some());
        assert_eq!(
            told(&Expectation::JsonExists {
                pointer: pointer("/a")
            }),
            None
        );
    }

    #[test]
    fn header_and_body_checks() {
        let header = |text: &str| {
            told(&Expectation::HeaderContains {
                header: "x-kind".into(),
                text: text.into(),
            })
        };
        assert_eq!((header("blue"), header("")), (None, None));
        assert!(header("red").is_some());
        assert_eq!(told(&Expectation::BodyContains("äb".into())), None);
        assert!(told(&Expectation::BodyContains("zz".into())).is_some());
    }

    #[test]
    fn kept_strings_have_no_quotes_and_other_values_are_json() {
        let answer = answer("");
        let json = json!({"s": "x", "n": 1.5, "o": {"a": null}});
        let at = |pointer: &str| kept(&ExtractFrom::Json(pointer.into()), &answer, &json);
        assert_eq!(at("/s").as_deref(), Ok("x"));
        assert_eq!(at("/n").as_deref(), Ok("1.5"));
        assert_eq!(at("/o").as_deref(), Ok(r#"{"a":null}"#));
        assert!(at("/nope").is_err());
        let header = kept(&ExtractFrom::Header("x-kind".into()), &answer, &json);
        assert_eq!(header.as_deref(), Ok("small; blue"));
    }
}
