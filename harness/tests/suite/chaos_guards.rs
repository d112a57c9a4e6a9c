//! The guards, each before a real container that it must refuse: nothing is changed, and the guard is named.

use crate::chaos_engine::{docker, inspect};
use crate::chaos_environment::Environment;
use crate::chaos_sabotage::{FILE, SOUND, arguments};
use crate::chaos_world::World;
use crate::support::{Project, Screen};

/// A container that no fault may touch, and the guard that says so.
struct Taboo {
    guard: &'static str,
    said: &'static str,
    /// How it is started.
    options: &'static [&'static str],
    /// What the scenario calls its safety network.
    network: &'static str,
}

const LABELLED: &str = "proofhouse.chaos=target";
const NAME: &str = "proofhouse-test-taboo";
/// What of the engine's events would be a change.
const CHANGES: [&str; 11] = [
    "kill",
    "die",
    "stop",
    "start",
    "restart",
    "pause",
    "unpause",
    "connect",
    "disconnect",
    "update",
    "destroy",
];

const TABOOS: [Taboo; 6] = [
    Taboo {
        guard: "environment",
        said: "ENVIRONMENT is production in",
        options: &[
            "--network",
            "chaos-net",
            "--label",
            LABELLED,
            "--env",
            "ENVIRONMENT=production",
        ],
        network: "chaos-net",
    },
    Taboo {
        guard: "label",
        said: "without the label proofhouse.chaos=target",
        options: &["--network", "chaos-net"],
        network: "chaos-net",
    },
    Taboo {
        guard: "label",
        said: "without the label proofhouse.chaos=target",
        options: &[
            "--network",
            "chaos-net",
            "--label",
            "proofhouse.chaos=bystander",
        ],
        network: "chaos-net",
    },
    Taboo {
        guard: "network",
        said: "not on the network chaos-net alone",
        options: &["--network", "bridge", "--label", LABELLED],
        network: "chaos-net",
    },
    Taboo {
        guard: "namespace",
        said: "is in the host's network namespace",
        options: &["--network", "host", "--label", LABELLED],
        // So that no other guard refuses first.
        network: "host",
    },
    Taboo {
        guard: "target_exists",
        said: "not running",
        options: &["--network", "chaos-net", "--label", LABELLED],
        network: "chaos-net",
    },
];

struct Container;

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "--force", NAME]);
    }
}

fn container(options: &[&str]) -> Container {
    let rest = ["--entrypoint", "sleep", "proofhouse/platform:latest", "600"];
    let run = ["run", "--detach", "--name", NAME];
    docker(&[&run[..], options, &rest].concat());
    Container
}

/// Every guard refuses its container, and the same container without the taboo is let through.
pub fn refuse(environment: &Environment, project: &Project) {
    let system = format!(
        "services:\n  workbench-bff: {{container: {}}}\n  openobserve: {{container: {}}}\n  taboo: {{container: {NAME}}}\n",
        environment.container("workbench-bff"),
        environment.container("openobserve"),
    );
    project.write("scenarios/chaos/sabotage.system.yaml", &system);
    let faults = [
        "stall: {target: taboo}",
        "network_partition: {target: taboo}",
        "network_partition: {target: taboo, mode: detach}",
        "restart_container: {target: taboo, graceful: false}",
    ];
    for (taboo, fault) in TABOOS.iter().zip(faults.iter().cycle()) {
        let _container = container(taboo.options);
        if taboo.guard == "target_exists" {
            docker(&["stop", "--time", "0", NAME]);
        }
        let scenario = SOUND
            .replace("stall: {target: openobserve}", fault)
            .replace("network: chaos-net", &format!("network: {}", taboo.network));
        project.write(FILE, &scenario);
        unchanged(project, taboo.said, || {
            let screen = project.run(&arguments(true));
            let named = format!("{}: ", taboo.guard);
            screen.expect_code(2);
            assert!(screen.says(&named) && screen.says(taboo.said), "{screen:?}");
        });
    }
    production_here(project);
    // The healthy twin of all of them: else they might have been refused for another reason.
    let _container = container(&["--network", "chaos-net", "--label", LABELLED]);
    let scenario = SOUND.replace("stall: {target: openobserve}", faults[0]);
    project.write(FILE, &scenario);
    project.run(&arguments(true)).expect_code(0);
    std::fs::remove_file(project.path().join("scenarios/chaos/sabotage.system.yaml")).unwrap();
}

/// Production on this side, and nobody who said that things may be broken.
fn production_here(project: &Project) {
    let _container = container(&["--network", "chaos-net", "--label", LABELLED]);
    let scenario = SOUND.replace("stall: {target: openobserve}", "stall: {target: taboo}");
    project.write(FILE, &scenario);
    unchanged(project, "production here", || {
        let mut run = project.command(&arguments(true));
        let output = run.env("ENVIRONMENT", "production").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let screen = Screen::of(output);
        assert!(screen.says("ENVIRONMENT is production here"), "{screen:?}");
    });
    unchanged(project, "no enable flag", || {
        let screen = project.run(&arguments(false));
        screen.expect_code(2).expect(&["CHAOS_ENABLED"]);
    });
}

/// Nothing was changed: not by the engine's account, not in the world, not in the fault journals.
fn unchanged(project: &Project, what: &str, act: impl FnOnce()) {
    let since = now();
    let (world, taboo, journals) = (World::now(), inspect(NAME), journals(project));
    act();
    world.expect_same(&World::now(), what);
    assert_eq!(inspect(NAME)["State"], taboo["State"], "{what}");
    assert_eq!(
        self::journals(project),
        journals,
        "{what}: a journal was begun"
    );
    let until = now();
    let mut events = vec!["events", "--since", &since, "--until", &until];
    let filters = CHANGES.map(|change| format!("event={change}"));
    events.extend(filters.iter().flat_map(|filter| ["--filter", filter]));
    assert_eq!(docker(&events), "", "{what}");
}

/// The engine's clock is this machine's.
fn now() -> String {
    let now = jiff::Timestamp::now();
    format!("{}.{:09}", now.as_second(), now.subsec_nanosecond())
}

fn journals(project: &Project) -> usize {
    let folder = project.path().join("target/proofhouse/chaos");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}
