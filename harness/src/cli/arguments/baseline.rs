//! Baselines: listed, shown, accepted and rejected.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BaselineCommand {
    /// All baselines, newest last
    List(BaselineFolder),
    /// One baseline
    Show {
        /// File, or the start of its run's id
        baseline: String,
        #[command(flatten)]
        folder: BaselineFolder,
    },
    /// Make a run the baseline by hand: after a change that is meant to be slower, or on a new machine
    Accept {
        /// Run: `latest`, the start of its name or id, or its folder
        run: String,
        /// Why, for those who read the history
        #[arg(long)]
        reason: String,
    },
    /// Take a baseline out of the comparison, and keep the file
    Reject {
        /// File, or the start of its run's id
        baseline: String,
        /// Why, for those who read the history
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        folder: BaselineFolder,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineFolder {
    /// Folder of baselines
    #[arg(long, default_value = "baselines")]
    pub folder: PathBuf,
}
