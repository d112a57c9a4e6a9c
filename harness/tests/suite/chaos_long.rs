//! What takes minutes: hundreds of kills, many runs in a row, and bystanders that are pinged all the while.

use crate::chaos::{SCENARIOS, project};
use crate::chaos_engine::{docker, inspect};
use crate::chaos_environment::Environment;
use crate::chaos_ping::Pinger;
use crate::chaos_torture::torture;
use crate::chaos_world::World;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// A number that a recipe hands over.
fn asked<T: FromStr>(variable: &str, default: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is `{text}`")),
        Err(_) => default,
    }
}

#[allow(clippy::print_stderr)]
fn told(line: &str) {
    eprintln!("{line}");
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

/// The p-th hundredth of durations that are sorted.
fn percentile(sorted: &[Duration], p: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * p / 100).copied().unwrap_or_default()
}

#[test]
#[ignore = "takes 20 minutes: `just torture-chaos`"]
fn chaos_torture_leaves_nothing_broken() {
    let kills = asked("PROOFHOUSE_KILLS", 200);
    let seed = asked("PROOFHOUSE_SEED", rand::random());
    let Some(environment) = Environment::up("chaos_torture_leaves_nothing_broken", "") else {
        return;
    };
    told(&format!("{kills} kills, seed {seed}"));
    let before = World::now();
    let killed = torture(&environment, &project(), kills, seed);
    before.expect_same(&World::now(), "the torture");
    let broken = killed.iter().filter(|one| one.broken);
    let mut healed: Vec<Duration> = broken.map(|one| one.healed).collect();
    healed.sort();
    told(&format!(
        "{} kills, 0 leaks; {} left something broken, healed after p50 {}, p99 {}, at most {}",
        killed.len(),
        healed.len(),
        seconds(percentile(&healed, 50)),
        seconds(percentile(&healed, 99)),
        seconds(percentile(&healed, 100)),
    ));
    // Kills that find nothing broken prove nothing about healing.
    assert!(
        healed.len() * 4 >= killed.len(),
        "too few kills hit a fault: {} of {}",
        healed.len(),
        killed.len()
    );
}

#[test]
#[ignore = "takes 15 minutes: `just soak-chaos`"]
fn chaos_soak_passes_every_time() {
    let runs = asked("PROOFHOUSE_RUNS", 10_usize);
    let profile: String = asked("PROOFHOUSE_PROFILE", "quick".to_owned());
    let Some(_environment) = Environment::up("chaos_soak_passes_every_time", "") else {
        return;
    };
    let project = project();
    let before = World::now();
    let mut failed = Vec::new();
    for run in 1..=runs {
        let began = Instant::now();
        let command = ["chaos", "run", "--enable-chaos", "--profile", &profile];
        let screen = project.run(&[&command[..], &SCENARIOS].concat());
        let (took, code) = (seconds(began.elapsed()), screen.code);
        told(&format!("run {run} of {runs}: exit {code} after {took}"));
        if code != 0 {
            failed.push(format!(
                "run {run}: exit {code}\n{}{}",
                screen.out, screen.err
            ));
        }
    }
    before.expect_same(&World::now(), "the runs");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
#[ignore = "puts 3 000 packets a second on the network: `just prove-bystanders`"]
fn chaos_bystanders_lose_no_packet() {
    let Some(environment) = Environment::up("chaos_bystanders_lose_no_packet", "") else {
        return;
    };
    let project = project();
    let before = World::now();
    let address = |service: &str| {
        let seen = inspect(&environment.container(service));
        let network = &seen["NetworkSettings"]["Networks"]["chaos-net"];
        network["IPAddress"].as_str().unwrap().to_owned()
    };
    let listed = docker(&[
        "ps",
        "--filter",
        "label=proofhouse.chaos=bystander",
        "--format",
        "{{.Label \"com.docker.compose.service\"}}",
    ]);
    let bystanders: Vec<&str> = listed.lines().collect();
    assert!(bystanders.len() >= 2, "bystanders: {bystanders:?}");
    let pingers = bystanders.iter().map(|one| Pinger::start(&address(one)));
    let pingers: Vec<Pinger> = pingers.collect();
    // Whoever cannot lose a packet says nothing about losing none: NATS is cut off.
    let control = Pinger::start(&address("nats"));
    let began = Instant::now();
    let command = ["chaos", "run", "--enable-chaos", "--profile", "quick"];
    let screen = project.run(&[&command[..], &SCENARIOS].concat());
    let took = began.elapsed();
    let pings = pingers.into_iter().map(Pinger::stop);
    let pings: Vec<_> = bystanders.iter().zip(pings).collect();
    let control = control.stop();
    screen.expect_code(0);
    before.expect_same(&World::now(), "the four scenarios");
    for (service, pings) in &pings {
        told(&format!("{service}: {pings:?} in {}", seconds(took)));
    }
    told(&format!("nats, a target: {control:?}"));
    for (service, pings) in pings {
        let rate = pings.sent as f64 / took.as_secs_f64();
        assert!(
            rate > 900.0,
            "{service} was pinged {rate:.0} times a second"
        );
        assert_eq!(pings.lost, 0, "{service} lost packets of {}", pings.sent);
    }
    assert!(control.lost > 1000, "nothing was cut off: {control:?}");
}
