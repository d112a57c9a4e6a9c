//! No hole: whatever is done to a set of evidence that opens the gate, the damaged set does not.

use crate::gate_damage::{self, Damage};
use crate::gate_world::{self as world, CHAOS, COMMIT, Files, PERFORMANCE, policy};
use proofhouse::model::decision::Decision;
use proofhouse::model::policy::Policy;
use proofhouse::release::{Places, gather};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::fs;
use std::path::Path;

/// Rounds of an ordinary run.
const ROUNDS: u64 = 2_000;

fn ask(root: &Path, policy: &Policy) -> Decision {
    let evidence = root.join("target/proofhouse");
    let places = Places {
        folder: &evidence,
        working: root,
    };
    world::decided(policy, gather(places, policy, COMMIT).unwrap())
}

/// One round: what the gate says of evidence with one damage.
fn round(
    root: &Path,
    policy: &Policy,
    base: &Files,
    damage: &Damage,
    random: &mut SmallRng,
) -> Decision {
    let run = if random.random() { PERFORMANCE } else { CHAOS };
    let mut files = base.clone();
    if let Damage::Files(change) = damage {
        change(&mut files, run, random);
    }
    fs::remove_dir_all(root).unwrap_or_default();
    fs::create_dir_all(root).unwrap();
    world::write(root, &files);
    if let Damage::Folder(change) = damage {
        change(root, run, random);
    }
    ask(root, policy)
}

/// A policy and evidence that opens the gate under it.
type World = (Policy, Files);

fn once() -> World {
    (policy(world::POLICY), world::files())
}

/// Of the three sessions of each suite it is the first that is damaged: all that follows is good.
fn sessions() -> World {
    (policy(&world::sessions_policy()), world::sessions())
}

fn rounds((policy, base): &World, from: u64, to: u64, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("world");
    let damages = gate_damage::all();
    for at in from..to {
        // Every round can be had again by its number and the seed.
        let mut random = SmallRng::seed_from_u64(seed ^ (at << 20));
        let (name, damage) = damages[usize::try_from(at).unwrap() % damages.len()];
        let decision = round(&root, policy, base, damage, &mut random);
        assert_ne!(
            decision.exit_code, 0,
            "a hole: `{name}`, round {at}, seed {seed}"
        );
        assert!(
            !decision.verdict.is_open(),
            "`{name}`, round {at}, seed {seed}"
        );
        assert!(
            decision
                .findings
                .iter()
                .any(|f| f.exit_code != 0 && !f.next.is_empty()),
            "`{name}`: no reason"
        );
    }
}

#[test]
fn gate_holes_are_none() {
    opens(&once(), 0);
    rounds(&once(), 0, ROUNDS, 1);
}

/// The best of several runs opens nothing: a damaged session closes what two good ones cannot open.
#[test]
fn gate_holes_in_sessions_are_none() {
    opens(&sessions(), 4);
    rounds(&sessions(), 0, ROUNDS / 2, 2);
}

/// Undamaged evidence, of which so many files were superseded by later ones.
fn opens((policy, files): &World, superseded: u64) {
    let folder = tempfile::tempdir().unwrap();
    world::write(folder.path(), files);
    let whole = ask(folder.path(), policy);
    assert_eq!(
        whole.exit_code, 0,
        "the undamaged evidence must open it: {:?}",
        whole.findings
    );
    assert_eq!(whole.counts.counted, 3);
    assert_eq!(whole.counts.inputs, 3 + superseded);
}

/// `just prove-gate`.
#[test]
#[ignore = "takes minutes"]
#[allow(clippy::print_stdout)]
fn gate_holes_many() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let many = number("PROOFHOUSE_MUTATIONS").unwrap_or(100_000);
    let seed = number("PROOFHOUSE_SEED").unwrap_or(1);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let share = |at: u64| many * at / threads;
            scope.spawn(move || {
                let (from, to) = (share(thread), share(thread + 1));
                // Every fifth round damages one session of three.
                let middle = from + (to - from) * 4 / 5;
                rounds(&once(), from, middle, seed);
                rounds(&sessions(), middle, to, seed);
            });
        }
    });
    println!("{many} damaged sets of evidence, seed {seed}: none opened the gate");
}

/// One byte changed anywhere: what the gate then believes is either nothing, or no better than before.
#[test]
fn gate_holes_single_bytes_never_break_it() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, base) = once();
    let mut random = SmallRng::seed_from_u64(7);
    for _ in 0..500 {
        let mut files = base.clone();
        let names: Vec<String> = files.keys().cloned().collect();
        let file = files
            .get_mut(&names[random.random_range(0..names.len())])
            .unwrap();
        let at = random.random_range(0..file.len());
        file[at] = random.random();
        world::write(folder.path(), &files);
        let decision = ask(folder.path(), &policy);
        let bytes = serde_json::to_vec(&decision).unwrap();
        assert_eq!(
            serde_json::from_slice::<Decision>(&bytes).unwrap(),
            decision
        );
    }
}
