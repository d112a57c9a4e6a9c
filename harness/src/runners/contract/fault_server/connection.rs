//! One connection: its requests are passed on one after another, and answered with a fault or without.

use super::{FAULT_FIELD, UNMATCHED_FIELD, WireFault};
use crate::runners::contract::record::{OpenConnection, Outcome};
use crate::runners::contract::wire::{self, Answer, Request, WireError};
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Serves a connection to its end.
pub(super) async fn serve(mut stream: TcpStream, mut seen: OpenConnection, behind: SocketAddr) {
    // A small answer must not wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut rest = Vec::new();
    loop {
        match wire::read_request(&mut stream, &mut rest).await {
            Ok(Some(request)) => {
                if !answer(&mut stream, &mut seen, &request, behind).await {
                    return;
                }
            }
            Ok(None) => return seen.left(),
            Err(error) => return malformed(&mut stream, &mut seen, &error).await,
        }
    }
}

async fn malformed(stream: &mut TcpStream, seen: &mut OpenConnection, error: &WireError) {
    seen.malformed(error.to_string());
    match error.status() {
        Some(status) => {
            let answer = Answer::new(status, "text/plain", error.to_string());
            // The client may have left: then nobody has to be told.
            let _ = write(stream, &answer, true, true).await;
        }
        None => seen.left(),
    }
}

/// Answers one request; `false` where the connection is over.
async fn answer(
    stream: &mut TcpStream,
    seen: &mut OpenConnection,
    request: &Request,
    behind: SocketAddr,
) -> bool {
    let number = seen.request(request);
    let mut answer = forward(request, behind).await.unwrap_or_else(|error| {
        let text = format!("the fake itself is broken: {error}");
        Answer::new(502, "text/plain", text)
    });
    let unmatched = answer.take(UNMATCHED_FIELD).is_some();
    let fault = answer.take(FAULT_FIELD);
    if let Some(fault) = fault.as_deref().and_then(WireFault::from_field) {
        seen.decided(number, Outcome::Broken(fault.name()));
        match fault.blow(stream, &answer).await {
            Ok(false) => seen.answered(number),
            Ok(true) | Err(_) => seen.left(),
        }
        return false;
    }
    let outcome = if unmatched {
        Outcome::Unmatched
    } else {
        Outcome::Answered(answer.status)
    };
    seen.decided(number, outcome);
    let closes = request.closes();
    if write(stream, &answer, closes, request.method != "HEAD")
        .await
        .is_err()
    {
        seen.decided(number, Outcome::Abandoned);
        seen.left();
        return false;
    }
    seen.answered(number);
    !closes
}

/// Asks the server behind, on a connection of its own: what is done to this one is not done to that one.
async fn forward(request: &Request, behind: SocketAddr) -> Result<Answer, WireError> {
    let mut stream = TcpStream::connect(behind).await?;
    stream.write_all(&request.bytes()).await?;
    wire::read_answer(&mut stream).await
}

async fn write(
    stream: &mut TcpStream,
    answer: &Answer,
    closes: bool,
    with_body: bool,
) -> std::io::Result<()> {
    let mut bytes = answer.head_bytes(closes);
    if with_body {
        bytes.extend_from_slice(&answer.body);
    }
    stream.write_all(&bytes).await?;
    if closes {
        stream.shutdown().await?;
    }
    Ok(())
}
