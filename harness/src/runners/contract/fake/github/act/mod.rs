//! What each operation does: one function an operation, from a call to an answer.

mod blobs;
mod commits;
mod contents;
mod labels;
mod person;
mod pull_list;
mod pulls;
mod references;
mod repository;
mod search;
mod trees;

use super::operation::Operation as O;
use super::reply::Answer;
use super::request::Request;
use super::world::World;
use serde_json::Value;

/// One call of an operation that was let through.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) operation: O,
    pub(super) request: &'a Request,
    /// What stands for the stars of the path.
    pub(super) words: &'a [String],
    /// The body; null when there is none.
    pub(super) body: &'a Value,
}

impl Call<'_> {
    /// What stands for the first star of the path.
    fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// A text of the body.
    fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str()
    }

    /// A text that the shape of the body says is there.
    fn needed(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// The strings of a list of the body.
    fn texts(&self, name: &str) -> Vec<String> {
        let items = self.body[name].as_array().into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }

    /// Whether the caller wants bytes instead of JSON.
    fn wants_raw(&self) -> bool {
        let accept = self.request.accept();
        accept.contains("application/vnd.github") && accept.contains(".raw")
    }
}

/// Does what was asked for.
pub(super) fn act(world: &mut World, call: &Call<'_>) -> Answer {
    match call.operation {
        O::Repository => repository::show(world),
        O::Branches => repository::branches(world, call),
        O::Branch => repository::branch(world, call),
        O::Commit => commits::show(world, call),
        O::Compare => commits::compare(world, call),
        O::Content => contents::show(world, call),
        O::PutContent => contents::put(world, call),
        O::DeleteContent => contents::delete(world, call),
        O::Reference => references::show(world, call),
        O::MatchingReferences => references::matching(world, call),
        O::CreateReference => references::create(world, call),
        O::UpdateReference => references::update(world, call),
        O::DeleteReference => references::delete(world, call),
        O::CreateBlob => blobs::create(world, call),
        O::Blob => blobs::show(world, call),
        O::CreateTree => trees::create(world, call),
        O::Tree => trees::show(world, call),
        O::CreateCommit => commits::create(world, call),
        O::GitCommit => commits::show_object(world, call),
        O::Pulls => pull_list::list(world, call),
        O::PullFiles => pull_list::files(world, call),
        O::PullCommits => pull_list::commits(world, call),
        O::CreatePull => pulls::create(world, call),
        O::Pull => pulls::show(world, call),
        O::UpdatePull => pulls::update(world, call),
        O::Reviewers => labels::reviewers(world, call),
        O::RequestReviewers => labels::request_reviewers(world, call),
        O::Labels => labels::show(world, call),
        O::AddLabels => labels::add(world, call),
        O::Search => search::search(world, call),
        O::User => repository::account(world),
        // Answered where the limits are kept, before anything is let through.
        O::RateLimit => Err(super::reply::Refusal::not_found()),
    }
}
