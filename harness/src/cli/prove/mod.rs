//! `proofhouse prove`: every seeded fault must be caught by its check, and the healthy target by none.

mod case;
mod child;
mod matrix;

use super::arguments::ProveArguments;
use super::run::{plans, suite_files};
use super::{exit, interrupt};
use crate::model::plan::{Plan, Profile};
use crate::store::atomic;
use case::{Case, Proof, Shown};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Where the matrix is kept.
const FOLDER: &str = "target/proofhouse/prove";

/// Runs each suite against its healthy target and under every fault that its checks have to catch.
pub(super) async fn run(arguments: &ProveArguments) -> u8 {
    let plans = match suites(arguments) {
        Ok(plans) => plans,
        Err(code) => return code,
    };
    let cases: Vec<Case> = plans
        .iter()
        .flat_map(|plan| case::all(plan, arguments))
        .collect();
    if let Some(code) = nothing(arguments, &plans, &cases) {
        return code;
    }
    let stop = match interrupt::caught() {
        Ok(stop) => stop,
        Err(code) => return code,
    };
    let proofs = prove(&cases, arguments.jobs, &stop).await;
    if *stop.borrow() {
        anstream::eprintln!("interrupted: the matrix is not whole, and was not written");
        return exit::INTERRUPTED;
    }
    tell(&proofs)
}

/// The suites that have checks with seeded faults.
fn suites(arguments: &ProveArguments) -> Result<Vec<Plan>, u8> {
    let files = suite_files(&arguments.suites)?;
    let plans = plans(&files, Profile::Full)?;
    Ok(plans
        .into_iter()
        .filter(|plan| plan.trials.is_some())
        .collect())
}

/// A proof of nothing would prove anything.
fn nothing(arguments: &ProveArguments, plans: &[Plan], cases: &[Case]) -> Option<u8> {
    let known: Vec<&str> = plans.iter().flat_map(case::faults).collect();
    if let Some(unknown) = arguments
        .fault
        .iter()
        .find(|fault| !known.contains(&fault.as_str()))
    {
        anstream::eprintln!(
            "error: no seeded fault named `{unknown}`\n  = known: {}",
            known.join(", ")
        );
        return Some(exit::USAGE);
    }
    if cases.iter().all(|case| case.fault.is_none()) {
        anstream::eprintln!(
            "error: there is nothing to prove: no suite has checks with seeded faults\n  \
             = help: name suites whose `target.launch.cargo` has `when_set`"
        );
        return Some(exit::USAGE);
    }
    None
}

/// Healthy targets first: what alarms there proves nothing elsewhere, and it builds what all need.
async fn prove(cases: &[Case], jobs: usize, stop: &watch::Receiver<bool>) -> Vec<Proof> {
    let (healthy, faulty): (Vec<&Case>, Vec<&Case>) =
        cases.iter().partition(|case| case.fault.is_none());
    let mut proofs = side_by_side(&healthy, 1, stop).await;
    // The first one builds the seeded target; the others would only wait for it.
    let (first, rest) = faulty.split_at(faulty.len().min(1));
    proofs.extend(side_by_side(first, 1, stop).await);
    proofs.extend(side_by_side(rest, jobs, stop).await);
    proofs
}

async fn side_by_side(cases: &[&Case], jobs: usize, stop: &watch::Receiver<bool>) -> Vec<Proof> {
    let next = AtomicUsize::new(0);
    let proofs: Mutex<Vec<(usize, Proof)>> = Mutex::new(Vec::new());
    let lane = || async {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at).filter(|_| !*stop.borrow()) else {
                return;
            };
            let proof = case.prove(stop.clone()).await;
            anstream::println!("  {}", proof.line());
            proofs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((at, proof));
        }
    };
    let lanes: Vec<_> = (0..jobs.max(1)).map(|_| lane()).collect();
    futures_util::future::join_all(lanes).await;
    let mut proofs = proofs.into_inner().unwrap_or_else(PoisonError::into_inner);
    proofs.sort_by_key(|(at, _)| *at);
    proofs.into_iter().map(|(_, proof)| proof).collect()
}

/// Prints and keeps the matrix.
fn tell(proofs: &[Proof]) -> u8 {
    anstream::println!("\n{}", matrix::text(proofs));
    let folder = Path::new(FOLDER);
    let kept = std::fs::create_dir_all(folder).map_err(|error| error.to_string());
    let kept = kept.and_then(|()| {
        let files = [
            ("matrix.json", matrix::json(proofs)),
            ("matrix.md", matrix::markdown(proofs)),
        ];
        files.iter().try_for_each(|(name, text)| {
            atomic::write(&folder.join(name), text.as_bytes()).map_err(|error| error.to_string())
        })
    });
    if let Err(error) = kept {
        anstream::eprintln!("error: cannot keep the matrix: {error}");
        return exit::INTERNAL;
    }
    anstream::println!("matrix    {FOLDER}/matrix.md");
    code(proofs)
}

/// A survivor is a failure; a case that could not be run is none, and no proof either.
fn code(proofs: &[Proof]) -> u8 {
    let codes = proofs.iter().map(|proof| match proof.shown {
        Shown::Killed { .. } | Shown::Clean => exit::PASS,
        Shown::Survived { .. } | Shown::WrongKiller { .. } | Shown::Alarm { .. } => exit::FAIL,
        Shown::NotRun { .. } => exit::ERROR,
    });
    codes.fold(exit::PASS, exit::worse)
}
