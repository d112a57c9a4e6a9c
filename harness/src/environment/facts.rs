//! What a run is bound to: the machine, the commit, the CI run, the programs.

use crate::model::environment::Machine;
use crate::model::evidence::{CiRun, Subject};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::process::Command;

/// The machine that this process runs on. What cannot be read is `unknown`,
/// which never equals a machine where it can.
pub fn machine() -> Machine {
    Machine {
        cpu_model: cpu_model().unwrap_or_else(unknown),
        cores: std::thread::available_parallelism()
            .map_or(0, |n| u32::try_from(n.get()).unwrap_or(0)),
        memory_gib: memory_gib().unwrap_or(0),
        kernel: kernel().unwrap_or_else(unknown),
        runner_image: runner_image(),
        generator: generator(),
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn generator() -> String {
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    format!("proofhouse {} {build}", env!("CARGO_PKG_VERSION"))
}

fn cpu_model() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    field(&text, "model name").map(str::to_owned)
}

/// Total memory rounded to whole GiB, so that a kernel's own share does not matter.
fn memory_gib() -> Option<u32> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib: u64 = field(&text, "MemTotal")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    u32::try_from((kib + (1 << 19)) >> 20).ok()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

/// Major and minor version: patch releases do not make another machine.
fn kernel() -> Option<String> {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    let mut parts = release.trim().split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

fn runner_image() -> String {
    ["RUNNER_IMAGE", "ImageOS", "CI_RUNNER_DESCRIPTION"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "local".to_owned())
}

/// The commit of the working directory, and whether tracked files differ from it.
pub fn subject() -> Subject {
    let commit = git(&["rev-parse", "HEAD"]).filter(|text| !text.is_empty());
    // A status that cannot be read counts as changed: the commit is then not what ran.
    let dirty =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|text| !text.is_empty());
    Subject {
        dirty: dirty && commit.is_some(),
        commit,
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The CI run that this process belongs to, from the variables that CI providers set.
pub fn ci_run() -> Option<CiRun> {
    let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(id) = get("GITHUB_RUN_ID") {
        let url = get("GITHUB_SERVER_URL")
            .zip(get("GITHUB_REPOSITORY"))
            .map(|(server, repository)| format!("{server}/{repository}/actions/runs/{id}"));
        return Some(CiRun {
            provider: "github".to_owned(),
            run_id: Some(id),
            url,
        });
    }
    if let Some(id) = get("CI_PIPELINE_ID") {
        return Some(CiRun {
            provider: "gitlab".to_owned(),
            run_id: Some(id),
            url: get("CI_PIPELINE_URL"),
        });
    }
    get("CI").map(|_| CiRun {
        provider: "unknown".to_owned(),
        run_id: None,
        url: None,
    })
}

/// Digest of this program, `sha256:...`, or `unknown` where it cannot be read.
pub fn tool_digest() -> String {
    std::env::current_exe()
        .and_then(|path| file_digest(&path))
        .unwrap_or_else(|_| unknown())
}

/// Digest of a file, `sha256:` and hex digits.
///
/// # Errors
/// The file cannot be read.
pub fn file_digest(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    std::io::copy(&mut file, &mut HashWriter(&mut hasher))?;
    let hex: String = hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("sha256:{hex}"))
}

struct HashWriter<'a>(&'a mut Sha256);

impl std::io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn this_machine_has_facts() {
        let machine = machine();
        assert!(machine.cores > 0);
        assert!(machine.memory_gib > 0);
        assert_eq!(machine.kernel.split('.').count(), 2);
    }

    #[test]
    fn digest_of_known_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        let wanted = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file_digest(file.path()).unwrap(), wanted);
    }
}
