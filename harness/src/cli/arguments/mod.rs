//! What can be written on the command line: the commands here, the arguments of each family in a file of its own.

mod baseline;
mod chaos;
mod fake;
mod gate;
mod report;
mod run;

pub(super) use baseline::{BaselineCommand, BaselineFolder};
pub(super) use chaos::{ChaosCommand, ChaosRunArguments, ChaosSource};
pub(super) use fake::{FakeCommand, GitHubArguments, IdpArguments};
pub(super) use gate::{
    GateArguments, GateCommand, ShowArguments, SimulateArguments, VerifyArguments,
};
pub(super) use report::{
    DialectWord, JudgeArguments, OpenArguments, ReportArguments, ReportCommand,
};
pub(super) use run::{DriftArguments, ProfileWord, ProveArguments, RunArguments};

use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes: 0 pass (warnings included), 1 fail, 2 usage or configuration, 3 could not be \
decided: run again, 4 evidence missing or stale, 70 our own fault, 130 interrupted.";

/// Test harness and release gate for service platforms.
#[derive(Debug, Parser)]
#[command(name = "proofhouse", version, about, after_help = AFTER, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run suites: start what they need, load it, judge it, write the reports
    Run(RunArguments),
    /// The same as `run`, by its older name
    Perf(RunArguments),
    /// Run black-box suites under every seeded fault: each must be caught by its check
    Prove(ProveArguments),
    /// Judge the evidence of an earlier run again, without running anything
    Judge(JudgeArguments),
    /// Write the report of an earlier run in another format
    Report(ReportArguments),
    /// Decide whether a commit may be released: policy and evidence, nothing is run
    #[command(args_conflicts_with_subcommands = true)]
    Gate {
        #[command(subcommand)]
        command: Option<GateCommand>,
        #[command(flatten)]
        arguments: Box<GateArguments>,
    },
    /// Check who signed a statement, and what it says of a commit or an artifact
    Verify(VerifyArguments),
    /// Validate suites, scenarios and gate policies without running anything
    Check {
        /// Files or folders [default: suites and scenarios]
        paths: Vec<PathBuf>,
    },
    /// Print every check of black-box suites as a table: id, level, meaning, source, proof
    Checks {
        /// Suite files, or names of suites in `suites/` [default: all of `suites/`]
        suites: Vec<String>,
    },
    /// Print the JSON Schema of a file format, for editors
    Schema {
        /// `suite`, `scenario`, `targets`, `chaos`, `system`, `policy`, `waivers`, `report`, or the kind of a black-box suite
        #[arg(default_value = "suite")]
        kind: String,
    },
    /// List, show, accept or reject baselines
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// Hold what an API does against what is declared of it
    Drift(DriftArguments),
    /// Break containers on purpose, and prove what holds
    Chaos {
        #[command(subcommand)]
        command: ChaosCommand,
    },
    /// Stand in for somebody else's server, to develop against
    Fake {
        #[command(subcommand)]
        command: FakeCommand,
    },
    /// Write a commented first suite for a service of your own
    Init(InitArguments),
    /// Say what this machine can and cannot do
    Doctor,
    /// Mend what a dead run broke, when the pipe on standard input closes
    #[command(hide = true)]
    Reap {
        #[arg(long)]
        journal: PathBuf,
    },
    /// Become a tool in the network namespace of a process
    #[command(hide = true)]
    InjectNs {
        #[arg(long)]
        pid: i32,
        #[arg(long)]
        pid_start: u64,
        #[arg(long)]
        namespace: String,
        #[arg(long)]
        parent: u32,
        #[arg(last = true, required = true)]
        tool: Vec<OsString>,
    },
    /// Make packets late in the network namespace that it runs in
    #[command(hide = true)]
    DelayPackets {
        #[arg(long)]
        order: String,
    },
    /// Hold one service and end it when the pipe on standard input closes
    #[command(hide = true)]
    Keep {
        #[arg(long)]
        grace_ms: u64,
        #[arg(last = true, required = true)]
        program: Vec<OsString>,
    },
}

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Address of the service, for example http://localhost:3000
    pub(super) url: String,
    /// Path of the first request
    #[arg(long, default_value = "/")]
    pub(super) path: String,
    /// Name of the service, and of the file
    #[arg(long, default_value = "my_service")]
    pub(super) name: String,
    /// Folder of suites
    #[arg(long, default_value = "suites")]
    pub(super) folder: PathBuf,
}
