//! Ctrl-C and SIGTERM: the first asks the run to end well, a third ends it at once.

use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::watch;

/// How often a signal has to come before the program stops waiting for itself.
const PATIENCE: u32 = 3;

/// Catches SIGINT, SIGTERM and SIGHUP for the whole program; the receiver turns `true` at the first.
///
/// Must be called before goose starts, which sets a handler of its own that
/// does less; there can be one handler only, and the first one stays.
///
/// # Errors
/// A handler was already set.
pub fn catch() -> Result<watch::Receiver<bool>, ctrlc::Error> {
    static SEEN: AtomicU32 = AtomicU32::new(0);
    let (sender, receiver) = watch::channel(false);
    ctrlc::set_handler(move || {
        if SEEN.fetch_add(1, Ordering::SeqCst) + 1 >= PATIENCE {
            // Services are ended by their keepers, whose pipes close with this process.
            std::process::exit(i32::from(super::exit::INTERRUPTED));
        }
        let _ = sender.send(true);
    })?;
    Ok(receiver)
}

/// The same for a command, which tells what is wrong.
///
/// # Errors
/// The exit code.
pub(super) fn caught() -> Result<watch::Receiver<bool>, u8> {
    catch().map_err(|error| {
        anstream::eprintln!("error: cannot catch signals: {error}");
        super::exit::INTERNAL
    })
}
