//! The runner is killed at random instants over every fault: all of it is healed, and nothing of it is left.

use crate::chaos_environment::Environment;
use crate::chaos_sabotage::{FILE, SOUND, arguments};
use crate::support::Project;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::{Duration, Instant};

/// Every fault, and every way to make it.
const FAULTS: [&str; 11] = [
    "stall: {target: openobserve}",
    "network_partition: {target: openobserve, mode: drop}",
    "network_partition: {target: openobserve, direction: in}",
    "network_partition: {target: openobserve, direction: out}",
    "network_partition: {target: openobserve, peers: [workbench-bff]}",
    "network_partition: {target: openobserve, mode: detach}",
    "restart_container: {target: openobserve, graceful: false}",
    "restart_container: {target: openobserve, graceful: true}",
    "loss: {target: openobserve, share: 50%}",
    "latency: {target: openobserve, delay: 30ms, jitter: 5ms}",
    "bandwidth: {target: openobserve, bits_per_second: 1000000}",
];
const TARGET: &str = "openobserve";
/// A run from its start to its end, about.
const LIFE: Duration = Duration::from_secs(5);
/// So near to a blow or its mending is a quarter of the kills.
const NEAR: Duration = Duration::from_millis(50);
/// A leak is what is still broken then.
const LEAK: Duration = Duration::from_secs(30);
/// The bound: how long after a kill anything may still be broken.
const HEALED: Duration = Duration::from_secs(1);

/// When a runner is killed.
#[derive(Debug, Clone, Copy)]
enum When {
    /// So long after its start.
    After(Duration),
    /// So long after the target was seen to be broken.
    Blow(Duration),
    /// So long after it was seen to be whole again.
    Heal(Duration),
}

/// What became of one kill.
#[derive(Debug)]
pub struct Killed {
    /// How long something was seen to be broken afterwards; nothing where it was whole.
    pub healed: Duration,
    /// Whether it was broken when the runner died, or later.
    pub broken: bool,
}

/// Kills so many runners. The seed is told when something leaks, and makes the same instants again.
pub fn torture(
    environment: &Environment,
    project: &Project,
    kills: usize,
    seed: u64,
) -> Vec<Killed> {
    let mut random = StdRng::seed_from_u64(seed);
    let first = random.random_range(0..FAULTS.len());
    let faults = FAULTS.iter().cycle().skip(first).take(kills);
    let killed = faults.enumerate().map(|(round, fault)| {
        let near = |random: &mut StdRng| NEAR.mul_f64(random.random());
        let when = match random.random_range(0..4) {
            0 => When::Blow(near(&mut random)),
            1 => When::Heal(near(&mut random)),
            _ => When::After(LIFE.mul_f64(random.random())),
        };
        let what = format!("kill {round} of seed {seed}: {fault}, {when:?}");
        kill(environment, project, fault, when, &what)
    });
    killed.collect()
}

fn kill(
    environment: &Environment,
    project: &Project,
    fault: &str,
    when: When,
    what: &str,
) -> Killed {
    environment.until_healthy(TARGET);
    let text = SOUND
        .replace(
            "stall: {target: openobserve}, for: 2s",
            &format!("{fault}, for: 1s"),
        )
        .replace("pre: 1s", "pre: 500ms");
    project.write(FILE, &text);
    let before = environment.inner(TARGET);
    let is_whole = || environment.inner(TARGET) == before;
    let mut run = project.start(&arguments(true));
    let began = Instant::now();
    let rest = match when {
        When::After(rest) => rest,
        When::Blow(rest) => {
            seen(began, || !is_whole());
            rest
        }
        When::Heal(rest) => {
            seen(began, || !is_whole());
            seen(began, is_whole);
            rest
        }
    };
    // The instant itself is what is wanted, and not something that happens at it.
    std::thread::park_timeout(rest);
    // Most of it is mended before anybody can look again.
    let broken = !is_whole();
    run.kill_9();
    let killed = Instant::now();
    let mut last_broken = None;
    // As long as anybody is left who may mend it, or break it.
    loop {
        let (left, at) = (processes(project), Instant::now());
        if !is_whole() {
            last_broken = Some(at);
        } else if left.is_empty() {
            break;
        }
        assert!(
            killed.elapsed() < LEAK,
            "leaked after {LEAK:?} by {what}: {} was {before}; left: {left:?}",
            environment.inner(TARGET)
        );
    }
    let screen = project.run(&["chaos", "recover"]);
    screen.expect_code(0).expect(&["nothing to heal"]);
    let healed = last_broken.map_or(Duration::ZERO, |at| at - killed);
    assert!(healed <= HEALED, "healed only after {healed:?}: {what}");
    Killed {
        healed,
        broken: broken || last_broken.is_some(),
    }
}

/// Waits until it is so, but not beyond a run's life: some runs are over by then, which is an instant, too.
fn seen(began: Instant, is_so: impl Fn() -> bool) {
    while began.elapsed() < LIFE && !is_so() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Command lines of everybody who was started in the project's folder and lives.
fn processes(project: &Project) -> Vec<String> {
    let folder = project.path().canonicalize().unwrap();
    let all = std::fs::read_dir("/proc").unwrap();
    let ours = all.filter_map(|entry| {
        let process = entry.ok()?.path();
        let home = std::fs::read_link(process.join("cwd")).ok()?;
        let line = std::fs::read(process.join("cmdline")).ok()?;
        (home == folder).then(|| String::from_utf8_lossy(&line).replace('\0', " "))
    });
    ours.collect()
}
