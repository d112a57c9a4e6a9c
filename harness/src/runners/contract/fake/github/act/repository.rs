//! The repository, its branches, and who asks.

use super::super::paging;
use super::super::reply::{Answer, Refusal, Reply};
use super::super::world::World;
use super::Call;
use serde_json::json;

pub(super) fn show(world: &World) -> Answer {
    Ok(Reply::json(200, &world.show_repository()))
}

pub(super) fn account(world: &World) -> Answer {
    Ok(Reply::json(200, &world.show_account()))
}

pub(super) fn branches(world: &World, call: &Call<'_>) -> Answer {
    let branches = world.repository.branches();
    let page = paging::page(
        world,
        call.request,
        &branches.into_iter().collect::<Vec<_>>(),
    );
    let shown = page
        .rows
        .iter()
        .map(|(name, tip)| world.show_short_branch(name, *tip));
    let shown: Vec<_> = shown.collect();
    Ok(page.linked(Reply::json(200, &json!(shown))))
}

pub(super) fn branch(world: &World, call: &Call<'_>) -> Answer {
    let tip = world.repository.tip(call.word());
    let tip = tip.ok_or_else(|| Refusal::new(404, "Branch not found"))?;
    Ok(Reply::json(200, &world.show_branch(call.word(), tip)))
}
