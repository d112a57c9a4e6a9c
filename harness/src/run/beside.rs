//! A chaos story with a load beside it: two runners that know nothing of each other, on one clock.

use super::{Halt, World};
use crate::judge;
use crate::model::chaos::{ChaosPlan, JourneyPlan};
use crate::model::evidence::Timed;
use crate::model::load::{ResourceSource, Target};
use crate::model::recorder::Recorder;
use crate::runners::chaos::{self, ChaosRequest, Company, Cues};
use crate::runners::perf::{self, Beside, LoadRequest, ResolvedTarget, SampleFrom};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

impl World<'_> {
    /// Tells the story of a plan, with its journeys beside it where it has any.
    pub(super) async fn chaos(
        &self,
        plan: &ChaosPlan,
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Halt> {
        let Some(journeys) = &plan.journeys else {
            return self.story(plan, None, recorder, stop).await;
        };
        let (company, cues) = chaos::company();
        let story = async {
            let told = self.story(plan, Some(&company), recorder, stop).await;
            // Also a story that never came to its load lets it go.
            company.end().await;
            told
        };
        let load = self.journeys(journeys, cues, recorder, stop);
        let (story, load) = tokio::join!(story, load);
        story.and(load)
    }

    async fn story(
        &self,
        plan: &ChaosPlan,
        company: Option<&Company>,
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Halt> {
        let started = self.started;
        // The judge says what it will say of this pre phase, before anything is broken.
        let unrest = |seen: Vec<Timed>| judge::chaos::unrest(started, seen);
        let request = ChaosRequest {
            plan,
            run_id: &started.run_id,
            enabled: self.enable_chaos,
            journals: Path::new(chaos::JOURNALS),
            company,
            unrest: &unrest,
        };
        chaos::run(&request, recorder, stop.clone()).await?;
        Ok(())
    }

    /// Loads from one cue to the other; a story that never gives the first one has no load.
    async fn journeys(
        &self,
        plan: &JourneyPlan,
        mut cues: Cues,
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Halt> {
        let Some(addresses) = cues.begin().await else {
            cues.over(None);
            return Ok(());
        };
        let (say_until, until) = watch::channel(false);
        let begun = Arc::new(Notify::new());
        let request = self.accompanying(plan, &addresses, beside(&cues, &begun, until));
        let load = perf::run(request, recorder, stop.clone());
        let over = cues.clone();
        let conduct = conduct(plan, &cues, &begun, &say_until);
        let ended = tokio::select! {
            ended = load => ended,
            // Never answers: it only says when the load has to end.
            () = conduct => Ok(()),
        };
        over.over(ended.as_ref().err().map(ToString::to_string));
        ended.map_err(Halt::from)
    }

    fn accompanying<'a>(
        &'a self,
        plan: &'a JourneyPlan,
        addresses: &BTreeMap<String, String>,
        beside: Beside,
    ) -> LoadRequest<'a> {
        let targets = plan.targets.iter();
        LoadRequest {
            scenario: &plan.scenario,
            targets: targets.map(|one| self.found(one, addresses)).collect(),
            seed: plan.seed,
            beside: Some(beside),
        }
    }

    fn found<'a>(
        &self,
        target: &'a Target,
        addresses: &BTreeMap<String, String>,
    ) -> ResolvedTarget<'a> {
        ResolvedTarget {
            target,
            base_url: addresses.get(&target.name).cloned().unwrap_or_default(),
            bearer: self.tokens.of(&target.name),
            resources: match &target.resources {
                ResourceSource::Pid(pid) => SampleFrom::Pid(*pid),
                ResourceSource::PidFile(path) => SampleFrom::PidFile(path.clone()),
                ResourceSource::Container(name) => SampleFrom::Container(name.clone()),
                ResourceSource::Service(_) | ResourceSource::Nowhere => SampleFrom::Nowhere {
                    reason: "the target names neither a process nor a container".to_owned(),
                },
            },
        }
    }
}

fn beside(cues: &Cues, begun: &Arc<Notify>, until: watch::Receiver<bool>) -> Beside {
    let (shown, begun) = (cues.clone(), Arc::clone(begun));
    Beside {
        until,
        begun: Arc::new(move || begun.notify_one()),
        seen: Arc::new(move |response| shown.see(response)),
    }
}

/// Says that all users are there once ramp and warm-up are over, and passes the end on.
async fn conduct(plan: &JourneyPlan, cues: &Cues, begun: &Notify, say_until: &watch::Sender<bool>) {
    begun.notified().await;
    let mut ends = cues.clone();
    let settled = plan.scenario.ramp_up() + plan.scenario.warmup;
    tokio::select! {
        () = tokio::time::sleep(settled) => cues.all_there(),
        () = ends.end() => {}
    }
    ends.end().await;
    say_until.send_replace(true);
    std::future::pending::<()>().await;
}
