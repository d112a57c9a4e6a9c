//! How the load generator itself does: lateness of its clock, its CPU, and its limit on open files.

use super::ledger;
use crate::model::series::Latencies;
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;
use std::time::{Duration, Instant};

/// Period of the ticker whose lateness is measured.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// CPU and clock of the engine's thread in the steady phase.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Lateness of every tick that was due in the steady phase, in microseconds.
    pub(super) lateness: Latencies,
    from: Option<Mark>,
    to: Option<Mark>,
}

/// CPU used by this thread at a moment.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Instant,
    cpu: Duration,
}

impl Mark {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: thread_cpu(),
        }
    }
}

impl Health {
    /// The steady phase begins.
    pub(super) fn begin(&mut self) {
        self.from = Some(Mark::now());
    }

    /// The steady phase is over.
    pub(super) fn end(&mut self) {
        self.to = Some(Mark::now());
    }

    /// CPU used by the engine's thread / wall time in the steady phase: 1 = all
    /// of the one core that the users can use.
    pub(super) fn cpu_share(&self) -> f64 {
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return 0.0;
        };
        let wall = to.at.saturating_duration_since(from.at).as_secs_f64();
        let cpu = to.cpu.saturating_sub(from.cpu).as_secs_f64();
        if wall > 0.0 { cpu / wall } else { 0.0 }
    }
}

/// CPU time of the calling thread, user and system.
fn thread_cpu() -> Duration {
    getrusage(UsageWho::RUSAGE_THREAD).map_or(Duration::ZERO, |usage| {
        let us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Duration::from_micros(u64::try_from(us).unwrap_or(0))
    })
}

/// Ticks for as long as it is polled: records how late every tick was, also
/// those that a stall swallowed, and closes windows whose second is over.
pub(super) async fn tick() {
    let mut due = tokio::time::Instant::now() + TICK;
    loop {
        tokio::time::sleep_until(due).await;
        let now = tokio::time::Instant::now();
        ledger::with(|ledger| {
            while due <= now {
                ledger.tick(now.into_std(), now - due);
                due += TICK;
            }
        });
    }
}

/// Raises the soft limit on open files to the hard one; returns the soft limit.
///
/// Every user holds a connection. A limit that cannot be raised is no error
/// here: it is reported, and connections that fail are counted.
pub(super) fn raise_open_files() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return 0;
    };
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() {
        return hard;
    }
    soft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_thread_uses_its_share() {
        let mut health = Health::default();
        health.begin();
        let until = thread_cpu() + Duration::from_millis(60);
        while thread_cpu() < until {}
        health.end();
        assert!(health.cpu_share() > 0.01 && health.cpu_share() < 1.2);
    }

    #[test]
    fn the_open_files_limit_is_known() {
        assert!(raise_open_files() > 0);
    }
}
