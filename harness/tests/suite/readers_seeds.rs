//! Files to begin with: those of the repository, those that the harness writes, and hostile ones.

use crate::gate_world;
use proofhouse::gate;
use proofhouse::model::baseline::{BASELINE_SCHEMA, Baseline, Origin, RunSummary, SummaryWindow};
use proofhouse::model::environment::{EnvironmentPlan, Machine, fingerprint};
use proofhouse::model::evidence::{Event, FailureClass, RunStarted, Subject, Timed};
use proofhouse::model::facts::{Content, Input};
use proofhouse::model::plan::{PerformancePlan, Plan, Profile};
use proofhouse::runners::chaos::fault::Undo;
use proofhouse::runners::chaos::journal::{self, Entry};
use proofhouse::store::baselines;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A waiver, as docs/howto/gate.md shows one.
const WAIVER: &str = "\
apiVersion: proofhouse/waivers/v1
waivers:
  - {id: W-7, suite: performance, check: search/typical_load/p95/last_passed, owner: ada, issue: PLAT-118,
     reason: the new index is built on first use, created: 2026-11-03, expires: 2026-11-24,
     limit: \"ratio <= 1.35\", commits: 4f2c1e0..9b1d7aa}
";
/// Cases, as docs/howto/judge-a-store.md shows them.
const CASES: &str = "\
prefixes: {ex: \"http://example.com/\"}
cases:
  - check: PETS-1
    meaning: pets have people
    case: a cat and her person
    given: \"ex:hasPet rdfs:domain ex:Person . ex:ann ex:hasPet ex:tom .\"
    follows: \"ex:ann a ex:Person .\"
    absent: \"ex:tom a ex:Person .\"
";
const OPENAPI: &str = "\
openapi: 3.1.0
paths:
  /items/{id}:
    get:
      responses:
        200: {content: {application/json: {schema: {$ref: \"#/components/schemas/Item\"}}}}
components:
  schemas:
    Item: {type: object, required: [id], properties: {id: {type: integer}, of: {$ref: \"#/components/schemas/Item\"}}}
";
/// The constructs of YAML that are read.
const TREE: &str = "\
a: &x {b: [1, -2.5, 1e3, ~, yes, \"q\\n\", 'it''s']}
c:
  - *x
  - |
    lines
      of text
  - >-
    folded
    text
? d e
: []
";
const METRICS: &str = "\
# HELP auth_failure_total Refused tokens.
# TYPE auth_failure_total counter
auth_failure_total{reason=\"a \\\"b\\\"\",x=\"1\"} 2 1700000000
jwks_fetch_duration_seconds_bucket{le=\"+Inf\"} 4
up 1
";

/// Everything that a reader is given to begin with; the first is good.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut seeds = good(name);
    let spoiled: Vec<Vec<u8>> = seeds
        .iter()
        .take(2)
        .flat_map(|bytes| spoiled(bytes))
        .collect();
    seeds.extend(spoiled);
    seeds.extend(hostile());
    seeds
}

fn good(name: &str) -> Vec<Vec<u8>> {
    match name {
        "report" => files("harness/tests/golden/report/pass.json", ".json"),
        "junit" => [
            vec![gate_world::junit().into_bytes()],
            files("harness/tests/golden/report/pass.xml", ".xml"),
        ]
        .concat(),
        "abandoned" => vec![evidence(1)],
        "decision" => decisions(),
        "policy" => [
            files("suites/release.gate.yaml", ".gate.yaml"),
            texts(&[gate_world::POLICY]),
        ]
        .concat(),
        "waivers" => [
            texts(&[WAIVER]),
            files("suites/release.waivers.yaml", ".waivers.yaml"),
        ]
        .concat(),
        "suite" => [files("suites/performance.yaml", "performance.yaml"), bad()].concat(),
        "scenario" => files("scenarios/load/typical_load.yaml", ".yaml"),
        "targets" => [
            files("harness/tests/compat/targets.yaml", "targets.yaml"),
            files(
                "scenarios/chaos/openobserve_stall.targets.yaml",
                ".targets.yaml",
            ),
        ]
        .concat(),
        "chaos" => [
            files("scenarios/chaos/nats_partition_mesh.yaml", ".yaml"),
            bad(),
        ]
        .concat(),
        "system" => files("scenarios/chaos/system.yaml", "system.yaml"),
        "trial" => files("suites/production_guard.yaml", ".yaml"),
        "graph_cases" => [
            texts(&[CASES]),
            files("fixtures/graphs/rules.yaml", ".yaml"),
        ]
        .concat(),
        "declared" => [
            texts(&[OPENAPI]),
            files("fixtures/platform/behaviors/drift.yaml", ".yaml"),
        ]
        .concat(),
        "tree" => [texts(&[TREE]), bad()].concat(),
        "evidence" => vec![evidence(6), evidence(4), evidence(1)],
        "baseline" => vec![baseline()],
        "journal" => vec![written_journal()],
        "expressions" => texts(&[
            "ratio > 1.20 and (verdict == fail or samples != 0)",
            "${service.orders.url}/a?b=$$c",
        ]),
        "metrics" => texts(&[METRICS]),
        _ => unreachable!("no seeds for {name}"),
    }
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    let texts = texts.iter();
    texts.map(|text| text.as_bytes().to_vec()).collect()
}

/// A file of the repository, and its neighbours with the same ending.
fn files(first: &str, ending: &str) -> Vec<Vec<u8>> {
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(first);
    let folder = first.parent().unwrap();
    let neighbours = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_meant = |path: &std::path::PathBuf| {
        *path != first && path.is_file() && path.to_string_lossy().ends_with(ending)
    };
    let mut neighbours: Vec<_> = neighbours.filter(is_meant).collect();
    neighbours.sort();
    let all = [first.clone()].into_iter().chain(neighbours);
    all.map(|path| fs::read(path).unwrap()).collect()
}

/// Files with one mistake each, all of them small.
fn bad() -> Vec<Vec<u8>> {
    files("harness/tests/golden/bad/several_at_once.yaml", ".yaml")
}

/// What happens to a file on its way.
fn spoiled(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    let text = String::from_utf8_lossy(bytes);
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes);
    vec![
        [b"\xef\xbb\xbf".as_slice(), bytes].concat(),
        [head, b"\0", tail].concat(),
        [head, b"\xff", tail].concat(),
        [bytes, bytes].concat(),
        head.to_vec(),
        tail.to_vec(),
        text.replace('\n', "\r\n").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        [0xff, 0xfe].into_iter().chain(utf16).collect(),
    ]
}

/// What nobody writes who means well.
fn hostile() -> Vec<Vec<u8>> {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]>\
                  <testsuite><testcase name=\"&c;\"/></testsuite>";
    let mut aliases = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]\n");
    let mut tower = String::from("a0: &a0 x\n");
    for level in 1..9 {
        let eight = vec![format!("*a{}", level - 1); 8].join(", ");
        aliases.push_str(&format!("a{level}: &a{level} [{eight}]\n"));
        let (open, close) = ("[".repeat(50), "]".repeat(50));
        tower.push_str(&format!(
            "a{level}: &a{level} {open}*a{}{close}\n",
            level - 1
        ));
    }
    let texts = [
        String::new(),
        " \n".into(),
        "\u{feff}".into(),
        "\0".into(),
        "null".into(),
        "NaN".into(),
        "1e999".into(),
        "[[".into(),
        "{\"schema\": \"proofhouse.report/1\", \"verdict\": \"pass\"}".into(),
        "[".repeat(3_000),
        "{\"a\":".repeat(3_000),
        "<testsuite>".repeat(3_000),
        "(".repeat(3_000),
        "- ".repeat(500),
        "<testsuites/>".into(),
        "<testsuite failures=\"18446744073709551615\" errors=\"1\"><testcase name=\"a\"/></testsuite>".into(),
        laughs.into(),
        aliases,
        tower,
        "&a [*a]".into(),
        "a: 1\na: 2\n".into(),
        "<<: {a: 1}\n".into(),
        "a: !!python/object x\n".into(),
        format!("? {}\n: [1, 2]\n", "k".repeat(5_000)),
        "a: \u{2028}\u{85}\u{202e}\n".into(),
        "a: 999999999999999999999999999999\nb: .inf\nc: 0x1f\n".into(),
    ];
    texts.into_iter().map(String::into_bytes).collect()
}

/// So many lines of a run's evidence.
fn evidence(lines: usize) -> Vec<u8> {
    let at = "2026-03-14T09:26:20Z".parse().unwrap();
    let started = RunStarted {
        run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
        at,
        tool_version: "0.1.0".into(),
        tool_digest: "sha256:c0".into(),
        subject: Subject {
            commit: Some(gate_world::COMMIT.into()),
            dirty: false,
        },
        machine: machine(),
        ci: None,
        plan: Plan {
            suite: "checkout".into(),
            sources: Vec::new(),
            profile: Profile::Full,
            environment: EnvironmentPlan::default(),
            issuer: None,
            performance: PerformancePlan::default(),
            chaos: None,
            trials: None,
        },
    };
    let scenario = "typical_load".to_owned();
    let missing = Event::ResourceMissing {
        scenario: scenario.clone(),
        service: "search".into(),
        reason: "no such process".into(),
    };
    let events = [
        Event::RunStarted(Box::new(started)),
        Event::ScenarioStarted {
            scenario: scenario.clone(),
        },
        Event::SteadyStarted { scenario },
        missing,
        Event::EnvironmentDown,
        Event::RunFinished { at },
    ];
    let timed = (0..).zip(events).map(|(t_us, event)| Timed { t_us, event });
    let lines = timed
        .take(lines)
        .map(|timed| serde_json::to_string(&timed).unwrap() + "\n");
    lines.collect::<String>().into_bytes()
}

fn machine() -> Machine {
    Machine {
        cpu_model: "Example CPU @ 2.50GHz".into(),
        cores: 2,
        memory_gib: 8,
        kernel: "6.18".into(),
        runner_image: "local".into(),
        generator: "proofhouse 0.1.0 release".into(),
    }
}

/// The first baseline of a history, as it is stored.
fn baseline() -> Vec<u8> {
    let window = SummaryWindow {
        t: 2,
        n: 100,
        failures: BTreeMap::from([(FailureClass::Timeout, 3)]),
        p50: Some(20_000),
        p95: Some(29_000),
        p99: None,
    };
    let summary = RunSummary {
        requests: 3000,
        failures: BTreeMap::new(),
        steady_seconds: 30.0,
        p50_latency_ms: 20.0,
        p95_latency_ms: 29.0,
        p99_latency_ms: 29.8,
        throughput_rps: 100.0 / 3.0,
        error_rate: 0.0,
        cpu_percent: None,
        memory_mb: None,
        window_median_ln_p95: Some(29.0_f64.ln()),
        pooled_ln_p95: 29.0_f64.ln(),
        burst_share: Some(0.0),
        histogram: "AAAA".into(),
        windows: vec![window],
    };
    let machine = machine();
    let baseline = Baseline {
        schema: BASELINE_SCHEMA.into(),
        suite: "checkout".into(),
        profile: Profile::Full,
        scenario: "typical_load".into(),
        scenario_digest: "sha256:d1".into(),
        fingerprint: fingerprint(&machine),
        machine,
        sequence: 1,
        predecessor: None,
        run_id: "0195f2d4-7c1a-7b3e-9d21-0a6f3c4e9a3f".into(),
        commit: Some("4f2c1e0".into()),
        dirty: false,
        recorded_at: "2026-03-14T09:26:20Z".parse().unwrap(),
        origin: Origin::Passed,
        services: BTreeMap::from([("search".into(), summary)]),
    };
    baselines::bytes(&baseline).unwrap()
}

/// Two blows, one of them mended.
fn written_journal() -> Vec<u8> {
    let container = "4f2c1e".to_owned();
    let connect = Undo::Connect {
        container: container.clone(),
        network: "mesh".into(),
        ipv4: Some("172.28.0.10".into()),
        aliases: vec!["nats".into()],
    };
    let entries = [
        Entry::Intent {
            fault: "stall".into(),
            recipe: Undo::Unpause { container },
        },
        Entry::Intent {
            fault: "cut".into(),
            recipe: connect,
        },
        Entry::Healed {
            fault: "stall".into(),
        },
    ];
    let lines = entries.iter().map(|entry| journal::line(entry).unwrap());
    lines.collect::<String>().into_bytes()
}

/// A gate that was open, one that was closed by its evidence, and one that had none.
fn decisions() -> Vec<Vec<u8>> {
    let golden = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report");
        let read = gate::report(&fs::read(folder.join(name)).unwrap());
        let content = match read {
            Ok(read) => Content::Report(Box::new(read.facts)),
            Err(refusal) => Content::Refused(refusal),
        };
        input(&format!("runs/{name}"), content)
    };
    let junit = gate::junit(gate_world::junit().as_bytes()).unwrap();
    let junit = input(gate_world::JUNIT, Content::JUnit(junit));
    let abandoned = gate::abandoned(&evidence(1)).unwrap();
    let abandoned = input("runs/a/evidence.jsonl", Content::Abandoned(abandoned));
    let sets = [
        vec![golden("pass.json"), golden("chaos_pass.json"), junit],
        vec![golden("fail.json"), golden("killed.json"), abandoned],
        vec![],
    ];
    sets.into_iter().map(decision).collect()
}

fn input(path: &str, content: Content) -> Input {
    Input {
        path: path.to_owned(),
        sha256: Some("00".repeat(32)),
        content,
    }
}

fn decision(inputs: Vec<Input>) -> Vec<u8> {
    let policy = gate_world::policy(gate_world::POLICY);
    serde_json::to_vec_pretty(&gate_world::decided(&policy, inputs)).unwrap()
}
