//! Everything that may be wrong with a scenario, its runner or the engine below: none of it ever passes.

use crate::chaos_engine::{Gate, docker};
use crate::chaos_environment::Environment;
use crate::support::{Project, Screen, until};
use std::process::{Child, Command, Stdio};

/// A scenario that would pass, were it not for what a test changes in it.
pub const SOUND: &str = "name: sabotage
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
/// Where the tests write their scenario.
pub const FILE: &str = "scenarios/chaos/sabotage.yaml";
const STALL: &str = "stall: {target: openobserve}, for: 2s";
const CUT: &str = "network_partition: {target: openobserve}, for: 4s";
const EVENTS: &str = "service://workbench-bff:8000/api/events";

/// What else happens to the run.
#[derive(Clone, Copy)]
enum Mishap {
    Nothing,
    /// Nobody says that things may be broken.
    NotEnabled,
    /// Somebody does this with the container engine while the fault is in effect.
    Meddling(&'static [&'static str]),
    /// The engine accepts, and answers nothing: from the beginning.
    HungEngine,
    /// It falls silent while the fault is in effect.
    EngineHangs,
}

/// One way to spoil a run, and the exit code that is right: 2 refused, 3 undecided.
struct Sabotage {
    name: &'static str,
    /// What is replaced in the scenario, and by what.
    spoilt: &'static [(&'static str, &'static str)],
    mishap: Mishap,
    code: i32,
    told: &'static str,
}

/// A scenario that is refused before anything is changed.
const fn refused(
    name: &'static str,
    spoilt: &'static [(&'static str, &'static str)],
    told: &'static str,
) -> Sabotage {
    Sabotage {
        name,
        spoilt,
        mishap: Mishap::Nothing,
        code: 2,
        told,
    }
}

/// A run that ends, and of which nothing can be said.
const fn undecided(
    name: &'static str,
    spoilt: &'static [(&'static str, &'static str)],
    mishap: Mishap,
    told: &'static str,
) -> Sabotage {
    Sabotage {
        name,
        spoilt,
        mishap,
        code: 3,
        told,
    }
}

const SABOTAGES: [Sabotage; 27] = [
    refused(
        "a delay that outlasts its fault",
        &[(
            "stall: {target: openobserve}",
            "latency: {target: openobserve, delay: 2s}",
        )],
        "delay",
    ),
    refused(
        "a target that is no service",
        &[("{target: openobserve}", "{target: openobzerve}")],
        "openobzerve",
    ),
    refused(
        "an empty target",
        &[("{target: openobserve}", "{target: \"\"}")],
        "target",
    ),
    refused(
        "no action",
        &[(
            "  - {id: stall, stall: {target: openobserve}, for: 2s}\n",
            "",
        )],
        "actions",
    ),
    refused(
        "an action that never comes",
        &[(
            "{id: stall, stall",
            "{id: first, at: 0s, stall: {target: openobserve}, for: 1s}\n  - {id: stall, after: nobody.healed, stall",
        )],
        "nobody",
    ),
    refused(
        "no probe behind a promise",
        &[("{stalled: 5", "{nobody: 5")],
        "nobody",
    ),
    refused(
        "a TCP probe under a stall",
        &[(
            "kind: http, url: \"service://openobserve:5080/healthz\"",
            "kind: tcp, url: \"service://openobserve:5080\"",
        )],
        "a TCP connection proves nothing",
    ),
    refused(
        "no validation",
        &[(
            "validation:\n  recovery_time_max_seconds: {stalled: 5, hold_for: 1s}\n",
            "",
        )],
        "validation",
    ),
    refused(
        "a bystander as target",
        &[("{target: openobserve}", "{target: knowledge-graph}")],
        "without the label",
    ),
    refused(
        "another network",
        &[("network: chaos-net", "network: bridge")],
        "target_exists",
    ),
    refused(
        "a fault longer than allowed",
        &[("max_duration: 10s", "max_duration: 1s")],
        "max_duration",
    ),
    refused(
        "more targets than allowed",
        &[(
            "actions:\n",
            "actions:\n  - {id: two, at: 1s, stall: {target: opa}, for: 1s}\n",
        )],
        "max_targets",
    ),
    refused(
        "a load of nothing",
        &[(
            "steady_state:",
            "load: [{id: none, kind: event_writer, rate: 0/s, keys: 1}]\nsteady_state:",
        )],
        "rate",
    ),
    refused(
        "nobody to ask for decisions",
        &[(
            "validation:\n",
            "validation:\n  decisions_during_outage: {expect: deny_all, min_judged: 100000}\n",
        )],
        "decisions",
    ),
    Sabotage {
        name: "no enable flag",
        spoilt: &[],
        mishap: Mishap::NotEnabled,
        code: 2,
        told: "CHAOS_ENABLED",
    },
    undecided(
        "a probe on a port that nobody publishes",
        &[("service://openobserve:5080/", "service://openobserve:5999/")],
        Mishap::Nothing,
        "5999",
    ),
    undecided(
        "a probe on a wrong port",
        &[("service://openobserve:5080/", "http://127.0.0.1:9/")],
        Mishap::Nothing,
        "no good answer of stalled",
    ),
    undecided(
        "a probe on a wrong path",
        &[("5080/healthz", "5080/nothing")],
        Mishap::Nothing,
        "no good answer of stalled",
    ),
    undecided(
        "a condition that does not hold before",
        &[(
            "{probe: api, expect: {status: 200}}",
            "{probe: api, expect: {status: 204}}",
        )],
        Mishap::Nothing,
        "STEADY_STATE_NOT_MET",
    ),
    undecided(
        "zero load: nothing is ever acknowledged",
        &[
            (
                "steady_state:",
                "load: [{id: deaf, kind: event_writer, rate: 20/s, keys: 1}]\nsteady_state:",
            ),
            (EVENTS, "service://workbench-bff:8000/api/nothing"),
        ],
        Mishap::Nothing,
        "ZERO_LOAD",
    ),
    undecided(
        "zero decisions judged: nobody answers while the gateway stalls",
        &[
            (STALL, "stall: {target: policy-gateway}, for: 3s"),
            (
                "validation:\n",
                "validation:\n  decisions_during_outage: {expect: deny_all, min_judged: 1}\n",
            ),
        ],
        Mishap::Nothing,
        "TOO_FEW_DECISIONS",
    ),
    undecided(
        "a graceful stop that became a SIGKILL",
        &[(
            STALL,
            "restart_container: {target: openobserve, graceful: true, signal: SIGWINCH, grace: 1s}, for: 1s",
        )],
        Mishap::Nothing,
        "NOT_GRACEFUL",
    ),
    undecided(
        "a container that is restarted under its partition, whose rules go with it",
        &[(STALL, CUT)],
        Mishap::Meddling(&["restart", "--time", "0", "proofhouse-chaos-openobserve"]),
        "FAULT_VANISHED",
    ),
    undecided(
        "somebody mends what is stalled",
        &[("for: 2s", "for: 4s")],
        Mishap::Meddling(&["unpause", "proofhouse-chaos-openobserve"]),
        "FAULT_VANISHED",
    ),
    undecided(
        "somebody starts what is stopped",
        &[(
            STALL,
            "restart_container: {target: openobserve, graceful: false}, for: 5s",
        )],
        Mishap::Meddling(&["start", "proofhouse-chaos-openobserve"]),
        "FAULT_VANISHED",
    ),
    undecided(
        "an engine that hangs from the beginning",
        &[],
        Mishap::HungEngine,
        "the engine did not answer",
    ),
    undecided(
        "an engine that hangs under a partition",
        &[(STALL, CUT)],
        Mishap::EngineHangs,
        "the engine did not answer",
    ),
];

/// Those of today: what is refused costs nothing and is always asked; of the runs that break
/// something every other one, the others tomorrow, unless `PROOFHOUSE_SABOTAGES` is `all`.
fn due() -> impl Iterator<Item = &'static Sabotage> {
    let all = std::env::var("PROOFHOUSE_SABOTAGES").is_ok_and(|word| word == "all");
    let day = usize::try_from(jiff::Timestamp::now().as_second() / 86_400).unwrap();
    let runs = SABOTAGES.iter().filter(|one| one.code == 3).enumerate();
    let runs = runs.filter(move |(index, _)| all || index % 2 == day % 2);
    let refused = SABOTAGES.iter().filter(|one| one.code == 2);
    refused.chain(runs.map(|(_, sabotage)| sabotage))
}

/// Each of them in its turn, and then the same scenario without any of it.
pub fn none_passes(environment: &Environment, project: &Project) {
    for sabotage in due() {
        let before = environment.inner("openobserve");
        let screen = spoil(environment, project, sabotage);
        assert_eq!(screen.code, sabotage.code, "{}: {screen:?}", sabotage.name);
        assert!(
            screen.says(sabotage.told),
            "{} is not told: {screen:?}",
            sabotage.name
        );
        until("the target is as before", || {
            environment.inner("openobserve") == before
        });
        environment.until_healthy("openobserve");
    }
    // Else the ones above would prove nothing.
    project.write(FILE, SOUND);
    project.run(&arguments(true)).expect_code(0);
}

/// The command that runs the tests' scenario.
pub fn arguments(enabled: bool) -> Vec<&'static str> {
    let mut arguments = vec!["chaos", "run", "sabotage", "--file", FILE];
    if enabled {
        arguments.push("--enable-chaos");
    }
    arguments
}

fn spoil(environment: &Environment, project: &Project, sabotage: &Sabotage) -> Screen {
    let name = sabotage.name;
    let system = std::fs::read_to_string(project.path().join("scenarios/chaos/system.yaml"));
    let sound = (SOUND.to_owned(), system.unwrap());
    let (mut scenario, mut system) = sound.clone();
    for (from, to) in sabotage.spoilt {
        assert!(
            scenario.contains(from) || system.contains(from),
            "{name}: nobody says `{from}`"
        );
        scenario = scenario.replacen(from, to, 1);
        system = system.replacen(from, to, 1);
    }
    let spoilt = (&scenario, &system) != (&sound.0, &sound.1);
    let other = !matches!(sabotage.mishap, Mishap::Nothing);
    assert!(spoilt || other, "{name} changes nothing");
    project.write(FILE, &scenario);
    // Beside the scenario, and before the one that all scenarios share.
    project.write("scenarios/chaos/sabotage.system.yaml", &system);
    let enabled = !matches!(sabotage.mishap, Mishap::NotEnabled);
    let mut run = project.command(&arguments(enabled));
    let screen = match sabotage.mishap {
        Mishap::Nothing | Mishap::NotEnabled => Screen::of(run.output().unwrap()),
        Mishap::Meddling(command) => meddled(environment, run, || drop(docker(command))),
        Mishap::HungEngine | Mishap::EngineHangs => {
            let folder = tempfile::TempDir::new().unwrap();
            let gate = Gate::open(folder.path());
            run.env("DOCKER_HOST", gate.address());
            if matches!(sabotage.mishap, Mishap::HungEngine) {
                gate.fall_silent();
                Screen::of(run.output().unwrap())
            } else {
                meddled(environment, run, || gate.fall_silent())
            }
        }
    };
    std::fs::remove_file(project.path().join("scenarios/chaos/sabotage.system.yaml")).unwrap();
    screen
}

/// Does something while the fault is in effect.
fn meddled(environment: &Environment, mut run: Command, act: impl FnOnce()) -> Screen {
    let child = run
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whatever goes wrong here, no run outlives its test: the containers are taken down after it.
    let mut left = Left(Some(child));
    until("the fault is in effect", || {
        environment.is_struck("openobserve")
    });
    act();
    Screen::of(left.0.take().unwrap().wait_with_output().unwrap())
}

/// A run that is ended with its test; its reaper heals.
struct Left(Option<Child>);

impl Drop for Left {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
