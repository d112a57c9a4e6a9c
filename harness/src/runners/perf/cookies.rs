//! A cookie jar of a user's own; the connections stay shared.
//!
//! Cost: a look-up in the jar for each request and the jar's memory, instead of a
//! connector with its own pool and TLS set-up for each user.

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use std::sync::Arc;
use url::Url;

/// One user's cookies.
#[derive(Clone, Default)]
pub(super) struct Cookies(Arc<Jar>);

impl std::fmt::Debug for Cookies {
    // A jar holds sessions: its content is never shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies")
    }
}

impl Cookies {
    /// Adds the cookies for a URL to a request's headers.
    pub(super) fn send(&self, url: &Url, headers: &mut HeaderMap) {
        if let Some(value) = self.0.cookies(url) {
            headers.insert(COOKIE, value);
        }
    }

    /// Keeps the cookies of an answer.
    pub(super) fn keep(&self, url: &Url, headers: &HeaderMap) {
        if headers.contains_key(SET_COOKIE) {
            self.0
                .set_cookies(&mut headers.get_all(SET_COOKIE).iter(), url);
        }
    }

    /// The values of the cookies for a URL, to be masked in evidence.
    pub(super) fn values(&self, url: &Url) -> Vec<String> {
        let header = self.0.cookies(url);
        let text = header.as_ref().and_then(|value| value.to_str().ok());
        text.unwrap_or_default()
            .split("; ")
            .filter_map(|pair| pair.split_once('='))
            .map(|(_, value)| value.to_owned())
            .collect()
    }
}
