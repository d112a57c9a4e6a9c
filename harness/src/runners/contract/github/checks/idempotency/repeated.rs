//! The same request again: at once, after a restart, behind many others, after it was closed.

use super::LIST;
use crate::model::trial::Fact;
use crate::model::trial::github::ClosedPull;
use crate::runners::contract::fake::github::PullState;
use crate::runners::contract::github::ask::Ask;
use crate::runners::contract::github::deed::Deed;
use crate::runners::contract::github::facts::{self as f, of};
use crate::runners::contract::github::lane::{Lane, With};
use crate::runners::contract::github::said::Said;
use crate::runners::contract::github::trouble::{Outcome, Trouble};

const SEARCH: &str = "search/issues-and-pull-requests";

/// The second answer is success and names the number of the first, and nothing was written.
fn same(lane: &Lane<'_>, first: &Deed, second: &Deed) -> Vec<Fact> {
    let plan = lane.suite.plan;
    vec![
        f::success(plan, &second.said),
        f::names(plan, &second.said, first.opened().first().copied()),
        f::exactly("writes of the second", 0, second.writes()),
        f::exactly("further pull requests", 0, second.opened().len()),
    ]
}

pub(in crate::runners::contract::github::checks) async fn d1(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let ask = Ask::plain(&lane.id("d1"));
    let first = lane.deed(&ask).await;
    let second = lane.deed(&ask).await;
    let mut facts = f::one(lane.suite.plan, &first);
    facts.extend(same(lane, &first, &second));
    Ok(vec![of(
        "D1",
        "the same request twice",
        &second.said,
        facts,
    )])
}

pub(in crate::runners::contract::github::checks) async fn d4(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let ask = Ask::plain(&lane.id("d4"));
    let first = lane.deed(&ask).await;
    for n in 0..120 {
        lane.decoy("", &format!("newer-{n}"), "");
    }
    lane.incidents(&[(LIST, 0, "lax-list")])?;
    let second = lane.deed(&ask).await;
    lane.fresh();
    let mut facts = f::one(lane.suite.plan, &first);
    facts.extend(same(lane, &first, &second));
    Ok(vec![of(
        "D4",
        "120 newer ones are open",
        &second.said,
        facts,
    )])
}

pub(in crate::runners::contract::github::checks) async fn d5(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let mut trials = Vec::new();
    for (case, content) in [("closed", false), ("closed, and its branch is gone", true)] {
        lane.fresh();
        let ask = Ask::plain(&lane.id("d5"));
        let first = lane.deed(&ask).await;
        let opened: Vec<(u64, String)> = first
            .opened()
            .iter()
            .map(|pull| (pull.number, pull.head.clone()))
            .collect();
        lane.fake.change(|repository| {
            for (number, head) in &opened {
                repository.close_pull(*number, PullState::Closed);
                if content {
                    repository.references.remove(&format!("refs/heads/{head}"));
                }
            }
        });
        let second = lane.deed(&ask).await;
        let mut facts = f::one(plan, &first);
        match plan.policy.closed_pull {
            ClosedPull::New => facts.extend(f::one(plan, &second)),
            ClosedPull::Refuse => facts.push(f::no_success(plan, &second.said)),
            ClosedPull::Reopen => {
                facts.extend(f::one(plan, &second));
                facts.push(f::names(
                    plan,
                    &second.said,
                    first.opened().first().copied(),
                ));
            }
        }
        trials.push(of("D5", case, &second.said, facts));
    }
    Ok(trials)
}

pub(in crate::runners::contract::github::checks) async fn d8(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let ask = Ask::plain(&lane.id("d8"));
    let (deed, said) = lane.together(&vec![ask; 10]).await;
    let opened = deed.opened();
    let right = |said: &&Said| {
        let named = said.number(&plan.answer);
        said.is_success(&plan.answer)
            && named.is_some()
            && named == opened.first().map(|pull| pull.number)
    };
    let count = said.iter().filter(right).count();
    let odd = said.iter().find(|said| !right(said)).unwrap_or(&deed.said);
    let facts = vec![
        f::exactly("new open pull requests", 1, opened.len()),
        f::exactly("answers that name it", 10, count),
    ];
    Ok(vec![of("D8", "ten at once", odd, facts)])
}

pub(in crate::runners::contract::github::checks) async fn d12(lane: &Lane<'_>) -> Outcome {
    if !lane.profile().await?.uses(SEARCH) {
        let text = "the target does not use the search";
        return Err(Trouble::NotAsked(text.to_owned()));
    }
    lane.fresh();
    let ask = Ask::plain(&lane.id("d12"));
    let first = lane.deed(&ask).await;
    lane.incidents(&[(SEARCH, 1, "stale-list:3")])?;
    let second = lane.deed(&ask).await;
    let mut facts = f::one(lane.suite.plan, &first);
    facts.push(f::success(lane.suite.plan, &second.said));
    facts.push(f::names(
        lane.suite.plan,
        &second.said,
        first.opened().first().copied(),
    ));
    facts.push(f::exactly(
        "further pull requests",
        0,
        second.opened().len(),
    ));
    lane.fresh();
    Ok(vec![of(
        "D12",
        "three searches do not know it",
        &second.said,
        facts,
    )])
}

pub(in crate::runners::contract::github::checks) async fn d13(lane: &Lane<'_>) -> Outcome {
    let mut lane = lane.sibling(With::default()).await?;
    let ask = Ask::plain(&lane.id("d13"));
    let first = lane.deed(&ask).await;
    lane.restart().await?;
    let second = lane.deed(&ask).await;
    let mut facts = f::one(lane.suite.plan, &first);
    facts.extend(same(&lane, &first, &second));
    let trial = of("D13", "killed in between", &second.said, facts);
    lane.stop().await;
    Ok(vec![trial])
}
