//! The reasoning suite against the reference platform, and against stores that it was not written for.

use crate::python::python;
use crate::reasoning_store::PlainStore;
use crate::support::{Behaviour, Project, Server};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How a store is spoken to that has the SPARQL protocols and a parameter for its profile.
const PROTOCOLS: &str = "
reasoning:
  seed: 47
  random_graphs: 30
  graph: http://example.com/${name}
  write:
    insert: {path: '/data?graph=${graph}', body: {text: '${data}', content_type: text/turtle}}
    replace: {method: PUT, path: '/data?graph=${graph}', body: {text: '${data}', content_type: text/turtle}}
    clear: {method: DELETE, path: '/data?graph=${graph}', status: [2xx, 404]}
  ask:
    query:
      path: /sparql
      body: {form: {query: '${query}', default-graph-uri: '${graph}', reasoning: '${profile}'}}
    profiles: {none: none, rdfs: rdfs}
";

/// Verdict of every check of the newest run, by id.
fn verdicts(project: &Project) -> BTreeMap<String, String> {
    let report = project.report();
    let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .map(|check| (text(check, "id"), text(check, "verdict")))
        .collect()
}

/// The ids of checks with a verdict, of the catalogue's groups.
fn with<'a>(verdicts: &'a BTreeMap<String, String>, verdict: &str) -> Vec<&'a str> {
    let groups = ["RQ-", "RS-", "RM-", "SN-"];
    let of = verdicts
        .iter()
        .filter(|(id, _)| groups.iter().any(|group| id.starts_with(group)));
    of.filter(|(_, told)| *told == verdict)
        .map(|(id, _)| id.as_str())
        .collect()
}

/// What a report says about one check.
fn saw(project: &Project, id: &str) -> String {
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    check["saw"].as_str().unwrap().to_owned()
}

fn platform_binary() -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_proofhouse")).with_file_name("platform");
    assert!(binary.exists(), "not built: `cargo build --workspace`");
    binary
}

#[test]
fn the_reference_platform_holds_every_check() {
    let project = Project::new();
    let suite = format!(
        "kind: reasoning
target:
  launch:
    command: [{}, knowledge-graph]
    env: {{KNOWLEDGE_GRAPH_GENERATED_TRIPLES: '0', KNOWLEDGE_GRAPH_INFERENCE_LIMIT: '600000'}}
    port_variable: PORT
  ready: {{path: /ready}}
reasoning: {{seed: 47, cases: [own/pets.yaml]}}
strict: true
",
        platform_binary().display()
    );
    project.write("suites/graph.yaml", &suite);
    let own = "prefixes: {ex: 'http://example.com/'}
cases:
  - check: PETS-1
    case: a cat of mine
    meaning: cats are animals here, too
    given: 'ex:Cat rdfs:subClassOf ex:Animal . ex:tom a ex:Cat .'
    follows: 'ex:tom a ex:Animal .'
";
    project.write("own/pets.yaml", own);
    project.run(&["run", "graph"]).expect_code(0);
    let verdicts = verdicts(&project);
    assert_eq!(with(&verdicts, "pass").len(), 65, "{verdicts:#?}");
    assert_eq!(
        with(&verdicts, "skipped"),
        ["RM-10"],
        "the reference explains no row"
    );
    assert_eq!(verdicts["PETS-1"], "pass");
    let evidence = std::fs::read_to_string(project.latest().join("evidence.jsonl")).unwrap();
    assert!(evidence.contains("the seed 47"));

    // A mistake in a case, and a file that is not there, are told with their places, before any start.
    project.write(
        "own/pets.yaml",
        &own.replace("ex:tom a ex:Cat .'", "ex:tom a ex:Cat'"),
    );
    let screen = project.run(&["run", "graph"]);
    screen
        .expect_code(2)
        .expect(&["no Turtle", "own/pets.yaml:6"]);
    std::fs::remove_file(project.path().join("own/pets.yaml")).unwrap();
    let screen = project.run(&["run", "graph"]);
    screen
        .expect_code(2)
        .expect(&["own/pets.yaml", "suites/graph.yaml:8"]);
}

/// Checks that a store without any inference holds: those that need none.
const NO_INFERENCE: [&str; 1] = ["RS-32"];
/// Checks that nothing can be said of where nothing follows: their twins are not green.
const UNDECIDED: [&str; 14] = [
    "RS-16", "RS-20", "RS-21", "RS-22", "RS-23", "RS-24", "RS-25", "RS-26", "RS-31", "RS-34",
    "RS-37", "RS-42", "RS-5", "RS-6",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_that_infers_nothing_fails_what_needs_inference() {
    let store = PlainStore::start().await;
    let project = Project::new();
    let suite = format!(
        "kind: reasoning\ntarget: {{attach: {{url: '{}'}}}}\n{PROTOCOLS}",
        store.url()
    );
    project.write("suites/plain.yaml", &suite);
    let screen = tokio::task::block_in_place(|| project.run(&["run", "plain"]));
    assert_ne!(screen.code, 0, "{screen:?}");
    let verdicts = verdicts(&project);
    assert_eq!(with(&verdicts, "pass"), NO_INFERENCE);
    assert_eq!(with(&verdicts, "error"), UNDECIDED);
    let skipped = with(&verdicts, "skipped");
    let silent = skipped.iter().filter(|id| !id.starts_with("RS-")).count();
    assert_eq!(silent, 17, "it tells nothing of itself: {skipped:?}");
    let rules: Vec<&str> = skipped
        .into_iter()
        .filter(|id| id.starts_with("RS-"))
        .collect();
    assert_eq!(rules, ["RS-33", "RS-36", "RS-44", "RS-45", "RS-46"]);
    assert_eq!(with(&verdicts, "fail").len(), 29, "{verdicts:#?}");
    let random = saw(&project, "RS-47");
    assert!(
        random.contains("missing") && random.contains("seed 47"),
        "{random}"
    );
}

#[test]
fn who_says_nothing_never_passes() {
    let empty = r#"{"head":{"vars":["s","p","o"]},"results":{"bindings":[]}}"#;
    let servers = [
        (200, ""),
        (200, r#"{"status":"ok"}"#),
        (200, empty),
        (200, r#"{"boolean":true}"#),
        (500, "no"),
    ];
    for (status, body) in servers {
        let server = Server::start(Behaviour {
            delay: Duration::ZERO,
            status,
            body: body.to_owned(),
        });
        never_passes(&server.url, body);
    }
    let mut hanging = Behaviour::ok(0);
    hanging.delay = Duration::from_secs(3600);
    never_passes(&Server::start(hanging).url, "hanging");
    let gone = Server::start(Behaviour::ok(0)).url;
    never_passes(&gone, "not there");
}

fn never_passes(url: &str, what: &str) {
    let project = Project::new();
    let limits = "  limits: {answer_seconds: 0.5, chain_seconds: 0.5, explosion_seconds: 0.5}\n";
    let suite =
        format!("kind: reasoning\ntarget: {{attach: {{url: '{url}'}}}}\n{PROTOCOLS}{limits}");
    project.write("suites/silent.yaml", &suite);
    let screen = project.run(&["run", "silent"]);
    assert!([1, 3].contains(&screen.code), "{what}: {screen:?}");
    if project.latest_file("report.json").is_some() {
        assert_eq!(
            with(&verdicts(&project), "pass"),
            Vec::<&str>::new(),
            "{what}"
        );
    }
}

#[test]
fn rdflib_with_owlrl_is_judged_by_its_adapter_alone() {
    let packages = ["rdflib==7.6.0", "owlrl==7.6.2"];
    let Some(python) = python("rdflib", &packages, "owlrl, rdflib") else {
        return;
    };
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/python/rdflib_service.py"
    );
    let project = Project::new();
    let limits = "  limits: {answer_seconds: 20, chain_seconds: 2}\n";
    let suite = format!(
        "kind: reasoning\ntarget: {{launch: {{command: ['{}', '{script}', '${{port}}']}}}}\n{PROTOCOLS}{limits}",
        python.display()
    );
    project.write("suites/rdflib.yaml", &suite);
    project.run(&["run", "rdflib"]).expect_code(1);
    let verdicts = verdicts(&project);
    // What owlrl really does otherwise than RDF 1.1 Semantics under the declared reading.
    for (id, known) in [
        ("RS-2", "xsd:integer rdf:type rdfs:Datatype"),
        ("RS-5", "begin with one"),
        ("RS-6", "rdfs:Resource"),
        ("RS-28", "no answer"),
    ] {
        assert_eq!(verdicts[id], "fail", "{id}");
        let saw = saw(&project, id);
        let wanted = project.report()["checks"].to_string();
        assert!(saw.contains(known) || wanted.contains(known), "{id}: {saw}");
    }
    for id in ["RQ-1", "RS-41", "RS-43", "RS-47"] {
        assert_eq!(
            verdicts[id], "fail",
            "{id} sees the type rdfs:Resource, too"
        );
    }
    // And what it does right.
    for id in [
        "RQ-2", "RS-1", "RS-3", "RS-4", "RS-7", "RS-8", "RS-9", "RS-10", "RS-11", "RS-12", "RS-13",
        "RS-14", "RS-15", "RS-17", "RS-18", "RS-19", "RS-20", "RS-24", "RS-25", "RS-26", "RS-27",
        "RS-29", "RS-30", "RS-31", "RS-32", "RS-34", "RS-35", "RS-37", "RS-38", "RS-39", "RS-40",
        "RS-42",
    ] {
        assert_eq!(verdicts[id], "pass", "{id}: {}", saw(&project, id));
    }
}
