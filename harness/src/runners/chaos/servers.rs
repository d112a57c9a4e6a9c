//! Private PostgreSQL and NATS servers for tests: on free ports in temporary folders, gone with the test.
#![allow(clippy::unwrap_used)]

use async_nats::jetstream;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

/// Longest wait for anything; far more than it takes on a loaded machine.
const LONG: Duration = Duration::from_secs(60);

/// Longest wait for one answer of a server that may not be up yet.
const TRY: Duration = Duration::from_secs(5);

/// Polls until a condition holds.
pub(super) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !holds().await {
        assert!(Instant::now() < deadline, "not within {LONG:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A program on the path or in PostgreSQL's own folders.
fn program(name: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let found = std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .chain(folders)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "`{name}` is not installed: these tests need the packages postgresql and nats-server"
        )
    })
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A server process that leads a process group of its own.
pub(super) struct Server {
    start: Box<dyn Fn() -> Command + Send + Sync>,
    child: Option<Child>,
}

impl Server {
    fn new(start: impl Fn() -> Command + Send + Sync + 'static) -> Self {
        let mut server = Self {
            start: Box::new(start),
            child: None,
        };
        server.spawn();
        server
    }

    pub(super) fn spawn(&mut self) {
        use std::os::unix::process::CommandExt;
        self.child = Some((self.start)().process_group(0).spawn().unwrap());
    }

    /// SIGKILL for all of it at once: also for PostgreSQL's children, which lead groups
    /// of their own and would keep the next server from its shared memory.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It stands still first, so that it starts no child that would be missed.
            signal_group(child.id(), Signal::SIGSTOP);
            for pid in children(child.id()) {
                signal_group(pid, Signal::SIGKILL);
            }
            signal_group(child.id(), Signal::SIGKILL);
            child.wait().unwrap();
        }
    }

    /// Stops all of it, as a pause does: connections stay open and nothing answers.
    pub(super) fn pause(&self) {
        signal_group(self.child.as_ref().unwrap().id(), Signal::SIGSTOP);
    }

    /// Lets it go on after [`Server::pause`].
    pub(super) fn unpause(&self) {
        signal_group(self.child.as_ref().unwrap().id(), Signal::SIGCONT);
    }
}

/// One that has ended meanwhile is no failure.
fn signal_group(leader: u32, signal: Signal) {
    let _ = killpg(Pid::from_raw(leader.try_into().unwrap()), signal);
}

fn children(pid: u32) -> Vec<u32> {
    let file = format!("/proc/{pid}/task/{pid}/children");
    let list = std::fs::read_to_string(file).unwrap_or_default();
    list.split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A database server of its own.
pub(super) struct Postgres {
    pub(super) server: Server,
    pub(super) url: String,
    _folder: TempDir,
}

impl Postgres {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
        let mut make = as_postgres("initdb");
        make.args(["-A", "trust", "-U", "proofhouse", "--no-sync"]);
        make.args(["-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        let made = make.output().unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{said}");
        let port = free_port();
        let server = Server::new(move || {
            let mut command = as_postgres("postgres");
            command.arg("-D").arg(&data);
            for setting in [
                format!("port={port}"),
                "listen_addresses=127.0.0.1".to_owned(),
                "unix_socket_directories=".to_owned(),
                "track_commit_timestamp=on".to_owned(),
                "shared_buffers=16MB".to_owned(),
            ] {
                command.args(["-c", &setting]);
            }
            command
        });
        let postgres = Self {
            server,
            url: format!("postgres://proofhouse@127.0.0.1:{port}/postgres"),
            _folder: folder,
        };
        postgres.until_up().await;
        postgres
    }

    pub(super) fn config(&self) -> tokio_postgres::Config {
        self.url.parse().unwrap()
    }

    pub(super) async fn until_up(&self) {
        until("the database server is up", async || {
            let config = self.config();
            let connected = timeout(TRY, config.connect(tokio_postgres::NoTls)).await;
            matches!(connected, Ok(Ok(_)))
        })
        .await;
    }

    pub(super) async fn client(&self) -> tokio_postgres::Client {
        let connected = self.config().connect(tokio_postgres::NoTls).await;
        let (client, connection) = connected.unwrap();
        tokio::spawn(connection);
        client
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn as_postgres(name: &str) -> Command {
    let program = program(name);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A broker of its own.
pub(super) struct Nats {
    pub(super) server: Server,
    pub(super) url: String,
    _folder: TempDir,
}

impl Nats {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_owned();
        let port = free_port();
        let server = Server::new(move || {
            let mut command = Command::new(program("nats-server"));
            command
                .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
                .arg(&data)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        });
        let nats = Self {
            server,
            url: format!("nats://127.0.0.1:{port}"),
            _folder: folder,
        };
        nats.until_up().await;
        nats
    }

    pub(super) async fn until_up(&self) {
        until("the broker is up", async || {
            let asked = async {
                let client = async_nats::connect(&self.url).await.ok()?;
                client.request("$JS.API.INFO", "".into()).await.ok()
            };
            matches!(timeout(TRY, asked).await, Ok(Some(_)))
        })
        .await;
    }

    pub(super) async fn context(&self) -> jetstream::Context {
        jetstream::new(async_nats::connect(&self.url).await.unwrap())
    }

    pub(super) async fn make_stream(&self, name: &str, subjects: &str) {
        let config = jetstream::stream::Config {
            name: name.to_owned(),
            subjects: vec![subjects.to_owned()],
            ..jetstream::stream::Config::default()
        };
        self.context().await.create_stream(config).await.unwrap();
    }
}
