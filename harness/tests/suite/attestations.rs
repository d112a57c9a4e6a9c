//! Statements as a release pipeline writes, signs and checks them: `gate --svr`, `--sign-key`, `verify`.

use crate::gate_world::{self as world, COMMIT, NOW, PERFORMANCE};
use crate::support::{Project, Screen};
use proofhouse::attest::{SigningKey, seal};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

const PRIVATE: &str = include_str!("../../../fixtures/keys/ed25519.pem");
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAXhgP8CGzW+lGgaJn7PJ+Hn2ZxkgwFzt7/bNbC1h5Okk=\n-----END PUBLIC KEY-----\n";
/// The public key of RFC 8032, section 7.1, test 1.
const OTHER: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
const KEY_ID: &str = "0e69bc2fe57c34d51ef74dfe76ac0d0d2a82865003b0ab667a1cafb73c8398eb";

/// Evidence that opens the gate, and both halves of a key.
fn project() -> Project {
    let project = Project::new();
    world::write(project.path(), &world::files());
    project.write("suites/release.gate.yaml", world::POLICY);
    keys(&project);
    project
}

fn keys(project: &Project) {
    let private = project.write("private.pem", PRIVATE);
    std::fs::set_permissions(private, PermissionsExt::from_mode(0o600)).unwrap();
    project.write("public.pem", PUBLIC);
}

fn gate(project: &Project, more: &[&str]) -> Screen {
    let words = ["gate", "--commit", COMMIT, "--now", NOW];
    project.run(&[&words, more].concat())
}

fn sealed(project: &Project) {
    let words = ["--svr", "svr.json", "--sign-key", "private.pem"];
    let screen = gate(project, &words);
    screen.expect_code(0).expect(&["svr       svr.json"]);
    assert!(!screen.err.contains("warning"), "{}", screen.err);
}

fn verify(project: &Project, file: &str, more: &[&str]) -> Screen {
    let words = ["verify", file, "--key", "public.pem"];
    project.run(&[&words, more].concat())
}

fn text(project: &Project, name: &str) -> String {
    std::fs::read_to_string(project.path().join(name)).unwrap()
}

fn value(project: &Project, name: &str) -> Value {
    serde_json::from_str(&text(project, name)).unwrap()
}

#[test]
fn an_open_gate_is_attested_and_the_statement_is_the_same_bytes_every_time() {
    let project = project();
    gate(&project, &["--svr", "one.json"]).expect_code(0);
    gate(&project, &["--svr", "two.json"]).expect_code(0);
    assert_eq!(text(&project, "one.json"), text(&project, "two.json"));
    let statement = value(&project, "one.json");
    assert_eq!(
        statement["predicateType"],
        "https://in-toto.io/attestation/svr/v0.2"
    );
    assert_eq!(statement["subject"][0]["digest"]["gitCommit"], COMMIT);
    let predicate = &statement["predicate"];
    assert_eq!(predicate["timeCreated"], NOW);
    let policy = &predicate["verifier"]["policies"][0];
    assert_eq!(policy["name"], "suites/release.gate.yaml");
    let digest = proofhouse::store::sha256_hex(world::POLICY.as_bytes());
    assert_eq!(policy["digest"]["sha256"], digest);
    let properties = predicate["properties"].as_array().unwrap();
    for property in ["PROOFHOUSE_GATE_OPEN", "PROOFHOUSE_GATE_RULE_p95"] {
        assert!(properties.contains(&json!(property)), "{properties:?}");
    }
    // Nobody signed it: it proves nothing to anybody.
    verify(&project, "one.json", &["--commit", COMMIT])
        .expect_code(4)
        .expect(&["REFUSED", "nobody has signed it"]);
}

/// A list of what did hold would speak for a release that was refused, and so would yesterday's statement.
#[test]
fn a_closed_gate_attests_nothing_and_leaves_nothing_behind() {
    let project = project();
    sealed(&project);
    std::fs::remove_dir_all(project.path().join(PERFORMANCE)).unwrap();
    let words = ["--svr", "svr.json", "--sign-key", "private.pem"];
    gate(&project, &words)
        .expect_code(4)
        .expect(&["svr       none", "the older one is taken away"]);
    assert!(!project.path().join("svr.json").exists());
    gate(&project, &words)
        .expect_code(4)
        .expect(&["svr       none"]);
    verify(&project, "svr.json", &[])
        .expect_code(4)
        .expect(&["cannot read svr.json"]);
    // Where nothing could be decided there is none, either.
    project.write("svr.json", "{}");
    gate(
        &project,
        &["--svr", "svr.json", "--policy", "gone.gate.yaml"],
    )
    .expect_code(2)
    .expect(&["this gate wrote none", "is taken away"]);
    assert!(!project.path().join("svr.json").exists());
    verify(&project, "/dev/zero", &[])
        .expect_code(4)
        .expect(&["cannot read /dev/zero: it is larger than 16 MiB"]);
}

#[test]
fn what_was_signed_is_verified_for_its_key_and_its_subject() {
    let project = project();
    sealed(&project);
    let first = text(&project, "svr.json");
    sealed(&project);
    assert_eq!(first, text(&project, "svr.json"), "signatures differ");
    verify(&project, "svr.json", &["--commit", COMMIT])
        .expect_code(0)
        .expect(&["VERIFIED", KEY_ID, "PROOFHOUSE_GATE_OPEN", COMMIT, NOW]);
    verify(&project, "svr.json", &[])
        .expect_code(0)
        .expect(&["nothing says what it has to be about"]);
    let other = "ff".repeat(20);
    verify(&project, "svr.json", &["--commit", &other])
        .expect_code(4)
        .expect(&["it is not about commit"]);
    let digest = format!("sha256:{}", "ab".repeat(32));
    verify(&project, "svr.json", &["--artifact", &digest])
        .expect_code(4)
        .expect(&["it is not about artifact"]);
    project.write("public.pem", OTHER);
    verify(&project, "svr.json", &["--commit", COMMIT])
        .expect_code(1)
        .expect(&["none of its 1 signatures is by this key"]);
}

#[test]
fn what_was_changed_afterwards_is_refused() {
    let project = project();
    sealed(&project);
    let good = value(&project, "svr.json");
    let refused = |change: &dyn Fn(&mut Value), code: i32, why: &str| {
        let mut envelope = good.clone();
        change(&mut envelope);
        project.write("changed.json", &envelope.to_string());
        let screen = verify(&project, "changed.json", &["--commit", COMMIT]);
        screen.expect_code(code).expect(&["REFUSED", why]);
        assert!(!screen.out.contains("VERIFIED"));
    };
    refused(
        &|envelope| {
            let payload = envelope["payload"].as_str().unwrap();
            // One character in the middle: another digit or letter of the statement.
            let middle = payload.len() / 2;
            let other = if &payload[middle..=middle] == "A" {
                "B"
            } else {
                "A"
            };
            let changed = format!("{}{other}{}", &payload[..middle], &payload[middle + 1..]);
            envelope["payload"] = json!(changed);
        },
        1,
        "payload, type or signature was changed",
    );
    refused(
        &|envelope| envelope["payloadType"] = json!("text/plain"),
        1,
        "none of its 1 signatures",
    );
    refused(
        &|envelope| envelope["signatures"] = json!([]),
        4,
        "nobody has signed it",
    );
    refused(
        &|envelope| envelope["payload"] = json!("*"),
        4,
        "no DSSE envelope",
    );
    project.write("changed.json", "");
    verify(&project, "changed.json", &[]).expect_code(4);
    // Somebody else's signature beside ours takes nothing away.
    let mut both = good.clone();
    let ours = both["signatures"][0].clone();
    both["signatures"] = json!([{"keyid": "somebody", "sig": "AAAA"}, ours]);
    project.write("both.json", &both.to_string());
    verify(&project, "both.json", &["--commit", COMMIT])
        .expect_code(0)
        .expect(&["and 1 more that nobody asked about"]);
}

/// A good signature under something that did not hold, or is no statement of ours, opens nothing.
#[test]
fn a_good_signature_under_a_no_is_no() {
    let project = project();
    let key = SigningKey::from_pem(PRIVATE).unwrap();
    let statement = |predicate_type: &str, predicate: Value| {
        json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "git", "digest": {"gitCommit": COMMIT}}],
            "predicateType": predicate_type,
            "predicate": predicate,
        })
    };
    let result = "https://in-toto.io/attestation/test-result/v0.1";
    let svr = "https://in-toto.io/attestation/svr/v0.2";
    let other = "https://slsa.dev/provenance/v1";
    for (payload, code, why) in [
        (
            statement(result, json!({"result": "WARNED"})),
            0,
            "VERIFIED",
        ),
        (statement(result, json!({"result": "FAILED"})), 1, "FAILED"),
        (statement(result, json!({})), 1, "result: none"),
        (statement(svr, json!({"properties": []})), 1, "REFUSED"),
        (statement(other, json!({})), 4, other),
        (json!({"anything": "else"}), 4, "no in-toto statement"),
    ] {
        let envelope = seal(payload.to_string().as_bytes(), &key);
        std::fs::write(project.path().join("signed.json"), envelope).unwrap();
        verify(&project, "signed.json", &["--commit", COMMIT])
            .expect_code(code)
            .expect(&[why]);
    }
}

#[test]
fn keys_that_cannot_be_used_are_2_and_nothing_is_decided() {
    let project = project();
    project.write("rsa.pem", include_str!("../../../fixtures/keys/rsa-a.pem"));
    for (key, why) in [
        ("absent.pem", "cannot read the key absent.pem"),
        ("public.pem", "`PRIVATE KEY` is wanted"),
        ("rsa.pem", "no Ed25519 key"),
        ("suites/release.gate.yaml", "no PEM block"),
    ] {
        let screen = gate(&project, &["--svr", "svr.json", "--sign-key", key]);
        screen.expect_code(2).expect(&[why]);
        assert!(!screen.out.contains("OPEN"), "{}", screen.out);
    }
    assert!(!project.path().join("svr.json").exists());
    gate(&project, &["--sign-key", "private.pem"])
        .expect_code(2)
        .expect(&["--svr"]);
    sealed(&project);
    for (key, why) in [
        ("absent.pem", "cannot read the key absent.pem"),
        ("private.pem", "`PUBLIC KEY` is wanted"),
    ] {
        project
            .run(&["verify", "svr.json", "--key", key])
            .expect_code(2)
            .expect(&[why]);
    }
    verify(&project, "svr.json", &["--artifact", "abc"])
        .expect_code(2)
        .expect(&["is not a digest"]);
}

#[test]
fn a_key_that_others_may_open_is_warned_of() {
    let project = project();
    let key = project.path().join("private.pem");
    std::fs::set_permissions(key, PermissionsExt::from_mode(0o640)).unwrap();
    gate(
        &project,
        &["--svr", "svr.json", "--sign-key", "private.pem"],
    )
    .expect_code(0)
    .expect(&[
        "others may open the key private.pem (mode 0640)",
        "chmod 600",
    ]);
}

/// The result of a suite, signed; looked at after passed runs of the suite of `journey`.
pub fn of_a_real_run(project: &Project) {
    keys(project);
    let report = |format: &str, output: &str| {
        let words = ["report", "--format", format, "--sign-key", "private.pem"];
        project.run(&[&words[..], &["--output", output]].concat())
    };
    report("in-toto", "signed.json").expect_code(0);
    report("in-toto", "again.json").expect_code(0);
    assert_eq!(text(project, "signed.json"), text(project, "again.json"));
    verify(project, "signed.json", &[])
        .expect_code(0)
        .expect(&["test-result/v0.1", "result: PASSED"]);
    report("json", "no.json")
        .expect_code(2)
        .expect(&["`--sign-key` signs statements"]);
}
