//! A branch that is there already: at the base, with the right content, with the work of somebody else.

use super::open_from;
use crate::model::trial::github::ForeignBranch;
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::contract::github::ask::Ask;
use crate::runners::contract::github::deed::Deed;
use crate::runners::contract::github::facts::{self as f, of};
use crate::runners::contract::github::lane::Lane;
use crate::runners::contract::github::trouble::{Outcome, Trouble};

/// Makes the branch, where the base is.
fn at_base(lane: &Lane<'_>, branch: &str) {
    lane.fake.change(|repository| {
        if let Some(tip) = repository.tip(&repository.default_branch) {
            repository
                .references
                .insert(format!("refs/heads/{branch}"), tip);
        }
    });
}

/// A pull request from exactly the branch, with the right files.
fn finished(lane: &Lane<'_>, check: &str, case: &str, deed: &Deed, branch: &str) -> Trial {
    let plan = lane.suite.plan;
    let mut facts = f::one(plan, deed);
    facts.push(f::exactly(
        "open pull requests from the branch",
        1,
        open_from(lane, branch).len(),
    ));
    facts.push(f::tree(plan, deed));
    of(check, case, &deed.said, facts)
}

pub(in crate::runners::contract::github::checks) async fn d6(lane: &Lane<'_>) -> Outcome {
    let id = lane.id("d6");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    at_base(lane, &branch);
    let deed = lane.deed(&Ask::plain(&id)).await;
    let mut trials = vec![finished(
        lane,
        "D6",
        "it points to the base",
        &deed,
        &branch,
    )];
    // Somebody was faster, and it is gone again: the refusal alone must not be the end.
    let id = lane.id("d6");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    lane.incidents(&[("git/create-ref", 1, "r9")])?;
    let deed = lane.deed(&Ask::plain(&id)).await;
    let mut trial = finished(
        lane,
        "D6",
        "`Reference already exists` in between",
        &deed,
        &branch,
    );
    trial.facts.insert(0, f::met(&deed, "the refusal"));
    trials.push(trial);
    Ok(trials)
}

pub(in crate::runners::contract::github::checks) async fn d7(lane: &Lane<'_>) -> Outcome {
    let mut trials = vec![right_content(lane).await?, foreign_content(lane).await?];
    let id = lane.id("d7");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    at_base(lane, &branch);
    lane.incidents(&[("git/update-ref", 1, "r11")])?;
    let deed = lane.deed(&Ask::plain(&id)).await;
    trials.push(finished(
        lane,
        "D7",
        "`Reference does not exist` in between",
        &deed,
        &branch,
    ));
    lane.fresh();
    Ok(trials)
}

async fn right_content(lane: &Lane<'_>) -> Result<Trial, Trouble> {
    let id = lane.id("d7");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    let ask = Ask::plain(&id);
    let wish = &ask.files[0];
    let tip = lane.fake.change(|repository| {
        repository.push(
            &branch,
            &[(wish.path.as_str(), Some(wish.content.as_slice()))],
        )
    });
    let deed = lane.deed(&ask).await;
    let now = deed.after.tip(&branch).map(|tip| tip.to_string());
    let mut trial = finished(lane, "D7", "the right content is there", &deed, &branch);
    let saw = now.map_or_else(|| Saw::Text("no branch".to_owned()), Saw::Text);
    trial
        .facts
        .push(Fact::one_of("tip of the branch", [tip], saw));
    Ok(trial)
}

async fn foreign_content(lane: &Lane<'_>) -> Result<Trial, Trouble> {
    let plan = lane.suite.plan;
    let id = lane.id("d7");
    let branch = lane.branch(&id).await?;
    let first = lane.twin().await;
    lane.fresh();
    let tip = lane
        .fake
        .change(|repository| repository.push(&branch, &[("theirs.txt", Some(b"their work\n"))]));
    let deed = lane.deed(&Ask::plain(&id)).await;
    let now = deed.after.tip(&branch);
    let kept = now.is_some_and(|now| deed.after.store.builds_on(now, tip));
    let saw = now.map_or_else(|| "the branch is gone".to_owned(), |now| now.to_string());
    let mut facts = vec![Fact::holds(
        "their commit",
        "is still in the branch",
        kept,
        saw,
    )];
    match plan.policy.foreign_branch {
        ForeignBranch::Refuse => {
            facts.push(f::no_success(plan, &deed.said));
            facts.push(f::exactly("new open pull requests", 0, deed.opened().len()));
            facts.push(Fact::one_of(
                "tip of the branch",
                [tip],
                match now {
                    Some(now) => Saw::Text(now.to_string()),
                    None => Saw::Text("none".to_owned()),
                },
            ));
        }
        ForeignBranch::OtherBranch => {
            facts.extend(f::one(plan, &deed));
            let theirs = open_from(lane, &branch).len();
            facts.push(f::exactly("pull requests from their branch", 0, theirs));
        }
        ForeignBranch::BuildOn => facts.extend(f::one(plan, &deed)),
    }
    let mut trial = of("D7", "somebody's work is there", &deed.said, facts);
    trial.twins = vec![first, lane.twin().await];
    Ok(trial)
}
