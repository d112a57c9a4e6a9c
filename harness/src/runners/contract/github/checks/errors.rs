//! F: errors as they are told, the audit trail, and secrets.

use super::super::ask::Ask;
use super::super::canary;
use super::super::deed::Deed;
use super::super::facts::{self as f, beside, of, trial};
use super::super::lane::{Lane, With};
use super::super::trouble::{Outcome, Trouble};
use super::idempotency;
use crate::model::trial::{Fact, Saw, Trial, Want};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::time::Duration;

/// A request that meets an incident every time, between two that do not.
async fn refused(
    lane: &Lane<'_>,
    check: &str,
    (op, kind): (&str, &str),
    facts: impl Fn(&Deed) -> Vec<Fact>,
) -> Result<Trial, Trouble> {
    let plan = lane.suite.plan;
    let first = lane.twin().await;
    lane.incidents(&[(op, 0, kind)])?;
    let deed = lane
        .deed(&Ask::plain(&lane.id(&check.to_lowercase())))
        .await;
    let mut all = vec![f::met(&deed, kind), f::no_success(plan, &deed.said)];
    all.extend(facts(&deed));
    let twins = vec![first, lane.twin().await];
    let case = format!("{op} answers {kind}");
    Ok(beside(twins, of(check, &case, &deed.said, all)))
}

/// What the error says to people holds a text.
fn says(lane: &Lane<'_>, deed: &Deed, wanted: &str) -> Fact {
    let message = deed.said.message(&lane.suite.plan.answer);
    let saw = if message.is_empty() {
        deed.said.told()
    } else {
        message.clone()
    };
    Fact::holds(
        "message",
        &format!("says `{wanted}`"),
        message.contains(wanted),
        saw,
    )
}

pub(super) async fn f1(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let facts = |deed: &Deed| {
        let status = deed.said.status.map(f64::from);
        let saw = status.map_or_else(|| Saw::Nothing(deed.said.lost.clone()), Saw::Number);
        vec![
            f::word(plan, &deed.said, &["auth_failed"]),
            Fact::number("class of the status", (Some(500.0), Some(599.0)), "", saw).should(),
        ]
    };
    Ok(vec![refused(lane, "F1", ("any", "r1"), facts).await?])
}

pub(super) async fn f2(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let op = lane.profile().await?.first_write;
    let facts = |deed: &Deed| {
        vec![
            f::word(plan, &deed.said, &["forbidden"]),
            says(lane, deed, "contents=write").should(),
        ]
    };
    Ok(vec![refused(lane, "F2", (op, "r2"), facts).await?])
}

pub(super) async fn f3(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let facts = |deed: &Deed| vec![f::word(plan, &deed.said, &["not_found"])];
    Ok(vec![refused(lane, "F3", ("any", "r5"), facts).await?])
}

pub(super) async fn f4(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let mut trials = Vec::new();
    for (kind, wanted) in [
        ("r8", "No commits between"),
        ("r20:no-message", "Head branch is protected"),
    ] {
        let facts = |deed: &Deed| {
            vec![
                f::word(plan, &deed.said, &["validation_failed"]),
                says(lane, deed, wanted),
            ]
        };
        trials.push(refused(lane, "F4", ("pulls/create", kind), facts).await?);
    }
    // What exists already is success.
    let existing = idempotency::d10(lane).await?;
    trials.extend(existing.into_iter().map(|trial| Trial {
        check: "F4".to_owned(),
        ..trial
    }));
    Ok(trials)
}

pub(super) async fn f6(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let read = lane.profile().await?.first_read;
    let mut trials = Vec::new();
    for (op, kind, words) in [
        (read, "r16:502", &["upstream_error"][..]),
        (read, "r16", &["upstream_error"]),
        (read, "r16:half-body", &["upstream_error"]),
        ("any", "r18:agent", &["upstream_error", "forbidden"]),
        (
            "pulls/create",
            "r20:not-json",
            &["upstream_error", "validation_failed"],
        ),
    ] {
        let facts = |deed: &Deed| vec![f::word(plan, &deed.said, words)];
        trials.push(refused(lane, "F6", (op, kind), facts).await?);
    }
    Ok(trials)
}

pub(super) async fn f7(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let mut trials = Vec::new();
    for (kind, wanted) in [
        ("r20", "Head branch is protected"),
        ("r20:object", "Head branch is protected"),
        ("r20:absent", "Validation Failed"),
        ("r20:no-message", ""),
    ] {
        let facts = |deed: &Deed| {
            let mut facts = vec![f::word(plan, &deed.said, &["validation_failed"])];
            if !wanted.is_empty() {
                facts.push(says(lane, deed, wanted).should());
            }
            facts
        };
        trials.push(refused(lane, "F7", ("pulls/create", kind), facts).await?);
    }
    Ok(trials)
}

/// A member of a record is there and is what it has to be.
fn member(lane: &Lane<'_>, record: &Value, name: &str, wanted: Option<&str>) -> Fact {
    let text = lane.member(record, name).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let missing = || Saw::Nothing(format!("it is not in {record}"));
    let saw = text
        .filter(|text| !text.is_empty())
        .map_or_else(missing, Saw::Text);
    let what = format!("`{name}` of the record");
    match wanted {
        Some(wanted) => Fact::one_of(&what, [wanted], saw),
        None => Fact::none_of(&what, [""], saw),
    }
}

/// As many records as attempts were made: at least one.
fn some(records: &[Value], least: usize, most: usize) -> Fact {
    f::between("new audit records", least, most, records.len())
}

pub(super) async fn f8(lane: &Lane<'_>) -> Outcome {
    let plan = lane.suite.plan;
    let before = lane.records().await?.len();
    lane.fresh();
    let asks = [lane.id("f8"), lane.id("f8")].map(|id| Ask::plain(&id));
    let mut trials = Vec::new();
    let mut deeds = Vec::new();
    for ask in &asks {
        deeds.push(lane.deed(ask).await);
    }
    let records = lane.records_after(before, asks.len()).await?;
    for (at, (ask, deed)) in asks.iter().zip(&deeds).enumerate() {
        let mut facts = f::one(plan, deed);
        facts.push(some(&records, asks.len(), asks.len()));
        if let Some(record) = records.get(at) {
            facts.extend(of_record(lane, record, ask, deed));
        }
        let case = if at == 0 {
            "the first of two"
        } else {
            "the second, in order"
        };
        trials.push(of("F8", case, &deed.said, facts));
    }
    Ok(trials)
}

fn of_record(lane: &Lane<'_>, record: &Value, ask: &Ask, deed: &Deed) -> Vec<Fact> {
    let opened = deed.opened();
    let pull = opened.first();
    let number = pull.map(|pull| pull.number.to_string());
    let repository = deed.after.full_name();
    let last = deed.requests.last();
    let status = last
        .and_then(|seen| seen.status)
        .map(|status| status.to_string());
    let wanted = [
        ("time", None),
        ("actor", None),
        ("action", None),
        ("outcome", None),
        ("repo", Some(repository.as_str())),
        ("finding", Some(ask.id.as_str())),
        ("branch", pull.map(|pull| pull.head.as_str())),
        ("status", status.as_deref()),
        ("attempt", Some("1")),
        ("number", number.as_deref()),
    ];
    let mut facts: Vec<Fact> = wanted
        .into_iter()
        .map(|(name, wanted)| member(lane, record, name, wanted))
        .collect();
    let ids = deed.requests.iter().map(|seen| seen.request_id.as_str());
    let saw = match lane.member(record, "request_id").and_then(Value::as_str) {
        Some(id) => Saw::Text(id.to_owned()),
        None => Saw::Nothing(format!("it is not in {record}")),
    };
    facts.push(Fact::one_of("GitHub's request id of the record", ids, saw));
    facts
}

pub(super) async fn f9(lane: &Lane<'_>) -> Outcome {
    let good = lane
        .suite
        .plan
        .audit
        .as_ref()
        .map(|audit| audit.good.clone());
    let good = good.unwrap_or_default();
    let mut trials = Vec::new();
    for (op, kind) in [("any", "r1"), ("pulls/create", "r7")] {
        let first = lane.twin().await;
        let before = lane.settled().await?;
        lane.incidents(&[(op, 0, kind)])?;
        let ask = Ask::plain(&lane.id("f9"));
        let deed = lane.deed(&ask).await;
        let records = lane.records_after(before, 1).await?;
        let most = lane.suite.plan.max_attempts as usize;
        let mut facts = vec![f::met(&deed, kind), some(&records, 1, most)];
        if let Some(record) = records.last() {
            facts.push(member(lane, record, "finding", Some(&ask.id)));
            let outcome = lane.member(record, "outcome").and_then(Value::as_str);
            let saw = outcome.map_or_else(
                || Saw::Nothing(format!("it is not in {record}")),
                |word| Saw::Text(word.to_owned()),
            );
            facts.push(Fact::none_of("outcome of a failure", &good, saw));
        }
        let twins = vec![first, lane.twin().await];
        trials.push(beside(
            twins,
            of("F9", &format!("{op} answers {kind}"), &deed.said, facts),
        ));
    }
    lane.fresh();
    let ask = Ask::plain(&lane.id("f9"));
    let first = lane.deed(&ask).await;
    let before = lane.settled().await?;
    let second = lane.deed(&ask).await;
    let records = lane.records_after(before, 1).await?;
    let number = first.opened().first().map(|pull| pull.number.to_string());
    let mut facts = vec![
        f::success(lane.suite.plan, &second.said),
        some(&records, 1, 1),
    ];
    if let Some(record) = records.first() {
        facts.push(member(lane, record, "finding", Some(&ask.id)));
        facts.push(member(lane, record, "number", number.as_deref()));
        facts.push(member(lane, record, "outcome", None));
    }
    trials.push(of("F9", "one that is there already", &second.said, facts));
    Ok(trials)
}

impl Lane<'_> {
    /// How many records there are once nothing more comes of what was asked before.
    async fn settled(&self) -> Result<usize, Trouble> {
        let before = self.records().await?.len();
        Ok(before + self.records_after(before, 0).await?.len())
    }
}

/// Ways in which a token could come out; where it did is looked for at the end of every lane.
pub(super) async fn f10(lane: &Lane<'_>) -> Outcome {
    let write = lane.profile().await?.first_write;
    for (op, nth, kind) in [
        ("any", 1, "r1"),
        (write, 1, "r2"),
        ("any", 1, "r16:502"),
        ("pulls/create", 1, "r20:not-json"),
        ("pulls/create", 1, "lost-reply"),
    ] {
        lane.fresh();
        lane.incidents(&[(op, nth, kind)])?;
        lane.said(&Ask::plain(&lane.id("f10"))).await;
    }
    Ok(vec![secrets(lane, "after every kind of failure").await])
}

/// Everything that the target said anywhere, searched for the token of its lane.
pub(in super::super) async fn secrets(lane: &Lane<'_>, case: &str) -> Trial {
    let twin = lane.twin().await;
    let mut facts = Vec::new();
    let clean = |what: &str, text: Result<String, String>| {
        let want = Want::Holds("holds no token".to_owned());
        let saw = match text {
            Err(reason) => Saw::Unknown(reason),
            Ok(text) if text.trim().is_empty() => Saw::Nothing("it is empty".to_owned()),
            Ok(text) => match canary::found(lane.token(), &text) {
                Some(line) => Saw::Held(false, line),
                None => Saw::Held(true, format!("{} lines without it", text.lines().count())),
            },
        };
        Fact::new(what, want, saw)
    };
    let told = |trouble: Trouble| format!("{trouble:?}");
    facts.push(clean("log", lane.log().map_err(told)));
    facts.push(clean("answers", Ok(lane.heard())));
    if lane.suite.plan.audit.is_some() {
        let records = lane.records().await.map_err(told);
        let text = records.map(|records| Value::Array(records).to_string());
        facts.push(clean("audit trail", text));
    }
    if let Some(path) = &lane.suite.stage.plan.target.metrics_path {
        let answer = lane
            .suite
            .http
            .get(format!("{}{path}", lane.url))
            .send()
            .await;
        let text = match answer {
            Ok(answer) => answer.text().await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        facts.push(clean("metrics", text));
    }
    beside(vec![twin], trial("F10", case, facts))
}

/// How long a target may take to end once it was told to.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);

pub(super) async fn f11(lane: &Lane<'_>) -> Outcome {
    let op = lane.profile().await?.first_read;
    let lane = lane.sibling(With::default()).await?;
    let Some(pid) = lane.target.as_ref().map(|target| target.pid()) else {
        return Err(Trouble::NotAsked("the target is attached".to_owned()));
    };
    let twin = lane.twin().await;
    let before = lane.settled().await?;
    lane.incidents(&[(op, 0, "slow:60000")])?;
    let ask = Ask::plain(&lane.id("f11"));
    let mark = lane.fake.mark();
    let stop = async {
        let begun = tokio::time::Instant::now();
        while lane.fake.requests_since(mark).is_empty() && begun.elapsed() < STOPPED_WITHIN {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let raw = i32::try_from(pid).unwrap_or(0);
        let sent = raw > 0 && kill(Pid::from_raw(raw), Signal::SIGTERM).is_ok();
        let ended = match &lane.target {
            Some(target) => target.ended(STOPPED_WITHIN).await,
            None => None,
        };
        (sent, ended)
    };
    let (said, (sent, ended)) = tokio::join!(lane.said(&ask), stop);
    let records: Vec<Value> = lane.records().await?.into_iter().skip(before).collect();
    let how = ended.map_or_else(|| "it still runs".to_owned(), |ended| ended.how);
    let mut facts = vec![
        Fact::holds(
            "SIGTERM in flight",
            "ends it",
            sent && how != "it still runs",
            how.clone(),
        ),
        some(&records, 1, lane.suite.plan.max_attempts as usize),
    ];
    if let Some(record) = records.last() {
        facts.push(member(&lane, record, "finding", Some(&ask.id)));
    }
    let trial = of(
        "F11",
        "GitHub is silent, and the target is stopped",
        &said,
        facts,
    );
    lane.stop().await;
    Ok(vec![beside(vec![twin], trial)])
}

pub(super) async fn f12(lane: &Lane<'_>) -> Outcome {
    let Some(how) = lane.suite.plan.offers.dry_run.clone() else {
        let text = "`dry_run` is not among `github.offers`";
        return Err(Trouble::NotAsked(text.to_owned()));
    };
    let first = lane.twin().await;
    let mut ask = Ask::plain(&lane.id("f12"));
    ask.beside = Some(how);
    let deed = lane.deed(&ask).await;
    let facts = vec![
        Fact::none_of("status", ["404", "500"], deed.said.saw_status()),
        f::exactly("writes", 0, deed.writes()),
        f::exactly("new open pull requests", 0, deed.opened().len()),
    ];
    let twins = vec![first, lane.twin().await];
    Ok(vec![beside(
        twins,
        of("F12", "a dry run", &deed.said, facts),
    )])
}
