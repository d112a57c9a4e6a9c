//! C: the pull request and its words.

use super::super::ask::Ask;
use super::super::canary;
use super::super::deed::Deed;
use super::super::facts::{self as f, beside, of};
use super::super::lane::Lane;
use super::super::predicate;
use super::super::trouble::{Outcome, Trouble};
use crate::model::trial::{Fact, Saw, Want};
use crate::runners::contract::fake::github::Pull;
use serde_json::Value;

/// GitHub's limit (docs: "Create a pull request" refuses more).
const LONGEST_BODY: usize = 65_536;

/// A fact about the pull request, or that there is none.
fn about(deed: &Deed, what: &str, wanted: &str, look: impl Fn(&Pull) -> (bool, String)) -> Fact {
    let opened = deed.opened();
    let saw = match opened.first() {
        Some(pull) => {
            let (held, saw) = look(pull);
            Saw::Held(held, saw)
        }
        None => Saw::Nothing(format!("no pull request: {}", deed.said.told())),
    };
    Fact::new(what, Want::Holds(wanted.to_owned()), saw)
}

fn says(lane: &Lane<'_>, hole: &str) -> bool {
    lane.suite.plan.trigger.body.to_string().contains(hole)
}

pub(super) async fn c1(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    lane.decoy("", "somebody-elses", "");
    let plan = lane.suite.plan;
    let ask = Ask::plain(&lane.id("c1"));
    let deed = lane.deed(&ask).await;
    let mut facts = f::one(plan, &deed);
    let web = lane.fake.api_url();
    let web = web.trim_end_matches("/api/v3");
    let page = |pull: &Pull| format!("{web}/{}/pull/{}", deed.after.full_name(), pull.number);
    facts.push(about(
        &deed,
        "address in the answer",
        "of that pull request",
        |pull| {
            let url = deed.said.body.pointer(&plan.answer.url);
            let url = url.and_then(Value::as_str).unwrap_or_default();
            let attached = plan
                .attached
                .as_ref()
                .is_some_and(|fake| fake.public_url.is_some());
            let right = if attached {
                url.ends_with(&format!("/pull/{}", pull.number))
            } else {
                url == page(pull)
            };
            (right, format!("`{url}`"))
        },
    ));
    if says(lane, "${title}") {
        facts.push(about(&deed, "title", &ask.title, |pull| {
            (pull.title.contains(&ask.title), pull.title.clone())
        }));
    }
    if says(lane, "${text}") {
        facts.push(about(&deed, "body", "says what was found", |pull| {
            let body = pull.body.clone().unwrap_or_default();
            (body.contains(&ask.text), body.chars().take(200).collect())
        }));
    }
    facts.push(about(&deed, "base", &plan.repository.base, |pull| {
        (pull.base == plan.repository.base, pull.base.clone())
    }));
    facts.push(about(
        &deed,
        "head",
        "a branch of the repository itself",
        |pull| (pull.head_owner == plan.repository.owner, pull.label()),
    ));
    Ok(vec![of("C1", "beside another one", &deed.said, facts)])
}

pub(super) async fn c2(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let deed = lane.deed(&Ask::plain(&lane.id("c2"))).await;
    let mut facts = f::one(plan, &deed);
    facts.push(about(&deed, "draft", "no", |pull| {
        (!pull.draft, pull.draft.to_string())
    }));
    facts.push(about(&deed, "labels and reviewers", "none", |pull| {
        let none = pull.labels.is_empty() && pull.reviewers.is_empty() && pull.teams.is_empty();
        (
            none,
            format!("{:?} {:?} {:?}", pull.labels, pull.reviewers, pull.teams),
        )
    }));
    let mut trials = vec![of("C2", "nothing is asked for", &deed.said, facts)];
    type Look = fn(&Pull) -> (bool, String);
    let offered: [(&str, &Option<Value>, Look); 3] = [
        ("a draft", &plan.offers.draft, |pull| {
            (pull.draft, pull.draft.to_string())
        }),
        ("the label drift", &plan.offers.labels, |pull| {
            (pull.labels == ["drift"], format!("{:?}", pull.labels))
        }),
        ("a review by reviewer", &plan.offers.reviewers, |pull| {
            (
                pull.reviewers == ["reviewer"],
                format!("{:?}", pull.reviewers),
            )
        }),
    ];
    for (case, how, look) in offered {
        let Some(how) = how else { continue };
        lane.fresh();
        let mut ask = Ask::plain(&lane.id("c2"));
        ask.beside = Some(how.clone());
        let deed = lane.deed(&ask).await;
        let mut facts = f::one(plan, &deed);
        facts.push(about(&deed, case, "as asked", look));
        trials.push(of("C2", &format!("{case} is asked for"), &deed.said, facts));
    }
    Ok(trials)
}

pub(super) async fn c3(lane: &Lane<'_>) -> Outcome {
    if !says(lane, "${text}") {
        let text = "the trigger carries no `${text}`";
        return Err(Trouble::NotAsked(text.to_owned()));
    }
    let plan = lane.suite.plan;
    let first = lane.twin().await;
    lane.fresh();
    let mut ask = Ask::plain(&lane.id("c3"));
    ask.text = "\u{e4}\u{1f600}word ".repeat(30_000);
    let deed = lane.deed(&ask).await;
    let known = plan.answer.success.iter().chain(&plan.answer.refused);
    let mut facts = vec![Fact::one_of("status", known, deed.said.saw_status())];
    if deed.said.is_success(&plan.answer) {
        facts.extend(f::one(plan, &deed));
        facts.push(about(&deed, "body", "at most 65536 characters", |pull| {
            let length = pull.body.as_ref().map_or(0, |body| body.chars().count());
            (length <= LONGEST_BODY, length.to_string())
        }));
    } else {
        facts.push(f::exactly("new open pull requests", 0, deed.opened().len()));
    }
    let twins = vec![first, lane.twin().await];
    Ok(vec![beside(
        twins,
        of("C3", "a text of 210 000 characters", &deed.said, facts),
    )])
}

pub(super) async fn c4(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    if !plan.policy.neutralises {
        let text = "the target declares that it passes texts on as they are";
        return Err(Trouble::NotAsked(text.to_owned()));
    }
    lane.fresh();
    let mut ask = Ask::plain(&lane.id("c4"));
    ask.title = "Fixes #1 for @team <!-- x".to_owned();
    ask.text = "```\n@team fixes #1 <!-- hidden\n````\n`@team`".to_owned();
    let deed = lane.deed(&ask).await;
    let quiet = |text: &str| {
        let found = predicate::lively(text);
        (
            found.is_empty(),
            if found.is_empty() {
                "nothing".to_owned()
            } else {
                found.join(", ")
            },
        )
    };
    let mut facts = f::one(plan, &deed);
    // A title shows comments and code as they are; mentions and references would be alive.
    facts.push(about(&deed, "what the title calls", "nothing", |pull| {
        let title = &pull.title;
        (
            !title.contains("@team") && !title.contains("#1"),
            title.clone(),
        )
    }));
    facts.push(about(&deed, "what the body calls", "nothing", |pull| {
        quiet(pull.body.as_deref().unwrap_or_default())
    }));
    facts.push(about(
        &deed,
        "what the commit messages call",
        "nothing",
        |pull| {
            let commits = deed.commits(pull);
            let loud = commits
                .iter()
                .find(|commit| commit.message.contains("@team") || commit.message.contains("#1"));
            let saw = loud.map_or_else(|| "nothing".to_owned(), |commit| commit.message.clone());
            (loud.is_none(), saw)
        },
    ));
    let facts = facts.into_iter().enumerate();
    // Whether texts are made harmless is a declared policy: a warning.
    let facts = facts.map(|(at, fact)| if at < 3 { fact } else { fact.should() });
    Ok(vec![of(
        "C4",
        "a loud finding",
        &deed.said,
        facts.collect(),
    )])
}

pub(super) async fn c5(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let plan = lane.suite.plan;
    let deed = lane.deed(&Ask::plain(&lane.id("c5"))).await;
    let token = lane.token();
    let mut facts = f::one(plan, &deed);
    facts.push(about(&deed, "the token", "is in no text", |pull| {
        let messages = deed.commits(pull);
        let mut texts = vec![
            ("title", pull.title.clone()),
            ("body", pull.body.clone().unwrap_or_default()),
            ("branch", pull.head.clone()),
        ];
        texts.extend(
            messages
                .iter()
                .map(|commit| ("commit message", commit.message.clone())),
        );
        let found = texts
            .iter()
            .find(|(_, text)| canary::found(token, text).is_some());
        let saw = found.map_or("in none", |(what, _)| *what);
        (found.is_none(), saw.to_owned())
    }));
    Ok(vec![of("C5", "a plain request", &deed.said, facts)])
}

pub(super) async fn c6(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let steps = [
        (&plan.offers.labels, "issues/add-labels"),
        (&plan.offers.reviewers, "pulls/request-reviewers"),
    ];
    let mut trials = Vec::new();
    for (how, op) in steps {
        let Some(how) = how else { continue };
        for kind in ["r2", "r5", "r20"] {
            lane.fresh();
            lane.incidents(&[(op, 0, kind)])?;
            let mut ask = Ask::plain(&lane.id("c6"));
            ask.beside = Some(how.clone());
            let deed = lane.deed(&ask).await;
            let mut facts = vec![f::met(&deed, kind)];
            facts.extend(f::one(plan, &deed));
            trials.push(of("C6", &format!("{op} answers {kind}"), &deed.said, facts));
        }
    }
    lane.fresh();
    match trials.is_empty() {
        true => Err(Trouble::NotAsked(
            "neither `labels` nor `reviewers` is among `github.offers`".to_owned(),
        )),
        false => Ok(trials),
    }
}
