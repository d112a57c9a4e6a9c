//! SN-1 to SN-7: the content that an answer is of.

use super::at::{At, shown};
use super::metadata::undeclared;
use crate::model::trial::reasoning::Told;
use crate::model::trial::reasoning::case::CaseProfile::Rdfs;
use crate::runners::reasoning::client::{GraphName, Silence, Target};
use crate::runners::reasoning::looks::{Finding, Looks, Seen, difference, rows, see, trial};
use crate::runners::reasoning::turtle::Rows;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// What an answer needs to tell so that a check can be asked.
const NEEDS: [(&str, &[Told]); 7] = [
    ("SN-1", &[Told::SnapshotId]),
    ("SN-2", &[Told::SnapshotId]),
    ("SN-3", &[Told::SnapshotId]),
    ("SN-4", &[Told::SnapshotCreatedAt]),
    (
        "SN-5",
        &[
            Told::SnapshotId,
            Told::SnapshotParent,
            Told::DeltaAdded,
            Told::DeltaRemoved,
        ],
    ),
    ("SN-6", &[Told::Stale]),
    ("SN-7", &[Told::SnapshotId]),
];

const BASE: &str = ":Cat rdfs:subClassOf :Animal . :tom a :Cat .";
const MORE: &str = ":kim a :Cat .";

/// Asks one check.
pub(super) async fn ask(target: &Target<'_>, id: &str) -> Vec<Finding> {
    let needs = NEEDS.iter().find(|(check, _)| *check == id);
    if let Some(reason) = needs.and_then(|(_, needs)| undeclared(target, needs)) {
        return Finding::not_run(reason);
    }
    let graph = target.graph(&id.to_lowercase());
    let look = async |looks: &mut Looks| match id {
        "SN-1" => changes(target, &graph, looks).await,
        "SN-2" => returns(target, &graph, looks).await,
        "SN-3" => one_answer(target, &graph, looks).await,
        "SN-4" => time(target, &graph, looks).await,
        "SN-5" => parent(target, &graph, looks).await,
        "SN-6" => fresh(target, &graph, looks).await,
        _ => labels(target, &graph, looks).await,
    };
    let case = match id {
        "SN-7" => "the same graph with other labels",
        _ => "written, inserted into, deleted from",
    };
    vec![trial(target, id, case, look).await]
}

/// What is seen, and the id that it is of.
async fn seen(target: &Target<'_>, graph: &GraphName) -> Result<(Seen, String), Silence> {
    let seen = see(target, graph, Rdfs).await?;
    match target.told(&seen.answer, Told::SnapshotId) {
        Some(Value::String(id)) if !id.is_empty() => {
            let id = id.clone();
            Ok((seen, id))
        }
        Some(Value::Number(id)) => {
            let id = id.to_string();
            Ok((seen, id))
        }
        other => Err(Silence(format!("no id of the content: {}", shown(other)))),
    }
}

/// The id of a content, once it is written.
async fn id_of(target: &Target<'_>, graph: &GraphName, content: &Rows) -> Result<String, Silence> {
    target.replace(graph, content).await?;
    Ok(seen(target, graph).await?.1)
}

fn differ(looks: &mut Looks, what: &str, before: &str, after: &str) {
    let saw = format!("{before}, then {after}");
    looks.holds(what, "another id than before", before != after, saw);
}

/// SN-1.
async fn changes(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    let (base, more) = (rows(BASE), rows(MORE));
    let first = id_of(target, graph, &base).await?;
    let again = seen(target, graph).await?.1;
    looks.holds(
        "asked again",
        "the same id",
        first == again,
        format!("{first}, then {again}"),
    );
    let content = target.change(graph, &base, &Rows::new(), &more).await?;
    let second = seen(target, graph).await?.1;
    differ(looks, "after an insert", &first, &second);
    // Of another triple, so that no earlier content is back.
    let gone = rows(":tom a :Cat .");
    target.change(graph, &content, &gone, &Rows::new()).await?;
    let third = seen(target, graph).await?.1;
    differ(looks, "after a deletion", &second, &third);
    let fourth = id_of(target, graph, &rows(":another :kind :graph .")).await?;
    differ(looks, "after all of it was replaced", &third, &fourth);
    Ok(())
}

/// SN-2.
async fn returns(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    let (base, more) = (rows(BASE), rows(MORE));
    let first = id_of(target, graph, &base).await?;
    let content = target.change(graph, &base, &Rows::new(), &more).await?;
    let between = seen(target, graph).await?.1;
    looks.twin(
        between != first,
        format!("with a triple more the id is {between}"),
    );
    target.change(graph, &content, &more, &Rows::new()).await?;
    let back = seen(target, graph).await?.1;
    looks.holds(
        "inserted and deleted again",
        "the id of before",
        back == first,
        format!("{first}, then {back}"),
    );
    Ok(())
}

/// SN-3.
async fn one_answer(
    target: &Target<'_>,
    graph: &GraphName,
    looks: &mut Looks,
) -> Result<(), Silence> {
    let (base, more) = (rows(BASE), rows(MORE));
    let mut answers: Vec<(Seen, String)> = Vec::new();
    target.replace(graph, &base).await?;
    answers.push(seen(target, graph).await?);
    answers.push(seen(target, graph).await?);
    let content = target.change(graph, &base, &Rows::new(), &more).await?;
    answers.push(seen(target, graph).await?);
    let content = target.change(graph, &content, &more, &Rows::new()).await?;
    answers.push(seen(target, graph).await?);
    target.change(graph, &content, &Rows::new(), &more).await?;
    answers.push(seen(target, graph).await?);
    target.replace(graph, &base).await?;
    answers.push(seen(target, graph).await?);
    let mut pairs = 0;
    for (at, (one, id)) in answers.iter().enumerate() {
        for (two, other) in &answers[at + 1..] {
            if id != other {
                continue;
            }
            pairs += 1;
            let difference = difference(&one.rows, &two.rows);
            let what = format!("two answers of {id}");
            looks.same(&what, "the same rows", difference.as_ref(), two.rows.len());
        }
    }
    looks.holds(
        "answers of one id",
        "there are some",
        pairs > 0,
        format!("{pairs} pairs"),
    );
    Ok(())
}

/// SN-4.
async fn time(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    target.replace(graph, &rows(BASE)).await?;
    let seen = see(target, graph, Rdfs).await?;
    let value = target.told(&seen.answer, Told::SnapshotCreatedAt);
    let time = value
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<Timestamp>().ok());
    // Clocks of two machines may differ a little.
    let latest = Timestamp::now() + SignedDuration::from_secs(120);
    let passed = time.is_some_and(|time| time <= latest);
    looks.holds(
        "snapshot_created_at",
        "an RFC 3339 time that has passed",
        passed,
        shown(value),
    );
    Ok(())
}

/// SN-5.
async fn parent(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    let base = rows(BASE);
    let mut content = base.clone();
    let mut before = id_of(target, graph, &base).await?;
    for (gone, came) in [("", ":kim a :Cat . :sam a :Cat ."), (":tom a :Cat .", "")] {
        let (gone, came) = (rows(gone), rows(came));
        content = target.change(graph, &content, &gone, &came).await?;
        let (seen, id) = seen(target, graph).await?;
        let at = At {
            target,
            answer: &seen.answer,
        };
        let parent = at.value(Told::SnapshotParent);
        let told = match parent {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        looks.holds(
            "snapshot_parent",
            &format!("the id before: {before}"),
            told == before,
            shown(parent),
        );
        #[allow(clippy::cast_precision_loss)]
        let (came, gone) = (came.len() as f64, gone.len() as f64);
        at.number(looks, Told::DeltaAdded, came);
        at.number(looks, Told::DeltaRemoved, gone);
        before = id;
    }
    Ok(())
}

/// SN-6.
async fn fresh(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    let mut content = rows(BASE);
    target.replace(graph, &content).await?;
    for (came, follows) in [("", ":tom a :Animal ."), (MORE, ":kim a :Animal .")] {
        content = target
            .change(graph, &content, &Rows::new(), &rows(came))
            .await?;
        let seen = see(target, graph, Rdfs).await?;
        let at = At {
            target,
            answer: &seen.answer,
        };
        looks.follow(&seen, &rows(follows));
        at.is(looks, Told::Stale, &Value::Bool(false));
    }
    Ok(())
}

/// SN-7.
async fn labels(target: &Target<'_>, graph: &GraphName, looks: &mut Looks) -> Result<(), Silence> {
    // Read twice, so that the blank nodes have other labels the second time.
    let text = ":x :p _:a . _:a :q [ :r 1 ] . :l :items (1 2 3) .";
    let first = id_of(target, graph, &rows(text)).await?;
    let other = id_of(target, graph, &rows(":x :p [] .")).await?;
    looks.twin(other != first, format!("another graph has the id {other}"));
    let again = id_of(target, graph, &rows(text)).await?;
    looks.holds(
        "the same with other labels",
        "the same id",
        first == again,
        format!("{first}, then {again}"),
    );
    Ok(())
}
