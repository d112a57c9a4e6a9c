//! References: made, moved and deleted by git's rules.

use super::super::git::{Id, reference_is_legal};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::repository::now;
use super::super::world::World;
use super::Call;
use serde_json::json;

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let name = format!("refs/{}", call.word());
    let id = world
        .repository
        .references
        .get(&name)
        .ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(200, &world.show_reference(&name, *id)))
}

/// Every reference whose name starts so, in the order of names.
pub(super) fn matching(world: &World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let start = format!("refs/{}", call.word());
    let all = world.repository.references.iter();
    let rows = all
        .filter(|(name, _)| name.starts_with(&start))
        .map(|(name, id)| world.show_reference(name, *id));
    Ok(Reply::json(200, &json!(rows.collect::<Vec<_>>())))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let name = call.needed("ref").to_owned();
    if !name.starts_with("refs/") || name.split('/').count() < 3 {
        let message = "Reference name must contain at least three slash-separated components.";
        return Err(Refusal::new(422, message));
    }
    if !reference_is_legal(&name) {
        return Err(Refusal::new(
            422,
            format!("{name} is not a valid ref name."),
        ));
    }
    let id = commit(world, call.needed("sha"))?;
    if world.repository.references.contains_key(&name) {
        return Err(Refusal::new(422, "Reference already exists"));
    }
    // In a folder of files `foo` and `foo/bar` cannot both be there, and git keeps that rule.
    let in_the_way = |other: &String| {
        other.starts_with(&format!("{name}/")) || name.starts_with(&format!("{other}/"))
    };
    if world.repository.references.keys().any(in_the_way) {
        return Err(Refusal::new(422, "Reference update failed"));
    }
    world.repository.references.insert(name.clone(), id);
    world.repository.pushed_at = now();
    Ok(Reply::created(&world.show_reference(&name, id)))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let name = format!("refs/{}", call.word());
    let old = world.repository.references.get(&name).copied();
    let old = old.ok_or_else(|| Refusal::new(422, "Reference does not exist"))?;
    let new = commit(world, call.needed("sha"))?;
    let forced = call.body["force"] == true;
    if !forced && !world.repository.store.builds_on(new, old) {
        return Err(Refusal::new(422, "Update is not a fast forward"));
    }
    world.repository.references.insert(name.clone(), new);
    world.repository.pushed_at = now();
    Ok(Reply::json(200, &world.show_reference(&name, new)))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = format!("refs/{}", call.word());
    if name == format!("refs/heads/{}", world.repository.default_branch) {
        return Err(Refusal::new(422, "Cannot delete the default branch"));
    }
    if !world.repository.references.contains_key(&name) {
        return Err(Refusal::new(422, "Reference does not exist"));
    }
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        // Before it is gone, so that each pull request remembers what the branch held.
        world.repository.close_pulls_of(branch);
    }
    world.repository.references.remove(&name);
    Ok(Reply::empty(204))
}

fn commit(world: &World, sha: &str) -> Result<Id, Refusal> {
    let id = Id::parse(sha).filter(|id| world.repository.store.commit(*id).is_some());
    id.ok_or_else(|| Refusal::new(422, "Object does not exist"))
}
