//! The page of checks tells every check of every catalogue, as the program prints them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "<!-- written by the test `catalogue`: UPDATE_GOLDEN=1 writes it anew -->\n";
const END: &str = "<!-- end -->\n";
/// `CF` is also the suite `production_guard`.
const SUITES: [&str; 4] = ["contract_auth", "contract_github", "reasoning", "drift"];

fn house() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    folder.canonicalize().unwrap()
}

fn printed(suites: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofhouse"));
    let output = command
        .arg("checks")
        .args(suites)
        .current_dir(house())
        .output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_checks_has_every_check_of_every_catalogue() {
    let path = house().join("docs/reference/checks.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let tables = printed(&SUITES);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{tables}{END}{after}")).unwrap();
        return;
    }
    assert!(
        written == tables,
        "docs/reference/checks.md is not what the catalogues say; UPDATE_GOLDEN=1 writes it anew"
    );
}

/// 64 of tokens, 36 of pull requests, 20 of graphs: a fault that no check catches proves nothing.
#[test]
fn every_seeded_fault_of_the_lists_has_its_check() {
    let count = |suite: &str| {
        let printed = printed(&[suite]);
        let rows = printed.lines().filter_map(|line| line.rsplit(" | ").next());
        let faults = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        faults.collect::<BTreeSet<&str>>().len()
    };
    let counts = ["contract_auth", "contract_github", "reasoning"].map(count);
    assert_eq!(counts, [64, 36, 20]);
}
