//! The drift gate (DG-1 to DG-14) against small servers that fail in every way, and against the
//! reference platform. The names `mutant_21` to `mutant_34` are the seeded faults of the gate
//! itself: each such test fails when the gate has that fault.

use super::drift_api::{Api, Asked, DECLARED, Reply, fixture, good, item, page, whole};
use super::production_guard::with_built_programs;
use super::support::{Project, Screen};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A suite for an API at an address; `extra` stands in its section.
fn suite(url: &str, timeout: &str, extra: &str) -> String {
    format!(
        r#"kind: drift
target: {{attach: {{url: "{url}"}}}}
drift:
  declared: {{behaviors: [declared.yaml]}}
  liveness: {{method: POST, path: /items, json: {{id: "${{nonce}}"}}, at: /id}}
  observed:
    requests:
      - {{method: POST, path: /items, json: {{id: "${{nonce}}"}}}}
      - {{path: /items, pages: {{next: /next, parameter: cursor, at_least: 2}}}}
      - {{path: /me}}
  timeout_seconds: {timeout}
  fixture: observed.json
{extra}"#
    )
}

fn project(url: &str, timeout: &str, extra: &str) -> Project {
    let project = Project::new();
    project.write("suites/drift.yaml", &suite(url, timeout, extra));
    project.write("declared.yaml", DECLARED);
    project.write("observed.json", &fixture());
    project
}

fn gate(api: &Api, arguments: &[&str]) -> (Project, Screen) {
    let project = project(&api.url, "20", "");
    let screen = project.run(&[&["drift"], arguments].concat());
    (project, screen)
}

fn strict(api: &Api) -> (Project, Screen) {
    gate(api, &["--strict"])
}

fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("no check {id}"))
}

fn verdict(report: &Value, id: &str) -> String {
    check(report, id)["verdict"].as_str().unwrap().to_owned()
}

fn findings(project: &Project) -> Vec<Value> {
    let text = std::fs::read(project.latest().join("drift.json")).unwrap();
    let document: Value = serde_json::from_slice(&text).unwrap();
    document["findings"].as_array().unwrap().clone()
}

/// The one finding, by its pointer and kind.
#[track_caller]
fn one_finding(project: &Project, behavior: &str, kind: &str, pointer: &str) {
    let findings = findings(project);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["behavior"], behavior);
    assert_eq!(findings[0]["kind"], kind);
    assert_eq!(findings[0]["pointer"], pointer);
    assert!(
        findings[0]["proposal"]
            .as_str()
            .unwrap()
            .contains("declared.yaml")
    );
}

/// A server's address that nobody listens on.
fn refused() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Replaces the answer to one request line.
fn but(line: &'static str, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Api {
    Api::but(move |asked: &Asked, _| (asked.line == line).then(&reply))
}

#[track_caller]
fn unreachable(project: &Project, screen: &Screen, address: &str) {
    screen.expect_code(3);
    assert!(
        screen.says("UNREACHABLE") && screen.says(address),
        "{screen:?}"
    );
    assert!(screen.says("tried POST /items"), "{screen:?}");
    assert!(!screen.says("SOURCE: FIXTURE"), "{screen:?}");
    let report = project.report();
    let checks = report["checks"].as_array().unwrap().iter();
    let own = |check: &&Value| !check["id"].as_str().unwrap().starts_with("run/");
    let mut own = checks.filter(own);
    assert!(own.all(|check| check["verdict"] == "error"), "{report:#}");
    assert!(project.latest_file("drift.json").is_none());
}

/// DG-1, mutant D21.
#[test]
fn mutant_21_a_refused_port_is_unreachable_and_no_fixture_is_read() {
    let address = refused();
    let project = project(&address, "20", "");
    let screen = project.run(&["drift", "--strict"]);
    unreachable(&project, &screen, &address);
}

/// DG-1, mutant D22: silence after the connection.
#[test]
fn mutant_22_silence_is_unreachable_and_no_fixture_is_read() {
    let api = Api::start(|_, _| Reply::Silence);
    let project = project(&api.url, "0.3", "");
    let began = Instant::now();
    let screen = project.run(&["drift", "--strict"]);
    unreachable(&project, &screen, &api.url);
    assert!(screen.says("no answer within 0.3 s"), "{screen:?}");
    // Once, and not once for every request of the suite.
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(api.requests(), 1);
}

/// DG-1: no such name, no TLS, a connection that ends before a word.
#[test]
fn names_tls_and_closed_connections_are_unreachable() {
    let api = Api::good();
    let closing = Api::start(|_, _| Reply::Raw(String::new()));
    let tls = api.url.replace("http://", "https://");
    for address in ["http://nowhere.invalid:8080", &tls, &closing.url] {
        let project = project(address, "10", "");
        let screen = project.run(&["drift", "--strict"]);
        unreachable(&project, &screen, address);
    }
}

/// DG-2, mutant D23: errors of the API are no reason to look elsewhere.
#[test]
fn mutant_23_errors_of_the_api_close_the_gate() {
    for (status, code) in [(500, 1), (404, 1), (401, 3), (403, 3)] {
        let api = but("GET /me", move || {
            Reply::Json(status, json!({"error": "x"}))
        });
        let (project, screen) = strict(&api);
        screen.expect_code(code);
        assert!(!screen.says("SOURCE: FIXTURE"));
        let report = project.report();
        let wanted = if code == 1 { "fail" } else { "error" };
        assert_eq!(verdict(&report, "drift/get-me"), wanted, "{status}");
        assert_eq!(verdict(&report, "drift/get-items"), "pass", "{status}");
        if code == 1 {
            one_finding(
                &project,
                "get-me",
                "status_added",
                &format!("/statuses/{status}"),
            );
        }
    }
    let down = Api::start(|_, _| Reply::Json(503, json!({"error": "down"})));
    let (_, screen) = strict(&down);
    assert_ne!(screen.code, 0);
    assert!(!screen.says("SOURCE: FIXTURE"));
}

/// DG-2, mutant D24, and DG-3: what is no JSON of this API is no observation of it.
#[test]
fn mutant_24_pages_and_broken_answers_close_the_gate() {
    let html = || whole(200, "text/html", "<html>sign in</html>", "");
    let cut = || {
        whole(200, "application/json", "{\"name\": \"ann\"}", "")
            .replace("length: 15", "length: 500")
    };
    type Answer = fn() -> String;
    let cases: [(&str, Answer); 6] = [
        ("text/html", html),
        ("empty body", || whole(200, "application/json", "", "")),
        ("cannot be read", || {
            whole(200, "application/json", "{\"name\":", "")
        }),
        ("broke off", cut),
        ("no content type", || {
            "HTTP/1.1 200 X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".into()
        }),
        ("leads to /login", || {
            whole(302, "text/html", "", "location: /login\r\n")
        }),
    ];
    for (wanted, answer) in cases {
        let api = but("GET /me", move || Reply::Raw(answer()));
        let (project, screen) = strict(&api);
        screen.expect_code(3);
        let report = project.report();
        let check = check(&report, "drift/get-me");
        assert_eq!(check["verdict"], "error", "{wanted}");
        assert!(check["saw"].as_str().unwrap().contains(wanted), "{check:#}");
        let condition = if wanted.starts_with("leads") {
            "DG-3"
        } else {
            "DG-2"
        };
        assert_eq!(verdict(&report, condition), "error", "{wanted}");
    }
    let api = but("GET /me", || Reply::Raw(whole(204, "text/plain", "", "")));
    assert_ne!(strict(&api).1.code, 0);
}

/// DG-4, mutant D27: `--strict` is not only parsed.
#[test]
fn mutant_27_strict_never_reads_the_fixture_and_without_it_the_report_says_so() {
    let address = refused();
    let open = project(&address, "20", "");
    let screen = open.run(&["drift"]);
    screen.expect_code(0);
    assert!(screen.says("SOURCE: FIXTURE observed.json"), "{screen:?}");
    let report = open.report();
    assert_eq!(report["fit_for_release"], false);
    let reasons = report["unfit_reasons"].to_string();
    assert!(reasons.contains("SOURCE: FIXTURE"), "{reasons}");
    assert_eq!(verdict(&report, "DG-1"), "skipped");
    assert_eq!(verdict(&report, "drift/get-me"), "pass");
    // With the fixture, with a broken one, and without: a strict run says the same.
    for text in [Some(fixture()), Some("{".to_owned()), None] {
        match text {
            Some(text) => drop(open.write("observed.json", &text)),
            None => std::fs::remove_file(open.path().join("observed.json")).unwrap(),
        }
        let screen = open.run(&["drift", "--strict"]);
        unreachable(&open, &screen, &address);
    }
    open.run(&["drift"]).expect_code(3);
    let strict_file = suite(&address, "20", "strict: true\n");
    open.write("observed.json", &fixture());
    open.write("suites/drift.yaml", &strict_file);
    open.run(&["drift"]).expect_code(3);
}

/// DG-5, mutant D25: nothing declared, nothing asked, nothing compared.
#[test]
fn mutant_25_nothing_to_compare_never_passes() {
    let api = Api::good();
    for (text, wanted) in [
        ("behaviors: []\n", "no behaviour is declared"),
        ("", "the file is empty"),
        ("behaviors: [{rout: /x}]\n", "unknown key `rout`"),
        (
            "behaviors: [{route: /other, method: GET, statuses: [200]}]\n",
            "no behaviour `post-items` is declared",
        ),
    ] {
        let project = project(&api.url, "20", "");
        project.write("declared.yaml", text);
        let screen = project.run(&["drift", "--strict"]);
        screen.expect_code(2);
        assert!(screen.says(wanted), "{wanted}: {screen:?}");
    }
    let gone = project(&api.url, "20", "");
    std::fs::remove_file(gone.path().join("declared.yaml")).unwrap();
    gone.run(&["drift", "--strict"]).expect_code(2);
    // A declared behaviour that no request shows is a hole in a strict gate.
    let hole = project(&api.url, "20", "");
    let more = format!("{DECLARED}  - {{route: /unseen, method: GET, statuses: [200]}}\n");
    hole.write("declared.yaml", &more);
    hole.run(&["drift", "--strict"])
        .expect_code(1)
        .expect(&["GET /unseen does what is declared"]);
    let excuse = "  not_observed: [{behavior: get-unseen, reason: it has side effects}]\n";
    let excused = project(&api.url, "20", excuse);
    excused.write("declared.yaml", &more);
    excused.run(&["drift", "--strict"]).expect_code(0);
}

/// DG-5: declared files that are older than the suite allows.
#[test]
fn declared_files_that_are_too_old_close_the_gate() {
    let api = Api::good();
    let project = project(&api.url, "20", "");
    let aged =
        suite(&api.url, "20", "").replace("[declared.yaml]}", "[declared.yaml], max_age_days: 30}");
    project.write("suites/drift.yaml", &aged);
    project.run(&["drift", "--strict"]).expect_code(0);
    let file = std::fs::File::options()
        .write(true)
        .open(project.path().join("declared.yaml"))
        .unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(40 * 86_400);
    file.set_modified(long_ago).unwrap();
    project.run(&["drift", "--strict"]).expect_code(1);
    assert_eq!(verdict(&project.report(), "DG-5"), "fail");
}

/// DG-6: what was compared is counted, and when it was answered is told.
#[test]
fn an_api_that_keeps_its_promises_passes_and_the_report_says_what_was_compared() {
    let (project, screen) = strict(&Api::good());
    screen.expect_code(0);
    assert!(screen.says("source: the API at"), "{screen:?}");
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    for check in checks
        .iter()
        .filter(|check| check["id"] != "drift/undeclared")
    {
        assert_eq!(check["verdict"], "pass", "{check:#}");
    }
    let notes = report["notes"].to_string();
    assert!(
        notes.contains("compared ") && notes.contains(" GMT"),
        "{notes}"
    );
    assert!(findings(&project).is_empty());
}

/// DG-7, mutants D26, D29, D30 and D31: every kind of change is drift, with its place.
#[test]
fn mutants_26_29_30_31_every_change_is_drift_with_its_pointer() {
    let me = |body: Value| move || Reply::Json(200, body.clone());
    let item_with = |field: &'static str, value: Value| {
        move || {
            let mut item = item("a");
            item[field] = value.clone();
            page(item, json!("two"))
        }
    };
    let item_at = |end: &str| format!("/responses/200/properties/items/items/properties/{end}");
    let name = "/responses/200/properties/name";
    let mut without = item("a");
    without.as_object_mut().unwrap().remove("n");
    let cases: Vec<(Api, &str, &str, String)> = vec![
        (
            but("GET /me", me(json!({}))),
            "get-me",
            "field_removed",
            name.into(),
        ),
        (
            but("GET /me", me(json!({"name": 7}))),
            "get-me",
            "type_changed",
            format!("{name}/types"),
        ),
        (
            but("GET /me", me(json!({"name": null}))),
            "get-me",
            "null_added",
            format!("{name}/types"),
        ),
        (
            but("GET /me", me(json!([]))),
            "get-me",
            "array_or_object",
            "/responses/200/types".into(),
        ),
        (
            but("GET /me", || Reply::Json(202, json!({}))),
            "get-me",
            "status_added",
            "/statuses/202".into(),
        ),
        (
            but("GET /me", || {
                Reply::Raw(
                    whole(200, "application/json", "{\"name\":\"a\"}", "")
                        .replace("x-version: 1\r\n", ""),
                )
            }),
            "get-me",
            "header_removed",
            "/headers/200/x-version".into(),
        ),
        (
            but("GET /items", item_with("n", json!("1"))),
            "get-items",
            "type_changed",
            item_at("n/types"),
        ),
        (
            but("GET /items", item_with("state", json!("broken"))),
            "get-items",
            "value_added",
            item_at("state/enum"),
        ),
        (
            but("GET /items", move || page(without.clone(), json!("two"))),
            "get-items",
            "field_removed",
            item_at("n"),
        ),
    ];
    for (api, behavior, kind, pointer) in cases {
        let (project, screen) = strict(&api);
        screen.expect_code(1);
        one_finding(&project, behavior, kind, &pointer);
        assert!(screen.says(&pointer), "{pointer}: {screen:?}");
        let report = project.report();
        let failed = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|check| check["verdict"] == "fail");
        let failed: Vec<&Value> = failed.map(|check| &check["id"]).collect();
        assert_eq!(failed, [&json!(format!("drift/{behavior}"))]);
    }
}

/// DG-8 and DG-9: what breaks nobody is what the suite says, and rules have to be needed.
#[test]
fn additive_changes_are_classed_and_idle_rules_are_told() {
    let added = || {
        but("GET /me", || {
            Reply::Json(200, json!({"name": "a", "new": 1}))
        })
    };
    let run = |api: &Api, extra: &str, arguments: &[&str]| {
        let project = project(&api.url, "20", extra);
        let screen = project.run(&[&["drift"], arguments].concat());
        (project, screen.code)
    };
    let api = added();
    let (project, code) = run(&api, "", &[]);
    assert_eq!(
        (code, verdict(&project.report(), "drift/get-me").as_str()),
        (0, "warn")
    );
    let (project, code) = run(&api, "  additive: info\n", &["--strict"]);
    assert_eq!(
        (code, verdict(&project.report(), "drift/get-me").as_str()),
        (0, "pass")
    );
    assert!(
        project.report()["notes"]
            .to_string()
            .contains("/responses/200/properties/new")
    );
    assert_eq!(run(&api, "  additive: fail\n", &[]).1, 1);
    let rule = "  ignore: [{behavior: get-me, pointer: /responses/200/properties/new, reason: announced}]\n";
    assert_eq!(run(&api, rule, &["--strict"]).1, 0);
    let good = Api::good();
    let (project, code) = run(&good, rule, &[]);
    assert_eq!(
        (code, verdict(&project.report(), "DG-9").as_str()),
        (0, "warn")
    );
    assert_eq!(run(&good, rule, &["--strict"]).1, 1);
    let all = "  ignore: [{pointer: \"\", reason: none}]\n";
    assert_eq!(run(&good, all, &[]).1, 2);
}

/// DG-10, mutant D32.
#[test]
fn mutant_32_drift_on_the_second_page_is_seen() {
    let api = but("GET /items?cursor=two", || {
        let mut item = item("b");
        item["n"] = json!("many");
        page(item, Value::Null)
    });
    let (project, screen) = strict(&api);
    screen.expect_code(1);
    let at = "/responses/200/properties/items/items/properties/n/types";
    one_finding(&project, "get-items", "type_changed", at);
    // Fewer pages than the suite wants, and pages without an end.
    let short = but("GET /items", || page(item("a"), Value::Null));
    let (project, screen) = strict(&short);
    screen.expect_code(1);
    assert_eq!(verdict(&project.report(), "DG-10"), "fail");
    let endless = but("GET /items?cursor=two", || page(item("b"), json!("two")));
    let (project, screen) = strict(&endless);
    screen.expect_code(3);
    assert_eq!(verdict(&project.report(), "DG-10"), "error");
}

/// DG-11, mutant D33: what was asked before the end passes for nothing.
#[test]
fn mutant_33_an_api_that_dies_half_way_never_passes() {
    for at in 1..5 {
        let api = Api::but(move |_, count| (count >= at).then_some(Reply::Die));
        let (project, screen) = strict(&api);
        screen.expect_code(3);
        let report = project.report();
        assert_eq!(verdict(&report, "DG-11"), "error", "{at}");
        assert_eq!(verdict(&report, "drift/get-me"), "error", "{at}");
        assert!(!screen.says("SOURCE: FIXTURE"));
        // Nor does a run that may read the fixture take it for the rest.
        let half = Api::but(move |_, count| (count >= at).then_some(Reply::Die));
        let (_, screen) = gate(&half, &[]);
        screen.expect_code(3);
    }
}

/// DG-12, mutant D34: recorded answers, however right, are not the API.
#[test]
fn mutant_34_a_recording_is_not_taken_for_the_api() {
    let recorded = but("POST /items", || Reply::Json(201, item("recorded")));
    let (recording, screen) = strict(&recorded);
    screen.expect_code(3);
    let report = recording.report();
    let life = check(&report, "DG-12");
    assert_eq!(life["verdict"], "error");
    assert!(
        life["saw"].as_str().unwrap().contains("recorded"),
        "{life:#}"
    );
    // A clock that stands still, where the suite looks at `Date`.
    let still = Api::but(|asked, _| {
        let Reply::Json(status, body) = good(asked) else {
            return None;
        };
        let text = whole(status, "application/json", &body.to_string(), "");
        let date = text.lines().nth(1).unwrap().to_owned();
        Some(Reply::Raw(
            text.replace(&date, "date: Mon, 30 Nov 2026 13:01:09 GMT"),
        ))
    });
    let watched =
        |url: &str| suite(url, "20", "").replace("at: /id}", "at: /id, date_moves: true}");
    let project = project(&still.url, "20", "");
    project.write("suites/drift.yaml", &watched(&still.url));
    let screen = project.run(&["drift", "--strict"]);
    screen.expect_code(3);
    assert!(screen.says("stood still"), "{screen:?}");
    let moving = Api::good();
    project.write("suites/drift.yaml", &watched(&moving.url));
    project.run(&["drift", "--strict"]).expect_code(0);
}

/// DG-13: usage errors are told apart from everything else, and nothing is asked.
#[test]
fn usage_errors_ask_nothing() {
    let api = Api::good();
    let project = project(&api.url, "20", "");
    project.write("suites/shop.yaml", "kind: performance\n");
    for arguments in [
        &["drift", "--stric"][..],
        &["drift", "--strict=true"],
        &["drift", "--Strict"],
        &["drift", "--strict", "absent"],
        &["drift", "shop"],
        &["drift", "--remediate"],
    ] {
        project.run(arguments).expect_code(2);
    }
    assert_eq!(api.requests(), 0);
}

/// DG-14, mutant D28: no variable of the environment makes a strict run less so.
#[test]
fn mutant_28_the_environment_cannot_switch_strict_off() {
    let address = refused();
    let project = project(&address, "20", "");
    let mut command = project.command(&["drift", "--strict"]);
    for (name, value) in [
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("GITLAB_CI", "true"),
        ("STRICT", "false"),
        ("DRIFT_STRICT", "0"),
        ("PROOFHOUSE_STRICT", "false"),
        ("PROOFHOUSE_DRIFT_STRICT", "false"),
        ("PROOFHOUSE_ALLOW_FIXTURE", "1"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
    ] {
        command.env(name, value);
    }
    let screen = Screen::of(command.output().unwrap());
    unreachable(&project, &screen, &address);
}

/// An OpenAPI document, and the same API's own document with one field of another type.
#[test]
fn one_changed_type_in_an_openapi_document_is_exactly_one_finding() {
    let document = |kind: &str| {
        json!({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/me": {"get": {"responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object",
                "required": ["name"], "properties": {"name": {"type": "string"}, "age": {"type": kind}}}}}}}}}}})
    };
    let own = document("string").to_string();
    let api = Api::but(move |asked, _| {
        (asked.line == "GET /openapi.json")
            .then(|| Reply::Raw(whole(200, "application/json", &own, "")))
    });
    let project = Project::new();
    let suite = |observed: &str| {
        format!(
            "kind: drift\ntarget: {{attach: {{url: \"{}\"}}}}\ndrift:\n  declared: {{openapi: api.yaml}}\n  observed: {observed}\n  liveness: {{method: POST, path: /items, json: {{id: \"${{nonce}}\"}}, at: /id}}\n",
            api.url
        )
    };
    project.write(
        "suites/drift.yaml",
        &suite("{requests: [{path: /me}], openapi: /openapi.json}"),
    );
    project.write("api.yaml", &document("integer").to_string());
    project.run(&["drift", "--strict"]).expect_code(1);
    let found = findings(&project);
    assert_eq!(found.len(), 1, "{found:#?}");
    let at = "/paths/~1me/get/responses/200/content/application~1json/schema/properties/age/type";
    assert_eq!(
        (&found[0]["pointer"], &found[0]["kind"]),
        (&json!(at), &json!("type_changed"))
    );
    project.write("api.yaml", &document("string").to_string());
    project.run(&["drift", "--strict"]).expect_code(0);
}

/// Findings go to the platform, and the pull request's address stands in the report.
#[test]
fn findings_are_sent_on_demand_and_the_pull_request_is_told() {
    let api = Api::but(|asked, _| match asked.line.as_str() {
        "GET /me" => Some(Reply::Json(200, json!({"name": 7}))),
        "POST /drift/detect" => Some(Reply::Json(
            200,
            json!({"findings": [
            {"id": "drift-1", "behavior": "get-me", "pointer": "/responses/200/properties/other/types"},
            {"id": "drift-2", "behavior": "get-me", "pointer": "/responses/200/properties/name/types"}]}),
        )),
        "POST /drift/remediate" => {
            let sent: Value = serde_json::from_str(&asked.body).unwrap();
            assert_eq!(sent, json!({"drift_id": "drift-2"}));
            Some(Reply::Json(
                201,
                json!({"pr_url": "https://github.example/pull/7"}),
            ))
        }
        _ => None,
    });
    let extra = "  remediation: {detect: /drift/detect, path: /drift/remediate}\n";
    let project = project(&api.url, "20", extra);
    project.run(&["drift", "--strict"]).expect_code(1);
    let asked = |line: &str| {
        api.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|one| *one == line)
            .count()
    };
    assert_eq!(asked("POST /drift/remediate"), 0, "nothing is sent unasked");
    project
        .run(&["drift", "--strict", "--remediate"])
        .expect_code(1);
    assert_eq!(asked("POST /drift/remediate"), 1);
    let notes = project.report()["notes"].to_string();
    assert!(
        notes.contains("pull request https://github.example/pull/7"),
        "{notes}"
    );
}

/// The reference platform keeps its promises; a declaration that is wrong is found.
#[test]
fn the_reference_platform_does_what_it_declares() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let suite = with_built_programs("drift.yaml");
    let behaviors = root.join("fixtures/platform/behaviors");
    let suite = suite.replace("fixtures/platform/behaviors", "behaviors");
    let project = Project::new();
    project.write("suites/drift.yaml", &suite);
    for name in ["workbench-api.yaml", "drift.yaml"] {
        let text = std::fs::read_to_string(behaviors.join(name)).unwrap();
        project.write(&format!("behaviors/{name}"), &text);
    }
    project.run(&["drift", "--strict"]).expect_code(0);
    let text = std::fs::read_to_string(behaviors.join("workbench-api.yaml")).unwrap();
    let wrong = text.replace(
        "subject: { types: [string] }",
        "subject: { types: [integer] }",
    );
    assert_ne!(text, wrong);
    project.write("behaviors/workbench-api.yaml", &wrong);
    project.run(&["drift", "--strict"]).expect_code(1);
    let found = findings(&project);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        found[0]["pointer"],
        "/responses/200/properties/subject/types"
    );
}
