//! A small real GitHub: a git store behind GitHub's REST API, and whatever may go wrong with it.
//!
//! Described by GitHub in <https://docs.github.com/rest> (versions 2022-11-28 and 2026-03-10).

mod act;
mod cut;
mod etag;
mod folder;
mod gate;
pub mod git;
mod incident;
mod kind;
mod operation;
mod options;
mod paging;
mod pull;
mod rate;
mod record;
mod reply;
mod repository;
mod request;
mod serve;
mod shape;
mod show;
mod state;
mod trouble;
mod version;
mod world;
mod wrong;

pub use cut::Cut;
pub use folder::FolderError;
pub use incident::{Incident, IncidentError, Target};
pub use kind::{Answered, Kind};
pub use operation::Operation;
pub use options::Options;
pub use pull::{NewPull, Pull, PullState};
pub use rate::{Hint, Rate};
pub use record::{Mark, Seen};
pub use repository::Repository;
pub use shape::{Finding, Problem};
pub use version::Version;

use crate::runners::contract::fault_server::{FaultServer, Reserved};
use rate::Limits;
use serve::Shared;
use state::State;
use std::net::{SocketAddr, TcpListener};
use std::time::Instant;
use wiremock::MockServer;
use world::{Account, Delays, Site, World};

/// Why the fake could not start.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A name that GitHub or git would refuse.
    #[error("`{0}` cannot be the name of an account, a repository or a branch")]
    Name(String),
}

/// A running fake; it ends when it is dropped.
pub struct GitHub {
    shared: Shared,
    server: MockServer,
    front: Option<FaultServer>,
}

impl GitHub {
    /// Starts, and answers from then on.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(options: Options) -> Result<Self, GitHubError> {
        check_names(&options)?;
        let address = options.listen;
        let failed = |cause| GitHubError::Listen { address, cause };
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let reserved = options.behind_fault_server.then(|| Reserved::new(address));
        let reserved = reserved.transpose().map_err(failed)?;
        let behind = reserved.as_ref().map_or(address, |_| free);
        let listener = TcpListener::bind(behind).map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let seen_at = reserved.as_ref().map_or(bound, Reserved::address);
        let shared = Shared::new(state(options, seen_at));
        let server = shared.serve(listener).await;
        let front = reserved.map(|reserved| reserved.serve(bound));
        let front = front.transpose().map_err(failed)?;
        Ok(Self {
            shared,
            server,
            front,
        })
    }

    /// The root of the API, as clients see it.
    pub fn api_url(&self) -> String {
        self.shared.state().world.site.api.clone()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        let front = self.front.as_ref().map(FaultServer::address);
        front.unwrap_or_else(|| *self.server.address())
    }

    /// The token that is accepted.
    pub fn token(&self) -> String {
        self.shared.state().world.account.token.clone()
    }

    /// Sets incidents, besides those that are still to come; `nth` counts from now.
    ///
    /// # Errors
    /// One of them cannot be; then none is set.
    pub fn incidents(&self, incidents: Vec<Incident>) -> Result<(), IncidentError> {
        let mut state = self.shared.state();
        let fault_server = state.fault_server;
        state.incidents.add(incidents, fault_server)
    }

    /// Forgets incidents that are still to come, ends limits, fills quotas, gives the token back,
    /// and shows what was kept from lists and searches.
    pub fn heal(&self) {
        let mut state = self.shared.state();
        state.incidents.clear();
        state.limits.heal();
        state.world.account.revoked = false;
        state.world.delays.list.clear();
        state.world.delays.search.clear();
    }

    /// This moment in the record.
    pub fn mark(&self) -> Mark {
        self.shared.state().record.mark()
    }

    /// Every request since a moment, oldest first.
    pub fn requests_since(&self, mark: Mark) -> Vec<Seen> {
        self.shared.state().record.since(mark)
    }

    /// The repository as it stands: a snapshot.
    pub fn repository(&self) -> Repository {
        self.shared.state().world.repository.clone()
    }

    /// Says whether a repository could be exported to a folder: it is not there, or empty.
    ///
    /// # Errors
    /// The folder holds something, or cannot be read.
    pub fn can_export(folder: &std::path::Path) -> Result<(), git::ExportError> {
        git::is_free(folder)
    }

    /// The files of a folder, for [`Options::files`]; `.git` is left out.
    ///
    /// # Errors
    /// There is none, or one of them cannot be part of a repository.
    pub fn files_of(folder: &std::path::Path) -> Result<Vec<(String, Vec<u8>)>, FolderError> {
        folder::files(folder)
    }

    /// Changes the repository behind the back of its clients.
    pub fn change<T>(&self, change: impl FnOnce(&mut Repository) -> T) -> T {
        change(&mut self.shared.state().world.repository)
    }
}

impl std::fmt::Debug for GitHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the token.
        f.debug_struct("GitHub")
            .field("api_url", &self.api_url())
            .finish_non_exhaustive()
    }
}

fn check_names(options: &Options) -> Result<(), GitHubError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let names = [&options.owner, &options.repository, &options.login];
    let odd = names
        .into_iter()
        .find(|name| name.is_empty() || name.starts_with('.') || !name.chars().all(plain));
    let whole = format!("refs/heads/{}", options.default_branch);
    let odd = odd.or_else(|| (!git::reference_is_legal(&whole)).then_some(&options.default_branch));
    odd.map_or(Ok(()), |name| Err(GitHubError::Name(name.clone())))
}

fn state(options: Options, bound: SocketAddr) -> State {
    let prefix = if options.enterprise { "/api/v3" } else { "" };
    let web = options
        .public_url
        .unwrap_or_else(|| format!("http://{bound}"));
    let web = web.trim_end_matches('/').to_owned();
    let mut repository =
        Repository::new(&options.owner, &options.repository, &options.default_branch);
    if !options.files.is_empty() {
        let files = options.files.iter();
        let files: Vec<_> = files
            .map(|(path, content)| (path.as_str(), Some(content.as_slice())))
            .collect();
        let first = repository.commit_on(None, &files, "Initial commit\n");
        let name = format!("refs/heads/{}", options.default_branch);
        repository.references.insert(name, first);
    }
    let world = World {
        repository,
        account: Account {
            login: options.login,
            token: options.token,
            revoked: false,
        },
        site: Site {
            api: format!("{web}{prefix}"),
            web,
        },
        collaborators: options.collaborators,
        teams: options.teams,
        tree_limit: options.tree_limit,
        delays: Delays {
            search_lag: options.search_lag,
            ..Delays::default()
        },
    };
    State {
        world,
        limits: Limits::new(
            options.core_limit,
            options.search_limit,
            options.min_wait_scale,
        ),
        incidents: incident::Incidents::default(),
        record: record::Record::default(),
        prefix,
        started: Instant::now(),
        count: 0,
        fault_server: options.behind_fault_server,
        watcher: options.watcher,
    }
}

#[cfg(test)]
mod tests;
