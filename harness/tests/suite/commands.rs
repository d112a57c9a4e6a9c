//! The small commands, as a person meets them.

use crate::support::Project;
use std::time::Instant;

#[test]
fn init_writes_a_suite_that_passes_its_own_check() {
    let project = Project::new();
    let url = "http://localhost:3000";
    project
        .run(&["init", url, "--name", "shop"])
        .expect_code(0)
        .expect(&["suites/shop.yaml"]);
    project
        .run(&["check"])
        .expect_code(0)
        .expect(&["suites/shop.yaml"]);
    // A second one is never written over the first.
    project
        .run(&["init", url, "--name", "shop"])
        .expect_code(2)
        .expect(&["exists already"]);
}

#[test]
fn doctor_tells_what_the_machine_can_do() {
    let screen = Project::new().run(&["doctor"]);
    screen.expect_code(0).expect(&[
        "machine",
        "procfs",
        "docker",
        "open files",
        "no commit here",
    ]);
}

#[test]
fn no_suite_and_no_such_suite_are_usage_errors() {
    let project = Project::new();
    project
        .run(&["run"])
        .expect_code(2)
        .expect(&["no suites", "proofhouse init"]);
    project
        .run(&["run", "absent"])
        .expect_code(2)
        .expect(&["suites/absent.yaml"]);
    project.run(&["check"]).expect_code(2);
    project.run(&["nonsense"]).expect_code(2);
}

#[test]
fn evidence_that_is_not_there_has_its_own_code() {
    let project = Project::new();
    project.run(&["judge"]).expect_code(4);
    project.run(&["report", "nothing"]).expect_code(4);
    project
        .run(&["report", "--format", "pdf"])
        .expect_code(2)
        .expect(&["pdf", "junit"]);
}

#[test]
fn help_and_check_are_quick() {
    let project = Project::new();
    project.run(&["init", "http://localhost:1"]).expect_code(0);
    // Wide margins: the bounds are 20 ms and 50 ms on an idle machine.
    for (arguments, bound_ms) in [(vec!["--help"], 400), (vec!["check"], 800)] {
        let began = Instant::now();
        project.run(&arguments).expect_code(0);
        let took = began.elapsed().as_millis();
        assert!(took < bound_ms, "{arguments:?} took {took} ms");
    }
}
