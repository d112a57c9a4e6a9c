//! Requests that break off, and looks that come too early: what was done is there all the same.

use super::open_from;
use crate::model::trial::Trial;
use crate::runners::contract::github::ask::Ask;
use crate::runners::contract::github::facts::{self as f, of};
use crate::runners::contract::github::lane::Lane;
use crate::runners::contract::github::trouble::{Outcome, Trouble};

/// A request of an operation that breaks off, after which there is one pull request all the same.
pub(in crate::runners::contract::github::checks) async fn broken(
    lane: &Lane<'_>,
    check: &str,
    case: &str,
    (op, kind): (&str, &str),
) -> Result<Trial, Trouble> {
    lane.fresh();
    lane.incidents(&[(op, 1, kind)])?;
    let deed = lane
        .deed(&Ask::plain(&lane.id(&check.to_lowercase())))
        .await;
    let plan = lane.suite.plan;
    let mut facts = vec![f::met(&deed, kind), f::not_blind(&deed)];
    facts.extend(f::one(plan, &deed));
    facts.push(f::tree(plan, &deed));
    lane.fresh();
    Ok(of(check, case, &deed.said, facts))
}

pub(in crate::runners::contract::github::checks) async fn d9(lane: &Lane<'_>) -> Outcome {
    let lost = ("pulls/create", "lost-reply");
    Ok(vec![broken(lane, "D9", "the reply is lost", lost).await?])
}

pub(in crate::runners::contract::github::checks) async fn d10(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let id = lane.id("d10");
    let branch = lane.branch(&id).await?;
    let looks = lane.profile().await?.looks_by();
    lane.fresh();
    let ask = Ask::plain(&id);
    let wish = &ask.files[0];
    lane.fake.change(|repository| {
        repository.push(
            &branch,
            &[(wish.path.as_str(), Some(wish.content.as_slice()))],
        )
    });
    let number = lane.decoy("", &branch, "");
    // It is there, and the first look does not see it yet.
    if let Some(op) = looks {
        lane.incidents(&[(op, 1, "stale-list:1")])?;
    }
    let deed = lane.deed(&ask).await;
    let there = deed.after.pull(number);
    let refused = deed.of("pulls/create").len();
    let facts = vec![
        f::success(plan, &deed.said),
        f::names(plan, &deed.said, there),
        f::exactly(
            "open pull requests from the branch",
            1,
            open_from(lane, &branch).len(),
        ),
        f::between("refused creations", 1, 2, refused).should(),
    ];
    lane.fresh();
    Ok(vec![of(
        "D10",
        "between look and creation",
        &deed.said,
        facts,
    )])
}

pub(in crate::runners::contract::github::checks) async fn d11(lane: &Lane<'_>) -> Outcome {
    let lost = ("git/create-ref", "lost-reply");
    Ok(vec![broken(lane, "D11", "the reply is lost", lost).await?])
}
