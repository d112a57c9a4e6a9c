//! What can be written on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::SocketAddr;
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
pub(super) struct RunArguments {
    /// Suite files, or names of suites in `suites/` [default: all of `suites/`]
    pub(super) suites: Vec<String>,
    /// How long runs take; `quick` is about ten seconds a scenario and not fit for release
    #[arg(long, value_enum, default_value_t = ProfileWord::Full)]
    pub(super) profile: ProfileWord,
    /// File that says what to send, for a suite that does not
    #[arg(long, value_name = "FILE")]
    pub(super) targets: Option<PathBuf>,
    /// Neither store a first baseline nor replace the last one
    #[arg(long)]
    pub(super) keep_baseline: bool,
    /// Only these checks of black-box suites, by id; such a run is not fit for release
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Warnings of black-box suites, and musts that were not asked, fail
    #[arg(long)]
    pub(super) strict: bool,
    /// Keep the runs in another folder, where no gate counts them
    #[arg(long, value_name = "DIR", hide = true)]
    pub(super) runs: Option<PathBuf>,
    /// Only the verdict
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct ProveArguments {
    /// Suite files, or names of suites in `suites/` [default: every black-box suite there]
    pub(super) suites: Vec<String>,
    /// Only these faults
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    pub(super) fault: Vec<String>,
    /// A part of the faults, such as `2/3`: every third one from the second on
    #[arg(long, value_name = "K/N")]
    pub(super) share: Option<Share>,
    /// Ask every check under every fault, and not only those that have to catch it
    #[arg(long)]
    pub(super) whole: bool,
    /// Suites that run side by side
    #[arg(long, default_value_t = 2)]
    pub(super) jobs: usize,
}

/// Every n-th of a list, from the k-th on; k from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    from: usize,
    every: usize,
}

impl Share {
    /// Whether the item with this index, from 0, belongs to the share.
    pub(super) fn has(self, at: usize) -> bool {
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
pub(super) struct DriftArguments {
    /// Suite file, or name of a suite in `suites/`
    #[arg(default_value = "drift")]
    pub(super) suite: String,
    /// The API has to be there and alive: no fixture is read, and warnings fail
    #[arg(long)]
    pub(super) strict: bool,
    /// Send what is found to the platform, which opens a pull request for each finding
    #[arg(long)]
    pub(super) remediate: bool,
    /// Only the verdict
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProfileWord {
    Full,
    Quick,
}

#[derive(Debug, Args)]
pub(super) struct JudgeArguments {
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub(super) run: String,
    /// Only the checks whose id contains this
    #[arg(long, value_name = "ID")]
    pub(super) check: Option<String>,
    /// Show every second behind the checks
    #[arg(long)]
    pub(super) detail: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ReportArguments {
    #[command(subcommand)]
    pub(super) command: Option<ReportCommand>,
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub(super) run: String,
    /// `text`, `json`, `junit`, `markdown`, `html`, `ctrf`, `annotations`, `openmetrics` or `in-toto`
    #[arg(long, default_value = "text")]
    pub(super) format: String,
    /// Which JUnit: `ant` is valid for Jenkins and Ant at once
    #[arg(long, value_enum, default_value_t = DialectWord::Ant, value_name = "DIALECT")]
    pub(super) junit_dialect: DialectWord,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Private Ed25519 key (PKCS #8, PEM) that signs the statement of `--format in-toto`, as a DSSE envelope
    #[arg(long, value_name = "FILE")]
    pub(super) sign_key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum GateCommand {
    /// Tell every finding in full, with the cheapest change that takes it away
    Explain(GateArguments),
    /// Tell a decision that was kept, in any format; ends with its exit code
    Show(ShowArguments),
    /// Make old decisions again under another policy; ends with 1 where one of them opens or closes
    Simulate(SimulateArguments),
}

#[derive(Debug, Args)]
pub(super) struct GateArguments {
    /// Folder with `runs` in it, or the folder of runs itself
    #[arg(value_name = "DIR", default_value = "target/proofhouse")]
    pub(super) folder: PathBuf,
    /// What a release needs
    #[arg(long, value_name = "FILE", default_value = "suites/release.gate.yaml")]
    pub(super) policy: PathBuf,
    /// Commit that is to be released [default: HEAD of this folder]
    #[arg(long, value_name = "SHA")]
    pub(super) commit: Option<String>,
    /// SHA-256 of the program that is to be released, as reports name it
    #[arg(long, value_name = "DIGEST")]
    pub(super) artifact: Option<String>,
    /// The moment that ages are counted from [default: now]
    #[arg(long, value_name = "TIME")]
    pub(super) now: Option<String>,
    /// Write which suites to run again
    #[arg(long, value_name = "FILE")]
    pub(super) emit_rerun: Option<PathBuf>,
    /// Write the decision, too; it is kept in DIR/decisions in any case
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write what was verified as an in-toto statement (SVR); a gate that is not open writes none, and takes an older one away
    #[arg(long, value_name = "FILE")]
    pub(super) svr: Option<PathBuf>,
    /// Private Ed25519 key (PKCS #8, PEM) that signs the statement of `--svr`, as a DSSE envelope
    #[arg(long, value_name = "FILE", requires = "svr")]
    pub(super) sign_key: Option<PathBuf>,
    /// What is printed: `text`, `json`, `junit`, `markdown`, `html`, `ctrf` or `annotations`
    #[arg(long, default_value = "text")]
    pub(super) format: String,
    /// Write the decision in every format, as `decision.json`, `decision.xml`, `decision.html`, ...
    #[arg(long, value_name = "FOLDER")]
    pub(super) reports: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The decision, as `--json` writes it and as DIR/decisions keeps it
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// `text`, `json`, `junit`, `markdown`, `html`, `ctrf` or `annotations`
    #[arg(long, default_value = "text")]
    pub(super) format: String,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// DSSE envelope, as `gate --svr` and `report --format in-toto` write it with `--sign-key`
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Public Ed25519 key (PEM) that has to have signed it
    #[arg(long, value_name = "FILE")]
    pub(super) key: PathBuf,
    /// Commit that it has to be about
    #[arg(long, value_name = "SHA")]
    pub(super) commit: Option<String>,
    /// SHA-256 of the program that it has to be about
    #[arg(long, value_name = "DIGEST")]
    pub(super) artifact: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// Folder of decisions
    #[arg(value_name = "DIR", default_value = "target/proofhouse/decisions")]
    pub(super) folder: PathBuf,
    /// The policy that is to be tried
    #[arg(long, value_name = "FILE", default_value = "suites/release.gate.yaml")]
    pub(super) policy: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DialectWord {
    Ant,
    Surefire,
}

#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Show the page of a run in a browser, or say where it is
    Open(OpenArguments),
}

#[derive(Debug, Args)]
pub(super) struct OpenArguments {
    /// Run: `latest`, the start of its name or id, or its folder
    #[arg(default_value = "latest")]
    pub(super) run: String,
    /// The page over all runs
    #[arg(long, conflicts_with = "run")]
    pub(super) index: bool,
    /// Only print its address
    #[arg(long)]
    pub(super) print: bool,
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

#[derive(Debug, Subcommand)]
pub(super) enum ChaosCommand {
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
pub(super) struct ChaosSource {
    /// File or folder of scenarios [default: scenarios/chaos]
    #[arg(long, value_name = "PATH")]
    pub(super) file: Option<PathBuf>,
    /// File that says where the system answers, for scenarios that do not
    #[arg(long, value_name = "FILE")]
    pub(super) system: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ChaosRunArguments {
    /// Scenarios
    #[arg(required = true)]
    pub(super) names: Vec<String>,
    #[command(flatten)]
    pub(super) source: ChaosSource,
    /// Yes, break things
    #[arg(long)]
    pub(super) enable_chaos: bool,
    /// How long faults and waits take; `quick` is not fit for release
    #[arg(long, value_enum, default_value_t = ProfileWord::Full)]
    pub(super) profile: ProfileWord,
    /// Only the verdict
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum FakeCommand {
    /// An OpenID Connect provider that is right until a scene says otherwise; until Ctrl-C
    Idp(IdpArguments),
    /// The scenes that the provider can play
    Scenes,
    /// A small real GitHub: one repository behind its REST API, right until an incident; until Ctrl-C
    #[command(name = "github")]
    GitHub(GitHubArguments),
}

#[derive(Debug, Args)]
pub(super) struct IdpArguments {
    /// Address to listen on; port 0 is a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: SocketAddr,
    /// Its address as clients see it, without a path, where that is not what it listens on
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Path of the issuer; empty for none
    #[arg(long, value_name = "PATH", default_value = "/realms/a")]
    pub(super) issuer_path: String,
    /// First scene: `proofhouse fake scenes` lists them
    #[arg(long, value_name = "NAME", default_value = "steady")]
    pub(super) scene: String,
    /// The client that may sign people in
    #[arg(long, value_name = "ID", default_value = "workbench")]
    pub(super) client_id: String,
    /// Secret of the client [default: a public client]
    #[arg(long, value_name = "SECRET")]
    pub(super) client_secret: Option<String>,
    /// Where people may be sent back to; can be given several times [default: anywhere]
    #[arg(long, value_name = "URL")]
    pub(super) redirect_uri: Vec<String>,
    /// Audience of access tokens
    #[arg(long, value_name = "NAME", default_value = "workbench-api")]
    pub(super) audience: String,
    /// Algorithms that there are keys for; the first is the default of tokens
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "RS256,ES256"
    )]
    pub(super) algorithms: Vec<String>,
    /// Address of the control port, for scenes, tokens and the record
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) control: SocketAddr,
}

#[derive(Debug, Args)]
pub(super) struct GitHubArguments {
    /// Where to listen; port 0 is a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: SocketAddr,
    /// Where clients see it, when that is another address [default: the one it listens on]
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<url::Url>,
    /// Answer below `/api/v3`, as GitHub Enterprise Server does
    #[arg(long)]
    pub(super) enterprise: bool,
    /// Owner of the repository
    #[arg(long, default_value = "octo")]
    pub(super) owner: String,
    /// Name of the repository
    #[arg(long, default_value = "hello")]
    pub(super) repo: String,
    /// Its default branch
    #[arg(long, value_name = "BRANCH", default_value = "trunk")]
    pub(super) default_branch: String,
    /// The one token that is accepted [default: a fresh throw-away one]
    #[arg(long)]
    pub(super) token: Option<String>,
    /// What the first commit holds: the files below this folder [default: a README.md]
    #[arg(long, value_name = "DIR")]
    pub(super) content: Option<PathBuf>,
    /// JSON list of what shall go wrong: {"op": "pulls/create", "nth": 1, "kind": "lost-reply"}
    #[arg(long, value_name = "FILE")]
    pub(super) incidents: Option<PathBuf>,
    /// Write the repository here at the end, for git to read
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
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
pub(super) struct BaselineFolder {
    /// Folder of baselines
    #[arg(long, default_value = "baselines")]
    pub(super) folder: PathBuf,
}
