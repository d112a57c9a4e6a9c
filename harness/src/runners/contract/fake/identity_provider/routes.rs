//! The routes of the provider on wiremock, each treated as the scene says.

use super::authorize::{self, pairs};
use super::documents::{self, Document};
use super::scene::{Fault, RedirectTo, Route};
use super::state::{Shared, State};
use super::token;
use crate::runners::contract::fault_server::{FAULT_FIELD, UNMATCHED_FIELD, WireFault};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const READ: &[&str] = &["GET", "HEAD"];
const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
/// The last that is tried.
const LAST: u8 = u8::MAX;

/// Builds the right answer of a route.
type Build = fn(&mut State, &Request) -> ResponseTemplate;

/// Mounts all routes.
pub async fn mount(server: &MockServer, shared: &Shared) {
    let place = shared.lock().place.clone();
    let at = |path: &str| format!("{}{path}", place.path);
    let discovery = [
        at("/.well-known/openid-configuration"),
        // RFC 8414, section 3.1: between host and path; its section 5 has the other name there, too.
        format!("/.well-known/oauth-authorization-server{}", place.path),
        format!("/.well-known/openid-configuration{}", place.path),
    ];
    for path in discovery {
        route(
            server,
            shared,
            READ,
            path,
            Route::Discovery,
            right_discovery,
        )
        .await;
    }
    under(server, shared, at("/keys")).await;
    route(
        server,
        shared,
        GET,
        at("/authorize"),
        Route::Authorize,
        right_authorize,
    )
    .await;
    route(
        server,
        shared,
        POST,
        at("/authorize"),
        Route::Authorize,
        right_authorize,
    )
    .await;
    route(
        server,
        shared,
        POST,
        at("/token"),
        Route::Token,
        right_token,
    )
    .await;
    route(
        server,
        shared,
        GET,
        at("/end-session"),
        Route::EndSession,
        right_end,
    )
    .await;
    second(server, shared, &place.second_path).await;
    let discovery = format!("{}/.well-known/openid-configuration", place.issuer());
    let text = format!("no route is meant for this; discovery is at {discovery}\n");
    let answer = ResponseTemplate::new(404)
        .set_body_string(text)
        .insert_header(UNMATCHED_FIELD, "true");
    Mock::given(any())
        .respond_with(answer)
        .with_priority(LAST)
        .mount(server)
        .await;
}

async fn route(
    server: &MockServer,
    shared: &Shared,
    methods: &'static [&'static str],
    path: String,
    route: Route,
    build: Build,
) {
    let shared = shared.clone();
    let fits = move |request: &Request| {
        methods.contains(&request.method.as_str()) && request.url.path() == path
    };
    Mock::given(fits)
        .respond_with(move |request: &Request| treated(&shared, route, request, build))
        .mount(server)
        .await;
}

/// The set of keys: wherever it may be moved to.
async fn under(server: &MockServer, shared: &Shared, path: String) {
    let shared = shared.clone();
    let fits = move |request: &Request| {
        matches!(request.method.as_str(), "GET" | "HEAD") && request.url.path().starts_with(&path)
    };
    Mock::given(fits)
        .respond_with(move |request: &Request| treated(&shared, Route::Keys, request, right_keys))
        .mount(server)
        .await;
}

/// Makes a document out of the provider's state.
type Made = fn(&State) -> Document;

/// The second provider: right in every scene.
async fn second(server: &MockServer, shared: &Shared, path: &str) {
    let documents: [(&str, Made); 2] = [
        ("/.well-known/openid-configuration", |state| {
            let algorithms = state.ring.algorithms();
            Document::json(&documents::second_discovery(&state.place, algorithms))
        }),
        ("/keys", |state| {
            Document::json(&json!({"keys": state.ring.foreign_jwks()}))
        }),
    ];
    for (below, document) in documents {
        let shared = shared.clone();
        let path = format!("{path}{below}");
        let fits =
            move |request: &Request| request.method.as_str() == "GET" && request.url.path() == path;
        Mock::given(fits)
            .respond_with(move |_: &Request| answer(document(&shared.lock())))
            .mount(server)
            .await;
    }
}

/// The right answer, or what the scene makes of it.
fn treated(shared: &Shared, route: Route, request: &Request, build: Build) -> ResponseTemplate {
    let mut state = shared.lock();
    let treatment = state.treat(route);
    let answer = match treatment.fault {
        None => build(&mut state, request),
        Some(Fault::Status(status)) => {
            let answer = ResponseTemplate::new(status.code);
            match status.retry_after_seconds {
                Some(seconds) => answer.insert_header("retry-after", seconds.to_string()),
                None => answer,
            }
        }
        Some(Fault::Redirect(to)) => {
            let location = location(&state, to, request);
            ResponseTemplate::new(302).insert_header("location", location)
        }
        Some(fault) => {
            build(&mut state, request).insert_header(FAULT_FIELD, on_the_wire(fault).field_value())
        }
    };
    if treatment.delay.is_zero() {
        answer
    } else {
        answer.set_delay(treatment.delay)
    }
}

fn on_the_wire(fault: Fault) -> WireFault {
    match fault {
        Fault::Eof => WireFault::Eof,
        Fault::Half => WireFault::Half,
        Fault::Drip(ms) => WireFault::Drip(Duration::from_millis(ms)),
        Fault::EndlessHead(ms) => WireFault::EndlessHead(Duration::from_millis(ms)),
        Fault::Silent => WireFault::Silent,
        Fault::NotHttp => WireFault::Garbage,
        // A request that slipped through a door that is being shut is reset like the connections there.
        Fault::Reset | Fault::Refused | Fault::Status(_) | Fault::Redirect(_) => WireFault::Reset,
    }
}

fn location(state: &State, to: RedirectTo, request: &Request) -> String {
    match to {
        RedirectTo::Http => format!("{}/keys", state.place.canary),
        RedirectTo::OtherHost => format!("{}/keys", state.place.canary_elsewhere),
        RedirectTo::File => "file:///etc/hostname".to_owned(),
        RedirectTo::Loop => {
            let hops = request.url.query_pairs().find(|(name, _)| name == "hop");
            let hops: u32 = hops.and_then(|(_, hop)| hop.parse().ok()).unwrap_or(0);
            let path = request.url.path();
            format!(
                "{}{path}?hop={}",
                state.place.origin,
                hops.saturating_add(1)
            )
        }
    }
}

fn answer(document: Document) -> ResponseTemplate {
    let reply = ResponseTemplate::new(200).set_body_raw(document.body, &document.content_type);
    match document.encoding {
        Some(encoding) => reply.insert_header("content-encoding", encoding),
        None => reply,
    }
}

fn right_discovery(state: &mut State, _: &Request) -> ResponseTemplate {
    if let Some(raw) = &state.scene().discovery_document {
        return answer(Document::raw(raw));
    }
    let algorithms = state.ring.algorithms();
    let document = documents::discovery(&state.place, state.scene(), algorithms);
    answer(Document::json(&document))
}

fn right_keys(state: &mut State, request: &Request) -> ResponseTemplate {
    let here = format!("{}{}", state.place.path, state.scene().keys_path.0);
    if request.url.path() != here {
        return ResponseTemplate::new(404).set_body_string("the keys are not here\n");
    }
    let document = state.key_set();
    let tag = format!("\"{}\"", hex(&Sha256::digest(&document.body)[..8]));
    let known = request.headers.get("if-none-match");
    let fresh = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut reply = if fresh {
        ResponseTemplate::new(304)
    } else {
        answer(document)
    };
    for (name, value) in &state.scene().key_set_fields {
        reply = reply.insert_header(name.as_str(), value.as_str());
    }
    reply.insert_header("etag", tag)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn right_authorize(state: &mut State, request: &Request) -> ResponseTemplate {
    // OpenID Connect Core, section 3.1.2.1: by GET in the query, by POST in the body.
    let asked = match request.method.as_str() {
        "POST" => pairs(&request.body),
        _ => pairs(request.url.query().unwrap_or_default().as_bytes()),
    };
    authorize::authorize(state, &asked)
}

fn right_token(state: &mut State, request: &Request) -> ResponseTemplate {
    let field = request.headers.get("authorization");
    let field = field.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    token::token(state, &pairs(&request.body), field.as_deref())
}

/// The end of a session (OpenID Connect RP-Initiated Logout 1.0): there is none, so only the way back is left.
fn right_end(_: &mut State, request: &Request) -> ResponseTemplate {
    let asked = pairs(request.url.query().unwrap_or_default().as_bytes());
    let back = authorize::value(&asked, "post_logout_redirect_uri");
    let back = back.and_then(|text| url::Url::parse(text).ok());
    match back.filter(|url| matches!(url.scheme(), "http" | "https")) {
        Some(mut back) => {
            if let Some(echo) = authorize::value(&asked, "state") {
                back.query_pairs_mut().append_pair("state", echo);
            }
            ResponseTemplate::new(302).insert_header("location", back.as_str())
        }
        None => ResponseTemplate::new(200).set_body_string("signed out\n"),
    }
}
