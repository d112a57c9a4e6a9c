//! The tag of what a reply carries (RFC 9110, section 8.8.3).

use super::reply::Content;
use sha2::{Digest, Sha256};

/// A weak tag, as GitHub's are; none for nothing.
pub(super) fn etag(content: &Content) -> Option<String> {
    let hash = match content {
        Content::Nothing => return None,
        Content::Json(body) => Sha256::digest(body.to_string()),
        Content::Raw(_, bytes) => Sha256::digest(bytes),
    };
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("W/\"{digits}\""))
}
