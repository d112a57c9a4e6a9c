//! `proofhouse chaos`: list, plan, run and recover scenarios that break things on purpose.

use super::arguments::{ChaosCommand, ChaosRunArguments, ChaosSource, ProfileWord};
use super::run::{Wanted, each};
use super::{chaos_plan, exit, interrupt, problems};
use crate::model::plan::{Plan, Profile};
use crate::plan::{ChaosEntry, ChaosRequest, discover_chaos, plan_chaos};
use crate::runners::chaos;
use crate::store::runs;
use std::path::{Path, PathBuf};

/// Folder of scenarios.
const SCENARIOS: &str = "scenarios/chaos";

/// Does what was asked for.
pub(super) async fn run(command: &ChaosCommand) -> u8 {
    match command {
        ChaosCommand::List(source) => list(source),
        ChaosCommand::Plan {
            name,
            source,
            enable_chaos,
        } => match planned(name, source, Profile::Full) {
            Ok(plan) => chaos_plan::show(&plan, *enable_chaos).await,
            Err(code) => code,
        },
        ChaosCommand::Run(arguments) => run_all(arguments).await,
        ChaosCommand::Recover => recover().await,
        ChaosCommand::Doctor => doctor().await,
    }
}

fn folder(source: &ChaosSource) -> PathBuf {
    source.file.clone().unwrap_or_else(|| SCENARIOS.into())
}

fn list(source: &ChaosSource) -> u8 {
    let entries = discover_chaos(&folder(source));
    if entries.is_empty() {
        anstream::eprintln!(
            "error: no chaos scenarios in `{}`",
            folder(source).display()
        );
        return exit::USAGE;
    }
    let width = entries.iter().map(|entry| entry.name.len()).max();
    for entry in entries {
        anstream::println!(
            "{:<width$}  {}",
            entry.name,
            entry.hypothesis,
            width = width.unwrap_or_default()
        );
    }
    exit::PASS
}

/// Reads one scenario and tells everything that is wrong with it.
fn planned(name: &str, source: &ChaosSource, profile: Profile) -> Result<Plan, u8> {
    let entries = discover_chaos(&folder(source));
    let Some(entry) = entries.iter().find(|entry| entry.name == name) else {
        return Err(unknown(name, &entries));
    };
    let request = ChaosRequest {
        file: entry.file.clone(),
        scenario: Some(name.to_owned()),
        system: source.system.clone(),
        profile,
    };
    plan_chaos(&request).map_err(|wrong| problems::told(&wrong))
}

fn unknown(name: &str, entries: &[ChaosEntry]) -> u8 {
    let known: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    anstream::eprintln!(
        "error: no chaos scenario named `{name}`\n  = known: {}",
        known.join(", ")
    );
    exit::USAGE
}

/// Every scenario is read first, so that a mistake in the last one is told before the first one breaks anything.
async fn run_all(arguments: &ChaosRunArguments) -> u8 {
    let profile = match arguments.profile {
        ProfileWord::Full => Profile::Full,
        ProfileWord::Quick => Profile::Quick,
    };
    let mut plans = Vec::new();
    for name in &arguments.names {
        match planned(name, &arguments.source, profile) {
            Ok(plan) => plans.push(plan),
            Err(code) => return code,
        }
    }
    let stop = match interrupt::caught() {
        Ok(stop) => stop,
        Err(code) => return code,
    };
    let wanted = Wanted {
        quiet: arguments.quiet,
        keep_baseline: true,
        enable_chaos: arguments.enable_chaos,
        runs: runs::RUNS.into(),
    };
    each(plans, &wanted, &stop).await
}

/// Heals what dead runs left behind.
async fn recover() -> u8 {
    match chaos::recover(Path::new(chaos::JOURNALS)).await {
        Ok(healed) if healed.is_empty() => {
            anstream::println!("nothing to heal: no journal has an open fault");
            exit::PASS
        }
        Ok(healed) => {
            for one in healed {
                anstream::println!("healed  {}  {}", one.run, one.detail);
            }
            exit::PASS
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            exit::FAIL
        }
    }
}

/// What faults this machine can make, and what to do about the others.
async fn doctor() -> u8 {
    let mut code = exit::PASS;
    for capability in chaos::capabilities().await {
        let word = if capability.available {
            "ok      "
        } else {
            code = exit::ERROR;
            "missing "
        };
        anstream::println!("{word} {:<20} {}", capability.name, capability.detail);
        if let Some(help) = capability.help.filter(|_| !capability.available) {
            anstream::println!("                              {help}");
        }
    }
    code
}
