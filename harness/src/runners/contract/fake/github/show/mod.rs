//! How GitHub shows what there is.

mod content;
mod git;
mod pull;
mod repository;
mod user;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A time as GitHub writes it: RFC 3339 in UTC, whole seconds.
pub(super) fn time(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds);
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// The global id of something (GraphQL), opaque to clients.
fn node_id(kind: &str, id: impl std::fmt::Display) -> String {
    STANDARD.encode(format!("{kind}{id}"))
}
