//! B: branch, files and commit.

use super::super::ask::{Ask, cannot_say};
use super::super::facts::{self as f, beside, of, trial};
use super::super::lane::{Lane, With};
use super::super::predicate;
use super::super::trouble::{Outcome, Trouble};
use crate::model::trial::{Fact, Saw, Want};
use std::collections::BTreeSet;

pub(super) async fn b1(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let deed = lane.deed(&Ask::plain(&lane.id("b1"))).await;
    let base = &plan.repository.base;
    let tip = deed
        .before
        .tip(base)
        .map(|tip| tip.to_string())
        .unwrap_or_default();
    let root = deed
        .pull(deed.said.number(&plan.answer))
        .and_then(|pull| deed.root(pull));
    let saw = root.map_or_else(
        || Saw::Nothing(format!("no pull request: {}", deed.said.told())),
        |root| Saw::Text(root.to_string()),
    );
    let after = deed
        .after
        .tip(base)
        .map(|tip| tip.to_string())
        .unwrap_or_default();
    let mut facts = vec![
        Fact::one_of("commit that the branch grew out of", [&tip], saw),
        Fact::one_of("tip of the base afterwards", [&tip], Saw::Text(after)),
    ];
    facts.extend(f::one(plan, &deed));
    Ok(vec![of("B1", "a plain request", &deed.said, facts)])
}

/// Asks for some files, and holds the branch against them.
async fn files(lane: &Lane<'_>, check: &str, case: &str, ask: Ask) -> Outcome {
    if let Some(reason) = cannot_say(lane.suite.plan, &ask) {
        return Err(Trouble::NotAsked(reason.to_owned()));
    }
    lane.fresh();
    let deed = lane.deed(&ask).await;
    let mut facts = f::one(lane.suite.plan, &deed);
    facts.push(f::tree(lane.suite.plan, &deed));
    Ok(vec![of(check, case, &deed.said, facts)])
}

pub(super) async fn b2(lane: &Lane<'_>) -> Outcome {
    let ask = Ask::plain(&lane.id("b2"));
    let mut trials = files(lane, "B2", "one file that is there", ask).await?;
    if lane.suite.plan.takes_many() {
        let ask = Ask::plain(&lane.id("b2"))
            .with("README.md", b"changed\n")
            .with("new.txt", b"new\n");
        trials.extend(files(lane, "B2", "files that are there, and a new one", ask).await?);
    }
    Ok(trials)
}

pub(super) async fn b3(lane: &Lane<'_>) -> Outcome {
    let base = "trunk";
    // A target that is told its base has to be started anew to be told another one.
    let own = match lane.suite.tells("github_base") {
        true => Some(
            lane.sibling(With {
                base: Some(base.to_owned()),
                ..With::default()
            })
            .await?,
        ),
        false => None,
    };
    let at = own.as_ref().unwrap_or(lane);
    at.fresh();
    if own.is_none() {
        at.fake.change(|repository| {
            let old = format!("refs/heads/{}", repository.default_branch);
            if let Some(tip) = repository.references.remove(&old) {
                repository
                    .references
                    .insert(format!("refs/heads/{base}"), tip);
            }
            base.clone_into(&mut repository.default_branch);
        });
    }
    let deed = at.deed(&Ask::plain(&at.id("b3"))).await;
    let plan = lane.suite.plan;
    let saw = match deed.pull(deed.said.number(&plan.answer)) {
        Some(pull) => Saw::Text(pull.base.clone()),
        None => Saw::Nothing(format!("no pull request: {}", deed.said.told())),
    };
    let mut facts = vec![Fact::one_of("base of the pull request", [base], saw)];
    facts.extend(f::one(plan, &deed));
    facts.push(f::tree(plan, &deed));
    let trial = of("B3", "the default branch is trunk", &deed.said, facts);
    at.fresh();
    if let Some(own) = own {
        own.stop().await;
    }
    Ok(vec![trial])
}

pub(super) async fn b4(lane: &Lane<'_>) -> Outcome {
    let all: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..1024 * 1024_u32)
        .map(|n| b'a' + (n % 23) as u8)
        .collect();
    let kinds: [(&str, &[u8]); 6] = [
        ("an empty file", b""),
        ("CRLF", b"a\r\nb\r\n"),
        ("no final newline", b"a\nb"),
        (
            "UTF-8 and emoji",
            "\u{1f600} \u{e4}\u{308}\u{feff}\n".as_bytes(),
        ),
        ("bytes 0 to 255", &all),
        ("1 MiB", &large),
    ];
    let mut trials = Vec::new();
    for (case, content) in kinds {
        let path = "kinds/file.dat";
        let ask = Ask::plain(&lane.id("b4")).files(&[(path, content)]);
        match files(lane, "B4", case, ask).await {
            Ok(found) => trials.extend(found),
            Err(Trouble::NotAsked(_)) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(trials)
}

pub(super) async fn b5(lane: &Lane<'_>) -> Outcome {
    let ask = Ask::plain(&lane.id("b5")).files(&[("one/two/three/four/file.txt", b"deep\n")]);
    let mut trials = files(lane, "B5", "four new folders", ask).await?;
    let ask = Ask::plain(&lane.id("b5")).files(&[("docs/deep/new/file.txt", b"deep\n")]);
    trials.extend(files(lane, "B5", "a new folder in old ones", ask).await?);
    Ok(trials)
}

pub(super) async fn b6(lane: &Lane<'_>) -> Outcome {
    let offers = &lane.suite.plan.offers;
    let mut trials = Vec::new();
    if let Some(how) = &offers.deletion {
        let mut ask = Ask::plain(&lane.id("b6")).files(&[("README.md", b"")]);
        ask.files[0].beside = Some(how.clone());
        ask.files[0].gone = true;
        trials.extend(files(lane, "B6", "a file is taken away", ask).await?);
    }
    if let Some(how) = &offers.executable {
        let mut ask = Ask::plain(&lane.id("b6")).files(&[("bin/new.sh", b"#!/bin/sh\n")]);
        ask.files[0].beside = Some(how.clone());
        lane.fresh();
        let deed = lane.deed(&ask).await;
        let pull = deed.pull(deed.said.number(&lane.suite.plan.answer));
        let head = pull.map(|pull| deed.after.store.files_of(deed.after.head(pull)));
        let file = head.and_then(|files| files.get("bin/new.sh").copied());
        let saw = file.map_or_else(
            || Saw::Nothing(format!("no such file: {}", deed.said.told())),
            |file| Saw::Text(file.mode.word().to_owned()),
        );
        let mut facts = vec![Fact::one_of("mode", ["100755"], saw)];
        facts.extend(f::one(lane.suite.plan, &deed));
        trials.push(of("B6", "a program", &deed.said, facts));
    }
    match trials.is_empty() {
        true => Err(Trouble::NotAsked(
            "neither `deletion` nor `executable` is among `github.offers`".to_owned(),
        )),
        false => Ok(trials),
    }
}

pub(super) async fn b7(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let ask = Ask::plain(&lane.id("b7")).files(&[("another/new.txt", b"1\n")]);
    let deed = lane.deed(&ask).await;
    let pull = deed.pull(deed.said.number(&plan.answer));
    let head = pull.map(|pull| deed.after.store.files_of(deed.after.head(pull)));
    let base = deed.before.files(&plan.repository.base);
    let lost = head.as_ref().map(|head| {
        let lost = base
            .iter()
            .filter(|(path, file)| head.get(*path) != Some(*file));
        lost.map(|(path, _)| path.as_str()).collect::<Vec<_>>()
    });
    let want = Want::Holds(format!("all {} are as they were", base.len()));
    let saw = match lost {
        None => Saw::Nothing(format!("no pull request: {}", deed.said.told())),
        Some(lost) if lost.is_empty() => Saw::Held(true, "all are".to_owned()),
        Some(lost) => Saw::Held(false, format!("lost or changed: {}", lost.join(", "))),
    };
    let mut facts = vec![Fact::new("files that nobody spoke of", want, saw)];
    facts.extend(f::one(plan, &deed));
    Ok(vec![of("B7", "one new file", &deed.said, facts)])
}

pub(super) async fn b8(lane: &Lane<'_>) -> Outcome {
    let mut ask = Ask::plain(&lane.id("b8"));
    if lane.suite.plan.takes_many() {
        ask = ask.with("a.txt", b"1\n").with("b.txt", b"2\n");
    }
    lane.fresh();
    let plan = lane.suite.plan;
    let deed = lane.deed(&ask).await;
    let opened = deed
        .requests
        .iter()
        .position(|seen| seen.op() == "pulls/create");
    let later = opened.map_or(0, |at| {
        let moves = |op: &str| op.starts_with("git/") || op.starts_with("repos/");
        let later = deed.requests[at..].iter();
        later
            .filter(|seen| seen.is_write() && moves(seen.op()))
            .count()
    });
    let commits = deed
        .pull(deed.said.number(&plan.answer))
        .map_or(0, |pull| deed.commits(pull).len());
    let mut facts = vec![
        f::exactly("writes to the branch after the pull request", 0, later),
        f::between("commits", 1, ask.files.len(), commits),
        f::exactly("commits", 1, commits).should(),
        f::tree(plan, &deed),
    ];
    facts.extend(f::one(plan, &deed));
    Ok(vec![of("B8", "several files", &deed.said, facts)])
}

pub(super) async fn b9(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let ask = Ask::plain(&lane.id("b9"));
    let deed = lane.deed(&ask).await;
    let base = deed.before.tip(&plan.repository.base);
    let pull = deed.pull(deed.said.number(&plan.answer));
    let commits = pull.map(|pull| deed.commits(pull)).unwrap_or_default();
    let nothing = || Saw::Nothing(format!("no commit: {}", deed.said.told()));
    let first = commits.first();
    let parents = first.map_or_else(nothing, |commit| {
        let right = commit.parents.first() == base.as_ref() && commit.parents.len() == 1;
        Saw::Held(
            right,
            format!("{} parents: {:?}", commit.parents.len(), commit.parents),
        )
    });
    let message = first.map_or_else(nothing, |commit| {
        let message = commit.message.trim();
        Saw::Held(!message.is_empty(), format!("`{message}`"))
    });
    let mut facts = vec![
        Fact::new(
            "parents of the first commit",
            Want::Holds("the tip of the base".to_owned()),
            parents,
        ),
        Fact::new("message", Want::Holds("something".to_owned()), message),
    ];
    if let Some(author) = &plan.author {
        let saw = first.map_or_else(nothing, |commit| {
            Saw::Text(format!("{} <{}>", commit.author.name, commit.author.email))
        });
        facts.push(Fact::one_of("author", [author], saw));
    }
    facts.extend(f::one(plan, &deed));
    Ok(vec![of("B9", "a plain request", &deed.said, facts)])
}

pub(super) async fn b10(lane: &Lane<'_>) -> Outcome {
    let op = lane.profile().await?.first_write;
    lane.fresh();
    lane.incidents(&[(op, 1, "move-base:README.md")])?;
    let deed = lane.deed(&Ask::plain(&lane.id("b10"))).await;
    let mut facts = vec![f::met(&deed, "the moved base")];
    facts.extend(f::one(lane.suite.plan, &deed));
    facts.push(f::tree(lane.suite.plan, &deed));
    Ok(vec![of(
        "B10",
        "somebody commits to README.md meanwhile",
        &deed.said,
        facts,
    )])
}

pub(super) async fn b11(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    // The same title, and ids that look the same once they are made tidy.
    let id = lane.id("b11");
    let asks = [format!("{id} x"), format!("{id}-x")].map(|id| {
        let mut ask = Ask::plain(&id);
        ask.title = "The same words".to_owned();
        ask
    });
    let (deed, said) = lane.together(&asks).await;
    let opened = deed.opened();
    let branches: BTreeSet<&str> = opened.iter().map(|pull| pull.head.as_str()).collect();
    let numbers: BTreeSet<u64> = said
        .iter()
        .filter_map(|said| said.number(&plan.answer))
        .collect();
    let mut facts: Vec<Fact> = said.iter().map(|said| f::success(plan, said)).collect();
    facts.push(f::exactly("branches", 2, branches.len()));
    facts.push(f::exactly("numbers in the answers", 2, numbers.len()));
    Ok(vec![of("B11", "two at once", &deed.said, facts)])
}

pub(super) async fn b12(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let odd = [
        "a..b",
        "-x",
        "a~b^c:d",
        "x.lock",
        "a b?*[",
        "end.",
        "@{u}",
        "\u{e4}\u{7f}\\",
    ];
    let mut trials = Vec::new();
    for word in odd {
        lane.fresh();
        let n = lane.suite.next();
        let id = match word.strip_suffix(".lock") {
            Some(start) => format!("{start}{n}.lock"),
            None if word == "end." => format!("end{n}."),
            None => format!("{word}{n}"),
        };
        let ask = Ask::plain(&id);
        let deed = lane.deed(&ask).await;
        let again = lane.said(&ask).await;
        let branch = deed.opened().first().map(|pull| pull.head.clone());
        let legal = Fact::holds(
            "branch",
            "git takes it",
            branch.as_deref().is_some_and(predicate::branch_is_legal),
            branch.unwrap_or_else(|| format!("none: {}", deed.said.told())),
        );
        let mut facts = f::one(plan, &deed);
        facts.push(legal);
        facts.push(f::names(plan, &again, deed.opened().first().copied()));
        trials.push(of("B12", &format!("the id {word}"), &deed.said, facts));
    }
    Ok(trials)
}

pub(super) async fn b13(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let mut trials = Vec::new();
    let first = lane.twin().await;
    for path in [
        "../x",
        "/etc/x",
        ".git/config",
        "a/../../b",
        "a/.GIT/hooks/x",
    ] {
        lane.fresh();
        let ask = Ask::plain(&lane.id("b13")).files(&[(path, b"x\n")]);
        let deed = lane.deed(&ask).await;
        let facts = vec![
            Fact::one_of("status", &plan.answer.refused, deed.said.saw_status()),
            f::exactly("writes", 0, deed.writes()),
        ];
        trials.push(of("B13", &format!("the path {path}"), &deed.said, facts));
    }
    let last = lane.twin().await;
    let twins = vec![first, last];
    Ok(trials
        .into_iter()
        .map(|trial| beside(twins.clone(), trial))
        .collect())
}

pub(super) async fn b14(lane: &Lane<'_>) -> Outcome {
    let op = lane.profile().await?.first_write;
    let plan = lane.suite.plan;
    let first = lane.twin().await;
    lane.incidents(&[(op, 0, "r2:pat")])?;
    let ask = Ask::plain(&lane.id("b14")).files(&[(".github/workflows/x.yml", b"on: push\n")]);
    let deed = lane.deed(&ask).await;
    let facts = vec![
        f::no_success(plan, &deed.said),
        f::word(plan, &deed.said, &["forbidden", "invalid_path"]),
    ];
    let twins = vec![first, lane.twin().await];
    Ok(vec![beside(
        twins,
        of("B14", "403 without the permission", &deed.said, facts),
    )])
}

pub(super) async fn b15(lane: &Lane<'_>) -> Outcome {
    let with = With {
        tree_limit: Some(3),
        ..With::default()
    };
    let lane = lane.sibling(with).await?;
    let ask = Ask::plain(&lane.id("b15")).files(&[("docs/guide.md", b"new\n")]);
    let deed = lane.deed(&ask).await;
    let plan = lane.suite.plan;
    let mut facts = f::one(plan, &deed);
    facts.push(f::tree(plan, &deed));
    let found = trial("B15", "trees of more than three entries are cut", facts);
    lane.stop().await;
    Ok(vec![found])
}
