//! A Python with packages of its own, made once by the tests' own setup.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter; `None`, and told, where it cannot be had, which fails where everything is required.
#[allow(clippy::print_stderr)]
pub fn python(test: &str, packages: &[&str], imports: &str) -> Option<PathBuf> {
    match made(test, packages, imports) {
        Ok(python) => Some(python),
        Err(reason) => {
            let required = std::env::var_os("PROOFHOUSE_REQUIRE_DOCKER").is_some();
            assert!(!required, "no Python with {packages:?}: {reason}");
            eprintln!("skipped {test}: no Python with {packages:?}: {reason}");
            None
        }
    }
}

/// Made once for each test, and kept beside the build.
fn made(test: &str, packages: &[&str], imports: &str) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{test}"));
    let python = folder.join("bin/python");
    let import = format!("import {imports}");
    let works = Command::new(&python).args(["-c", &import]).output();
    if works.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    ran(venv.args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--retries", "1"]);
    ran(pip.arg("--disable-pip-version-check").args(packages))?;
    Ok(python)
}

fn ran(command: &mut Command) -> Result<(), String> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
