//! The servers: each fails as programmed and writes down when it did what.

use crate::outage::{Kind, Outage};
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BAD: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// The moments of one outage.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    pub began: Instant,
    pub healed: Instant,
    /// When it was good for good; `None` where it never was.
    pub good: Option<Instant>,
}

/// All servers, on a thread of their own.
pub struct Servers {
    pub urls: Vec<String>,
    truths: Receiver<(usize, Truth)>,
    count: usize,
}

impl Servers {
    /// The truth of every outage; waits for the last one.
    pub fn truths(self) -> Vec<Truth> {
        let mut all: Vec<(usize, Truth)> = self.truths.iter().take(self.count).collect();
        all.sort_by_key(|(n, _)| *n);
        all.into_iter().map(|(_, truth)| truth).collect()
    }
}

/// Starts a server for each outage; their clock begins now.
pub fn start(outages: &[Outage]) -> Servers {
    let (tell, truths) = channel();
    let (outages, count) = (outages.to_vec(), outages.len());
    let (addressed, addresses) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let began = crate::clock();
            for (n, outage) in outages.into_iter().enumerate() {
                let listener = listen("127.0.0.1:0".parse().expect("an address"));
                let address = listener.local_addr().expect("it is bound");
                addressed
                    .send(format!("http://{address}/"))
                    .expect("somebody listens");
                let tell = tell.clone();
                tokio::spawn(async move {
                    let server = Server::new(outage.kind, listener, address);
                    let truth = server.fail(&outage, began).await;
                    let _ = tell.send((n, truth));
                });
            }
            drop(addressed);
            std::future::pending::<()>().await;
        });
    });
    let urls = addresses.iter().collect();
    Servers {
        urls,
        truths,
        count,
    }
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(address).expect("the port is ours");
    socket.listen(1024).expect("a listener")
}

/// One server. `true` in `bad` while it fails.
struct Server {
    kind: Kind,
    address: SocketAddr,
    bad: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    fn new(kind: Kind, listener: TcpListener, address: SocketAddr) -> Self {
        let bad = watch::Sender::new(false);
        let accepting = tokio::spawn(accept(listener, kind, bad.subscribe()));
        Self {
            kind,
            address,
            bad,
            accepting,
        }
    }

    async fn fail(mut self, outage: &Outage, start: Instant) -> Truth {
        let at = |moment: Duration| tokio::time::sleep_until((start + moment).into());
        at(outage.begins).await;
        let began = Instant::now();
        self.turn_bad();
        let healed = start + outage.healed;
        at(outage.answers).await;
        let mut good = self.turn_good();
        for flap in 0..outage.flaps {
            let again = outage.answers + (outage.good_for + outage.bad_for) * flap;
            at(again + outage.good_for).await;
            self.turn_bad();
            at(again + outage.good_for + outage.bad_for).await;
            good = self.turn_good();
        }
        if outage.for_ever {
            // The last good stretch is as short as the others.
            at(outage.settles() + outage.good_for).await;
            self.turn_bad();
        }
        Truth {
            began,
            healed,
            good: (!outage.for_ever).then_some(good),
        }
    }

    fn turn_bad(&mut self) {
        if self.kind == Kind::Refused {
            self.accepting.abort();
        }
        self.bad.send_replace(true);
    }

    /// Answers when: nothing that was sent before was answered well, and everything afterwards is.
    fn turn_good(&mut self) -> Instant {
        if self.kind == Kind::Refused {
            let listener = listen(self.address);
            self.bad.send_replace(false);
            let now = Instant::now();
            self.accepting = tokio::spawn(accept(listener, self.kind, self.bad.subscribe()));
            return now;
        }
        let now = Instant::now();
        self.bad.send_replace(false);
        now
    }
}

async fn accept(listener: TcpListener, kind: Kind, bad: watch::Receiver<bool>) {
    // Connections end with their listener where nobody listens any more.
    let mut open = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        open.spawn(serve(stream, kind, bad.clone()));
        while open.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, kind: Kind, mut bad: watch::Receiver<bool>) -> Option<()> {
    let mut buffer = vec![0; 2048];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.ok()?;
        if read == 0 {
            return None;
        }
        filled += read;
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        filled = 0;
        let is_bad = *bad.borrow();
        match (is_bad, kind) {
            (false, _) => stream.write_all(GOOD).await.ok()?,
            (true, Kind::Status) => stream.write_all(BAD).await.ok()?,
            (true, Kind::Closed | Kind::Refused) => return None,
            // Kept open, and never answered: until who asked gives up.
            (true, Kind::Silent) => while stream.read(&mut buffer).await.ok()? > 0 {},
            (true, Kind::Held) => {
                bad.wait_for(|bad| !*bad).await.ok()?;
                stream.write_all(GOOD).await.ok()?;
            }
        }
    }
}
