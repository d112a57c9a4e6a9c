//! D: one finding, one pull request, whatever happens.

use super::super::ask::Ask;
use super::super::deed::Deed;
use super::super::facts::{self as f, of};
use super::super::lane::{Lane, With};
use super::super::said::Said;
use super::super::trouble::{Outcome, Trouble};
use crate::model::trial::github::{ClosedPull, ForeignBranch};
use crate::model::trial::{Fact, Saw, Trial};
use crate::runners::contract::fake::github::PullState;

const LIST: &str = "pulls/list";
const SEARCH: &str = "search/issues-and-pull-requests";

/// Open pull requests from a branch of the repository itself to its default branch.
fn open_from(lane: &Lane<'_>, branch: &str) -> Vec<u64> {
    let repository = lane.fake.repository();
    let ours = repository.pulls.iter().filter(|pull| {
        pull.is_open()
            && pull.head == branch
            && pull.head_owner == repository.owner
            && pull.base == repository.default_branch
    });
    ours.map(|pull| pull.number).collect()
}

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

pub(super) async fn d1(lane: &Lane<'_>) -> Outcome {
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

pub(super) async fn d2(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    for n in 0..3 {
        lane.decoy("", &format!("somebody-elses-{n}"), "");
    }
    let deed = lane.deed(&Ask::plain(&lane.id("d2"))).await;
    let mut facts = f::one(lane.suite.plan, &deed);
    let heads = deed.of(LIST).into_iter().filter_map(|seen| {
        let query = seen.target.split_once('?')?.1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let head = pairs.find(|(name, _)| name == "head")?.1.into_owned();
        Some(head)
    });
    let without: Vec<String> = heads.filter(|head| !head.contains(':')).collect();
    facts.push(Fact::holds(
        "`head` in lists",
        "names its owner",
        without.is_empty(),
        if without.is_empty() {
            "it does".to_owned()
        } else {
            without.join(", ")
        },
    ));
    Ok(vec![of("D2", "others are open", &deed.said, facts)])
}

pub(super) async fn d3(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let start = format!("{}-1", lane.id("d3"));
    let id = format!("{start}0");
    let (branch, shorter) = (lane.branch(&id).await?, lane.branch(&start).await?);
    let longer = lane.branch(&format!("{id}0")).await?;
    let mut trials = Vec::new();
    let other_case = swapped(&branch);
    let misses: [(&str, &str, &str, &str); 5] = [
        ("a branch whose name is the start of ours", "", &shorter, ""),
        ("a branch whose name begins with ours", "", &longer, ""),
        ("the same branch in other case", "", &other_case, ""),
        ("the same branch of a fork", "somebody", &branch, ""),
        ("the same branch to another base", "", &branch, "release"),
    ];
    for (case, owner, head, base) in misses {
        lane.fresh();
        if base.is_empty() {
            lane.decoy(owner, head, base);
        } else {
            // Its branch has what ours would have: only the base tells them apart.
            let wish = Ask::plain(&id);
            let (path, content) = (&wish.files[0].path, &wish.files[0].content);
            lane.fake.change(|repository| {
                repository.push(head, &[(path.as_str(), Some(content.as_slice()))])
            });
            lane.decoy(owner, head, base);
        }
        lane.incidents(&[(LIST, 0, "lax-list")])?;
        let deed = lane.deed(&Ask::plain(&id)).await;
        trials.push(of("D3", case, &deed.said, f::one(plan, &deed)));
    }
    lane.fresh();
    Ok(trials)
}

fn swapped(branch: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    // The last segment only: folders of references may share a name in one case.
    let (folder, name) = branch
        .rsplit_once('/')
        .map_or(("", branch), |(a, b)| (a, b));
    let name: String = name.chars().map(swap).collect();
    if folder.is_empty() {
        name
    } else {
        format!("{folder}/{name}")
    }
}

pub(super) async fn d4(lane: &Lane<'_>) -> Outcome {
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

pub(super) async fn d5(lane: &Lane<'_>) -> Outcome {
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

pub(super) async fn d6(lane: &Lane<'_>) -> Outcome {
    let id = lane.id("d6");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    lane.fake.change(|repository| {
        if let Some(tip) = repository.tip(&repository.default_branch) {
            repository
                .references
                .insert(format!("refs/heads/{branch}"), tip);
        }
    });
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

pub(super) async fn d7(lane: &Lane<'_>) -> Outcome {
    let mut trials = vec![right_content(lane).await?, foreign_content(lane).await?];
    let id = lane.id("d7");
    let branch = lane.branch(&id).await?;
    lane.fresh();
    lane.fake.change(|repository| {
        if let Some(tip) = repository.tip(&repository.default_branch) {
            repository
                .references
                .insert(format!("refs/heads/{branch}"), tip);
        }
    });
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

pub(super) async fn d8(lane: &Lane<'_>) -> Outcome {
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

/// A request of an operation that breaks off, after which there is one pull request all the same.
pub(super) async fn broken(
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

pub(super) async fn d9(lane: &Lane<'_>) -> Outcome {
    let lost = ("pulls/create", "lost-reply");
    Ok(vec![broken(lane, "D9", "the reply is lost", lost).await?])
}

pub(super) async fn d10(lane: &Lane<'_>) -> Outcome {
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

pub(super) async fn d11(lane: &Lane<'_>) -> Outcome {
    let lost = ("git/create-ref", "lost-reply");
    Ok(vec![broken(lane, "D11", "the reply is lost", lost).await?])
}

pub(super) async fn d12(lane: &Lane<'_>) -> Outcome {
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

pub(super) async fn d13(lane: &Lane<'_>) -> Outcome {
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
