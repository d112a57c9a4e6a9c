//! Stand-ins for somebody else's servers.

use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FakeCommand {
    /// An OpenID Connect provider that is right until a scene says otherwise; until Ctrl-C
    Idp(IdpArguments),
    /// The scenes that the provider can play
    Scenes,
    /// A small real GitHub: one repository behind its REST API, right until an incident; until Ctrl-C
    #[command(name = "github")]
    GitHub(GitHubArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct IdpArguments {
    /// Address to listen on; port 0 is a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Its address as clients see it, without a path, where that is not what it listens on
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Path of the issuer; empty for none
    #[arg(long, value_name = "PATH", default_value = "/realms/a")]
    pub issuer_path: String,
    /// First scene: `proofhouse fake scenes` lists them
    #[arg(long, value_name = "NAME", default_value = "steady")]
    pub scene: String,
    /// The client that may sign people in
    #[arg(long, value_name = "ID", default_value = "workbench")]
    pub client_id: String,
    /// Secret of the client [default: a public client]
    #[arg(long, value_name = "SECRET")]
    pub client_secret: Option<String>,
    /// Where people may be sent back to; can be given several times [default: anywhere]
    #[arg(long, value_name = "URL")]
    pub redirect_uri: Vec<String>,
    /// Audience of access tokens
    #[arg(long, value_name = "NAME", default_value = "workbench-api")]
    pub audience: String,
    /// Algorithms that there are keys for; the first is the default of tokens
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "RS256,ES256"
    )]
    pub algorithms: Vec<String>,
    /// Address of the control port, for scenes, tokens and the record
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub control: SocketAddr,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GitHubArguments {
    /// Where to listen; port 0 is a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where clients see it, when that is another address [default: the one it listens on]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<url::Url>,
    /// Answer below `/api/v3`, as GitHub Enterprise Server does
    #[arg(long)]
    pub enterprise: bool,
    /// Owner of the repository
    #[arg(long, default_value = "octo")]
    pub owner: String,
    /// Name of the repository
    #[arg(long, default_value = "hello")]
    pub repo: String,
    /// Its default branch
    #[arg(long, value_name = "BRANCH", default_value = "trunk")]
    pub default_branch: String,
    /// The one token that is accepted [default: a fresh throw-away one]
    #[arg(long)]
    pub token: Option<String>,
    /// What the first commit holds: the files below this folder [default: a README.md]
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// JSON list of what shall go wrong: {"op": "pulls/create", "nth": 1, "kind": "lost-reply"}
    #[arg(long, value_name = "FILE")]
    pub incidents: Option<PathBuf>,
    /// Write the repository here at the end, for git to read
    #[arg(long, value_name = "DIR")]
    pub export: Option<PathBuf>,
}
