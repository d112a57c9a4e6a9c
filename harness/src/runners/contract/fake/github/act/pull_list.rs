//! Lists of pull requests, of their files and of their commits.

use super::super::paging;
use super::super::pull::Pull;
use super::super::reply::{Answer, Reply};
use super::super::world::{Delays, World};
use super::{Call, pulls};
use serde_json::json;

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Answer {
    let unknown = Delays::unknown(&mut world.delays.list);
    let mut rows: Vec<&Pull> = world.repository.pulls.iter().collect();
    rows.retain(|pull| !unknown.contains(&pull.number) && is_wanted(pull, call));
    let by_update = call.request.query("sort") == Some("updated");
    rows.sort_by_key(|pull| (if by_update { pull.updated_at } else { 0 }, pull.number));
    // Newest first, unless another order was asked for (docs: "List pull requests").
    let sorted = call
        .request
        .query("sort")
        .is_some_and(|sort| sort != "created");
    let default = if sorted { "asc" } else { "desc" };
    if call.request.query("direction").unwrap_or(default) == "desc" {
        rows.reverse();
    }
    let page = paging::page(world, call.request, &rows);
    let shown: Vec<_> = page
        .rows
        .iter()
        .map(|pull| world.show_pull_simple(pull))
        .collect();
    Ok(page.linked(Reply::json(200, &json!(shown))))
}

fn is_wanted(pull: &Pull, call: &Call<'_>) -> bool {
    let state = match call.request.query("state").unwrap_or("open") {
        "all" => true,
        "closed" => !pull.is_open(),
        _ => pull.is_open(),
    };
    // A head without an owner is ignored, as GitHub does (PyGithub#1566, gitops-promoter#1417).
    let head = call
        .request
        .query("head")
        .and_then(|head| head.split_once(':'));
    let head = head.is_none_or(|(owner, branch)| {
        pull.head_owner.eq_ignore_ascii_case(owner) && pull.head == branch
    });
    let base = call
        .request
        .query("base")
        .is_none_or(|base| pull.base == base);
    state && head && base
}

pub(super) fn files(world: &World, call: &Call<'_>) -> Answer {
    let pull = pulls::found(world, call)?;
    let head = world.repository.head(pull);
    let shown = world.show_differences(&world.pull_changes(pull), head);
    let page = paging::page(world, call.request, &shown);
    Ok(page.linked(Reply::json(200, &json!(page.rows))))
}

pub(super) fn commits(world: &World, call: &Call<'_>) -> Answer {
    let pull = pulls::found(world, call)?;
    let page = paging::page(world, call.request, &world.pull_commits(pull));
    let shown: Vec<_> = page
        .rows
        .iter()
        .map(|id| world.show_commit(*id, false))
        .collect();
    Ok(page.linked(Reply::json(200, &json!(shown))))
}
