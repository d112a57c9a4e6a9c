//! A: what every request has to be.

use super::super::ask::Ask;
use super::super::canary::{self, Canary};
use super::super::facts::{self as f, beside, of};
use super::super::lane::{Lane, With};
use super::super::sockets::Watch;
use super::super::trouble::{Outcome, Trouble};
use crate::model::trial::Fact;
use crate::runners::contract::fake::github::{Finding, Seen};

const VERSION: &str = "2022-11-28";

pub(super) async fn a1(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let deed = lane.deed(&Ask::plain(&lane.id("a1"))).await;
    let header = |what: &str, wanted: &str, fits: fn(&str) -> bool| {
        f::every(what, wanted, &deed.requests, |seen: &Seen| {
            let value = seen.header(what).unwrap_or_default();
            (!fits(value)).then(|| match what {
                "authorization" => "another form".to_owned(),
                _ => format!("`{value}`"),
            })
        })
    };
    let mut facts = vec![
        header("x-github-api-version", VERSION, |value| value == VERSION),
        header("accept", "application/vnd.github+json", |value| {
            value.starts_with("application/vnd.github") && value.ends_with("json")
        }),
        header("user-agent", "a name", |value| !value.trim().is_empty()),
        header("authorization", "Bearer or token", |value| {
            let scheme = value.split(' ').next().unwrap_or_default();
            scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")
        }),
    ];
    facts.extend(f::one(lane.suite.plan, &deed));
    Ok(vec![of("A1", "a plain request", &deed.said, facts)])
}

pub(super) async fn a2(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let mut ask = Ask::plain(&lane.id("a2"));
    if lane.suite.plan.takes_many() {
        ask = ask.with("docs/guide.md", b"new\n").with("a/b/c", b"1");
    }
    let deed = lane.deed(&ask).await;
    let told = |seen: &Seen, counts: fn(&Finding) -> bool| {
        let found = seen.request_findings.iter().find(|found| counts(found));
        found.map(ToString::to_string)
    };
    let published = "as published";
    let mut facts = vec![
        f::every("members of bodies", published, &deed.requests, |seen| {
            told(seen, |found| !found.is_unknown())
        }),
        f::every(
            "members that nobody published",
            "none",
            &deed.requests,
            |seen| told(seen, Finding::is_unknown),
        )
        .should(),
    ];
    facts.extend(f::one(lane.suite.plan, &deed));
    Ok(vec![of("A2", "several files", &deed.said, facts)])
}

pub(super) async fn a3(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let mut trials = Vec::new();
    for (case, id, path) in [
        (
            "a path with space, umlaut, ?, # and %",
            "a3",
            "dir/\u{e4} ?#%41.md",
        ),
        ("an id with # and %", "a3#1%41", "behaviors/api.yaml"),
    ] {
        lane.fresh();
        let ask = Ask::plain(&lane.id(id)).files(&[(path, b"odd\n")]);
        let deed = lane.deed(&ask).await;
        let mut facts = f::one(plan, &deed);
        facts.push(f::tree(plan, &deed));
        trials.push(of("A3", case, &deed.said, facts));
    }
    Ok(trials)
}

/// An Enterprise Server; whatever goes elsewhere meets a proxy that remembers, or is seen as a socket.
pub(super) async fn a4(lane: &Lane<'_>) -> Outcome {
    let proxy = Canary::start().await;
    let proxy = proxy.map_err(|error| Trouble::Suite(error.to_string()))?;
    let mut with = With {
        enterprise: true,
        ..With::default()
    };
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        for name in [name.to_owned(), name.to_lowercase()] {
            with.environment.insert(name, Some(proxy.url()));
        }
    }
    for name in ["NO_PROXY", "no_proxy"] {
        let home = Some("127.0.0.1,localhost".to_owned());
        with.environment.insert(name.to_owned(), home);
    }
    let lane = lane.sibling(with).await?;
    let plan = lane.suite.plan;
    let ask = Ask::plain(&lane.id("a4"));
    let watch = lane
        .target
        .as_ref()
        .map(|target| Watch::start(target.pid()));
    let deed = lane.deed(&ask).await;
    let strangers = watch.and_then(Watch::stop);
    let below =
        |seen: &Seen| (!seen.target.starts_with("/api/v3/")).then(|| "not below".to_owned());
    let mut facts = vec![
        f::every("paths", "below /api/v3", &deed.requests, below),
        f::exactly("requests that went to a proxy", 0, proxy.heard().len()),
    ];
    if let Some(strangers) = strangers {
        let told: Vec<String> = strangers.iter().map(ToString::to_string).collect();
        let none = strangers.is_empty();
        facts.push(Fact::holds(
            "connections to other machines",
            "none",
            none,
            if none {
                "none".to_owned()
            } else {
                told.join(", ")
            },
        ));
    }
    facts.extend(f::one(plan, &deed));
    let trial = of("A4", "an Enterprise Server", &deed.said, facts);
    lane.stop().await;
    Ok(vec![trial])
}

pub(super) async fn a5(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let deed = lane.deed(&Ask::plain(&lane.id("a5"))).await;
    let token = lane.token();
    let mut facts = vec![
        f::every("addresses", "without the token", &deed.requests, |seen| {
            canary::found(token, &seen.target).map(|_| "the token stands in it".to_owned())
        }),
        f::every("bodies", "without the token", &deed.requests, |seen| {
            let body = String::from_utf8_lossy(&seen.body);
            canary::found(token, &body).map(|_| "the token stands in it".to_owned())
        }),
    ];
    facts.extend(f::one(lane.suite.plan, &deed));
    Ok(vec![of("A5", "a plain request", &deed.said, facts)])
}

pub(super) async fn a6(lane: &Lane<'_>) -> Outcome {
    let profile = lane.profile().await?.clone();
    let mut ways = vec![(
        "a redirect to another origin",
        profile.first_read,
        "r17:to=",
    )];
    if profile.uses("pulls/list") {
        ways.push((
            "a next page at another origin",
            "pulls/list",
            "next-elsewhere:",
        ));
    }
    let mut trials = Vec::new();
    for (case, op, kind) in ways {
        let elsewhere = Canary::start().await;
        let elsewhere = elsewhere.map_err(|error| Trouble::Suite(error.to_string()))?;
        let mut twins = vec![lane.twin().await];
        let kind = format!("{kind}{}/repos/octo/hello/pulls?page=2", elsewhere.url());
        lane.incidents(&[(op, 1, &kind)])?;
        let deed = lane.deed(&Ask::plain(&lane.id("a6"))).await;
        let heard = elsewhere.heard();
        let told = heard
            .iter()
            .find_map(|text| canary::found(lane.token(), text));
        let saw = match &told {
            Some(line) => format!("it was sent: {line}"),
            None => format!("{} requests without it", heard.len()),
        };
        let facts = vec![
            f::met(&deed, case),
            Fact::holds("the token elsewhere", "is never sent", told.is_none(), saw),
            Fact::none_of("status", [""], deed.said.saw_status()),
        ];
        twins.push(lane.twin().await);
        trials.push(beside(twins, of("A6", case, &deed.said, facts)));
    }
    Ok(trials)
}

pub(super) async fn a7(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    lane.incidents(&[("any", 1, "rename-repo")])?;
    let deed = lane.deed(&Ask::plain(&lane.id("a7"))).await;
    let mut facts = vec![f::met(&deed, "the new name")];
    facts.extend(f::one(lane.suite.plan, &deed));
    facts.push(f::tree(lane.suite.plan, &deed));
    let trial = of("A7", "a renamed repository", &deed.said, facts);
    lane.fresh();
    Ok(vec![trial])
}

pub(super) async fn a8(lane: &Lane<'_>) -> Outcome {
    if !lane.profile().await?.uses("pulls/list") {
        let text = "the target does not list pull requests";
        return Err(Trouble::NotAsked(text.to_owned()));
    }
    lane.fresh();
    let mark = "after=proofhouse";
    let id = lane.fake.repository().id;
    let next = format!(
        "next-elsewhere:{}/repositories/{id}/pulls?state=open&per_page=100&page=2&{mark}",
        lane.fake.api_url()
    );
    lane.incidents(&[("pulls/list", 1, &next)])?;
    let deed = lane.deed(&Ask::plain(&lane.id("a8"))).await;
    let lists = deed.of("pulls/list");
    let followed = lists
        .iter()
        .filter(|seen| seen.target.contains(mark))
        .count();
    let mut facts = vec![f::between(
        "requests for the page of the link",
        1,
        2,
        followed,
    )];
    facts.extend(f::one(lane.suite.plan, &deed));
    Ok(vec![of(
        "A8",
        "a link that cannot be guessed",
        &deed.said,
        facts,
    )])
}
