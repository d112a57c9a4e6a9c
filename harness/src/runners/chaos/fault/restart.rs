//! Restart: the container is stopped, by its stop signal or by SIGKILL, and started again.

use super::{Between, Fault, FaultError, Undo, Witness};
use crate::model::chaos::Stop;
use crate::runners::chaos::docker::{Docker, Target, deadline};
use crate::runners::chaos::recover;
use bollard::query_parameters::KillContainerOptionsBuilder;
use jiff::Timestamp;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(10);
const WATCH: Duration = Duration::from_millis(100);
/// What a shell and the engine call a death by SIGKILL: 128 + 9.
const KILLED: i64 = 137;

/// One container down for a while.
#[derive(Debug)]
pub struct Restart {
    docker: Docker,
    target: Target,
    stop: Stop,
    called: Option<Instant>,
}

/// A container that has ended.
struct Ended {
    exit_code: i64,
    /// By the engine's clock, as a moment of ours.
    at: Instant,
}

impl Restart {
    /// A restart that is yet to come.
    pub fn new(docker: &Docker, target: &Target, stop: Stop) -> Self {
        Self {
            docker: docker.clone(),
            target: target.clone(),
            stop,
            called: None,
        }
    }

    fn signal(&self) -> String {
        match &self.stop {
            Stop::Kill => "SIGKILL".to_owned(),
            Stop::Graceful { signal, .. } => signal
                .clone()
                .or_else(|| self.target.stop_signal.clone())
                .unwrap_or_else(|| "SIGTERM".to_owned()),
        }
    }

    /// How long the container may take to end after it was told to.
    fn dying(&self) -> Duration {
        match &self.stop {
            Stop::Kill => recover::LATE,
            Stop::Graceful { grace, .. } => *grace + recover::LATE,
        }
    }

    async fn send(&self, signal: &str) -> Result<(), FaultError> {
        let options = KillContainerOptionsBuilder::new().signal(signal).build();
        let call = self
            .docker
            .client()
            .kill_container(&self.target.id, Some(options));
        deadline(PATIENCE, call).await
    }

    async fn ended(&self) -> Result<Option<Ended>, FaultError> {
        let seen = self.docker.inspect(&self.target.id).await?;
        let state = seen.state.unwrap_or_default();
        if state.running.unwrap_or_default() {
            return Ok(None);
        }
        Ok(Some(Ended {
            exit_code: state.exit_code.unwrap_or_default(),
            at: moment(state.finished_at.as_deref()),
        }))
    }

    /// Waits for the end until a moment.
    async fn end_before(&self, until: Instant) -> Result<Option<Ended>, FaultError> {
        loop {
            if let Some(ended) = self.ended().await? {
                return Ok(Some(ended));
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn seen(&self, ended: &Ended, from: Instant) -> Witness {
        let graceful = matches!(self.stop, Stop::Graceful { .. });
        let name = &self.target.name;
        let remark = || {
            let signal = self.signal();
            let detail = format!("{name} did not end by {signal} within its grace and was killed");
            ("NOT_GRACEFUL".to_owned(), detail)
        };
        Witness {
            onset: Between {
                from,
                to: ended.at.clamp(from, Instant::now()),
            },
            seen: format!("{name} ended with exit code {}", ended.exit_code),
            remarks: (graceful && ended.exit_code == KILLED)
                .then(remark)
                .into_iter()
                .collect(),
        }
    }
}

#[async_trait::async_trait]
impl Fault for Restart {
    fn undo(&self) -> Undo {
        Undo::Start {
            container: self.target.id.clone(),
            dying_ms: u64::try_from(self.dying().as_millis()).unwrap_or(u64::MAX),
        }
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.docker.unchanged(&self.target).await?;
        self.called = Some(Instant::now());
        self.send(&self.signal()).await
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        if let Stop::Graceful { grace, .. } = self.stop {
            if let Some(ended) = self.end_before(from + grace).await? {
                return Ok(self.seen(&ended, from));
            }
            self.send("SIGKILL").await?;
        }
        match self.end_before(Instant::now() + limit).await? {
            Some(ended) => Ok(self.seen(&ended, from)),
            None => Err(FaultError::Unwitnessed {
                limit,
                detail: format!("{} still runs", self.target.name),
            }),
        }
    }

    async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            if matches!(self.ended().await, Ok(None)) {
                return format!("somebody else has started {} again", self.target.name);
            }
        }
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        let late = self.called.map_or(Duration::ZERO, |_| self.dying());
        recover::start(&self.docker, &self.target.id, late).await?;
        Ok(Between {
            from,
            to: Instant::now(),
        })
    }
}

/// A moment of the engine's clock, which is this machine's: by way of its age.
fn moment(at: Option<&str>) -> Instant {
    let now = Instant::now();
    let age = at
        .and_then(|text| text.parse::<Timestamp>().ok())
        .and_then(|at| Duration::try_from(Timestamp::now().duration_since(at)).ok());
    now.checked_sub(age.unwrap_or_default()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_time_becomes_a_moment_of_ours() {
        let before = Instant::now();
        let a_second_ago = Timestamp::now() - Duration::from_secs(1);
        let moment = moment(Some(&a_second_ago.to_string()));
        assert!(moment < before && before - moment < Duration::from_millis(1100));
    }
}
