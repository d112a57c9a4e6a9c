//! Where the story and a load that somebody else makes meet: told when to begin and when to end.
//!
//! The load's engine and this runner know nothing of each other; whoever runs both hands
//! one end of it to each.

use super::live::Live;
use crate::model::evidence::{Response, Timed};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What the story says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cue {
    Wait,
    /// Begin, at these addresses by target.
    Begin(BTreeMap<String, String>),
    End,
}

/// What the load says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum There {
    NotYet,
    /// All of its users are there.
    All,
    /// It is over; early, where it failed.
    Over(Option<String>),
}

/// The story's end.
#[derive(Debug)]
pub struct Company {
    cue: watch::Sender<Cue>,
    there: watch::Receiver<There>,
    live: Arc<Live>,
}

/// The load's end.
#[derive(Debug, Clone)]
pub struct Cues {
    cue: watch::Receiver<Cue>,
    there: Arc<watch::Sender<There>>,
    live: Arc<Live>,
}

/// Both ends.
#[must_use]
pub fn company() -> (Company, Cues) {
    let (cue, cues) = watch::channel(Cue::Wait);
    let (said, there) = watch::channel(There::NotYet);
    let live = Arc::<Live>::default();
    let company = Company {
        cue,
        there,
        live: Arc::clone(&live),
    };
    let cues = Cues {
        cue: cues,
        there: Arc::new(said),
        live,
    };
    (company, cues)
}

impl Company {
    /// Lets the load begin; answers when all of its users are there.
    ///
    /// # Errors
    /// In words: why it is over before that.
    pub(super) async fn begin(&self, addresses: BTreeMap<String, String>) -> Result<(), String> {
        self.cue.send_replace(Cue::Begin(addresses));
        let mut there = self.there.clone();
        let said = there.wait_for(|there| *there != There::NotYet).await;
        match said.map(|there| there.clone()) {
            Ok(There::All | There::NotYet) => Ok(()),
            Ok(There::Over(why)) => Err(why.unwrap_or_else(|| "the load ended early".to_owned())),
            Err(_) => Err("the load is gone".to_owned()),
        }
    }

    /// Ends the load and waits for that; does nothing the second time.
    pub async fn end(&self) {
        self.cue.send_replace(Cue::End);
        let mut there = self.there.clone();
        // Gone is over, too.
        let _ = there
            .wait_for(|there| matches!(there, There::Over(_)))
            .await;
    }

    /// Keeps what the users see from now on; what was kept before is forgotten.
    pub(super) fn keep(&self) {
        self.live.keep();
    }

    /// What was kept; from now on nothing is.
    pub(super) fn kept(&self) -> Vec<Timed> {
        self.live.kept()
    }

    /// Whether every request to every target was good for so long, after `from_us`.
    pub(super) fn all_steady_for(&self, hold: Duration, from_us: u64) -> bool {
        self.live.all_steady_for(hold, from_us)
    }
}

impl Cues {
    /// Waits for the beginning: the addresses by target; `None` where the end comes first.
    pub async fn begin(&mut self) -> Option<BTreeMap<String, String>> {
        let said = self.cue.wait_for(|cue| *cue != Cue::Wait).await;
        match said.ok()?.clone() {
            Cue::Begin(addresses) => Some(addresses),
            Cue::Wait | Cue::End => None,
        }
    }

    /// Waits for the end.
    pub async fn end(&mut self) {
        // A story that is gone is at its end, too.
        let _ = self.cue.wait_for(|cue| *cue == Cue::End).await;
    }

    /// All users are there.
    pub fn all_there(&self) {
        self.there.send_replace(There::All);
    }

    /// The load is over; with the reason where it failed.
    pub fn over(&self, failed: Option<String>) {
        self.there.send_replace(There::Over(failed));
    }

    /// Shows a response.
    pub fn see(&self, response: &Response) {
        self.live.hear(response);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::evidence::FailureClass;

    #[tokio::test]
    async fn a_load_begins_when_it_is_told_and_ends_when_it_is_told() {
        let (company, mut cues) = company();
        let addresses = BTreeMap::from([("api".to_owned(), "http://127.0.0.1:1".to_owned())]);
        let told = addresses.clone();
        let load = tokio::spawn(async move {
            assert_eq!(cues.begin().await.unwrap(), told);
            cues.all_there();
            cues.end().await;
            cues.over(None);
        });
        company.begin(addresses).await.unwrap();
        company.end().await;
        company.end().await;
        load.await.unwrap();
    }

    #[tokio::test]
    async fn a_load_that_fails_is_no_company_and_one_that_never_began_ends() {
        let (ours, mut cues) = company();
        let load = tokio::spawn(async move {
            cues.begin().await.unwrap();
            cues.over(Some("no users".to_owned()));
        });
        assert_eq!(ours.begin(BTreeMap::new()).await.unwrap_err(), "no users");
        load.await.unwrap();
        let (ours, mut cues) = company();
        let load = tokio::spawn(async move {
            assert_eq!(cues.begin().await, None);
            cues.over(None);
        });
        ours.end().await;
        load.await.unwrap();
        let (ours, cues) = company();
        drop(cues);
        assert!(ours.begin(BTreeMap::new()).await.is_err());
        ours.end().await;
    }

    #[test]
    fn one_failed_request_starts_the_recovery_anew() {
        let (company, cues) = company();
        let mut response = Response {
            service: "api".into(),
            step: "list".into(),
            invoke_us: 0,
            complete_us: 1_000,
            failure: None,
        };
        assert!(!company.all_steady_for(Duration::ZERO, 0), "nothing yet");
        cues.see(&response);
        response.invoke_us = 900_000;
        response.complete_us = 901_000;
        cues.see(&response);
        assert!(company.all_steady_for(Duration::from_millis(900), 0));
        response.failure = Some(FailureClass::Status);
        cues.see(&response);
        assert!(!company.all_steady_for(Duration::ZERO, 0));
    }
}
