//! E: retries, pauses and bounds.

use super::super::ask::Ask;
use super::super::deed::Deed;
use super::super::facts::{self as f, beside, of};
use super::super::lane::{Lane, With};
use super::super::predicate;
use super::super::suite::PATIENCE;
use super::super::trouble::{Outcome, Trouble};
use super::idempotency;
use crate::model::trial::{Fact, Saw, Trial, Want};
use std::time::Duration;

/// GitHub's rule for a limit that names no time (docs: "Best practices").
const UNNAMED_S: f64 = 60.0;
/// How often is looked whether something happened.
const LOOK: Duration = Duration::from_millis(5);

/// A plain request that meets a limit at its first read.
async fn limited(lane: &Lane<'_>, word: &str, kind: &str) -> Result<Deed, Trouble> {
    let op = lane.profile().await?.first_read;
    lane.fresh();
    lane.incidents(&[(op, 1, kind)])?;
    Ok(lane.deed(&Ask::plain(&lane.id(word))).await)
}

/// The pause was kept, and there is a pull request.
fn kept(lane: &Lane<'_>, deed: &Deed, least: f64) -> Vec<Fact> {
    let silence = deed.silence_after_limit();
    let mut facts = vec![
        f::met(deed, "the limit"),
        f::at_least("silence after the limit", least, silence),
    ];
    facts.extend(f::one(lane.suite.plan, deed));
    facts
}

pub(super) async fn e1(lane: &Lane<'_>) -> Outcome {
    let op = lane.profile().await?.first_write;
    let mut trials = Vec::new();
    for status in [403, 429] {
        lane.fresh();
        lane.incidents(&[(op, 1, &format!("rate:secondary:{status}:retry-after=2"))])?;
        let mark = lane.fake.mark();
        let second = async {
            let begun = tokio::time::Instant::now();
            while !lane
                .fake
                .requests_since(mark)
                .iter()
                .any(|seen| seen.incident.is_some())
            {
                if begun.elapsed() > PATIENCE {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
            lane.said(&Ask::plain(&lane.id("e1"))).await
        };
        let ask = Ask::plain(&lane.id("e1"));
        let (deed, second) = tokio::join!(lane.deed(&ask), second);
        let requests = lane.fake.requests_since(mark);
        let met = requests.iter().position(|seen| seen.incident.is_some());
        let next = met.and_then(|at| Some((&requests[at], requests.get(at + 1)?)));
        let silence = next.map(|(met, next)| next.at.saturating_sub(met.at).as_secs_f64());
        let early = requests.iter().filter(|seen| seen.limited).count();
        let facts = vec![
            f::at_least("silence after the limit, of all tasks", 2.0, silence),
            f::exactly("requests while limited", 0, early),
            f::success(lane.suite.plan, &deed.said),
            f::success(lane.suite.plan, &second),
        ];
        let case = format!("{status} with `retry-after: 2`, two at once");
        trials.push(of("E1", &case, &deed.said, facts));
    }
    lane.fresh();
    Ok(trials)
}

pub(super) async fn e2(lane: &Lane<'_>) -> Outcome {
    let deed = limited(lane, "e2", "rate:primary:403:reset=3").await?;
    // The reset is told in whole seconds: it is more than two seconds ahead.
    let facts = kept(lane, &deed, 2.0);
    lane.fresh();
    Ok(vec![of(
        "E2",
        "a reset three seconds ahead",
        &deed.said,
        facts,
    )])
}

pub(super) async fn e3(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let first = lane.twin().await;
    let deed = limited(lane, "e3", "rate:secondary:403:none").await?;
    let least = UNNAMED_S * plan.min_wait_scale;
    let facts = match deed.silence_after_limit() {
        Some(_) => kept(lane, &deed, least),
        None => vec![
            f::met(&deed, "the limit"),
            f::no_success(plan, &deed.said),
            f::word(plan, &deed.said, &["rate_limited"]),
        ],
    };
    lane.fresh();
    // The second twin would still be kept waiting by a service that gave up.
    let case = format!("60 s, scaled to {least} s");
    Ok(vec![beside(
        vec![first],
        of("E3", &case, &deed.said, facts),
    )])
}

pub(super) async fn e4(lane: &Lane<'_>) -> Outcome {
    lane.fresh();
    let kind = "rate:secondary:429:retry-after=1";
    lane.incidents(&[("pulls/create", 1, kind)])?;
    let deed = lane.deed(&Ask::plain(&lane.id("e4"))).await;
    let facts = kept(lane, &deed, 1.0);
    lane.fresh();
    Ok(vec![of("E4", "429 at the creation", &deed.said, facts)])
}

/// A refusal that is met every time is asked for once, and told.
async fn once_only(
    lane: &Lane<'_>,
    check: &str,
    (op, kind): (&str, &str),
    words: &[&str],
) -> Result<Trial, Trouble> {
    let plan = lane.suite.plan;
    let first = lane.twin().await;
    lane.incidents(&[(op, 0, kind)])?;
    let deed = lane
        .deed(&Ask::plain(&lane.id(&check.to_lowercase())))
        .await;
    let mut facts = vec![
        f::met(&deed, kind),
        f::exactly("times the same was asked for", 1, deed.most_repeated()),
        f::no_success(plan, &deed.said),
    ];
    if !words.is_empty() {
        facts.push(f::word(plan, &deed.said, words));
    }
    let twins = vec![first, lane.twin().await];
    let case = format!("{op} answers {kind}");
    Ok(beside(twins, of(check, &case, &deed.said, facts)))
}

pub(super) async fn e5(lane: &Lane<'_>) -> Outcome {
    let op = lane.profile().await?.first_write;
    let met = once_only(lane, "E5", (op, "r2"), &["forbidden"]).await?;
    Ok(vec![met])
}

pub(super) async fn e6(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let op = lane.profile().await?.first_read;
    let first = lane.twin().await;
    lane.incidents(&[(op, 0, "lost-request")])?;
    let deed = lane.deed(&Ask::plain(&lane.id("e6"))).await;
    let met = deed.met();
    let pairs = met.windows(2);
    let gaps: Vec<f64> = pairs
        .map(|pair| pair[1].at.saturating_sub(pair[0].at).as_secs_f64())
        .collect();
    let problem = predicate::gaps_problem(&gaps, plan.jitter);
    let want = Want::Holds("each at least 1.5 times the one before".to_owned());
    let shown: Vec<String> = gaps.iter().map(|gap| format!("{gap:.3}")).collect();
    let saw = match (
        gaps.len() + 1 < plan.max_attempts as usize && gaps.len() < 2,
        problem,
    ) {
        (true, _) => Saw::Nothing(format!("{} tries", met.len())),
        (false, Some(problem)) => Saw::Held(false, problem),
        (false, None) => Saw::Held(true, format!("{} s", shown.join(", "))),
    };
    let facts = vec![
        f::between("tries", 2, plan.max_attempts as usize, met.len()),
        Fact::new("gaps", want, saw),
        f::no_success(plan, &deed.said),
        f::word(plan, &deed.said, &["upstream_error", "timeout"]),
    ];
    let case = "every connection ends before the reply";
    let twins = vec![first, lane.twin().await];
    let mut trials = vec![beside(twins, of("E6", case, &deed.said, facts))];
    for kind in [
        "r16",
        "r16:502",
        "r16:503",
        "r16:reset",
        "r16:half-body",
        "lost-reply",
    ] {
        lane.fresh();
        lane.incidents(&[(op, 1, kind)])?;
        let deed = lane.deed(&Ask::plain(&lane.id("e6"))).await;
        let mut facts = vec![f::met(&deed, kind)];
        facts.extend(f::one(plan, &deed));
        trials.push(of(
            "E6",
            &format!("{op} meets {kind} once"),
            &deed.said,
            facts,
        ));
    }
    Ok(trials)
}

pub(super) async fn e7(lane: &Lane<'_>) -> Outcome {
    let write = lane.profile().await?.first_write;
    let mut trials = Vec::new();
    for met in [
        ("any", "r1"),
        ("any", "r5"),
        (write, "r18"),
        ("pulls/create", "r7"),
    ] {
        trials.push(once_only(lane, "E7", met, &[]).await?);
    }
    Ok(trials)
}

pub(super) async fn e8(lane: &Lane<'_>) -> Outcome {
    let mut trials = Vec::new();
    for (case, kind) in [
        ("a gateway's error at the creation", "r16:502"),
        ("the creation never arrives", "lost-request"),
        ("half a reply to the creation", "r16:half-body"),
    ] {
        trials.push(idempotency::broken(lane, "E8", case, ("pulls/create", kind)).await?);
    }
    Ok(trials)
}

pub(super) async fn e9(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let least = f64::min(1.0, UNNAMED_S * plan.min_wait_scale) / 4.0;
    let mut trials = Vec::new();
    for (text, least) in [("0", least), ("-1", least), ("abc", least), ("date+2", 1.0)] {
        let kind = format!("rate:secondary:403:retry-after={text}");
        let deed = limited(lane, "e9", &kind).await?;
        let case = format!("`retry-after: {text}`");
        trials.push(of("E9", &case, &deed.said, kept(lane, &deed, least)));
    }
    lane.fresh();
    // Whoever believes it sleeps long after the check: a target of its own.
    let lane = lane.sibling(With::default()).await?;
    let first = lane.twin().await;
    let deed = limited(&lane, "e9", "rate:secondary:403:retry-after=1000000000").await?;
    let facts = vec![
        f::met(&deed, "the limit"),
        f::no_success(plan, &deed.said),
        f::word(plan, &deed.said, &["rate_limited", "timeout"]),
        f::between("requests after the limit", 0, 1, after_limit(&deed)),
    ];
    trials.push(beside(
        vec![first],
        of("E9", "`retry-after: 1000000000`", &deed.said, facts),
    ));
    lane.stop().await;
    Ok(trials)
}

fn after_limit(deed: &Deed) -> usize {
    deed.requests.iter().filter(|seen| seen.limited).count()
}

pub(super) async fn e10(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let op = lane.profile().await?.first_read;
    let bound = plan.time_bound.as_secs_f64();
    let first = lane.twin().await;
    lane.incidents(&[(op, 0, "slow:60000")])?;
    let deed = lane.deed(&Ask::plain(&lane.id("e10"))).await;
    let most = Some(bound + PATIENCE.as_secs_f64());
    let took = match deed.said.status {
        Some(_) => Saw::Number(deed.said.took.as_secs_f64()),
        None => Saw::Nothing(deed.said.lost.clone()),
    };
    let facts = vec![
        f::met(&deed, "silence"),
        Fact::number("time to the answer", (None, most), "s", took),
        Fact::one_of("status", [503, 504], deed.said.saw_status()),
        Fact::holds(
            "`retry-after`",
            "is there",
            deed.said.retry_after.is_some(),
            deed.said
                .retry_after
                .clone()
                .unwrap_or_else(|| "none".to_owned()),
        ),
    ];
    let twins = vec![first, lane.twin().await];
    Ok(vec![beside(
        twins,
        of("E10", "GitHub is silent", &deed.said, facts),
    )])
}

pub(super) async fn e11(lane: &Lane<'_>) -> Outcome {
    let scale = if lane.suite.tells("min_wait_scale") {
        0.2
    } else {
        lane.suite.plan.min_wait_scale
    };
    let with = With {
        scale: Some(scale),
        ..With::default()
    };
    let lane = lane.sibling(with).await?;
    let asks = [lane.id("e11"), lane.id("e11")].map(|id| Ask::plain(&id));
    let (deed, said) = lane.together(&asks).await;
    let writes: Vec<_> = deed
        .requests
        .iter()
        .filter(|seen| seen.is_write())
        .collect();
    let gaps = writes
        .windows(2)
        .map(|pair| pair[1].at.saturating_sub(pair[0].at).as_secs_f64());
    let shortest = gaps.min_by(f64::total_cmp);
    let saw = shortest.map_or_else(
        || Saw::Nothing("fewer than two writes".to_owned()),
        Saw::Number,
    );
    let mut facts = vec![Fact::number(
        "shortest gap between writes",
        (Some(scale), None),
        "s",
        saw,
    )];
    facts.extend(said.iter().map(|said| f::success(lane.suite.plan, said)));
    let case = format!("two at once, a second is scaled to {scale} s");
    let trial = of("E11", &case, &deed.said, facts);
    lane.stop().await;
    Ok(vec![trial])
}

/// A limit longer than anybody waits: told at once, and kept by all that come after. Also `F5`.
pub(super) async fn e12(lane: &Lane<'_>) -> Outcome {
    let lane = lane.sibling(With::default()).await?;
    let plan = lane.suite.plan;
    let twin = lane.twin().await;
    let deed = limited(&lane, "e12", "rate:secondary:403:retry-after=600").await?;
    let mark = lane.fake.mark();
    let others = [lane.id("e12"), lane.id("e12")].map(|id| Ask::plain(&id));
    let (second, said) = lane.together(&others).await;
    let more = lane.fake.requests_since(mark).len();
    let mut facts = vec![
        f::met(&deed, "the limit"),
        f::exactly("requests of others while limited", 0, more),
    ];
    for said in &said {
        facts.push(f::no_success(plan, said));
        facts.push(f::word(plan, said, &["rate_limited"]));
    }
    let herd = of(
        "E12",
        "two more while the first is limited for ten minutes",
        &second.said,
        facts,
    );
    let after = deed.said.retry_after.clone();
    let seconds = after
        .as_deref()
        .and_then(|text| text.trim().parse::<f64>().ok());
    let saw = seconds.map_or_else(|| Saw::Nothing(format!("{after:?}")), Saw::Number);
    let facts = vec![
        f::met(&deed, "the limit"),
        Fact::one_of("status", [429, 503], deed.said.saw_status()),
        f::word(plan, &deed.said, &["rate_limited"]),
        Fact::number("`retry-after`", (Some(1.0), Some(3700.0)), "s", saw),
    ];
    let told = of("F5", "a limit of ten minutes", &deed.said, facts);
    lane.stop().await;
    let twins = vec![twin];
    Ok(vec![beside(twins.clone(), herd), beside(twins, told)])
}

pub(super) async fn e13(lane: &Lane<'_>) -> Outcome {
    let with = With {
        quota: Some(60),
        ..With::default()
    };
    let lane = lane.sibling(with).await?;
    let plan = lane.suite.plan;
    let mut facts = Vec::new();
    let mut took = Vec::new();
    for _ in 0..4 {
        let deed = lane.deed(&Ask::plain(&lane.id("e13"))).await;
        took.push(deed.said.took.as_secs_f64());
        facts.extend(f::one(plan, &deed));
    }
    let log = lane.log()?.to_lowercase();
    let words = ["rate limit", "ratelimit", "rate_limit", "quota"];
    let warns = |line: &&str| line.contains("warn") && words.iter().any(|word| line.contains(word));
    let line = log
        .lines()
        .find(warns)
        .map(|line| line.chars().take(200).collect::<String>());
    let slowed = took
        .last()
        .zip(took.first())
        .is_some_and(|(last, first)| *last > first * 3.0 && *last > 0.5);
    let saw = line
        .clone()
        .unwrap_or_else(|| format!("no line of warning; {took:.2?} s"));
    facts.push(Fact::holds(
        "a quota of 60 an hour",
        "warns or slows",
        line.is_some() || slowed,
        saw,
    ));
    let trial = f::trial("E13", "four requests", facts);
    lane.stop().await;
    Ok(vec![trial])
}

pub(super) async fn e14(lane: &Lane<'_>) -> Outcome {
    let deed = limited(lane, "e14", "rate:primary:429:reset=-50").await?;
    let facts = kept(lane, &deed, 1.0);
    lane.fresh();
    Ok(vec![of("E14", "a reset 50 s ago", &deed.said, facts)])
}
