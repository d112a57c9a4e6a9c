//! The release gate, its decisions, and the statements that it signs.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum GateCommand {
    /// Tell every finding in full, with the cheapest change that takes it away
    Explain(GateArguments),
    /// Tell a decision that was kept, in any format; ends with its exit code
    Show(ShowArguments),
    /// Make old decisions again under another policy; ends with 1 where one of them opens or closes
    Simulate(SimulateArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateArguments {
    /// Folder with `runs` in it, or the folder of runs itself
    #[arg(value_name = "DIR", default_value = "target/proofhouse")]
    pub folder: PathBuf,
    /// What a release needs
    #[arg(long, value_name = "FILE", default_value = "suites/release.gate.yaml")]
    pub policy: PathBuf,
    /// Commit that is to be released [default: HEAD of this folder]
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// SHA-256 of the program that is to be released, as reports name it
    #[arg(long, value_name = "DIGEST")]
    pub artifact: Option<String>,
    /// The moment that ages are counted from [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Write which suites to run again
    #[arg(long, value_name = "FILE")]
    pub emit_rerun: Option<PathBuf>,
    /// Write the decision, too; it is kept in DIR/decisions in any case
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write what was verified as an in-toto statement (SVR); a gate that is not open writes none, and takes an older one away
    #[arg(long, value_name = "FILE")]
    pub svr: Option<PathBuf>,
    /// Private Ed25519 key (PKCS #8, PEM) that signs the statement of `--svr`, as a DSSE envelope
    #[arg(long, value_name = "FILE", requires = "svr")]
    pub sign_key: Option<PathBuf>,
    /// What is printed: `text`, `json`, `junit`, `markdown`, `html`, `ctrf` or `annotations`
    #[arg(long, default_value = "text")]
    pub format: String,
    /// Write the decision in every format, as `decision.json`, `decision.xml`, `decision.html`, ...
    #[arg(long, value_name = "FOLDER")]
    pub reports: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The decision, as `--json` writes it and as DIR/decisions keeps it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// `text`, `json`, `junit`, `markdown`, `html`, `ctrf` or `annotations`
    #[arg(long, default_value = "text")]
    pub format: String,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SimulateArguments {
    /// Folder of decisions
    #[arg(value_name = "DIR", default_value = "target/proofhouse/decisions")]
    pub folder: PathBuf,
    /// The policy that is to be tried
    #[arg(long, value_name = "FILE", default_value = "suites/release.gate.yaml")]
    pub policy: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// DSSE envelope, as `gate --svr` and `report --format in-toto` write it with `--sign-key`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Public Ed25519 key (PEM) that has to have signed it
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Commit that it has to be about
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// SHA-256 of the program that it has to be about
    #[arg(long, value_name = "DIGEST")]
    pub artifact: Option<String>,
}
