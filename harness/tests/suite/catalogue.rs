//! The page of checks tells every check of every catalogue, as the program has it.

use proofhouse::model::plan::Profile;
use proofhouse::model::trial::Level;
use proofhouse::model::trial::plan::ListedCheck;
use proofhouse::plan::{PlanRequest, plan};
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- written by the test `catalogue`: UPDATE_GOLDEN=1 writes it anew -->\n";
const END: &str = "<!-- end -->\n";

/// The suites in the order of the page, with what there is to say of each.
const SUITES: [(&str, &str); 4] = [
    (
        "contract_auth",
        "A service that verifies JWTs. `CF` is also the suite `production_guard`.",
    ),
    (
        "contract_github",
        "A service that opens pull requests on GitHub.",
    ),
    ("reasoning", "A knowledge graph that infers by RDFS."),
    (
        "drift",
        "The gate's own conditions; beside them each declared behaviour is a check, `drift/BEHAVIOUR`.",
    ),
];

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn checks(suite: &str) -> Vec<ListedCheck> {
    let request = PlanRequest {
        suite: house().join(format!("suites/{suite}.yaml")),
        targets: None,
        profile: Profile::Full,
        only: Vec::new(),
        strict: false,
    };
    let plan = plan(&request).unwrap_or_else(|wrong| panic!("{:?}", wrong.problems));
    let checks = plan.trials.unwrap().checks;
    checks
        .into_iter()
        .filter(|check| !check.id.starts_with("drift/"))
        .collect()
}

fn row(check: &ListedCheck) -> String {
    let level = match check.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::Offered => "where offered",
    };
    let faults: Vec<String> = check
        .catches
        .iter()
        .map(|fault| format!("`{fault}`"))
        .collect();
    let clean = |text: &str| text.replace('|', "\\|");
    format!(
        "| {} | {level} | {} | {} | {} |\n",
        check.id,
        clean(&check.meaning),
        clean(&check.source),
        faults.join(", ")
    )
}

fn tables() -> String {
    let mut text = String::new();
    for (suite, about) in SUITES {
        text += &format!("\n### {suite}\n\n{about}\n\n");
        text += "| id | level | what has to hold | who asks for it | proved by |\n|---|---|---|---|---|\n";
        text.extend(checks(suite).iter().map(row));
    }
    text + "\n"
}

#[test]
fn the_page_of_checks_has_every_check_of_every_catalogue() {
    let path = house().join("docs/reference/checks.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the page says where the tables begin");
    let (written, after) = rest.split_once(END).expect("and where they end");
    let tables = tables();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{tables}{END}{after}")).unwrap();
        return;
    }
    assert!(
        written == tables,
        "{} is not what the catalogues say; UPDATE_GOLDEN=1 writes it anew",
        path.display()
    );
}

/// 64 of tokens, 36 of pull requests, 20 of graphs: a fault that no check catches proves nothing.
#[test]
fn every_seeded_fault_of_the_lists_has_its_check() {
    let caught = |suite: &str| {
        let checks = checks(suite);
        let faults = checks.iter().flat_map(|check| check.catches.clone());
        faults.collect::<std::collections::BTreeSet<String>>().len()
    };
    let counts = ["contract_auth", "contract_github", "reasoning"].map(caught);
    assert_eq!(counts, [64, 36, 20]);
}
