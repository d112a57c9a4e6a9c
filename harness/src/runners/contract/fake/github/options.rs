//! How a fake GitHub is set up.

use super::record::Seen;
use rand::Rng;
use std::net::SocketAddr;
use tokio::sync::mpsc::UnboundedSender;

/// The set-up; [`Options::default`] is a private repository of one commit on loopback.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 is a free one.
    pub listen: SocketAddr,
    /// Where clients see it, without a path at the end; `None` is the address that it listens on.
    pub public_url: Option<String>,
    /// Everything is below `/api/v3`, as on GitHub Enterprise Server.
    pub enterprise: bool,
    /// The account that the repository belongs to.
    pub owner: String,
    /// The name of the repository.
    pub repository: String,
    /// The branch that everything else comes from.
    pub default_branch: String,
    /// The account that the token belongs to.
    pub login: String,
    /// The one token that is accepted; by default a fresh throw-away one.
    pub token: String,
    /// What the first commit holds; none at all leaves the repository empty.
    pub files: Vec<(String, Vec<u8>)>,
    /// Accounts that may be asked for a review.
    pub collaborators: Vec<String>,
    /// Teams that may be asked for a review.
    pub teams: Vec<String>,
    /// A new pull request is missing from so many searches.
    pub search_lag: u32,
    /// Above so many entries a tree is answered in part.
    pub tree_limit: usize,
    /// Requests an hour.
    pub core_limit: u64,
    /// Searches a minute.
    pub search_limit: u64,
    /// What GitHub's waiting rule of 60 s is multiplied with; the service under test gets the same factor.
    pub min_wait_scale: f64,
    /// A fault server stands in front, for the cuts that a web server cannot make.
    pub behind_fault_server: bool,
    /// Gets every request as it is answered.
    pub watcher: Option<UnboundedSender<Seen>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            enterprise: false,
            owner: "octo".to_owned(),
            repository: "hello".to_owned(),
            default_branch: "trunk".to_owned(),
            login: "proofhouse-bot".to_owned(),
            token: throw_away(),
            files: vec![("README.md".to_owned(), b"# hello\n".to_vec())],
            collaborators: Vec::new(),
            teams: Vec::new(),
            search_lag: 1,
            tree_limit: 100_000,
            core_limit: 5_000,
            search_limit: 30,
            min_wait_scale: 1.0,
            behind_fault_server: false,
            watcher: None,
        }
    }
}

/// A token in the form of a classic one that nobody else has.
fn throw_away() -> String {
    let mut random = rand::rng();
    let letters = (0..36).map(|_| char::from(random.sample(rand::distr::Alphanumeric)));
    format!("ghp_{}", letters.collect::<String>())
}
