//! Scenarios that break containers on purpose.

use super::ProfileWord;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ChaosCommand {
    /// All scenarios with what is believed of them
    List(ChaosSource),
    /// Targets, guards and the undo list of a scenario; changes nothing
    Plan {
        /// Scenario
        name: String,
        #[command(flatten)]
        source: ChaosSource,
        /// Plan as if chaos were enabled
        #[arg(long)]
        enable_chaos: bool,
    },
    /// Run scenarios; needs CHAOS_ENABLED=true or --enable-chaos where the scenario asks for it
    Run(ChaosRunArguments),
    /// Heal what runs that were killed have left behind
    Recover,
    /// Say which faults this machine can make
    Doctor,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ChaosSource {
    /// File or folder of scenarios [default: scenarios/chaos]
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// File that says where the system answers, for scenarios that do not
    #[arg(long, value_name = "FILE")]
    pub system: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ChaosRunArguments {
    /// Scenarios
    #[arg(required = true)]
    pub names: Vec<String>,
    #[command(flatten)]
    pub source: ChaosSource,
    /// Yes, break things
    #[arg(long)]
    pub enable_chaos: bool,
    /// How long faults and waits take; `quick` is not fit for release
    #[arg(long, value_enum, default_value_t = ProfileWord::Full)]
    pub profile: ProfileWord,
    /// Only the verdict
    #[arg(long, short)]
    pub quiet: bool,
}
