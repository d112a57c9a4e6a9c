//! Every fault as a raw client sees it, and the record beside it.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::runners::contract::record::{Mark, Outcome, Side};
use crate::runners::contract::wire;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const BODY: &str = "0123456789";

/// A server behind that answers `/word value` with the fault `word value`, and anything else whole.
async fn behind() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = wire::read_request(&mut stream, &mut Vec::new()).await;
            let target = request.unwrap().unwrap().target.replace('+', " ");
            let mut answer = wire::Answer::new(200, "text/plain", BODY);
            let field = match target.as_str() {
                "/whole" => None,
                "/unmatched" => Some((UNMATCHED_FIELD, "true")),
                fault => Some((FAULT_FIELD, fault.trim_start_matches('/'))),
            };
            let field = field.map(|(name, value)| (name.to_owned(), value.to_owned()));
            answer.fields.extend(field);
            let mut bytes = answer.head_bytes(true);
            bytes.extend_from_slice(&answer.body);
            stream.write_all(&bytes).await.unwrap();
        }
    });
    address
}

async fn server() -> FaultServer {
    let reserved = Reserved::new("127.0.0.1:0".parse().unwrap()).unwrap();
    reserved.serve(behind().await).unwrap()
}

async fn asked(server: &FaultServer, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Everything until the end, and whether it was an end in order.
async fn rest(mut stream: TcpStream) -> (String, Result<(), ErrorKind>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text, end.map(|_| ()).map_err(|error| error.kind()))
}

/// Asks until the record holds what is waited for.
async fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = answer() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn faults_look_on_the_wire_like_their_names() {
    let server = server().await;
    let head = "content-length: 10\r\nconnection: close\r\n\r\n";
    let cases = [
        ("/eof", "", Ok(())),
        ("/reset", "", Err(ErrorKind::ConnectionReset)),
        ("/half", "01234", Ok(())),
        ("/drip+1", BODY, Ok(())),
    ];
    for (target, body, end) in cases {
        let (text, seen) = rest(asked(&server, target).await).await;
        assert_eq!(seen, end, "{target}");
        let wanted = if body.is_empty() {
            text.is_empty()
        } else {
            text.ends_with(&format!("{head}{body}")) && !text.contains("proofhouse")
        };
        assert!(wanted, "{target}: {text}");
    }
    let (text, _) = rest(asked(&server, "/garbage").await).await;
    assert!(!text.starts_with("HTTP") && !text.is_empty(), "{text}");
    let outcomes: Vec<_> = server.record().since(Mark::default()).requests;
    let outcomes: Vec<_> = outcomes.iter().map(|seen| seen.outcome).collect();
    let wanted = ["eof", "reset", "half", "drip", "garbage"].map(Outcome::Broken);
    assert_eq!(outcomes, wanted);
}

#[tokio::test]
async fn silence_and_heads_without_end_last_until_the_client_leaves() {
    let server = server().await;
    for target in ["/silent", "/endless_head+1"] {
        let mark = server.record().mark();
        let mut stream = asked(&server, target).await;
        if target != "/silent" {
            let mut bytes = [0; 200];
            stream.read_exact(&mut bytes).await.unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("\r\n\r\n"));
        }
        let seen = until("the request is seen", || {
            server.record().since(mark).requests.pop()
        });
        assert_eq!(seen.await.answered, None);
        assert_eq!(server.record().since(mark).connections[0].closed, None);
        drop(stream);
        let closed = until("the connection is closed", || {
            server.record().since(mark).connections[0].closed
        });
        assert_eq!(closed.await.1, Side::Client, "{target}");
    }
}

#[tokio::test]
async fn a_connection_lives_on_after_a_whole_answer_and_ends_when_it_is_asked_to() {
    let server = server().await;
    let mut stream = asked(&server, "/whole").await;
    let answer = read_one(&mut stream).await;
    assert!(answer.contains("connection: keep-alive"), "{answer}");
    let last = b"GET /unmatched HTTP/1.1\r\nConnection: close\r\n\r\n";
    stream.write_all(last).await.unwrap();
    let (text, _) = rest(stream).await;
    assert!(text.contains("connection: close") && !text.contains("proofhouse"));
    let seen = server.record().since(Mark::default());
    assert_eq!((seen.requests.len(), seen.connections.len()), (2, 1));
    assert_eq!(seen.requests[0].outcome, Outcome::Answered(200));
    assert_eq!(seen.unmatched()[0].target, "/unmatched");
    assert!(seen.requests[1].at > seen.requests[0].at);
}

async fn read_one(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with(BODY) {
        text.push(char::from(stream.read_u8().await.unwrap()));
    }
    text
}

#[tokio::test]
async fn a_shut_door_refuses_and_opens_at_the_same_port() {
    let server = server().await;
    let mut live = asked(&server, "/whole").await;
    read_one(&mut live).await;
    for _ in 0..3 {
        server.door(Door::Shut).await.unwrap();
        let refused = TcpStream::connect(server.address()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        // Nobody else gets the port meanwhile.
        let taken = std::net::TcpListener::bind(server.address()).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);
        server.door(Door::Open).await.unwrap();
        let (text, _) = rest(asked(&server, "/half").await).await;
        assert!(text.ends_with("01234"));
    }
    // The connection that was alive went with the door.
    assert!(matches!(live.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn two_servers_never_share_a_port() {
    let server = server().await;
    let error = Reserved::new(server.address()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn what_is_no_request_gets_a_400_and_a_line_in_the_record() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"hello\r\n\r\n").await.unwrap();
    let (text, _) = rest(stream).await;
    assert!(text.starts_with("HTTP/1.1 400 Bad Request"), "{text}");
    let seen = server.record().since(Mark::default());
    assert_eq!(seen.requests.len(), 0);
    assert!(seen.connections[0].malformed.is_some());
}
