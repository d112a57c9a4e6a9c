//! Everything seen in one run, as events in the order in which they happened.

use super::chaos::ChaosEvent;
use super::environment::{Machine, RunningService};
use super::plan::Plan;
use super::resource::ResourceSample;
use super::trial::TrialEvent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the file in a run's folder, one event a line.
pub const EVIDENCE_FILE: &str = "evidence.jsonl";

/// One thing seen, with its time on the run's one monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// Microseconds since the run began.
    pub t_us: u64,
    /// What was seen.
    pub event: Event,
}

/// Something that was seen, not judged. Machine-written, one JSON line each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Always first.
    RunStarted(Box<RunStarted>),
    /// What the harness is doing before anything is measured: building, starting.
    Progress {
        /// In words.
        text: String,
    },
    /// The environment is up and ready.
    EnvironmentUp {
        /// What runs.
        services: Vec<RunningService>,
    },
    /// The environment could not be brought up; nothing was measured.
    EnvironmentFailed {
        /// What went wrong and what was tried.
        reason: String,
    },
    /// Load begins.
    ScenarioStarted {
        /// Scenario's name.
        scenario: String,
    },
    /// Ramp and warm-up are over: what follows is judged.
    SteadyStarted {
        /// Scenario's name.
        scenario: String,
    },
    /// One second of one target.
    Window(Window),
    /// One sample of a target's CPU and memory.
    Resource {
        /// Scenario's name.
        scenario: String,
        /// The sample.
        sample: ResourceSample,
    },
    /// CPU and memory of a target could not be read.
    ResourceMissing {
        /// Scenario's name.
        scenario: String,
        /// Target's name.
        service: String,
        /// Why.
        reason: String,
    },
    /// A failed request with its answer: the first few of each class.
    Failure(FailureExample),
    /// Load ended; totals of every target follow as `Summary`.
    ScenarioFinished(ScenarioFinished),
    /// Totals of one target in one scenario over the steady phase.
    Summary(Summary),
    /// The user stopped the run: nothing of it is judged.
    Interrupted {
        /// The signal, or those that it can have been.
        signal: String,
    },
    /// A service of the environment ended by itself during the run.
    ServiceDied {
        /// Its name.
        service: String,
        /// Exit status and last lines of output.
        detail: String,
    },
    /// One request of a load that accompanies a chaos scenario, when it ended.
    Response(Response),
    /// Something seen by the chaos runner.
    Chaos(ChaosEvent),
    /// Something seen by the runner of a black-box suite.
    Trial(TrialEvent),
    /// The target of a black-box suite was started.
    TargetUp(RunningService),
    /// The environment was taken down.
    EnvironmentDown,
    /// Always last; a file without it is a run that was killed.
    RunFinished {
        /// Wall clock.
        at: Timestamp,
    },
}

/// What the run is bound to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// Unique id (UUID version 7).
    pub run_id: String,
    /// Wall clock.
    pub at: Timestamp,
    /// Version of the harness.
    pub tool_version: String,
    /// Digest of the harness's own program, `sha256:...`.
    pub tool_digest: String,
    /// Commit of the working directory.
    pub subject: Subject,
    /// The machine.
    pub machine: Machine,
    /// The CI run, where there is one.
    pub ci: Option<CiRun>,
    /// What was to be done.
    pub plan: Plan,
}

impl RunStarted {
    /// The last eight characters of the run's id: enough to name a run in commands.
    ///
    /// The first ones of a UUID version 7 are its time and nearly alike in neighbouring runs.
    pub fn short_id(&self) -> &str {
        let from = self.run_id.char_indices().rev().nth(7);
        from.map_or(self.run_id.as_str(), |(at, _)| &self.run_id[at..])
    }
}

/// The commit that was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Full commit id; `None` outside a git work tree.
    pub commit: Option<String>,
    /// Whether tracked files were changed since the commit.
    pub dirty: bool,
}

/// The CI run that a run belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiRun {
    /// `github`, `gitlab`, or `unknown` where only `CI` is set.
    pub provider: String,
    /// The provider's id of the run.
    pub run_id: Option<String>,
    /// Its page.
    pub url: Option<String>,
}

/// Why a request does not count as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// No connection, or it broke before the last byte.
    Connection,
    /// The answer was not complete within the timeout.
    Timeout,
    /// Answered with a status that is not among the good ones.
    Status,
    /// Answered with a good status, but a check or an extraction failed.
    Check,
}

impl FailureClass {
    /// All classes.
    pub const ALL: [FailureClass; 4] = [
        FailureClass::Connection,
        FailureClass::Timeout,
        FailureClass::Status,
        FailureClass::Check,
    ];

    /// Whether a whole answer came, so that the request has a response time.
    pub fn answered(self) -> bool {
        matches!(self, FailureClass::Status | FailureClass::Check)
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            FailureClass::Connection => "connection",
            FailureClass::Timeout => "timeout",
            FailureClass::Status => "status",
            FailureClass::Check => "check",
        }
    }
}

/// One second of one target: requests are counted in the second in which they ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Scenario's name.
    pub scenario: String,
    /// Target's name.
    pub service: String,
    /// Start of the window in seconds since the scenario's load began.
    pub t_s: u32,
    /// Whether ramp and warm-up were over: only then it is judged.
    pub steady: bool,
    /// Finished requests, good and failed.
    pub requests: u64,
    /// Failed requests by class; classes without any are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<FailureClass, u64>,
    /// Users of this target that were started and not yet stopped.
    pub users: u32,
    /// Requests on their way at the end of the window.
    pub in_flight: u32,
    /// Median in microseconds over answered requests; `None` without any.
    pub p50_us: Option<u64>,
    /// 95th percentile in microseconds.
    pub p95_us: Option<u64>,
    /// 99th percentile in microseconds.
    pub p99_us: Option<u64>,
    /// Longest in microseconds.
    pub max_us: Option<u64>,
}

/// A failed request with the answer that made it fail; secrets masked, body capped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureExample {
    /// Scenario's name.
    pub scenario: String,
    /// Target's name.
    pub service: String,
    /// Step's name.
    pub step: String,
    /// Class.
    pub class: FailureClass,
    /// What was wrong: `status 500, wanted 200 to 299`.
    pub detail: String,
    /// Method and URL path as sent.
    pub request: String,
    /// Status, where there was one.
    pub status: Option<u16>,
    /// Start of the body, at most 1 KiB.
    pub body: Option<String>,
}

/// One request of a load that accompanies a chaos scenario. Setup is left out: it is never judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Target's name.
    pub service: String,
    /// Step's name.
    pub step: String,
    /// When it was sent, in microseconds on the run's clock.
    pub invoke_us: u64,
    /// When its last byte, its error or its timeout came, or the load ended without any of them.
    pub complete_us: u64,
    /// Why it does not count as good; `timeout` also for what was unanswered at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureClass>,
}

impl Response {
    /// Whether a whole answer came, so that it has a response time.
    pub fn answered(&self) -> bool {
        self.failure.is_none_or(FailureClass::answered)
    }
}

/// How the load itself did: a generator that is at its limit measures itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioFinished {
    /// Scenario's name.
    pub scenario: String,
    /// Length of the steady phase in microseconds, by our own clock.
    pub steady_us: u64,
    /// Users asked for, over all targets.
    pub users_wanted: u32,
    /// Most users that ran at once, over all targets.
    pub users_reached: u32,
    /// CPU used by the load generator in the steady phase / its share (1 = at its limit).
    pub generator_cpu_share: f64,
    /// Lateness of a 10 ms ticker in the generator, 99th percentile, microseconds.
    pub lag_p99_us: u64,
    /// Its greatest lateness in microseconds.
    pub lag_max_us: u64,
    /// Soft limit on open files of this process.
    pub open_files_limit: u64,
}

/// Totals of one target in one scenario over the steady phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Scenario's name.
    pub scenario: String,
    /// Target's name.
    pub service: String,
    /// All journeys' steps together; setup left out.
    pub total: Tally,
    /// By step name; setup steps are under `setup: NAME`.
    pub by_step: BTreeMap<String, Tally>,
}

/// Requests and response times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Finished requests, good and failed.
    pub requests: u64,
    /// Failed requests by class.
    pub failures: BTreeMap<FailureClass, u64>,
    /// Response times of all answered requests, good or not: V2 compressed histogram, base64.
    pub histogram: String,
}

impl Tally {
    /// Failed requests of every class.
    pub fn failed(&self) -> u64 {
        all_failed(&self.failures)
    }

    /// Requests to which a whole answer came.
    pub fn answered(&self) -> u64 {
        let lost = self
            .failures
            .iter()
            .filter(|(class, _)| !class.answered())
            .map(|(_, n)| *n)
            .fold(0, u64::saturating_add);
        self.requests.saturating_sub(lost)
    }
}

/// Failures of all classes. What is read from a file may claim any numbers: two that only together
/// are too large to count would be none.
pub fn all_failed(failures: &BTreeMap<FailureClass, u64>) -> u64 {
    failures.values().copied().fold(0, u64::saturating_add)
}

/// Everything seen in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What the run is bound to.
    pub started: RunStarted,
    /// All events in order, the first one included.
    pub events: Vec<Timed>,
}

impl Evidence {
    /// Whether the last event says that the run came to its end.
    pub fn is_complete(&self) -> bool {
        matches!(
            self.events.last(),
            Some(Timed {
                event: Event::RunFinished { .. },
                ..
            })
        )
    }

    /// Whether a guard of a chaos scenario refused to go on.
    pub fn refused(&self) -> bool {
        self.events.iter().any(|timed| {
            matches!(
                timed.event,
                Event::Chaos(ChaosEvent::Guard { passed: false, .. })
            )
        })
    }

    /// The signal that ended the run early, if one did.
    pub fn interrupted(&self) -> Option<&str> {
        self.events.iter().find_map(|timed| match &timed.event {
            Event::Interrupted { signal } => Some(signal.as_str()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two numbers that wrap around to nothing would be a run without failures.
    #[test]
    fn failures_that_are_too_many_to_count_are_not_none() {
        let half = 1 << 63;
        let failures = BTreeMap::from([
            (FailureClass::Timeout, half),
            (FailureClass::Connection, half),
        ]);
        assert_eq!(all_failed(&failures), u64::MAX);
    }
}
