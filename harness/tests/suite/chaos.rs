//! Chaos scenarios against the reference platform in real containers: they pass, they say so when
//! they cannot know, and nothing that is wrong with the runner or the scenario ever passes.

use crate::chaos_environment::{Environment, repository};
use crate::chaos_guards;
use crate::chaos_sabotage::{self, FILE, SOUND, arguments};
use crate::chaos_torture::torture;
use crate::chaos_world::World;
use crate::support::{Project, until};

/// The shipped scenarios.
pub const SCENARIOS: [&str; 4] = [
    "nats_partition_mesh",
    "postgres_restart_outbox",
    "opa_restart",
    "openobserve_stall",
];
/// Kills of the runner in CI; `just torture-chaos` has more.
const KILLS: usize = 20;

/// The project of a test: the scenarios of the repository.
pub fn project() -> Project {
    let project = Project::new();
    let chaos = SCENARIOS.iter().copied();
    let chaos = chaos.chain(["system", "openobserve_stall.targets"]);
    let files = chaos.map(|name| format!("scenarios/chaos/{name}.yaml"));
    for file in files.chain(["scenarios/load/steady_users.yaml".to_owned()]) {
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

/// One environment for all of it: it takes longer to start than most of what is done with it.
#[test]
fn chaos_in_containers_passes_only_what_is_proved_and_leaves_nothing_behind() {
    let test = "chaos_in_containers_passes_only_what_is_proved_and_leaves_nothing_behind";
    let Some(environment) = Environment::up(test, "") else {
        return;
    };
    let project = project();
    let before = World::now();
    let run = ["chaos", "run", "--enable-chaos", "--profile", "quick"];
    let screen = project.run(&[&run[..], &SCENARIOS].concat());
    screen
        .expect_code(0)
        .expect(&["PASS", "healed, and verified"]);
    chaos_guards::refuse(&environment, &project);
    chaos_sabotage::none_passes(&environment, &project);
    torture(&environment, &project, KILLS, rand::random());
    ctrl_c_heals_before_it_ends(&environment, &project);
    before.expect_same(&World::now(), "the whole suite");
}

fn ctrl_c_heals_before_it_ends(environment: &Environment, project: &Project) {
    project.write(FILE, &SOUND.replace("for: 2s}", "for: 9s}"));
    environment.until_healthy("openobserve");
    let before = environment.inner("openobserve");
    let mut run = project.start(&arguments(true));
    until("the fault bites", || {
        environment.inner("openobserve") != before
    });
    // Twice: the second one does not skip the healing.
    run.signal(nix::sys::signal::Signal::SIGINT);
    run.signal(nix::sys::signal::Signal::SIGINT);
    assert_eq!(run.wait(), 130);
    assert_eq!(environment.inner("openobserve"), before);
}
