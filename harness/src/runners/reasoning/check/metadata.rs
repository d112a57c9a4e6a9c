//! RM-1 to RM-10: what an answer tells of the reasoning behind it.

use super::at::{At, shown};
use crate::model::trial::reasoning::Told;
use crate::model::trial::reasoning::case::CaseProfile::{None as Plain, Rdfs, RdfsFull};
use crate::runners::reasoning::client::{Answer, Silence, Target};
use crate::runners::reasoning::looks::{
    COUNT, EVERYTHING, Finding, Looks, count, is_true, rows, see, trial,
};
use crate::runners::reasoning::turtle::{Prefixes, Rows, iri};
use serde_json::Value;

/// What an answer needs to tell so that a check can be asked.
const NEEDS: [(&str, &[Told]); 10] = [
    ("RM-1", &[Told::InferredCount, Told::ExplicitCount]),
    ("RM-2", &[Told::Profile, Told::Applied]),
    ("RM-3", &[Told::Engine, Told::Version]),
    ("RM-4", &[Told::RulesetHash]),
    ("RM-5", &[Told::InferredGraph, Told::InferredCount]),
    ("RM-6", &[Told::Complete]),
    ("RM-7", &[Told::Inconsistencies]),
    ("RM-8", &[Told::DurationMs, Told::Iterations]),
    ("RM-9", &[Told::Rows]),
    ("RM-10", &[Told::Support]),
];

const ZOO: &str = ":Cat rdfs:subClassOf :Mammal . :Mammal rdfs:subClassOf :Animal . :tom a :Cat .";

/// What of a list the target does not declare.
pub(super) fn undeclared(target: &Target<'_>, needs: &[Told]) -> Option<String> {
    let lacks = needs
        .iter()
        .find(|told| !target.plan.metadata.contains_key(told))?;
    Some(format!("the target does not tell `{}`", lacks.key()))
}

/// Asks one check.
pub(super) async fn ask(target: &Target<'_>, id: &str) -> Vec<Finding> {
    let needs = NEEDS.iter().find(|(check, _)| *check == id);
    if let Some(reason) = needs.and_then(|(_, needs)| undeclared(target, needs)) {
        return Finding::not_run(reason);
    }
    match id {
        "RM-1" => {
            return vec![
                trial(
                    target,
                    id,
                    "written, changed, emptied",
                    async |looks: &mut Looks| counts(target, looks).await,
                )
                .await,
            ];
        }
        "RM-5" if target.inferred(&target.graph("rm-5"), Rdfs).is_none() => {
            return Finding::not_run("the target declares no inferred graph");
        }
        "RM-5" => {
            return vec![
                trial(
                    target,
                    id,
                    "with and without anything inferred",
                    async |looks: &mut Looks| graph_name(target, looks).await,
                )
                .await,
            ];
        }
        "RM-9" => return marks(target).await,
        _ => {}
    }
    let graph = target.graph(&id.to_lowercase());
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &rows(ZOO)).await?;
        let seen = see(target, &graph, Rdfs).await?;
        looks.follow(&seen, &rows(":tom a :Animal ."));
        let plain = see(target, &graph, Plain).await?;
        let at = At {
            target,
            answer: &seen.answer,
        };
        match id {
            "RM-2" => profile(&at, &plain.answer, looks),
            "RM-3" => {
                at.text(looks, Told::Engine);
                at.text(looks, Told::Version);
            }
            "RM-4" => hashes(&at, looks).await?,
            "RM-6" => at.is(looks, Told::Complete, &Value::Bool(true)),
            "RM-7" => {
                let list = at.value(Told::Inconsistencies);
                let empty = list.and_then(Value::as_array).is_some_and(Vec::is_empty);
                looks.holds("inconsistencies", "an empty list", empty, shown(list));
            }
            "RM-8" => {
                at.at_least(looks, Told::DurationMs, 0.0, "ms");
                at.at_least(looks, Told::Iterations, 1.0, "");
            }
            _ => {
                let support = at.value(Told::Support).filter(|value| !value.is_null());
                looks.holds("support", "is there", support.is_some(), shown(support));
            }
        }
        if id == "RM-6" && target.plan.metadata.contains_key(&Told::Error) {
            let error = at.value(Told::Error).filter(|error| !error.is_null());
            looks.holds("error", "there is none", error.is_none(), shown(error));
        }
        Ok(())
    };
    vec![trial(target, id, "a graph from which something follows", look).await]
}

/// RM-1, after every change.
async fn counts(target: &Target<'_>, looks: &mut Looks) -> Result<(), Silence> {
    let graph = target.graph("rm-1");
    let mut content = rows(ZOO);
    target.replace(&graph, &content).await?;
    let changes = [
        ("", ""),
        ("", ":kim a :Cat . :kim :likes :tom ."),
        (":kim a :Cat .", ""),
        (":Mammal rdfs:subClassOf :Animal .", ":x a :Mammal ."),
    ];
    for (gone, came) in changes {
        content = target
            .change(&graph, &content, &rows(gone), &rows(came))
            .await?;
        let (all, said) = (
            count(target, &graph, Rdfs, COUNT).await?,
            count(target, &graph, Plain, COUNT).await?,
        );
        let answer = target.ask(&graph, Rdfs, COUNT).await?;
        let at = At {
            target,
            answer: &answer,
        };
        at.number(looks, Told::ExplicitCount, said);
        match target.inferred(&graph, Rdfs) {
            Some(iri) if !target.plan.declares.repeats_explicit => {
                let query = format!("SELECT (COUNT(*) AS ?n) {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}");
                let inferred = count(target, &graph, Rdfs, &query).await?;
                at.number(looks, Told::InferredCount, inferred);
            }
            _ => at.number(looks, Told::InferredCount, all - said),
        }
    }
    Ok(())
}

/// RM-2.
fn profile(at: &At<'_>, plain: &Answer, looks: &mut Looks) {
    let told = At {
        target: at.target,
        answer: plain,
    };
    for (at, profile, applied) in [(at, Rdfs, true), (&told, Plain, false)] {
        if let Some(word) = at.target.word(profile) {
            at.is(looks, Told::Profile, &Value::String(word));
        }
        at.is(looks, Told::Applied, &Value::Bool(applied));
    }
}

/// RM-4.
async fn hashes(at: &At<'_>, looks: &mut Looks) -> Result<(), Silence> {
    let target = at.target;
    let other = target.graph("rm-4-other");
    target.replace(&other, &rows(":x :p :y .")).await?;
    at.text(looks, Told::RulesetHash);
    let hash = at.value(Told::RulesetHash);
    let again = see(target, &other, Rdfs).await?.answer;
    let same = target.told(&again, Told::RulesetHash);
    looks.holds(
        "ruleset_hash over another graph",
        "the same",
        same == hash,
        shown(same),
    );
    if target.word(RdfsFull).is_some() {
        let full = see(target, &other, RdfsFull).await?.answer;
        let full = target.told(&full, Told::RulesetHash);
        let differs = full.is_some() && full != hash;
        looks.holds(
            "ruleset_hash of other rules",
            "another one",
            differs,
            shown(full),
        );
    }
    Ok(())
}

/// RM-5.
async fn graph_name(target: &Target<'_>, looks: &mut Looks) -> Result<(), Silence> {
    let graph = target.graph("rm-5");
    let Some(name) = target.inferred(&graph, Rdfs) else {
        return Ok(());
    };
    for content in [rows(ZOO), Rows::new()] {
        target.replace(&graph, &content).await?;
        let answer = target.ask(&graph, Rdfs, EVERYTHING).await?;
        let at = At {
            target,
            answer: &answer,
        };
        at.is(looks, Told::InferredGraph, &Value::String(name.clone()));
        let there = is_true(
            target,
            &graph,
            Rdfs,
            &format!("GRAPH <{name}> {{ ?s ?p ?o }}"),
        )
        .await?;
        let number = at.value(Told::InferredCount).and_then(Value::as_f64);
        let agree = number.is_some_and(|number| (number > 0.0) == there);
        let saw = format!(
            "inferred_count {number:?}, the graph is {}",
            if there { "there" } else { "absent" }
        );
        looks.holds(
            "the inferred graph",
            "absent just when inferred_count is 0",
            agree,
            saw,
        );
    }
    Ok(())
}

/// RM-9.
async fn marks(target: &Target<'_>) -> Vec<Finding> {
    if target.plan.ask.query_with_marks.is_none() {
        return Finding::not_run("the adapter cannot ask for marks (`query_with_marks`)");
    }
    let graph = target.graph("rm-9");
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &rows(ZOO)).await?;
        let query = Prefixes::known().query("SELECT ?c { :tom a ?c } ORDER BY ?c");
        let Some(answer) = target.ask_marked(&graph, &query).await else {
            return Ok(());
        };
        let answer = answer?;
        let marks = target.told(&answer, Told::Rows).and_then(Value::as_array);
        let pointer = target
            .plan
            .metadata
            .get(&Told::RowInferred)
            .map_or("", String::as_str);
        let marks: Vec<Option<bool>> = marks
            .into_iter()
            .flatten()
            .map(|mark| mark.pointer(pointer).and_then(Value::as_bool))
            .collect();
        let rows = answer.rows()?;
        #[allow(clippy::cast_precision_loss)]
        looks.exactly("marks", rows.len() as f64, marks.len() as f64);
        for (name, inferred) in [("Animal", true), ("Cat", false), ("Mammal", true)] {
            let term = iri(&format!("urn:x:{name}"));
            let at = rows.iter().position(|row| row.get("c") == Some(&term));
            let mark = at.and_then(|at| marks.get(at).copied().flatten());
            let saw = mark.map_or_else(|| "no mark".to_owned(), |mark| mark.to_string());
            looks.holds(
                &format!("the mark of `:tom a :{name}`"),
                &inferred.to_string(),
                mark == Some(inferred),
                saw,
            );
        }
        Ok(())
    };
    vec![trial(target, "RM-9", "the classes of a cat", look).await]
}
