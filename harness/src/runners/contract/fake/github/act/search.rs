//! Search for pull requests: late, and by the start of a branch's name.

use super::super::paging;
use super::super::pull::{Pull, PullState};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::world::{Delays, World};
use super::Call;
use serde_json::json;

pub(super) fn search(world: &mut World, call: &Call<'_>) -> Answer {
    let text = call.request.query("q").unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Refusal::field("Search", "q", "missing"));
    }
    let terms = terms(text);
    let unknown = Delays::unknown(&mut world.delays.search);
    let wanted = |pull: &&Pull| terms.iter().all(|term| is_met(world, pull, term));
    let mut rows: Vec<&Pull> = world.repository.pulls.iter().filter(wanted).collect();
    let all = rows.len();
    rows.retain(|pull| !unknown.contains(&pull.number));
    rows.reverse();
    let page = paging::page(world, call.request, &rows);
    let shown: Vec<_> = page
        .rows
        .iter()
        .map(|pull| world.show_searched(pull))
        .collect();
    Ok(page.linked(Reply::json(
        200,
        &json!({
            "total_count": rows.len(), "incomplete_results": rows.len() < all,
            "items": shown, "search_type": "lexical",
        }),
    )))
}

/// Words and `"quoted words"`, split at white space.
fn terms(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => terms.push(String::new()),
            c => terms.last_mut().into_iter().for_each(|term| term.push(c)),
        }
    }
    terms.retain(|term| !term.is_empty());
    terms
}

/// Whether a pull request has what a term wants; the qualifiers that remediation needs are known.
fn is_met(world: &World, pull: &Pull, term: &str) -> bool {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match term.split_once(':') {
        Some(("repo", name)) => same(name, &world.repository.full_name()),
        Some(("user" | "org", owner)) => same(owner, &world.repository.owner),
        Some(("is" | "type", "pr" | "pull-request")) => true,
        Some(("is" | "type", "issue")) => false,
        Some(("is" | "state", "open")) => pull.is_open(),
        Some(("is" | "state", "closed")) => !pull.is_open(),
        Some(("is", "merged")) => pull.state == PullState::Merged,
        Some(("is", "unmerged")) => pull.state == PullState::Closed,
        Some(("is", "draft")) => pull.draft,
        Some(("draft", flag)) => same(flag, &pull.draft.to_string()),
        // The start is enough (docs: "Search by branch name").
        Some(("head", start)) => pull.head.starts_with(start),
        Some(("base", start)) => pull.base.starts_with(start),
        Some(("author", login)) => same(login, &pull.author),
        Some(("label", name)) => pull.labels.iter().any(|label| same(label, name)),
        Some(("in" | "sort", _)) => true,
        _ => {
            let text = format!(
                "{} {}",
                pull.title,
                pull.body.as_deref().unwrap_or_default()
            );
            text.to_lowercase().contains(&term.to_lowercase())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_split_at_spaces_outside_of_quotes() {
        assert_eq!(
            terms("is:pr head:\"a b\"  \"c d\""),
            ["is:pr", "head:a b", "c d"]
        );
    }
}
