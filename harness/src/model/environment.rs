//! The system under test as a suite describes it, and as it was found to be.

use super::place::Place;
use super::template::Template;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// The services that a suite starts or finds running, in order of starting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentPlan {
    /// Services; names are unique.
    pub services: Vec<ServicePlan>,
}

/// One service of the environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// Name, used as `${service.NAME.url}` and by targets.
    pub name: String,
    /// How it comes to be.
    pub launch: Launch,
    /// Asked until it answers with a 2xx status; `None` means a TCP connection is enough.
    pub ready_path: Option<String>,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
    /// Where the service was written.
    pub place: Place,
}

/// How a service comes to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Launch {
    /// A local process that the harness starts and stops.
    Process(ProcessPlan),
    /// A service that already runs.
    Attach {
        /// Its address without a trailing slash.
        url: String,
        /// The root of its process tree, where known.
        pid: Option<u32>,
        /// Its container, where known.
        container: Option<String>,
    },
}

/// A local process that the harness starts on a free loopback port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessPlan {
    /// What is started.
    pub program: Program,
    /// Arguments; holes: `${port}`, `${service.NAME.url}`, `${issuer.url}`, `${env.NAME}`.
    pub arguments: Vec<Template>,
    /// Environment variables added to the harness's own; same holes.
    pub environment: BTreeMap<String, Template>,
    /// The variable that tells the process its port; `None` when an argument does.
    pub port_variable: Option<String>,
    /// Time between SIGTERM and SIGKILL when it is stopped.
    pub stop_grace: Duration,
}

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// A path, or a name looked up in `PATH`.
    Path(String),
    /// A binary of a cargo workspace in the working directory, built before the start.
    Cargo(CargoProgram),
}

/// A binary that `cargo build` makes before the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CargoProgram {
    /// Package name.
    pub package: String,
    /// Binary name.
    pub binary: String,
    /// Another binary, with features, used when an environment variable of the harness is set.
    pub variant: Option<CargoVariant>,
}

/// Another binary of the same package for a set environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CargoVariant {
    /// The variable; set and not empty chooses the variant.
    pub when_set: String,
    /// Binary name.
    pub binary: String,
    /// Cargo features.
    pub features: Vec<String>,
}

/// A service that is up: what the runners and the samplers need of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunningService {
    /// Name.
    pub name: String,
    /// Address without a trailing slash.
    pub url: String,
    /// Root of its process tree, where it is local.
    pub pid: Option<u32>,
    /// Its container, where it is one.
    pub container: Option<String>,
    /// Digest of the started program, `sha256:...`, where the harness started it.
    pub program_digest: Option<String>,
    /// Whether a deliberate defect was switched on: the name and value of the variable.
    pub variant: Option<String>,
}

/// The machine that a run happened on. Two runs are compared only when these agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// CPU model as the kernel names it.
    pub cpu_model: String,
    /// Cores that this process may use.
    pub cores: u32,
    /// Memory rounded to whole GiB.
    pub memory_gib: u32,
    /// Kernel, major and minor: `6.18`.
    pub kernel: String,
    /// Runner image where CI names one (`ImageOS`, `RUNNER_IMAGE`), else `local`.
    pub runner_image: String,
    /// Version and build profile of the load generator: `proofhouse 0.1.0 release`.
    pub generator: String,
}

/// The digest by which runs of equal machines find each other: SHA-256 in hex
/// digits over the machine's facts as JSON with sorted keys.
pub fn fingerprint(machine: &Machine) -> String {
    let facts: BTreeMap<&str, String> = machine.facts().into_iter().collect();
    // A map of strings has no way to fail.
    let json = serde_json::to_vec(&facts).unwrap_or_default();
    Sha256::digest(json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Machine {
    /// The facts by name, in the order in which they are declared.
    pub fn facts(&self) -> [(&'static str, String); 6] {
        [
            ("cpu_model", self.cpu_model.clone()),
            ("cores", self.cores.to_string()),
            ("memory_gib", self.memory_gib.to_string()),
            ("kernel", self.kernel.clone()),
            ("runner_image", self.runner_image.clone()),
            ("generator", self.generator.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_changes_the_fingerprint() {
        let machine = Machine {
            cpu_model: "A".into(),
            cores: 2,
            memory_gib: 8,
            kernel: "6.18".into(),
            runner_image: "local".into(),
            generator: "proofhouse 0.1.0 release".into(),
        };
        let known = fingerprint(&machine);
        assert_eq!(known.len(), 64);
        assert_eq!(fingerprint(&machine.clone()), known);
        for change in [
            |m: &mut Machine| m.cpu_model = "B".into(),
            |m: &mut Machine| m.cores = 4,
            |m: &mut Machine| m.memory_gib = 16,
            |m: &mut Machine| m.kernel = "6.19".into(),
            |m: &mut Machine| m.runner_image = "ubuntu24".into(),
            |m: &mut Machine| m.generator = "proofhouse 0.1.0 dev".into(),
        ] {
            let mut other = machine.clone();
            change(&mut other);
            assert_ne!(fingerprint(&other), known);
        }
    }
}
