//! What GitHub asks of every request before it looks at what is wanted.

use super::operation::{Named, Operation as O};
use super::reply::{Refusal, Reply};
use super::request::{Body, Request};
use super::shape::{self, Finding};
use super::version::Version;
use super::world::World;
use super::wrong::{Gaps, Wrong};
use serde_json::Value;

/// The version that a request asks for.
///
/// # Errors
/// The reply to one without a `User-Agent`, or with a version that is not served.
pub(super) fn version(request: &Request, gaps: &Gaps) -> Result<Version, Reply> {
    if request.header("user-agent").is_none_or(str::is_empty) {
        return Err(wrong("r18:agent", gaps));
    }
    match request.header("x-github-api-version") {
        None | Some("") => Ok(Version::November2022),
        Some(word) => Version::parse(word).ok_or_else(|| wrong("r18:version", gaps)),
    }
}

fn wrong(word: &str, gaps: &Gaps) -> Reply {
    let known = Wrong::parse(word).map(|wrong| wrong.reply(gaps));
    known.unwrap_or_else(|| Reply::empty(500))
}

/// Whether the media type is one that is served.
///
/// # Errors
/// 415 for one that is not.
pub(super) fn media_type(request: &Request) -> Result<(), Refusal> {
    let accept = request.accept();
    let known = |part: &str| {
        let kind = part.split(';').next().unwrap_or_default().trim();
        kind.is_empty()
            || kind == "*/*"
            || kind == "application/*"
            || kind.contains("json")
            || kind.starts_with("application/vnd.github")
    };
    if accept.split(',').any(known) {
        return Ok(());
    }
    let message =
        format!("Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.");
    Err(Refusal::new(415, message))
}

/// Whether the token is the right one.
///
/// # Errors
/// 401 for a wrong one; without one 401, or 404 for what only its owner may see.
pub(super) fn token(world: &World, request: &Request, gaps: &Gaps) -> Result<(), Reply> {
    let Some(text) = request.header("authorization") else {
        let about_a_repository = request
            .route
            .as_ref()
            .is_some_and(|route| route.repository.is_some());
        let refusal = if about_a_repository {
            Refusal::not_found()
        } else {
            Refusal::new(401, "Requires authentication")
        };
        return Err(refusal.reply(&gaps.docs));
    };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    if known && token.trim() == world.account.token && !world.account.revoked {
        return Ok(());
    }
    Err(wrong("r1", gaps))
}

/// Whether the repository is ours under the name that it has.
///
/// # Errors
/// 404 for another one, and a redirect for the name that it had.
pub(super) fn repository(world: &World, request: &Request, gaps: &Gaps) -> Result<(), Reply> {
    let Some(named) = request
        .route
        .as_ref()
        .and_then(|route| route.repository.as_ref())
    else {
        return Ok(());
    };
    let ours = &world.repository;
    let (owner, name) = match named {
        Named::Id(id) if *id == ours.id.to_string() => return Ok(()),
        Named::Id(_) => return Err(Refusal::not_found().reply(&gaps.docs)),
        Named::Name(owner, name) => (owner, name),
    };
    if owner.eq_ignore_ascii_case(&ours.owner) {
        if name.eq_ignore_ascii_case(&ours.name) {
            return Ok(());
        }
        if ours
            .former
            .iter()
            .any(|former| former.eq_ignore_ascii_case(name))
        {
            // A write keeps its method and body (docs: "Follow redirects").
            let write = !matches!(request.method.as_str(), "GET" | "HEAD");
            return Err(wrong(if write { "r17:307" } else { "r17" }, gaps));
        }
    }
    Err(Refusal::not_found().reply(&gaps.docs))
}

/// Reads the body and holds it against its shape; what is unknown in it is found and ignored.
///
/// # Errors
/// 400 for what cannot be read, 422 for what is missing or of another kind.
pub(super) fn body(
    operation: O,
    request: &Request,
    findings: &mut Vec<Finding>,
) -> Result<Value, Refusal> {
    let fields = shape::body_fields(operation);
    let mut body = match request.json() {
        Body::NotJson => return Err(Refusal::new(400, "Problems parsing JSON")),
        Body::Nothing => Value::Object(serde_json::Map::new()),
        Body::Json(body) => body,
    };
    let Some(fields) = fields else {
        return Ok(body);
    };
    if operation == O::AddLabels && body.is_array() {
        // The list may stand alone (docs: "Add labels to an issue").
        body = serde_json::json!({ "labels": body });
    }
    if !body.is_object() {
        return Err(Refusal::new(400, "Body should be a JSON object"));
    }
    let found = shape::body(shape::Kind::Object(fields), &body, Version::November2022);
    let told = told(&found);
    findings.extend(found);
    match told {
        Some(told) => Err(Refusal::new(422, format!("Invalid request.\n\n{told}"))),
        None => Ok(body),
    }
}

/// What GitHub says of members that are missing or of another kind.
fn told(findings: &[Finding]) -> Option<String> {
    let missing = findings.iter().filter(|finding| finding.is_missing());
    let missing: Vec<String> = missing
        .map(|finding| format!("{:?}", finding.name()))
        .collect();
    let verb = if missing.len() == 1 {
        "wasn't"
    } else {
        "weren't"
    };
    let mut lines = Vec::new();
    if !missing.is_empty() {
        lines.push(format!("{} {verb} supplied.", missing.join(", ")));
    }
    lines.extend(findings.iter().filter_map(Finding::as_github_tells));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(operation: O, body: &Value) -> Option<String> {
        let found = shape::body_fields(operation)
            .map(|fields| shape::body(shape::Kind::Object(fields), body, Version::November2022));
        told(&found.unwrap_or_default())
    }

    #[test]
    fn what_is_missing_is_told_in_the_words_of_github() {
        let told = refused(O::CreateReference, &json!({ "ref": "refs/heads/a" }));
        assert_eq!(told.as_deref(), Some("\"sha\" wasn't supplied."));
        let told = refused(O::CreatePull, &json!({ "title": "t" }));
        assert_eq!(
            told.as_deref(),
            Some("\"head\", \"base\" weren't supplied.")
        );
        let told = refused(O::UpdateReference, &json!({ "sha": "x", "force": "yes" }));
        assert_eq!(
            told.as_deref(),
            Some("For 'properties/force', \"yes\" is not a boolean.")
        );
        assert_eq!(
            refused(O::CreateBlob, &json!({ "content": "", "more": 1 })),
            None
        );
    }
}
