//! Chaos scenarios against the reference platform in real containers: they pass, they say so when
//! they cannot know, and nothing that is wrong with the runner or the scenario ever passes.

use crate::chaos_environment::{Environment, repository};
use crate::support::Project;

const SCENARIOS: [&str; 4] = [
    "nats_partition_mesh",
    "postgres_restart_outbox",
    "opa_restart",
    "openobserve_stall",
];

/// A scenario that would pass, were it not for what a test changes in it.
const SOUND: &str = "name: sabotage
hypothesis: the API stays up while OpenObserve stalls
safety: {network: chaos-net, profile: chaos, max_targets: 1, max_duration: 10s}
probes:
  - {id: api, kind: http, url: \"service://workbench-bff:8000/health\", every: 50ms, timeout: 500ms}
  - {id: stalled, kind: http, url: \"service://openobserve:5080/healthz\", every: 50ms, timeout: 500ms}
steady_state:
  - {probe: api, expect: {status: 200}}
  - {probe: stalled, expect: {status: 200}, when: [pre, post]}
actions:
  - {id: stall, stall: {target: openobserve}, for: 2s}
validation:
  recovery_time_max_seconds: {stalled: 5, hold_for: 1s}
pre: 1s
post: 10s
cleanup: always
";

/// One way to spoil it: what is replaced, by what, and the exit code that is right: 2 refused, 3 undecided.
struct Sabotage {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    code: i32,
    told: &'static str,
}

const fn sabotage(
    name: &'static str,
    from: &'static str,
    to: &'static str,
    code: i32,
    told: &'static str,
) -> Sabotage {
    Sabotage {
        name,
        from,
        to,
        code,
        told,
    }
}

const SABOTAGES: [Sabotage; 18] = [
    sabotage(
        "a target that is no service",
        "{target: openobserve}",
        "{target: openobzerve}",
        2,
        "openobzerve",
    ),
    sabotage(
        "no target",
        "{target: openobserve}",
        "{target: \"\"}",
        2,
        "target",
    ),
    sabotage(
        "no action",
        "  - {id: stall, stall: {target: openobserve}, for: 2s}\n",
        "",
        2,
        "actions",
    ),
    sabotage(
        "no probe behind a promise",
        "recovery_time_max_seconds: {stalled: 5",
        "recovery_time_max_seconds: {nobody: 5",
        2,
        "nobody",
    ),
    sabotage(
        "a TCP probe under a stall",
        "kind: http, url: \"service://openobserve:5080/healthz\"",
        "kind: tcp, url: \"service://openobserve:5080\"",
        2,
        "tcp",
    ),
    sabotage(
        "no validation",
        "validation:\n  recovery_time_max_seconds: {stalled: 5, hold_for: 1s}\n",
        "",
        2,
        "validation",
    ),
    sabotage(
        "a bystander as target",
        "{target: openobserve}",
        "{target: knowledge-graph}",
        2,
        "label",
    ),
    sabotage(
        "another network",
        "network: chaos-net",
        "network: bridge",
        2,
        "target_exists",
    ),
    sabotage(
        "a fault longer than allowed",
        "max_duration: 10s",
        "max_duration: 1s",
        2,
        "max_duration",
    ),
    sabotage(
        "more targets than allowed",
        "actions:\n",
        "actions:\n  - {id: two, at: 1s, stall: {target: opa}, for: 1s}\n",
        2,
        "max_targets",
    ),
    sabotage(
        "a delay that outlasts its fault",
        "stall: {target: openobserve}",
        "latency: {target: openobserve, delay: 2s}",
        2,
        "delay",
    ),
    sabotage(
        "a probe on a port that nobody publishes",
        "service://openobserve:5080/healthz",
        "service://openobserve:5999/healthz",
        3,
        "5999",
    ),
    sabotage(
        "a probe on a wrong port",
        "service://openobserve:5080/healthz",
        "http://127.0.0.1:9/healthz",
        3,
        "stalled",
    ),
    sabotage(
        "a probe on a wrong path",
        "5080/healthz",
        "5080/nothing",
        3,
        "stalled",
    ),
    sabotage(
        "a condition that does not hold before",
        "{probe: api, expect: {status: 200}}",
        "{probe: api, expect: {status: 204}}",
        3,
        "STEADY_STATE_NOT_MET",
    ),
    sabotage(
        "an action that never comes",
        "{id: stall, stall",
        "{id: first, at: 0s, stall: {target: openobserve}, for: 1s}\n  - {id: stall, after: nobody.healed, stall",
        2,
        "nobody",
    ),
    sabotage(
        "a load of nothing",
        "steady_state:",
        "load: [{id: none, kind: event_writer, rate: 0/s, keys: 1}]\nsteady_state:",
        2,
        "rate",
    ),
    sabotage(
        "no decisions to judge",
        "validation:\n",
        "validation:\n  decisions_during_outage: {expect: deny_all, min_judged: 100000}\n",
        2,
        "decisions",
    ),
];

/// The project of a test: the scenarios of the repository, and one of its own.
pub fn project() -> Project {
    let project = Project::new();
    for name in SCENARIOS.iter().copied().chain(["system"]) {
        let file = format!("scenarios/chaos/{name}.yaml");
        let text = std::fs::read_to_string(repository().join(&file)).unwrap();
        // The passwords stay where the environment has them.
        let secrets = repository().join("compose/.secrets");
        project.write(
            &file,
            &text.replace("../../compose/.secrets", secrets.to_str().unwrap()),
        );
    }
    project
}

#[test]
fn chaos_scenarios_pass_and_sabotage_never_does() {
    let Some(environment) = Environment::up("chaos_scenarios_pass_and_sabotage_never_does", "")
    else {
        return;
    };
    let project = project();
    let before = environment.world();
    for name in SCENARIOS {
        let screen = project.run(&["chaos", "run", name, "--enable-chaos", "--profile", "quick"]);
        screen
            .expect_code(0)
            .expect(&["PASS", "healed, and verified"]);
    }
    for sabotage in &SABOTAGES {
        let spoiled = SOUND.replacen(sabotage.from, sabotage.to, 1);
        assert_ne!(spoiled, SOUND, "{} changes nothing", sabotage.name);
        project.write("scenarios/chaos/sabotage.yaml", &spoiled);
        let file = "scenarios/chaos/sabotage.yaml";
        let screen = project.run(&["chaos", "run", "sabotage", "--file", file, "--enable-chaos"]);
        assert_eq!(screen.code, sabotage.code, "{}: {screen:?}", sabotage.name);
        let told = screen.out.contains(sabotage.told) || screen.err.contains(sabotage.told);
        assert!(told, "{} is not told: {screen:?}", sabotage.name);
    }
    // The same scenario without any of it: else the ones above would prove nothing.
    project.write("scenarios/chaos/sabotage.yaml", SOUND);
    let sound = [
        "chaos",
        "run",
        "sabotage",
        "--file",
        "scenarios/chaos/sabotage.yaml",
    ];
    project
        .run(&[&sound[..], &["--enable-chaos"]].concat())
        .expect_code(0);
    project
        .run(&sound)
        .expect_code(2)
        .expect(&["CHAOS_ENABLED"]);
    let production = project
        .command(&[&sound[..], &["--enable-chaos"]].concat())
        .env("ENVIRONMENT", "production")
        .output()
        .unwrap();
    assert_eq!(production.status.code(), Some(2), "production is refused");
    assert_eq!(
        environment.world(),
        before,
        "nothing but started_at may differ"
    );
}

#[test]
fn chaos_a_run_that_is_killed_leaves_nothing_broken() {
    let Some(environment) = Environment::up("chaos_a_run_that_is_killed_leaves_nothing_broken", "")
    else {
        return;
    };
    let project = project();
    let actions = [
        "{id: one, stall: {target: openobserve}, for: 5s}",
        "{id: one, network_partition: {target: openobserve, mode: drop}, for: 5s}",
        "{id: one, network_partition: {target: openobserve, mode: detach}, for: 5s}",
        "{id: one, restart_container: {target: openobserve, graceful: false}, for: 5s}",
    ];
    for round in 0..20_u64 {
        let action = actions[usize::try_from(round).unwrap() % actions.len()];
        let text = SOUND.replace("{id: stall, stall: {target: openobserve}, for: 2s}", action);
        project.write("scenarios/chaos/sabotage.yaml", &text);
        let before = environment.inner("openobserve");
        let mut run = project.start(&[
            "chaos",
            "run",
            "sabotage",
            "--file",
            "scenarios/chaos/sabotage.yaml",
            "--enable-chaos",
        ]);
        environment.until_broken_or("openobserve", &before, round * 37 % 400);
        run.kill_9();
        environment.until_as("openobserve", &before);
        let screen = project.run(&["chaos", "recover"]);
        screen.expect_code(0);
    }
}

#[test]
fn chaos_ctrl_c_heals_before_it_ends() {
    let Some(environment) = Environment::up("chaos_ctrl_c_heals_before_it_ends", "") else {
        return;
    };
    let project = project();
    let text = SOUND.replace("for: 2s}", "for: 9s}");
    project.write("scenarios/chaos/sabotage.yaml", &text);
    let before = environment.inner("openobserve");
    let mut run = project.start(&[
        "chaos",
        "run",
        "sabotage",
        "--file",
        "scenarios/chaos/sabotage.yaml",
        "--enable-chaos",
    ]);
    environment.until_broken_or("openobserve", &before, 0);
    // Twice: the second one does not skip the healing.
    run.signal(nix::sys::signal::Signal::SIGINT);
    run.signal(nix::sys::signal::Signal::SIGINT);
    assert_eq!(run.wait(), 130);
    assert_eq!(environment.inner("openobserve"), before);
    environment.until_as("openobserve", &before);
}
