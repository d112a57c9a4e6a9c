//! What must end: long chains, explosions; and contradictions, which end nothing.

use crate::model::trial::reasoning::case::CaseProfile::Rdfs;
use crate::model::trial::reasoning::{Reading, Told};
use crate::model::trial::{Fact, Saw};
use crate::runners::reasoning::client::{Answer, Target};
use crate::runners::reasoning::looks::{COUNT, Finding, Looks, is_true, number, rows, see, trial};
use crate::runners::reasoning::turtle::Prefixes;
use serde_json::Value;
use std::time::Instant;

/// RS-28: n classes in a chain have n(n-1)/2 pairs.
pub(super) async fn chain(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-28");
    let edge = |n: usize| format!(":c{n} rdfs:subClassOf :c{} .\n", n + 1);
    let content = rows(&(0..1000).map(edge).collect::<String>());
    let pairs = match target.plan.declares.rows {
        Reading::Core | Reading::Rules => "SELECT (COUNT(*) AS ?n) { ?c rdfs:subClassOf ?d }",
        // Axioms make every class its own subclass, and a subclass of rdfs:Resource.
        Reading::Full => {
            "SELECT (COUNT(*) AS ?n) { ?c rdfs:subClassOf ?d FILTER(?c != ?d && STRSTARTS(STR(?c), 'urn:x:') && STRSTARTS(STR(?d), 'urn:x:')) }"
        }
    };
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let (query, within) = (Prefixes::known().query(pairs), target.plan.limits.chain);
        let started = Instant::now();
        let answer = target.ask_within(&graph, Rdfs, &query, within).await?;
        looks.exactly(
            "pairs of a chain of 1001 classes",
            500_500.0,
            number(answer.rows()?)?,
        );
        let limits = (None, Some(within.as_secs_f64()));
        let took = Saw::Number(started.elapsed().as_secs_f64());
        looks
            .facts
            .push(Fact::number("time to the answer", limits, "s", took));
        Ok(())
    };
    vec![trial(target, "RS-28", "1000 edges, all pairs counted", look).await]
}

/// Graphs that contradict themselves, and a query that they answer all the same.
const CONTRADICTIONS: [(&str, &str); 3] = [
    ("an ill-typed literal", ":x :p \"one\"^^xsd:integer ."),
    (
        "a literal outside of a range",
        ":p rdfs:range xsd:integer . :x :p \"text\" .",
    ),
    (
        "a thing of two datatypes that share no value",
        ":p rdfs:range xsd:integer . :q rdfs:range xsd:string . :x :p :y ; :q :y .",
    ),
];

/// RS-45: a contradiction is told, and changes no answer.
pub(super) async fn contradictions(target: &Target<'_>) -> Vec<Finding> {
    if !target.plan.metadata.contains_key(&Told::Inconsistencies) {
        return Finding::not_run("the target declares no list of contradictions");
    }
    let mut findings = Vec::new();
    for (number, (case, text)) in CONTRADICTIONS.into_iter().enumerate() {
        let graph = target.graph(&format!("rs-45-{number}"));
        let look = async |looks: &mut Looks| {
            target.replace(&graph, &rows(text)).await?;
            let answer = see(target, &graph, Rdfs).await?;
            looks.said(&answer, &rows(text));
            let held = is_true(target, &graph, Rdfs, ":x :p ?o").await?;
            looks.holds("`:x :p ?o`", "is answered with yes", held, held.to_string());
            looks.holds(
                "contradictions",
                "at least one is told",
                told(target, &answer.answer) > 0,
                list(target, &answer.answer),
            );
            target
                .replace(&graph, &rows(":p rdfs:range xsd:integer . :x :p 1 ."))
                .await?;
            let answer = see(target, &graph, Rdfs).await?;
            looks.holds(
                "contradictions, without one",
                "none is told",
                told(target, &answer.answer) == 0,
                list(target, &answer.answer),
            );
            Ok(())
        };
        findings.push(trial(target, "RS-45", case, look).await);
    }
    findings
}

/// How many contradictions are told; what is no list tells none.
fn told(target: &Target<'_>, answer: &Answer) -> usize {
    let told = target.told(answer, Told::Inconsistencies);
    told.and_then(Value::as_array).map_or(0, Vec::len)
}

fn list(target: &Target<'_>, answer: &Answer) -> String {
    let told = target.told(answer, Told::Inconsistencies);
    told.map_or_else(|| "nothing there".to_owned(), Value::to_string)
}

/// RS-46: 5 000 classes in a ring imply 25 million pairs.
pub(super) async fn explosion(target: &Target<'_>) -> Vec<Finding> {
    if !target.plan.metadata.contains_key(&Told::Complete) {
        return Finding::not_run("the target does not tell whether an answer is complete");
    }
    let graph = target.graph("rs-46");
    let edge = |n: usize| format!(":c{n} rdfs:subClassOf :c{} .\n", (n + 1) % 5000);
    let ring = rows(&(0..5000).map(edge).collect::<String>());
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &ring).await?;
        let within = target.plan.limits.explosion;
        let answer = target.ask_within(&graph, Rdfs, COUNT, within).await?;
        let complete = target.told(&answer, Told::Complete).map(Value::to_string);
        let complete = complete.map_or_else(|| Saw::Nothing("not there".to_owned()), Saw::Text);
        looks
            .facts
            .push(Fact::one_of("complete", ["false"], complete));
        if target.plan.metadata.contains_key(&Told::Error) {
            let error = target
                .told(&answer, Told::Error)
                .filter(|error| !error.is_null());
            let saw = error.map_or_else(|| "nothing there".to_owned(), Value::to_string);
            looks.holds("error", "says why", error.is_some(), saw);
        }
        let small = rows(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .");
        target.replace(&graph, &small).await?;
        let seen = see(target, &graph, Rdfs).await?;
        looks.follow(&seen, &rows(":A rdfs:subClassOf :C ."));
        let complete = target.told(&seen.answer, Told::Complete) == Some(&Value::Bool(true));
        looks.holds(
            "complete, small again",
            "true",
            complete,
            complete.to_string(),
        );
        Ok(())
    };
    vec![trial(target, "RS-46", "a ring of 5000 classes", look).await]
}
