//! A black-box suite: the target's launcher, and the runner of the catalogue that is asked.

use super::{Halt, World};
use crate::environment::launcher::TargetLauncher;
use crate::model::environment::RunningService;
use crate::model::recorder::Recorder;
use crate::model::trial::launch::Stage;
use crate::model::trial::plan::{Asks, TrialPlan};
use crate::runners::contract::{auth, github, guard};
use crate::runners::{drift, reasoning};
use tokio::sync::watch;

impl World<'_> {
    /// Puts every check of the plan to the target.
    pub(super) async fn ask(
        &self,
        plan: &TrialPlan,
        services: &[RunningService],
        recorder: &Recorder,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Halt> {
        let launcher =
            TargetLauncher::prepare(&plan.target, services, &self.logs, recorder, stop.clone())
                .await?;
        let stage = Stage {
            plan,
            launcher: &launcher,
            services,
            recorder,
            folder: &self.folder,
            stop: stop.clone(),
        };
        // Boxed: each of these futures is large, and only one of them is ever made.
        match &plan.asks {
            Asks::Auth(asks) => Box::pin(auth::run(asks, &stage)).await?,
            Asks::Github(asks) => Box::pin(github::run(asks, &stage)).await?,
            Asks::Guard(asks) => Box::pin(guard::run(asks, &stage)).await?,
            Asks::Reasoning(asks) => Box::pin(reasoning::run(asks, &stage)).await?,
            Asks::Drift(asks) => Box::pin(drift::run(asks, &stage)).await?,
        }
        Ok(())
    }
}
