//! Pull requests of others: what only looks like the one that is asked for.

use super::LIST;
use crate::model::trial::Fact;
use crate::runners::contract::github::ask::Ask;
use crate::runners::contract::github::facts::{self as f, of};
use crate::runners::contract::github::lane::Lane;
use crate::runners::contract::github::trouble::Outcome;

pub(in crate::runners::contract::github::checks) async fn d2(lane: &Lane<'_>) -> Outcome {
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

pub(in crate::runners::contract::github::checks) async fn d3(lane: &Lane<'_>) -> Outcome {
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
