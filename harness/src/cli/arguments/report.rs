//! An earlier run: judged again, written in another format, or shown.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct JudgeArguments {
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub run: String,
    /// Only the checks whose id contains this
    #[arg(long, value_name = "ID")]
    pub check: Option<String>,
    /// Show every second behind the checks
    #[arg(long)]
    pub detail: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct ReportArguments {
    #[command(subcommand)]
    pub command: Option<ReportCommand>,
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub run: String,
    /// `text`, `json`, `junit`, `markdown`, `html`, `ctrf`, `annotations`, `openmetrics` or `in-toto`
    #[arg(long, default_value = "text")]
    pub format: String,
    /// Which JUnit: `ant` is valid for Jenkins and Ant at once
    #[arg(long, value_enum, default_value_t = DialectWord::Ant, value_name = "DIALECT")]
    pub junit_dialect: DialectWord,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Private Ed25519 key (PKCS #8, PEM) that signs the statement of `--format in-toto`, as a DSSE envelope
    #[arg(long, value_name = "FILE")]
    pub sign_key: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DialectWord {
    Ant,
    Surefire,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ReportCommand {
    /// Show the page of a run in a browser, or say where it is
    Open(OpenArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OpenArguments {
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub run: String,
    /// The page over all runs
    #[arg(long, conflicts_with = "run")]
    pub index: bool,
    /// Only print its address
    #[arg(long)]
    pub print: bool,
}
