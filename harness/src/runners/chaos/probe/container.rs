//! State of a container, as the engine sees it.

use super::{Answer, Question};
use crate::model::chaos::{AttemptClass, ContainerState};
use crate::runners::chaos::trouble::Trouble;
use serde_json::Value;
use std::sync::Arc;

/// What the engine says about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineState {
    /// `running`, `paused`, `exited`, ...
    pub status: String,
    /// `healthy`, `unhealthy`, `starting`; `None` without a health check.
    pub health: Option<String>,
}

/// Whoever can ask the container engine.
#[async_trait::async_trait]
pub trait Engine: Send + Sync {
    /// State of the container of a service.
    ///
    /// # Errors
    /// Where the engine does not answer; a container that is gone has the status `absent`.
    async fn state(&self, service: &str) -> Result<EngineState, String>;
}

/// One container and the state that is good.
pub(super) struct State {
    engine: Arc<dyn Engine>,
    service: String,
    wanted: ContainerState,
}

impl State {
    pub(super) fn new(engine: Arc<dyn Engine>, service: &str, wanted: ContainerState) -> Self {
        Self {
            engine,
            service: service.to_owned(),
            wanted,
        }
    }
}

#[async_trait::async_trait]
impl Question for State {
    async fn ask(&self) -> Answer {
        match self.engine.state(&self.service).await {
            Ok(state) => judged(self.wanted, state),
            // Nothing is known of the container when the engine is silent.
            Err(reason) => Trouble::new(AttemptClass::Timeout, reason).into(),
        }
    }
}

fn judged(wanted: ContainerState, state: EngineState) -> Answer {
    let (word, good) = match wanted {
        ContainerState::Running => (state.status, "running"),
        ContainerState::Healthy if state.status != "running" => (state.status, "healthy"),
        ContainerState::Healthy => {
            let none = || "without a health check".to_owned();
            (state.health.unwrap_or_else(none), "healthy")
        }
    };
    let wrong = || Trouble::new(AttemptClass::Server, format!("it is {word}"));
    Answer {
        trouble: (word != good).then(wrong),
        value: Some(Value::from(word)),
        ..Answer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(wanted: ContainerState, status: &str, health: Option<&str>) -> Answer {
        let state = EngineState {
            status: status.to_owned(),
            health: health.map(str::to_owned),
        };
        judged(wanted, state)
    }

    #[test]
    fn only_the_wanted_state_is_good() {
        use ContainerState::{Healthy, Running};
        for (wanted, status, health, good) in [
            (Running, "running", None, true),
            (Running, "paused", Some("healthy"), false),
            (Healthy, "running", Some("healthy"), true),
            (Healthy, "running", Some("starting"), false),
            (Healthy, "running", None, false),
            (Healthy, "paused", Some("healthy"), false),
        ] {
            let answer = answer(wanted, status, health);
            assert_eq!(answer.trouble.is_none(), good, "{wanted:?} {status}");
            assert!(answer.value.is_some());
        }
    }
}
