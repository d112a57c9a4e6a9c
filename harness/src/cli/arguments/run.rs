//! Suites: run them, prove their checks, and hold an API against what is declared of it.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct RunArguments {
    /// Suite files, or names of suites in `suites/` [default: all of `suites/`]
    pub suites: Vec<String>,
    /// How long runs take; `quick` is about ten seconds a scenario and not fit for release
    #[arg(long, value_enum, default_value_t = ProfileWord::Full)]
    pub profile: ProfileWord,
    /// File that says what to send, for a suite that does not
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Neither store a first baseline nor replace the last one
    #[arg(long)]
    pub keep_baseline: bool,
    /// Only these checks of black-box suites, by id; such a run is not fit for release
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Warnings of black-box suites, and musts that were not asked, fail
    #[arg(long)]
    pub strict: bool,
    /// Keep the runs in another folder, where no gate counts them
    #[arg(long, value_name = "DIR", hide = true)]
    pub runs: Option<PathBuf>,
    /// Only the verdict
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProfileWord {
    Full,
    Quick,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ProveArguments {
    /// Suite files, or names of suites in `suites/` [default: every black-box suite there]
    pub suites: Vec<String>,
    /// Only these faults
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    pub fault: Vec<String>,
    /// A part of the faults, such as `2/3`: every third one from the second on
    #[arg(long, value_name = "K/N")]
    pub share: Option<Share>,
    /// Ask every check under every fault, and not only those that have to catch it
    #[arg(long)]
    pub whole: bool,
    /// Suites that run side by side
    #[arg(long, default_value_t = 2)]
    pub jobs: usize,
}

/// Every n-th of a list, from the k-th on; k from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Share {
    from: usize,
    every: usize,
}

impl Share {
    /// Whether the item with this index, from 0, belongs to the share.
    pub fn has(self, at: usize) -> bool {
        at % self.every == self.from - 1
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((from, every)) if 1 <= from && from <= every => Ok(Self { from, every }),
            _ => Err("write it as `2/3`: from 1 to the second number".to_owned()),
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DriftArguments {
    /// Suite file, or name of a suite in `suites/`
    #[arg(default_value = "drift")]
    pub suite: String,
    /// The API has to be there and alive: no fixture is read, and warnings fail
    #[arg(long)]
    pub strict: bool,
    /// Send what is found to the platform, which opens a pull request for each finding
    #[arg(long)]
    pub remediate: bool,
    /// Only the verdict
    #[arg(long, short)]
    pub quiet: bool,
}
