//! A small TCP server in front of a fake: it fails in the ways that a web server cannot.
//!
//! It passes requests on to the server behind. An answer that carries the field
//! [`FAULT_FIELD`] is given with that fault; one with [`UNMATCHED_FIELD`] is noted
//! as unmatched. Neither field is passed on. Refusing connections is for the
//! whole server: its door is shut and opened again at the same port.

mod connection;
mod wire_fault;

pub use wire_fault::WireFault;

use super::record::Record;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// Field of an answer from behind: the fault that it is given with.
pub const FAULT_FIELD: &str = "x-proofhouse-wire-fault";
/// Field of an answer from behind: no route is meant for this request.
pub const UNMATCHED_FIELD: &str = "x-proofhouse-unmatched";
/// Connections that the kernel holds before they are accepted.
const BACKLOG: u32 = 1024;
/// How long nothing is accepted after an error of accepting.
const PAUSE: Duration = Duration::from_millis(10);

/// Whether connections are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// They are.
    Open,
    /// Nothing listens, and the connections that there were are gone.
    Shut,
}

/// A port that is taken; nothing listens on it yet.
#[derive(Debug)]
pub struct Reserved {
    /// Bound with `SO_REUSEPORT` and never listening: the kernel gives the port to nobody
    /// else while the door is shut, and answers a connection with a reset.
    reservation: TcpSocket,
    address: SocketAddr,
}

/// The running server; it ends when it is dropped.
#[derive(Debug)]
pub struct FaultServer {
    _reservation: TcpSocket,
    address: SocketAddr,
    record: Record,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

struct Command {
    door: Door,
    done: oneshot::Sender<io::Result<()>>,
}

impl Reserved {
    /// Takes an address; port 0 is a free one.
    ///
    /// # Errors
    /// The address is taken, or not of this machine.
    pub fn new(listen: SocketAddr) -> io::Result<Self> {
        if listen.port() != 0 {
            // Ports can be shared from here on: whoever has this one is noticed only now.
            drop(std::net::TcpListener::bind(listen)?);
        }
        let reservation = reserving_socket(listen)?;
        let address = reservation.local_addr()?;
        Ok(Self {
            reservation,
            address,
        })
    }

    /// The address with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens, in front of the server at `behind`.
    ///
    /// # Errors
    /// The kernel does not let it listen.
    pub fn serve(self, behind: SocketAddr) -> io::Result<FaultServer> {
        let listener = listen(self.address)?;
        let record = Record::default();
        let (commands, received) = mpsc::channel(1);
        let server = Server {
            address: self.address,
            behind,
            record: record.clone(),
        };
        Ok(FaultServer {
            _reservation: self.reservation,
            address: self.address,
            record,
            commands,
            task: tokio::spawn(run(Arc::new(server), listener, received)),
        })
    }
}

impl FaultServer {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it saw.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Opens or shuts the door; done when it is.
    ///
    /// # Errors
    /// The kernel does not let it listen again.
    pub async fn door(&self, door: Door) -> io::Result<()> {
        let (done, answer) = oneshot::channel();
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let command = Command { door, done };
        self.commands.send(command).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What all connections share.
struct Server {
    address: SocketAddr,
    behind: SocketAddr,
    record: Record,
}

/// A socket that shares its port with others of this user.
fn shared_socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseport(true)?;
    // Connections that are not quite over may hold the port of an earlier listener.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// A socket that keeps everybody else from listening.
fn reserving_socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = shared_socket(address)?;
    socket.set_reuseaddr(false)?;
    Ok(socket)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    shared_socket(address)?.listen(BACKLOG)
}

async fn run(server: Arc<Server>, listener: TcpListener, mut commands: mpsc::Receiver<Command>) {
    let mut listener = Some(listener);
    let mut live = JoinSet::new();
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => {
                    let turned = turn(command.door, server.address, &mut listener, &mut live).await;
                    // Whoever asked may have stopped waiting.
                    let _ = command.done.send(turned);
                }
                None => return,
            },
            stream = accept(listener.as_ref()) => {
                let connection = server.record.opened(stream.1);
                live.spawn(connection::serve(stream.0, connection, server.behind));
            }
            Some(_) = live.join_next() => {}
        }
    }
}

async fn turn(
    door: Door,
    address: SocketAddr,
    listener: &mut Option<TcpListener>,
    live: &mut JoinSet<()>,
) -> io::Result<()> {
    match door {
        Door::Open if listener.is_none() => *listener = Some(listen(address)?),
        Door::Open => {}
        Door::Shut => {
            *listener = None;
            // A connection that was kept alive would hide the outage.
            live.shutdown().await;
        }
    }
    Ok(())
}

/// The next connection; for ever where nothing listens.
async fn accept(listener: Option<&TcpListener>) -> (TcpStream, SocketAddr) {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // It broke before it was accepted, or descriptors are out until others end.
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests;
