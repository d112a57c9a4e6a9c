//! Pages: the same request again, until the API says that there is no next page.

use super::api::{Api, Got, Sent, Trouble};
use crate::model::trial::drift::Pages;
use serde_json::Value;

/// More pages than this are a loop.
const MOST_PAGES: u32 = 1000;

/// What was read of a paged route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PagesRead {
    /// `GET /items`.
    pub(super) request: String,
    /// How many pages there were.
    pub(super) read: u32,
    /// How many there have to be.
    pub(super) wanted: u32,
    /// Why the last one was not reached; `None` where it was.
    pub(super) broken: Option<String>,
}

/// Reads the pages after the first one, and gives each to `page`.
pub(super) async fn follow(
    api: &Api<'_>,
    sent: Sent<'_>,
    pages: &Pages,
    first: &Value,
    mut page: impl FnMut(&Got, &Value),
) -> Result<PagesRead, Trouble> {
    let mut read = PagesRead {
        request: format!("{} {}", sent.method, sent.path),
        read: 1,
        wanted: pages.at_least,
        broken: None,
    };
    let mut next = cursor(first, &pages.next);
    while let Some(at) = next {
        if read.read >= MOST_PAGES {
            read.broken = Some(format!("no end after {MOST_PAGES} pages"));
            break;
        }
        let path = with(sent.path, &pages.parameter, &at);
        let got = api
            .send(Sent {
                path: &path,
                ..sent
            })
            .await?;
        if !(200..300).contains(&got.status) {
            read.broken = Some(format!("page {} answered {}", read.read + 1, got.status));
            break;
        }
        let json = got.json()?;
        page(&got, &json);
        read.read += 1;
        next = cursor(&json, &pages.next);
        if next.as_ref() == Some(&at) {
            read.broken = Some(format!("page {} leads to itself", read.read));
            break;
        }
    }
    Ok(read)
}

fn cursor(page: &Value, pointer: &str) -> Option<String> {
    match page.pointer(pointer)? {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The path with one more parameter.
fn with(path: &str, name: &str, value: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cursor_is_escaped_and_the_last_page_has_none() {
        assert_eq!(with("/a?b=c", "cursor", "x&y"), "/a?b=c&cursor=x%26y");
        assert_eq!(cursor(&json!({"n": 7}), "/n").as_deref(), Some("7"));
        for end in [json!({"n": null}), json!({"n": ""}), json!({})] {
            assert_eq!(cursor(&end, "/n"), None);
        }
    }
}
