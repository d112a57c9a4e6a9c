//! One lane: a fake GitHub and a target that knows no other one, used by one check after another.

use super::ask::Ask;
use super::deed::Deed;
use super::profile::Profile;
use super::said::Said;
use super::suite::Suite;
use super::trouble::Trouble;
use crate::model::trial::Twin;
use crate::model::trial::launch::{LaunchWith, Launched};
use crate::runners::contract::fake::github::git::{Commit, File, Mode, Object, Signature};
use crate::runners::contract::fake::github::{GitHub, Incident, NewPull, Options, Repository};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use tokio::sync::OnceCell;

/// What is particular about a lane.
#[derive(Debug, Clone, Default)]
pub(super) struct With {
    /// The API is below `/api/v3`.
    pub(super) enterprise: bool,
    /// The default branch, where it is another.
    pub(super) base: Option<String>,
    /// The factor of waiting rules, where it is another.
    pub(super) scale: Option<f64>,
    /// Requests an hour.
    pub(super) quota: Option<u64>,
    /// Above so many entries a tree is answered in part.
    pub(super) tree_limit: Option<usize>,
    /// Variables of the target.
    pub(super) environment: BTreeMap<String, Option<String>>,
}

/// A fake and its target.
pub(super) struct Lane<'a> {
    pub(super) suite: &'a Suite<'a>,
    pub(super) fake: GitHub,
    /// Where the target answers.
    pub(super) url: String,
    pub(super) target: Option<Box<dyn Launched>>,
    values: BTreeMap<String, String>,
    environment: BTreeMap<String, Option<String>>,
    fresh: Repository,
    profile: OnceCell<Result<Profile, String>>,
    /// Everything that the target ever answered, for the search for tokens.
    heard: Mutex<String>,
}

/// So much of what was answered is kept.
const HEARD: usize = 4 * 1024 * 1024;

impl<'a> Lane<'a> {
    /// Starts a fake and a target for it.
    ///
    /// # Errors
    /// The fake cannot listen, or the target does not become ready; in words.
    pub(super) async fn start(suite: &'a Suite<'a>, with: &With) -> Result<Lane<'a>, Trouble> {
        let options = options(suite, with);
        let token = options.token.clone();
        let fake = GitHub::start(options).await;
        let fake = fake.map_err(|error| Trouble::Suite(error.to_string()))?;
        fake.change(furnish);
        let mut lane = Lane {
            fresh: fake.repository(),
            values: suite.values(&fake, &token, with),
            environment: with.environment.clone(),
            url: String::new(),
            target: None,
            profile: OnceCell::new(),
            heard: Mutex::default(),
            suite,
            fake,
        };
        lane.launch().await?;
        Ok(lane)
    }

    /// Another lane, for one check alone.
    pub(super) async fn sibling(&self, with: With) -> Result<Lane<'a>, Trouble> {
        Lane::start(self.suite, &with).await
    }

    async fn launch(&mut self) -> Result<(), Trouble> {
        if let Some(url) = self.suite.attached() {
            url.clone_into(&mut self.url);
            return Ok(());
        }
        let with = LaunchWith {
            values: self.values.clone(),
            environment: self.environment.clone(),
            ..LaunchWith::default()
        };
        let launched = self.suite.stage.launcher.launch(&with).await;
        let target = launched.map_err(|error| Trouble::Target(format!("the target: {error}")))?;
        target.url().clone_into(&mut self.url);
        self.target = Some(target);
        Ok(())
    }

    /// Kills the target and starts it anew, on the same fake.
    ///
    /// # Errors
    /// As [`Lane::start`].
    pub(super) async fn restart(&mut self) -> Result<(), Trouble> {
        if let Some(target) = self.target.take() {
            target.kill().await;
        }
        self.launch().await
    }

    /// Ends the target.
    pub(super) async fn stop(self) {
        if let Some(target) = self.target {
            target.stop().await;
        }
    }

    /// The repository as it was at first, and nothing that goes wrong.
    pub(super) fn fresh(&self) {
        self.fake.heal();
        self.fake
            .change(|repository| repository.clone_from(&self.fresh));
    }

    /// Sets incidents: operation, which one (0 is all), kind. One that cannot be is a mistake of the suite.
    pub(super) fn incidents(&self, all: &[(&str, u32, &str)]) -> Result<(), Trouble> {
        let read = |(op, nth, kind): &(&str, u32, &str)| -> Result<Incident, Trouble> {
            let told = |error: &dyn std::fmt::Display| Trouble::Suite(error.to_string());
            Ok(Incident {
                op: op.parse().map_err(|error| told(&error))?,
                nth: (*nth > 0).then_some(*nth),
                kind: kind.parse().map_err(|error| told(&error))?,
            })
        };
        let incidents = all.iter().map(read).collect::<Result<_, _>>()?;
        let set = self.fake.incidents(incidents);
        set.map_err(|error| Trouble::Suite(error.to_string()))
    }

    /// An id that no other trial has.
    pub(super) fn id(&self, word: &str) -> String {
        format!("{word}-{}", self.suite.next())
    }

    /// The file that `${audit_file}` names.
    pub(super) fn audit_file(&self) -> &str {
        self.values.get("audit_file").map_or("", String::as_str)
    }

    /// The token that the target was given.
    pub(super) fn token(&self) -> &str {
        self.values.get("github_token").map_or("", String::as_str)
    }

    /// Asks, and waits for the answer.
    pub(super) async fn said(&self, ask: &Ask) -> Said {
        let said = self.suite.trigger(&self.url, ask).await;
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() < HEARD {
            heard.push_str(&said.text);
            heard.push('\n');
        }
        drop(heard);
        said
    }

    /// Everything that was answered so far.
    pub(super) fn heard(&self) -> String {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Asks, and looks at everything that came of it.
    pub(super) async fn deed(&self, ask: &Ask) -> Deed {
        let before = self.fake.repository();
        let mark = self.fake.mark();
        let said = self.said(ask).await;
        Deed {
            ask: ask.clone(),
            said,
            requests: self.fake.requests_since(mark),
            before,
            after: self.fake.repository(),
        }
    }

    /// Asks for several at once; the deed is of the first, with the answers of all.
    pub(super) async fn together(&self, asks: &[Ask]) -> (Deed, Vec<Said>) {
        let before = self.fake.repository();
        let mark = self.fake.mark();
        let all = asks.iter().map(|ask| self.said(ask));
        let said = futures_util::future::join_all(all).await;
        let deed = Deed {
            ask: asks.first().cloned().unwrap_or_default(),
            said: said.first().cloned().unwrap_or_default(),
            requests: self.fake.requests_since(mark),
            before,
            after: self.fake.repository(),
        };
        (deed, said)
    }

    /// A request that has to be accepted, on a repository as it was at first.
    pub(super) async fn twin(&self) -> Twin {
        self.fresh();
        let deed = self.deed(&Ask::plain(&self.id("twin"))).await;
        self.fresh();
        let plan = &self.suite.plan.answer;
        let opened = deed.opened();
        let number = deed.said.number(plan);
        let named = opened.len() == 1 && number == opened.first().map(|pull| pull.number);
        Twin {
            green: deed.said.is_success(plan) && named,
            saw: format!(
                "{} in {:.0?}, {} new pull requests",
                deed.said.told(),
                deed.said.took,
                opened.len()
            ),
        }
    }

    /// How the target works when nothing is wrong; learned once.
    ///
    /// # Errors
    /// A plain request opens no pull request; in words.
    pub(super) async fn profile(&self) -> Result<&Profile, Trouble> {
        let learned = self.profile.get_or_init(|| Profile::learn(self)).await;
        learned
            .as_ref()
            .map_err(|told| Trouble::Target(told.clone()))
    }

    /// The branch of an id: by the pattern, else by a look, after which everything is as before.
    ///
    /// # Errors
    /// As [`Lane::profile`].
    pub(super) async fn branch(&self, id: &str) -> Result<String, Trouble> {
        if let Some(branch) = self.profile().await?.branch(id) {
            return Ok(branch);
        }
        let kept = self.fake.repository();
        let deed = self.deed(&Ask::plain(id)).await;
        let opened = deed.opened();
        let branch = opened.first().map(|pull| pull.head.clone());
        self.fake.heal();
        self.fake.change(|repository| *repository = kept);
        let told = || format!("{id} has no branch: {}", deed.said.told());
        branch.ok_or_else(|| Trouble::Target(told()))
    }

    /// Opens a pull request of somebody else.
    pub(super) fn decoy(&self, owner: &str, head: &str, base: &str) -> u64 {
        let new = NewPull {
            head_owner: owner.to_owned(),
            head: head.to_owned(),
            base: base.to_owned(),
            title: format!("Decoy {head}"),
            ..NewPull::default()
        };
        self.fake.change(|repository| {
            let base = new.base.clone();
            if !base.is_empty() && repository.tip(&base).is_none() {
                repository.push(&base, &[("other-base.txt", Some(b"x\n"))]);
            }
            repository.open_pull(new, "somebody")
        })
    }
}

fn options(suite: &Suite<'_>, with: &With) -> Options {
    let default = Options::default();
    let repository = &suite.plan.repository;
    let attached = suite.attached().and(suite.plan.attached.as_ref());
    let base = with.base.as_ref().unwrap_or(&repository.base);
    Options {
        listen: attached.map_or(default.listen, |fake| fake.listen),
        public_url: attached.and_then(|fake| fake.public_url.clone()),
        token: attached.map_or(default.token.clone(), |fake| fake.token.clone()),
        enterprise: with.enterprise,
        owner: repository.owner.clone(),
        repository: repository.name.clone(),
        default_branch: base.clone(),
        files: vec![
            ("README.md".to_owned(), b"# hello\n".to_vec()),
            ("behaviors/api.yaml".to_owned(), b"declared: old\n".to_vec()),
            ("docs/guide.md".to_owned(), b"one\r\ntwo\r\n".to_vec()),
            ("docs/deep/er/note.txt".to_owned(), b"no newline".to_vec()),
            ("data.bin".to_owned(), (0..=255).collect()),
        ],
        collaborators: vec!["reviewer".to_owned()],
        core_limit: with.quota.unwrap_or(1_000_000),
        search_limit: 1_000_000,
        tree_limit: with.tree_limit.unwrap_or(default.tree_limit),
        min_wait_scale: with.scale.unwrap_or(suite.plan.min_wait_scale),
        behind_fault_server: true,
        ..default
    }
}

/// A second commit, so that the tip has a parent, with a program and a link.
fn furnish(repository: &mut Repository) {
    let base = repository.default_branch.clone();
    let Some(first) = repository.tip(&base) else {
        return;
    };
    let mut files = repository.store.files_of(first);
    for (path, mode, content) in [
        ("bin/run.sh", Mode::Executable, "#!/bin/sh\n"),
        ("link", Mode::Link, "README.md"),
    ] {
        let id = repository.store.insert_blob(content.as_bytes());
        files.insert(path.to_owned(), File { mode, id });
    }
    let tree = repository.store.insert_tree(&files);
    let somebody = Signature {
        name: "Somebody Else".to_owned(),
        email: "somebody@example.com".to_owned(),
        at: repository.created_at,
        offset: 0,
    };
    let second = repository.store.insert(Object::Commit(Commit {
        tree,
        parents: vec![first],
        author: somebody.clone(),
        committer: somebody,
        message: "A program and a link\n".to_owned(),
        signature: None,
    }));
    repository
        .references
        .insert(format!("refs/heads/{base}"), second);
}
