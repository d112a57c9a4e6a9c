//! A chaos run from the first guard to the last look: nothing is broken before everything was asked,
//! and everything is mended before anything else is done.

use super::access::Access;
use super::crew::{self, Crew, Member};
use super::docker::Docker;
use super::fault::FaultError;
use super::fingerprint;
use super::journal::Journal;
use super::life::{Stage, micros};
use super::moments::Moments;
use super::reaper::Reaper;
use super::rest::{Rest, Watch};
use super::world::{Setting, World};
use super::{ChaosError, ChaosRequest, recover};
use crate::model::chaos::{Action, ChaosEvent, ChaosPlan, Endpoint, Phase, ValidationKind};
use crate::model::evidence::Event;
use crate::model::load::{Endpoint as TargetEndpoint, Target};
use crate::model::recorder::Recorder;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between two looks at what the probes say.
const LOOK: Duration = Duration::from_millis(50);
/// The last part of the post phase that is kept for the drain, at least.
const DRAIN: Duration = Duration::from_secs(15);

/// Runs the scenario. Whatever is seen is recorded; a refused guard ends it before any change.
///
/// # Errors
/// The engine or the journal cannot be had; nothing was broken then.
pub async fn run(
    request: &ChaosRequest<'_>,
    recorder: &Recorder,
    stop: watch::Receiver<bool>,
) -> Result<(), ChaosError> {
    let docker = Docker::connect().await?;
    // Mending changes the world, too: not where nothing may be done at all.
    if crew::may_act(request).await {
        for healed in recover(request.journals).await? {
            let (run, detail) = (healed.run, healed.detail);
            note(recorder, ChaosEvent::Recovered { run, detail });
        }
    }
    let Some(crew) = Crew::muster(request, &docker, recorder).await? else {
        return Ok(());
    };
    look(&docker, recorder, "before").await;
    let story = Story {
        request,
        recorder,
        docker: &docker,
    };
    story.tell(crew, stop).await?;
    look(&docker, recorder, "after").await;
    Ok(())
}

/// What all of it needs.
struct Story<'a> {
    request: &'a ChaosRequest<'a>,
    recorder: &'a Recorder,
    docker: &'a Docker,
}

impl Story<'_> {
    fn plan(&self) -> &ChaosPlan {
        self.request.plan
    }

    async fn tell(&self, mut crew: Crew, stop: watch::Receiver<bool>) -> Result<(), ChaosError> {
        let journal = Journal::create(self.request.journals, self.request.run_id)?;
        // From here on somebody else mends what we break, should we die.
        let reaper = Reaper::start(journal.path())?;
        let started = match self.access().await {
            Ok(access) => self
                .world(access.clone())
                .await
                .map(|world| (world, access)),
            Err(reason) => Err(reason),
        };
        let (world, access) = match started {
            Ok(started) => started,
            Err(reason) => {
                self.abort(reason);
                journal.close()?;
                reaper.done();
                return Ok(());
            }
        };
        let journal = Mutex::new(journal);
        let go_on = self.accompanied(&access).await && self.pre(&world, stop.clone()).await;
        if go_on {
            self.during(&world, &mut crew, &journal, stop.clone()).await;
            self.post(&world, stop.clone()).await;
        }
        if let Some(company) = self.request.company {
            company.end().await;
        }
        let interrupted = *stop.borrow();
        let patience = if interrupted {
            Duration::from_secs(2)
        } else {
            self.plan().post.max(DRAIN)
        };
        world.end(patience, go_on && !interrupted).await;
        let journal = journal.into_inner().unwrap_or_else(PoisonError::into_inner);
        // With a fault that could not be mended the reaper tries on.
        if journal.is_clean() {
            journal.close()?;
            reaper.done();
        }
        Ok(())
    }

    /// Where everything answers.
    async fn access(&self) -> Result<Access, String> {
        let told = |error: FaultError| error.to_string();
        let published = crew::published(self.plan(), self.docker)
            .await
            .map_err(told)?;
        let engine = crew::engine(self.plan(), self.docker).await.map_err(told)?;
        let folder = self.request.folder();
        Ok(Access::new(&self.plan().system, folder, published).with_engine(engine))
    }

    async fn world(&self, access: Access) -> Result<World, String> {
        World::start(Setting {
            plan: self.plan().clone(),
            access,
            prefix: prefix(self.request.run_id),
            recorder: self.recorder.clone(),
        })
        .await
    }

    /// Lets the accompanying load begin, where there is one; `false` where it cannot.
    async fn accompanied(&self, access: &Access) -> bool {
        let (Some(plan), Some(company)) = (&self.plan().journeys, self.request.company) else {
            return true;
        };
        let addresses: Result<BTreeMap<String, String>, String> = plan
            .targets
            .iter()
            .map(|target| Ok((target.name.clone(), address(target, access)?)))
            .collect();
        let begun = match addresses {
            Ok(addresses) => company.begin(addresses).await,
            Err(reason) => Err(reason),
        };
        if let Err(reason) = &begun {
            let load = &plan.id;
            self.abort(format!("nothing was broken: the load `{load}`: {reason}"));
        }
        begun.is_ok()
    }

    /// Watches the system while it is whole, until it is at rest; `false` where it must not be broken.
    async fn pre(&self, world: &World, stop: watch::Receiver<bool>) -> bool {
        let watch = Watch {
            plan: self.plan(),
            recorder: self.recorder,
            live: &world.live,
            company: self.request.company,
            unrest: self.request.unrest,
        };
        match watch.until_rest(stop).await {
            Rest::Found => true,
            Rest::Interrupted => false,
            Rest::Never(seen) => {
                self.abort(format!("nothing was broken: {seen}"));
                false
            }
        }
    }

    /// All blows, each with its heal.
    async fn during(
        &self,
        world: &World,
        crew: &mut Crew,
        journal: &Mutex<Journal>,
        stop: watch::Receiver<bool>,
    ) {
        self.phase(Phase::During);
        let (say_stop, stopping) = watch::channel(None);
        let actions = &self.plan().actions;
        let moments = Moments::new(actions.iter().map(|action| action.id.as_str()));
        let stage = Stage {
            recorder: self.recorder,
            journal,
            moments: &moments,
            stop: stopping,
            began: Instant::now(),
            struck: &|| world.onset(),
        };
        let lives = actions
            .iter()
            .zip(crew.members())
            .map(|(action, member)| life(&stage, action, member));
        let all = join_all(lives);
        tokio::select! {
            _ = all => {}
            // Never answers: it only says when everything must be healed.
            () = self.guard(world, &say_stop, stop) => {}
        }
    }

    /// Watches the abort conditions and the user while faults last.
    async fn guard(
        &self,
        world: &World,
        say_stop: &watch::Sender<Option<String>>,
        stop: watch::Receiver<bool>,
    ) {
        loop {
            let why = if *stop.borrow() {
                Some("interrupt".to_owned())
            } else {
                world.live.abort(&self.plan().safety.abort_when)
            };
            if let Some(why) = why {
                if why != "interrupt" {
                    self.abort(why.clone());
                }
                say_stop.send_replace(Some(why));
                return std::future::pending().await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until every probe is well and stays so, or the time for it is over.
    async fn post(&self, world: &World, stop: watch::Receiver<bool>) {
        self.phase(Phase::Post);
        let from = micros(self.recorder, Instant::now());
        let until = Instant::now() + self.plan().post;
        let hold = hold(self.plan());
        while Instant::now() < until && !*stop.borrow() {
            let company = self.request.company;
            let well = company.is_none_or(|company| company.all_steady_for(hold, from));
            if well && world.live.all_steady_for(hold, from) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn phase(&self, phase: Phase) {
        note(self.recorder, ChaosEvent::PhaseStarted { phase });
    }

    fn abort(&self, reason: String) {
        note(self.recorder, ChaosEvent::Aborted { reason });
    }
}

async fn life(stage: &Stage<'_>, action: &Action, member: &mut Member) {
    stage
        .live(action, &member.container, member.fault.as_mut())
        .await;
}

/// Where a target of the accompanying load answers, without a slash at the end.
fn address(target: &Target, access: &Access) -> Result<String, String> {
    match &target.endpoint {
        TargetEndpoint::Url(url) => {
            let url = access.http(&Endpoint(url.clone()));
            let url = url.map_err(|error| error.to_string())?;
            Ok(url.as_str().trim_end_matches('/').to_owned())
        }
        TargetEndpoint::Service(name) => Err(format!(
            "`{}` names the service `{name}` of a suite, and not an address",
            target.name
        )),
    }
}

/// How long everything must have been well at the end: the longest time that anything asks for, and half a second.
fn hold(plan: &ChaosPlan) -> Duration {
    let validations = plan.validation.iter().filter_map(|one| match one.kind {
        ValidationKind::RecoveryTimeMax { hold_for, .. } => Some(hold_for),
        _ => None,
    });
    let steady = plan.steady_state.iter().map(|one| one.hold_for);
    let journeys = plan.journeys.iter().map(|one| one.hold_for);
    let longest = validations
        .chain(steady)
        .chain(journeys)
        .max()
        .unwrap_or_default();
    longest.max(Duration::from_secs(2)) + Duration::from_millis(500)
}

/// The first part of all element ids: the last part of the run's id has no dot.
fn prefix(run_id: &str) -> String {
    let short: String = run_id.chars().rev().take(12).collect();
    format!("ph{}", short.chars().rev().collect::<String>())
}

async fn look(docker: &Docker, recorder: &Recorder, when: &str) {
    let items = fingerprint::take(docker).await;
    let when = when.to_owned();
    note(recorder, ChaosEvent::Fingerprint { when, items });
}

fn note(recorder: &Recorder, event: ChaosEvent) {
    recorder.record(Event::Chaos(event));
}
