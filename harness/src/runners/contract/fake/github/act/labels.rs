//! Labels and requested reviewers of pull requests.

use super::super::paging;
use super::super::pull::Pull;
use super::super::reply::{Answer, Refusal, Reply};
use super::super::repository::now;
use super::super::world::World;
use super::{Call, pulls};
use serde_json::json;

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    let labels = world.show_labels(pulls::found(world, call)?);
    let page = paging::page(world, call.request, &labels);
    Ok(page.linked(Reply::json(200, &json!(page.rows))))
}

/// Adds labels; one that the repository does not have is made, as GitHub does.
pub(super) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let named = call.body["labels"].as_array().into_iter().flatten();
    let names = named.filter_map(|label| label.as_str().or_else(|| label["name"].as_str()));
    let names: Vec<String> = names.map(str::to_owned).collect();
    let pull = changed(world, call)?;
    for name in names {
        if !pull
            .labels
            .iter()
            .any(|label| label.eq_ignore_ascii_case(&name))
        {
            pull.labels.push(name);
        }
    }
    let pull = pull.clone();
    Ok(Reply::json(200, &json!(world.show_labels(&pull))))
}

pub(super) fn reviewers(world: &World, call: &Call<'_>) -> Answer {
    let shown = world.show_reviewers(pulls::found(world, call)?);
    Ok(Reply::json(200, &shown))
}

pub(super) fn request_reviewers(world: &mut World, call: &Call<'_>) -> Answer {
    let (people, teams) = (call.texts("reviewers"), call.texts("team_reviewers"));
    let author = &pulls::found(world, call)?.author;
    if people
        .iter()
        .any(|login| login.eq_ignore_ascii_case(author))
    {
        let message = "Review cannot be requested from pull request author.";
        return Err(Refusal::new(422, message));
    }
    let known =
        |all: &[String], name: &String| all.iter().any(|one| one.eq_ignore_ascii_case(name));
    let all_known = people.iter().all(|name| known(&world.collaborators, name))
        && teams.iter().all(|name| known(&world.teams, name));
    if !all_known {
        let message = format!(
            "Reviews may only be requested from collaborators. One or more of the users or teams you \
             specified is not a collaborator of the {} repository.",
            world.repository.full_name()
        );
        return Err(Refusal::new(422, message));
    }
    let pull = changed(world, call)?;
    merge(&mut pull.reviewers, people);
    merge(&mut pull.teams, teams);
    let pull = pull.clone();
    Ok(Reply::json(201, &world.show_pull_simple(&pull)))
}

fn merge(there: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if !there.contains(&name) {
            there.push(name);
        }
    }
}

fn changed<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut Pull, Refusal> {
    let number = pulls::found(world, call)?.number;
    let pulls = &mut world.repository.pulls;
    let pull = pulls.iter_mut().find(|pull| pull.number == number);
    let pull = pull.ok_or_else(Refusal::not_found)?;
    pull.updated_at = now();
    Ok(pull)
}
