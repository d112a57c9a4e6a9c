//! A server that nobody may ask: tokens and redirects point to it, and it counts connections.
//!
//! Its set of keys holds the key of those tokens, so a service that follows them
//! is led all the way to a wrong 200.

use super::state::Shared;
use crate::runners::contract::record::{OpenConnection, Outcome, Record};
use crate::runners::contract::wire::{self, Answer};
use serde_json::json;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Loopback's other name: another host for everyone who compares hosts.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// How often a port is looked for that is free on both hosts.
const ATTEMPTS: usize = 16;

/// Listeners that are bound and not yet served.
#[derive(Debug)]
pub struct Bound {
    listeners: Vec<TcpListener>,
    addresses: [SocketAddr; 2],
}

/// The running canary; it ends when it is dropped.
#[derive(Debug)]
pub struct Canary {
    record: Record,
    _tasks: JoinSet<()>,
}

impl Bound {
    /// A free port of this address, and on loopback the same port of a second host.
    ///
    /// # Errors
    /// No port is free.
    pub async fn new(ip: IpAddr) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let listener = TcpListener::bind((ip, 0)).await?;
            let address = listener.local_addr()?;
            if ip != Ipv4Addr::LOCALHOST {
                return Ok(Self {
                    listeners: vec![listener],
                    addresses: [address; 2],
                });
            }
            let elsewhere = SocketAddr::new(ELSEWHERE, address.port());
            if let Ok(second) = TcpListener::bind(elsewhere).await {
                return Ok(Self {
                    listeners: vec![listener, second],
                    addresses: [address, elsewhere],
                });
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// The addresses: its own, and the one under another host where there is one.
    pub fn addresses(&self) -> [SocketAddr; 2] {
        self.addresses
    }

    /// Answers with the keys of the state.
    pub fn serve(self, shared: &Shared) -> Canary {
        let record = Record::default();
        let mut tasks = JoinSet::new();
        for listener in self.listeners {
            tasks.spawn(run(listener, record.clone(), shared.clone()));
        }
        Canary {
            record,
            _tasks: tasks,
        }
    }
}

impl Canary {
    /// What it saw: a suite asserts that it saw nothing.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

async fn run(listener: TcpListener, record: Record, shared: Shared) {
    let mut live = JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        live.spawn(serve(stream, record.opened(peer), shared.clone()));
        while live.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, mut seen: OpenConnection, shared: Shared) {
    let request = wire::read_request(&mut stream, &mut Vec::new()).await;
    let Ok(Some(request)) = request else {
        return seen.left();
    };
    let number = seen.request(&request);
    let answer = match request.path() {
        "/keys" => {
            let keys = json!({"keys": shared.lock().ring.foreign_jwks()});
            Answer::new(200, "application/json", keys.to_string())
        }
        _ => Answer::new(404, "text/plain", "nothing here"),
    };
    seen.decided(number, Outcome::Answered(answer.status));
    let mut bytes = answer.head_bytes(true);
    bytes.extend_from_slice(&answer.body);
    // Whether the answer arrives is of no interest: the question was the offence.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
    seen.answered(number);
}
