//! Stall: the container is paused. The kernel goes on accepting its connections, and nothing answers.

use super::freezer::Freezer;
use super::{Between, Fault, FaultError, Undo, Witness};
use crate::runners::chaos::docker::{Docker, Target, deadline};
use crate::runners::chaos::recover;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);
/// Between two looks at the kernel's freezer while the call is on its way.
const CLOSE_LOOK: Duration = Duration::from_millis(1);
/// Between two looks at whether somebody else has resumed it.
const WATCH: Duration = Duration::from_millis(100);

/// A pause of one container.
#[derive(Debug)]
pub struct Stall {
    docker: Docker,
    target: Target,
    called: Option<Instant>,
    /// When the kernel's freezer closed, where it can be read.
    frozen: Option<Between>,
}

impl Stall {
    /// A pause that is yet to come.
    pub fn new(docker: &Docker, target: &Target) -> Self {
        Self {
            docker: docker.clone(),
            target: target.clone(),
            called: None,
            frozen: None,
        }
    }

    async fn is_paused(&self) -> Result<bool, FaultError> {
        let seen = self.docker.again(&self.target).await?;
        if seen.started_at != self.target.started_at {
            return Err(FaultError::Changed(format!(
                "{} was started anew",
                self.target.name
            )));
        }
        Ok(seen.status == "paused")
    }
}

#[async_trait::async_trait]
impl Fault for Stall {
    fn undo(&self) -> Undo {
        Undo::Unpause {
            container: self.target.id.clone(),
        }
    }

    async fn inject(&mut self) -> Result<(), FaultError> {
        self.docker.unchanged(&self.target).await?;
        let freezer = Freezer::of(self.target.pid);
        let called = Instant::now();
        self.called = Some(called);
        let call = self.docker.client().pause_container(&self.target.id);
        let call = deadline(PATIENCE, call);
        let Some(freezer) = freezer else {
            return call.await;
        };
        let (answer, frozen) = watched(call, &freezer, called).await;
        self.frozen = frozen;
        answer
    }

    async fn witness(&mut self, limit: Duration) -> Result<Witness, FaultError> {
        let from = self.called.unwrap_or_else(Instant::now);
        let until = Instant::now() + limit;
        loop {
            if self.is_paused().await? {
                let to = Instant::now();
                return Ok(Witness {
                    onset: self.frozen.unwrap_or(Between { from, to }),
                    seen: format!("the engine says that {} is paused", self.target.name),
                    remarks: Vec::new(),
                });
            }
            if Instant::now() >= until {
                let detail = format!("{} is not paused", self.target.name);
                return Err(FaultError::Unwitnessed { limit, detail });
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn vanished(&mut self) -> String {
        loop {
            tokio::time::sleep(WATCH).await;
            match self.is_paused().await {
                Ok(true) => {}
                Ok(false) => return format!("{} is not paused any more", self.target.name),
                Err(FaultError::Changed(what)) => return what,
                // An engine that does not answer says nothing about the container.
                Err(_) => {}
            }
        }
    }

    async fn recover(&mut self) -> Result<Between, FaultError> {
        let from = Instant::now();
        let late = self.called.map_or(Duration::ZERO, |_| recover::LATE);
        recover::unpause(&self.docker, &self.target.id, late).await?;
        Ok(Between {
            from,
            to: Instant::now(),
        })
    }
}

/// Waits for a call, and looks at the freezer until it has closed: between the last look at
/// which it was open and the first at which it was not.
async fn watched<T>(
    call: impl Future<Output = T>,
    freezer: &Freezer,
    called: Instant,
) -> (T, Option<Between>) {
    let mut call = std::pin::pin!(call);
    let mut open = called;
    let mut closed = None;
    let look = |open: &mut Instant, closed: &mut Option<Between>| {
        let before = Instant::now();
        match freezer.is_frozen() {
            Some(false) => *open = before,
            Some(true) if closed.is_none() => {
                let (from, to) = (*open, Instant::now());
                *closed = Some(Between { from, to });
            }
            _ => {}
        }
    };
    loop {
        tokio::select! {
            biased;
            answer = &mut call => {
                look(&mut open, &mut closed);
                return (answer, closed);
            }
            () = tokio::time::sleep(CLOSE_LOOK), if closed.is_none() => look(&mut open, &mut closed),
        }
    }
}
