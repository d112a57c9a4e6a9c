//! The fake behind wiremock: one state machine, asked once a request.
//!
//! wiremock asks a mock whether it matches, then that mock for its reply, both under one lock.
//! The first mock runs the state machine while it is asked, and matches when the exchange has to
//! be cut; the second one sends what the first has put aside. Nothing waits under the lock:
//! late replies are late by wiremock's own delay.

use super::cut::Cut;
use super::reply::Content;
use super::state::{Outcome, State};
use crate::runners::contract::fault_server::FAULT_FIELD;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wiremock::matchers::any;
use wiremock::{Match, Mock, MockServer, Request, Respond, ResponseTemplate};

/// What both mocks share.
#[derive(Clone)]
pub(super) struct Shared {
    state: Arc<Mutex<State>>,
    aside: Arc<Mutex<Option<ResponseTemplate>>>,
}

impl Shared {
    pub(super) fn new(state: State) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
            aside: Arc::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn aside(&self) -> MutexGuard<'_, Option<ResponseTemplate>> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves on a listener until the server is dropped.
    pub(super) async fn serve(&self, listener: std::net::TcpListener) -> MockServer {
        let server = MockServer::builder()
            .listener(listener)
            .disable_request_recording()
            .start()
            .await;
        let ended = |_: &Request| io::Error::other("the connection ends here, on purpose");
        let cutting = Mock::given(Machine(self.clone())).respond_with_err(ended);
        cutting.with_priority(1).mount(&server).await;
        let answering = Mock::given(any()).respond_with(Aside(self.clone()));
        answering.with_priority(2).mount(&server).await;
        server
    }
}

struct Machine(Shared);

impl Match for Machine {
    fn matches(&self, request: &Request) -> bool {
        let (outcome, in_front) = {
            let mut state = self.0.state();
            (state.take(request), state.fault_server)
        };
        let ends = outcome.cut == Some(Cut::Eof) && !in_front;
        *self.0.aside() = Some(template(outcome));
        ends
    }
}

struct Aside(Shared);

impl Respond for Aside {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let aside = self.0.aside().take();
        aside.unwrap_or_else(|| ResponseTemplate::new(500))
    }
}

fn template(outcome: Outcome) -> ResponseTemplate {
    let reply = outcome.reply;
    let mut template = ResponseTemplate::new(reply.status).append_headers(reply.headers);
    template = match reply.content {
        Content::Nothing => template,
        Content::Json(body) => template.set_body_raw(body.to_string(), super::reply::JSON),
        Content::Raw(content_type, bytes) => template.set_body_raw(bytes, content_type),
    };
    if let Some(cut) = outcome.cut {
        // Without a fault server in front, nobody gets a reply with this field.
        template = template.append_header(FAULT_FIELD, cut.wire_fault().field_value());
    }
    match outcome.delay {
        Some(delay) => template.set_delay(delay),
        None => template,
    }
}
