//! The evidence of a chaos run sorted by guard, phase, fault and probe, once, for all checks.

use super::ledger::{self, Findings, Operations, Reads};
use crate::model::chaos::{
    Action, Attempt, ChaosEvent, ChaosPlan, Connection, FaultStep, GuardName, Operation, Phase,
    ProbePlan,
};
use crate::model::evidence::{Event, Evidence, Response, ScenarioFinished};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Everything that chaos checks look at.
pub(crate) struct Scene<'a> {
    pub plan: &'a ChaosPlan,
    pub evidence: &'a Evidence,
    pub guards: Vec<(GuardName, bool, &'a str)>,
    /// Faults of dead runs that were healed first.
    pub recovered: Vec<(&'a str, &'a str)>,
    /// When each phase began; of several pre phases, the last.
    pub phases: BTreeMap<Phase, u64>,
    /// Pre phases in which the steady state did not hold, in order.
    pub unsteady: Vec<Unsteady<'a>>,
    /// One for each action of the plan, in its order.
    pub blows: Vec<Blow<'a>>,
    /// By probe, in order of invocation.
    attempts: BTreeMap<&'a str, Vec<&'a Attempt>>,
    pub operations: Vec<&'a Operation>,
    /// Of an accompanying load, by target.
    responses: BTreeMap<&'a str, Vec<&'a Response>>,
    /// How the generator of that load did.
    pub finished: Option<&'a ScenarioFinished>,
    /// Time, name and value, in order.
    pub numbers: Vec<(u64, &'a str, f64)>,
    pub unread: Vec<(&'a str, &'a str)>,
    /// By `before` and `after`.
    pub fingerprints: BTreeMap<&'a str, &'a BTreeMap<String, String>>,
    pub aborted: Option<(u64, &'a str)>,
    /// Wall clock in microseconds since 1970 at the start of the run's clock.
    pub wall_us: Option<i64>,
    ledger: OnceCell<Findings>,
}

/// The kernel counts the time of its rules in ticks, of at most so long (100 a second).
const KERNEL_TICK_US: u64 = 10_000;

/// One action, and what happened to its fault.
pub(crate) struct Blow<'a> {
    pub action: &'a Action,
    pub steps: Vec<(u64, &'a FaultStep)>,
}

/// A pre phase in which the steady state did not hold, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsteady<'a> {
    pub from: u64,
    pub to: u64,
    pub reason: &'a str,
}

/// A moment that lies between two others, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    pub from: u64,
    pub to: u64,
}

impl<'a> Blow<'a> {
    fn find<T>(&self, of: impl Fn(u64, &'a FaultStep) -> Option<T>) -> Option<T> {
        self.steps.iter().find_map(|&(t, step)| of(t, step))
    }

    pub fn called(&self) -> Option<u64> {
        self.find(|_, step| match step {
            FaultStep::Called { at_us } => Some(*at_us),
            _ => None,
        })
    }

    /// The confirmed onset, and what was seen.
    pub fn onset(&self) -> Option<(Between, &'a str)> {
        self.find(|_, step| match step {
            FaultStep::Witnessed {
                onset_from_us: from,
                onset_to_us: to,
                witness,
            } => Some((
                Between {
                    from: *from,
                    to: *to,
                },
                witness.as_str(),
            )),
            _ => None,
        })
    }

    pub fn unwitnessed(&self) -> Option<&'a str> {
        self.find(|_, step| match step {
            FaultStep::Unwitnessed { reason } => Some(reason.as_str()),
            _ => None,
        })
    }

    pub fn vanished(&self) -> Option<(u64, &'a str)> {
        self.find(|_, step| match step {
            FaultStep::Vanished { at_us, reason } => Some((*at_us, reason.as_str())),
            _ => None,
        })
    }

    pub fn heal_called(&self) -> Option<(u64, &'a str)> {
        self.find(|_, step| match step {
            FaultStep::HealCalled { at_us, why } => Some((*at_us, why.as_str())),
            _ => None,
        })
    }

    /// Until when the effect is known to have lasted: mending was called, or the kernel's own time
    /// for it was over. A busy runner calls late, and the kernel does not wait for it.
    pub fn lasted_to(&self) -> Option<u64> {
        let (called, _) = self.heal_called()?;
        let over = self
            .time_over()
            .map(|over| over.saturating_sub(KERNEL_TICK_US));
        Some(over.map_or(called, |over| over.min(called)))
    }

    /// When the time of a fault that has one is over.
    pub fn time_over(&self) -> Option<u64> {
        let lasts = u64::try_from(self.action.lasts.as_micros()).unwrap_or(u64::MAX);
        let called = self.called()?;
        (lasts > 0).then(|| called.saturating_add(lasts))
    }

    /// When the effect ended, if the mending was verified: not before its time was over, and not
    /// later than was seen.
    pub fn healed(&self) -> Option<Between> {
        self.find(|_, step| match step {
            FaultStep::Healed { from_us, to_us } => Some(Between {
                from: self.time_over().map_or(*from_us, |over| over.min(*from_us)),
                to: *to_us,
            }),
            _ => None,
        })
    }

    pub fn heal_failed(&self) -> Option<&'a str> {
        self.find(|_, step| match step {
            FaultStep::HealFailed { reason } => Some(reason.as_str()),
            _ => None,
        })
    }

    pub fn remarks(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.steps.iter().filter_map(|(_, step)| match step {
            FaultStep::Remark { code, detail } => Some((code.as_str(), detail.as_str())),
            _ => None,
        })
    }

    /// What the container was, as it was resolved.
    pub fn container(&self) -> Option<&'a str> {
        self.find(|_, step| match step {
            FaultStep::Journalled { container, .. } => Some(container.as_str()),
            _ => None,
        })
    }
}

impl<'a> Scene<'a> {
    /// Sorts the evidence; `None` for a run without chaos.
    pub fn new(evidence: &'a Evidence) -> Option<Self> {
        let plan = evidence.started.plan.chaos.as_deref()?;
        let mut scene = Self {
            plan,
            evidence,
            guards: Vec::new(),
            recovered: Vec::new(),
            phases: BTreeMap::new(),
            unsteady: Vec::new(),
            blows: plan.actions.iter().map(blow).collect(),
            attempts: BTreeMap::new(),
            operations: Vec::new(),
            responses: BTreeMap::new(),
            finished: None,
            numbers: Vec::new(),
            unread: Vec::new(),
            fingerprints: BTreeMap::new(),
            aborted: None,
            wall_us: wall_us(evidence),
            ledger: OnceCell::new(),
        };
        for timed in &evidence.events {
            match &timed.event {
                Event::Chaos(event) => scene.take(timed.t_us, event),
                Event::Response(response) => {
                    let of_target = scene.responses.entry(&response.service).or_default();
                    of_target.push(response);
                }
                Event::ScenarioFinished(finished) => scene.finished = Some(finished),
                _ => {}
            }
        }
        for attempts in scene.attempts.values_mut() {
            attempts.sort_by_key(|attempt| (attempt.invoke_us, attempt.complete_us));
        }
        Some(scene)
    }

    fn take(&mut self, t_us: u64, event: &'a ChaosEvent) {
        match event {
            ChaosEvent::Guard {
                guard,
                passed,
                detail,
            } => self.guards.push((*guard, *passed, detail)),
            ChaosEvent::Recovered { run, detail } => self.recovered.push((run, detail)),
            ChaosEvent::PhaseStarted { phase: Phase::Pre } => self.begin_pre(t_us),
            ChaosEvent::PhaseStarted { phase } => {
                self.phases.entry(*phase).or_insert(t_us);
            }
            ChaosEvent::NotSteady { to_us, reason } => {
                let (to, from) = (*to_us, self.phases.get(&Phase::Pre).copied());
                let from = from.unwrap_or(to);
                self.unsteady.push(Unsteady { from, to, reason });
            }
            ChaosEvent::Fault { action, step } => {
                let mut blows = self.blows.iter_mut();
                if let Some(blow) = blows.find(|blow| blow.action.id == *action) {
                    blow.steps.push((t_us, step));
                }
            }
            ChaosEvent::Attempt(attempt) => {
                let of_probe = self.attempts.entry(&attempt.probe).or_default();
                of_probe.push(attempt);
            }
            ChaosEvent::Operation(operation) => self.operations.push(operation),
            ChaosEvent::Number { name, value } => self.numbers.push((t_us, name, *value)),
            ChaosEvent::ReadFailed { name, reason } => self.unread.push((name, reason)),
            ChaosEvent::Fingerprint { when, items } => {
                self.fingerprints.insert(when, items);
            }
            ChaosEvent::Aborted { reason } => {
                self.aborted.get_or_insert((t_us, reason));
            }
            ChaosEvent::Invoked { .. } | ChaosEvent::Read(_) => {}
        }
    }

    /// A pre phase takes the place of one in which the steady state did not hold, and of no other:
    /// nobody chooses from good ones, and after the blow there is nothing to choose.
    fn begin_pre(&mut self, t_us: u64) {
        if self.gave_up().is_some() && !self.phases.contains_key(&Phase::During) {
            self.phases.insert(Phase::Pre, t_us);
        } else {
            self.phases.entry(Phase::Pre).or_insert(t_us);
        }
    }

    /// The last pre phase, where the steady state did not hold in it and none followed.
    pub fn gave_up(&self) -> Option<&Unsteady<'a>> {
        let began = self.phases.get(&Phase::Pre)?;
        self.unsteady.last().filter(|last| last.from == *began)
    }

    /// When the pre phase was over; 0 where it never was.
    pub fn pre_ended(&self) -> u64 {
        let during = self.phases.get(&Phase::During).copied();
        let gave_up = self.gave_up().map(|last| last.to);
        gave_up.or(during).unwrap_or(0)
    }

    /// All attempts of a probe in order of invocation.
    pub fn attempts(&self, probe: &str) -> &[&'a Attempt] {
        self.attempts.get(probe).map_or(&[], Vec::as_slice)
    }

    /// Attempts of a probe over one kind of connection; `None` for all.
    pub fn over(&self, probe: &str, connection: Option<Connection>) -> Vec<&'a Attempt> {
        let all = self.attempts(probe).iter().copied();
        all.filter(|attempt| connection.is_none() || attempt.connection == connection)
            .collect()
    }

    /// A probe of the plan.
    pub fn probe(&self, id: &str) -> Option<&'a ProbePlan> {
        self.plan.probes.iter().find(|probe| probe.id == id)
    }

    /// Attempts that belong to a phase: what overlaps the blow belongs to it.
    pub fn in_phase(&self, probe: &str, phase: Phase) -> Vec<&'a Attempt> {
        let all = self.attempts(probe).iter().copied();
        all.filter(|one| self.phase_of(one.invoke_us, one.complete_us) == Some(phase))
            .collect()
    }

    /// Requests to a target that belong to a phase, by the same rule.
    pub fn responses(&self, target: &str, phase: Phase) -> Vec<&'a Response> {
        let all = self.responses.get(target).into_iter().flatten().copied();
        all.filter(|one| self.phase_of(one.invoke_us, one.complete_us) == Some(phase))
            .collect()
    }

    /// When the last request of the accompanying load was sent; 0 without any.
    pub fn last_sent(&self) -> u64 {
        let all = self.responses.values().flatten();
        all.map(|one| one.invoke_us).max().unwrap_or(0)
    }

    fn phase_of(&self, invoke_us: u64, complete_us: u64) -> Option<Phase> {
        let began = |phase| self.phases.get(&phase).copied().unwrap_or(u64::MAX);
        if invoke_us >= began(Phase::Post) {
            Some(Phase::Post)
        } else if complete_us >= began(Phase::During) {
            Some(Phase::During)
        } else if invoke_us >= began(Phase::Pre) {
            // What came after a pre phase that led to no blow belongs to none.
            let over = self.gave_up().is_some_and(|last| complete_us >= last.to);
            (!over).then_some(Phase::Pre)
        } else {
            None
        }
    }

    /// The last heal, and whose it was; `None` while one of the faults was never healed.
    pub fn last_heal(&self) -> Option<(Between, &Blow<'a>)> {
        let all: Option<Vec<_>> = self
            .blows
            .iter()
            .map(|blow| Some((blow.healed()?, blow)))
            .collect();
        all?.into_iter().max_by_key(|(healed, _)| healed.to)
    }

    /// The ledger, settled at the first time of asking.
    pub fn ledger(&self) -> &Findings {
        self.ledger.get_or_init(|| {
            let mut operations = Operations::new();
            for timed in &self.evidence.events {
                match &timed.event {
                    Event::Chaos(ChaosEvent::Invoked { element, .. }) => {
                        operations.invoked(element, timed.t_us);
                    }
                    Event::Chaos(ChaosEvent::Operation(operation)) => operations.add(operation),
                    _ => {}
                }
            }
            let mut reads = Reads::new(&operations);
            for timed in &self.evidence.events {
                if let Event::Chaos(ChaosEvent::Read(part)) = &timed.event {
                    reads.add(timed.t_us, part);
                }
            }
            ledger::settle(&reads, self.wall_us)
        })
    }

    /// The last value of a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        let named = self.numbers.iter().rfind(|(_, seen, _)| *seen == name);
        named.map(|(_, _, value)| *value)
    }

    /// A moment on the run's clock as milliseconds since the pre phase began.
    pub fn since_pre_ms(&self, t_us: u64) -> f64 {
        let began = self.phases.get(&Phase::Pre).copied().unwrap_or(0);
        (t_us as f64 - began as f64) / 1000.0
    }
}

fn blow(action: &Action) -> Blow<'_> {
    Blow {
        action,
        steps: Vec::new(),
    }
}

/// The end of the run is stamped by both clocks at once; its start is not, because the
/// facts of the machine are gathered in between.
fn wall_us(evidence: &Evidence) -> Option<i64> {
    let last = evidence.events.last()?;
    match &last.event {
        Event::RunFinished { at } => {
            Some(at.as_microsecond() - i64::try_from(last.t_us).unwrap_or(i64::MAX))
        }
        _ => None,
    }
}
