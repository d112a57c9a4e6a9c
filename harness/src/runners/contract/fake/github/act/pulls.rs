//! Pull requests: opened, shown and changed.

use super::super::pull::{NewPull, Pull, PullState};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::repository::now;
use super::super::world::{Delays, World};
use super::Call;

/// A body may have so many characters.
const MOST_CHARACTERS: usize = 65_536;

/// The pull request whose number stands in the path.
pub(super) fn found<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Pull, Refusal> {
    let number = call.word().parse().ok();
    let pull = number.and_then(|number| world.repository.pull(number));
    pull.ok_or_else(Refusal::not_found)
}

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    Ok(Reply::json(200, &world.show_pull(found(world, call)?)))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let new = proposed(world, call)?;
    let author = world.account.login.clone();
    let number = world.repository.open_pull(new, &author);
    let lag = world.delays.search_lag;
    Delays::hide(&mut world.delays.search, number, lag);
    let can_modify = call.body["maintainer_can_modify"] == true;
    let pull = world
        .repository
        .pulls
        .iter_mut()
        .find(|pull| pull.number == number);
    let pull = pull.ok_or_else(Refusal::not_found)?;
    pull.maintainer_can_modify = can_modify;
    let pull = pull.clone();
    Ok(Reply::created(&world.show_pull(&pull)))
}

/// What a body proposes, if GitHub lets it be proposed.
fn proposed(world: &World, call: &Call<'_>) -> Result<NewPull, Refusal> {
    let title = call.text("title").unwrap_or_default();
    if title.is_empty() {
        return Err(Refusal::field("PullRequest", "title", "missing_field"));
    }
    bounded(call.text("body"))?;
    let repository = &world.repository;
    let base = call.needed("base");
    let onto = repository.tip(base);
    let onto = onto.ok_or_else(|| Refusal::field("PullRequest", "base", "invalid"))?;
    let (owner, head) = match call.needed("head").split_once(':') {
        Some((owner, head)) => (owner, head),
        None => (repository.owner.as_str(), call.needed("head")),
    };
    let tip = repository.head_tip(owner, head);
    let tip = tip.ok_or_else(|| Refusal::field("PullRequest", "head", "invalid"))?;
    let owner = world.spelt(owner);
    let same = |pull: &&Pull| {
        pull.is_open() && pull.head_owner == owner && pull.head == head && pull.base == base
    };
    if repository.pulls.iter().any(|pull| same(&pull)) {
        let message = format!("A pull request already exists for {owner}:{head}.");
        return Err(Refusal::custom(&message));
    }
    if repository.store.builds_on(onto, tip) {
        let message = format!("No commits between {base} and {head}");
        return Err(Refusal::custom(&message));
    }
    if repository.store.merge_base(onto, tip).is_none() {
        let message = format!("The {head} branch has no history in common with {base}");
        return Err(Refusal::custom(&message));
    }
    Ok(NewPull {
        head_owner: owner,
        head: head.to_owned(),
        base: base.to_owned(),
        title: title.to_owned(),
        body: call.text("body").map(str::to_owned),
        draft: call.body["draft"] == true,
    })
}

impl World {
    /// An owner as it is spelt where it is kept: GitHub knows no case in names of accounts.
    fn spelt(&self, owner: &str) -> String {
        let mut known = self.repository.forks.keys().chain([&self.repository.owner]);
        let found = known.find(|known| known.eq_ignore_ascii_case(owner));
        found.map_or_else(|| owner.to_owned(), Clone::clone)
    }
}

fn bounded(body: Option<&str>) -> Result<(), Refusal> {
    if body.is_some_and(|body| body.chars().count() > MOST_CHARACTERS) {
        let message = "body is too long (maximum is 65536 characters)";
        return Err(Refusal::invalid(serde_json::json!([
            { "resource": "PullRequest", "field": "body", "code": "custom", "message": message }
        ])));
    }
    Ok(())
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let pull = found(world, call)?.clone();
    bounded(call.text("body"))?;
    if let Some(base) = call
        .text("base")
        .filter(|base| world.repository.tip(base).is_none())
    {
        let message = format!("Proposed base branch '{base}' was not found");
        return Err(Refusal::custom(&message));
    }
    match call.text("state") {
        Some("closed") if pull.is_open() => {
            world.repository.close_pull(pull.number, PullState::Closed);
        }
        Some("open") if !pull.is_open() => reopen(world, &pull)?,
        _ => {}
    }
    let pulls = &mut world.repository.pulls;
    let changed = pulls.iter_mut().find(|other| other.number == pull.number);
    let changed = changed.ok_or_else(Refusal::not_found)?;
    if let Some(title) = call.text("title").filter(|title| !title.is_empty()) {
        title.clone_into(&mut changed.title);
    }
    if let Some(body) = call.text("body") {
        changed.body = Some(body.to_owned());
    }
    if let Some(base) = call.text("base") {
        base.clone_into(&mut changed.base);
    }
    if let Some(can_modify) = call.body["maintainer_can_modify"].as_bool() {
        changed.maintainer_can_modify = can_modify;
    }
    changed.updated_at = now();
    let changed = changed.clone();
    Ok(Reply::json(200, &world.show_pull(&changed)))
}

fn reopen(world: &mut World, pull: &Pull) -> Result<(), Refusal> {
    let repository = &world.repository;
    let refused = |message: &str| Err(Refusal::custom(message));
    if pull.state == PullState::Merged {
        return refused("Cannot reopen a merged pull request");
    }
    if repository.head_tip(&pull.head_owner, &pull.head).is_none() {
        return refused("state cannot be changed. The head branch has been deleted.");
    }
    let same =
        |other: &Pull| other.is_open() && other.label() == pull.label() && other.base == pull.base;
    if repository.pulls.iter().any(same) {
        return refused("state cannot be changed. There is already an open pull request.");
    }
    world.repository.close_pull(pull.number, PullState::Open);
    Ok(())
}
