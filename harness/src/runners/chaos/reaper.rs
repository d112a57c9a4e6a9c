//! A process that outlives the run by as long as it takes to mend what the run broke.
//!
//! It holds the reading end of a pipe. When the run ends without the word `done`, for
//! whatever reason, SIGKILL included, the kernel closes the pipe, and the reaper follows
//! the journal. It is in a session of its own, so that no Ctrl-C reaches it.

use super::fault::FaultError;
use super::journal::{self, Entry};
use super::recover;
use nix::sys::signal::{SigHandler, Signal, signal};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// How long it tries.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);
/// The word that says that there is nothing to do.
const DONE: &[u8] = b"done\n";

/// The run's end of the pipe.
#[derive(Debug)]
pub struct Reaper {
    pipe: ChildStdin,
    child: Child,
}

impl Reaper {
    /// Starts the process; it is ready when this returns.
    ///
    /// # Errors
    /// It cannot be started: nothing may be broken then.
    pub fn start(journal: &Path) -> Result<Self, FaultError> {
        let told = |error: std::io::Error| FaultError::Journal(format!("reaper: {error}"));
        let program = std::env::current_exe().map_err(told)?;
        let mut child = Command::new(program)
            .args(["reap", "--journal"])
            .arg(journal)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(told)?;
        // Its first byte says that it has left our session and ignores signals.
        let mut ready = [0_u8; 1];
        if let Some(out) = &mut child.stdout {
            out.read_exact(&mut ready).map_err(told)?;
        }
        let pipe = child.stdin.take();
        let pipe = pipe.ok_or_else(|| FaultError::Journal("reaper: no pipe".to_owned()))?;
        Ok(Self { pipe, child })
    }

    /// Nothing is left to mend: the reaper ends.
    pub fn done(mut self) {
        let _ = self.pipe.write_all(DONE);
        drop(self.pipe);
        let _ = self.child.wait();
    }
}

/// The reaper's own side: waits for the pipe, and mends. Answers the exit code.
pub async fn reap(journal: &Path) -> u8 {
    leave();
    let mut out = std::io::stdout();
    let _ = out.write_all(b".").and_then(|()| out.flush());
    let mut said = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut said);
    if said == DONE {
        return 0;
    }
    let until = Instant::now() + PATIENCE;
    loop {
        match mend(journal).await {
            Ok(()) => return 0,
            Err(_) if Instant::now() < until => tokio::time::sleep(PAUSE).await,
            // `chaos recover`, or the next run, reads the journal again.
            Err(_) => return 1,
        }
    }
}

/// Heals everything that the journal has open, and closes it.
async fn mend(path: &Path) -> Result<(), FaultError> {
    // The dead run's lock went with it; until then nothing may be touched.
    let Some(mut file) = journal::take_over(path)? else {
        return Err(FaultError::Journal("its run is alive".to_owned()));
    };
    let found = journal::read(path)?;
    recover::heal(&found).await?;
    for (fault, _) in found.open {
        write(&mut file, &Entry::Healed { fault })?;
    }
    write(&mut file, &Entry::Closed)
}

fn write(file: &mut std::fs::File, entry: &Entry) -> Result<(), FaultError> {
    journal::append(file, entry).map_err(|error| FaultError::Journal(error.to_string()))
}

/// Leaves the run's session, and hears no signal that can be ignored.
#[allow(unsafe_code)]
fn leave() {
    let _ = nix::unistd::setsid();
    for ignored in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGPIPE,
    ] {
        // SAFETY: no handler of ours is installed, only "ignore".
        let _ = unsafe { signal(ignored, SigHandler::SigIgn) };
    }
}
