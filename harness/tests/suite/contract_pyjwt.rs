//! A service with an unmodified PyJWT, judged by the suite for tokens: its real weaknesses are found,
//! and nothing is said against what it does well.

use crate::python::python;
use crate::support::Project;
use std::collections::BTreeMap;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/pyjwt_service.py");

/// What PyJWT 2.15.1 gets wrong by itself: numbers as text for `exp`, padding in base64url, `key_ops`,
/// one name for two keys, short RSA keys, no second try, no bound on fetches while the set is empty.
const WEAK: [&str; 7] = ["CL-4", "JB-19", "KS-4", "KS-6", "KS-8", "KS-17", "ST-3"];
/// What it gets right.
const SOUND: [&str; 13] = [
    "AB-1", "AL-1", "AL-5", "AL-8", "AL-10", "CL-1", "CL-3", "CL-8", "CL-10", "HD-1", "JB-1",
    "KS-1", "KS-3",
];
/// What cannot be asked of it, since it is told the address of the keys and knows no discovery.
const NOT_THERE: [&str; 3] = ["DI-1", "DI-2", "DI-7"];

#[test]
fn the_real_weaknesses_of_pyjwt_are_found() {
    let Some(python) = python("pyjwt", &["PyJWT[crypto]==2.15.1"], "jwt, cryptography") else {
        return;
    };
    let project = Project::new();
    let suite = format!(
        "kind: contract_auth\n\
         target:\n\
         \x20 launch:\n\
         \x20   command: [\"{}\", \"{SCRIPT}\", \"${{port}}\", \"${{issuer}}\", \"${{audience}}\", \"${{jwks_uri}}\"]\n\
         \x20   stop_grace_seconds: 2\n\
         \x20 ready: {{path: /health, timeout_seconds: 60}}\n\
         auth:\n\
         \x20 algorithms: [RS256, ES256]\n\
         \x20 protected: [{{path: /me, subject: /sub}}]\n\
         \x20 open_path: /health\n\
         \x20 statuses: {{reject: [401], unavailable: [401]}}\n\
         \x20 leeway_seconds: 60\n\
         \x20 cooldown_seconds: 1\n\
         \x20 keys: {{cold_start: starts, discovery: none}}\n",
        python.display()
    );
    project.write("suites/pyjwt.yaml", &suite);
    let only = [&WEAK[..], &SOUND, &NOT_THERE].concat().join(",");
    project
        .run(&["run", "pyjwt", "--only", &only])
        .expect_code(1);
    let report = project.report();
    let checks = report["checks"].as_array().unwrap();
    let verdicts: BTreeMap<&str, &str> = checks
        .iter()
        .map(|check| {
            (
                check["id"].as_str().unwrap(),
                check["verdict"].as_str().unwrap(),
            )
        })
        .collect();
    let wanted = [
        (&WEAK[..], "fail"),
        (&SOUND[..], "pass"),
        (&NOT_THERE[..], "skipped"),
    ];
    for (ids, wanted) in wanted {
        for id in ids {
            assert_eq!(verdicts[id], wanted, "{id}: {checks:#?}");
        }
    }
}
