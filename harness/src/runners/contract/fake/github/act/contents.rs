//! Files by their path: read, written and deleted, one commit each.

use super::super::git::{Commit, File, Files, Id, Mode, Object, path_problem, place};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::repository::now;
use super::super::world::World;
use super::{Call, blobs, person};
use serde_json::json;

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::new(404, "This repository is empty."));
    }
    let default = &world.repository.default_branch;
    let name = call.request.query("ref").filter(|name| !name.is_empty());
    let name = name.unwrap_or(default);
    let commit = world
        .repository
        .resolve(name)
        .ok_or_else(|| Refusal::new(404, format!("No commit found for the ref {name}")))?;
    let tree = world
        .repository
        .store
        .commit(commit)
        .map(|commit| commit.tree);
    let path = call.word().trim_end_matches('/');
    let found = tree.and_then(|tree| world.find_path(tree, path));
    let found = found.ok_or_else(Refusal::not_found)?;
    if found.mode == Mode::Folder {
        return Ok(Reply::json(200, &json!(world.show_folder(&found, name))));
    }
    if let Some(content) = world
        .repository
        .store
        .blob(found.id)
        .filter(|_| call.wants_raw())
    {
        return Ok(Reply::raw(
            200,
            "application/vnd.github.raw; charset=utf-8",
            content,
        ));
    }
    Ok(Reply::json(200, &world.show_content(&found, name)))
}

/// A branch with its files, about to get a commit.
struct Work {
    branch: String,
    tip: Option<Id>,
    files: Files,
}

fn work(world: &World, call: &Call<'_>) -> Result<Work, Refusal> {
    if let Some(problem) = path_problem(call.word()) {
        return Err(Refusal::new(422, problem));
    }
    let branch = call
        .text("branch")
        .unwrap_or(&world.repository.default_branch);
    let branch = branch.trim_start_matches("refs/heads/").to_owned();
    let tip = world.repository.tip(&branch);
    if tip.is_none() && !world.repository.is_empty() {
        return Err(Refusal::new(404, format!("Branch {branch} not found")));
    }
    Ok(Work {
        files: world.repository.files(&branch),
        branch,
        tip,
    })
}

impl Work {
    /// The hash that a caller has to know before it changes a file that is there.
    fn agrees(&self, call: &Call<'_>) -> Result<Option<File>, Refusal> {
        let path = call.word();
        let there = self.files.get(path).copied();
        match (there, call.text("sha")) {
            (Some(file), Some(sha)) if file.id.to_string() != sha => {
                Err(Refusal::new(409, format!("{path} does not match {sha}")))
            }
            (Some(_), None) => Err(Refusal::new(
                422,
                "Invalid request.\n\n\"sha\" wasn't supplied.",
            )),
            // A hash of a file that is not there is as stale as one of other content.
            (None, Some(sha)) => Err(Refusal::new(409, format!("{path} does not match {sha}"))),
            (there, _) => Ok(there),
        }
    }

    fn commit(
        mut self,
        world: &mut World,
        call: &Call<'_>,
        file: Option<File>,
    ) -> Result<Id, Refusal> {
        let (author, committer) = person::people(world, call.body)?;
        place(&mut self.files, call.word(), file);
        let tree = world.repository.store.insert_tree(&self.files);
        let id = world.repository.store.insert(Object::Commit(Commit {
            tree,
            parents: self.tip.into_iter().collect(),
            author,
            committer,
            message: call.needed("message").to_owned(),
            signature: None,
        }));
        let name = format!("refs/heads/{}", self.branch);
        world.repository.references.insert(name, id);
        world.repository.pushed_at = now();
        Ok(id)
    }
}

pub(super) fn put(world: &mut World, call: &Call<'_>) -> Answer {
    let work = work(world, call)?;
    let content = blobs::decoded(call.needed("content"));
    let content = content.ok_or_else(|| Refusal::new(422, "content is not valid Base64"))?;
    let there = work.agrees(call)?;
    let branch = work.branch.clone();
    let file = File {
        mode: there.map_or(Mode::File, |file| file.mode),
        id: world.repository.store.insert_blob(&content),
    };
    let commit = work.commit(world, call, Some(file))?;
    let tree = world
        .repository
        .store
        .commit(commit)
        .map(|commit| commit.tree);
    let found = tree.and_then(|tree| world.find_path(tree, call.word()));
    let shown = found.map(|found| world.show_item(&found, &branch));
    let status = if there.is_some() { 200 } else { 201 };
    let body = json!({ "content": shown, "commit": world.show_git_commit(commit) });
    Ok(Reply::json(status, &body))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let work = work(world, call)?;
    if !work.files.contains_key(call.word()) {
        return Err(Refusal::not_found());
    }
    work.agrees(call)?;
    let commit = work.commit(world, call, None)?;
    let body = json!({ "content": null, "commit": world.show_git_commit(commit) });
    Ok(Reply::json(200, &body))
}
