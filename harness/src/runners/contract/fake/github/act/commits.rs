//! Commits: made, shown and compared.

use super::super::git::{Commit, Id, Object};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::world::{World, escaped};
use super::{Call, person};
use serde_json::json;

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let store = &world.repository.store;
    let tree = Id::parse(call.needed("tree")).filter(|id| store.tree(*id).is_some());
    let tree = tree.ok_or_else(|| Refusal::new(422, "Tree SHA does not exist"))?;
    let is_commit = |sha: &String| Id::parse(sha).filter(|id| store.commit(*id).is_some());
    let parents: Option<Vec<Id>> = call.texts("parents").iter().map(is_commit).collect();
    let parents = parents
        .ok_or_else(|| Refusal::new(422, "Parent SHA does not exist or is not a commit object"))?;
    let (author, committer) = person::people(world, call.body)?;
    let id = world.repository.store.insert(Object::Commit(Commit {
        tree,
        parents,
        author,
        committer,
        message: call.needed("message").to_owned(),
        signature: call.text("signature").map(str::to_owned),
    }));
    Ok(Reply::created(&world.show_git_commit(id)))
}

pub(super) fn show_object(world: &World, call: &Call<'_>) -> Answer {
    let id = Id::parse(call.word()).filter(|id| world.repository.store.commit(*id).is_some());
    let id = id.ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(200, &world.show_git_commit(id)))
}

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let id = world
        .repository
        .resolve(call.word())
        .ok_or_else(|| Refusal::new(422, format!("No commit found for SHA: {}", call.word())))?;
    Ok(Reply::json(200, &world.show_commit(id, true)))
}

/// `BASE...HEAD`, each a name of a commit, perhaps with the owner of a fork before it.
pub(super) fn compare(world: &World, call: &Call<'_>) -> Answer {
    let sides = call
        .word()
        .split_once("...")
        .ok_or_else(Refusal::not_found)?;
    let base = side(world, sides.0).ok_or_else(Refusal::not_found)?;
    let head = side(world, sides.1).ok_or_else(Refusal::not_found)?;
    let store = &world.repository.store;
    let fork = store.merge_base(base, head).ok_or_else(|| {
        Refusal::new(
            404,
            format!("No common ancestor between {} and {}.", sides.0, sides.1),
        )
    })?;
    let (ahead, behind) = (store.between(base, head), store.between(head, base));
    let status = match (ahead.len(), behind.len()) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let range = escaped(call.word());
    let page = world.page(&format!("/compare/{range}"));
    let commits: Vec<_> = ahead
        .iter()
        .map(|id| world.show_commit(*id, false))
        .collect();
    let changes = world.changes(Some(fork), head);
    Ok(Reply::json(
        200,
        &json!({
            "url": world.api(&format!("/compare/{range}")), "html_url": page,
            "permalink_url": world.page(&format!("/compare/{base}...{head}")),
            "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "base_commit": world.show_commit(base, false),
            "merge_base_commit": world.show_commit(fork, false),
            "status": status, "ahead_by": ahead.len(), "behind_by": behind.len(),
            "total_commits": ahead.len(), "commits": commits,
            "files": world.show_differences(&changes, head),
        }),
    ))
}

fn side(world: &World, word: &str) -> Option<Id> {
    match word.split_once(':') {
        Some((owner, branch)) => world.repository.head_tip(owner, branch),
        None => world.repository.resolve(word),
    }
}
