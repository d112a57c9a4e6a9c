//! How the service behaves: profiles, the inferred graph, writes to it.

use crate::model::trial::reasoning::InferredWrites;
use crate::model::trial::reasoning::case::CaseProfile::{None as Plain, Rdfs, RdfsFull};
use crate::runners::reasoning::client::{GraphName, Silence, Target};
use crate::runners::reasoning::looks::{
    COUNT, Finding, Looks, count, is_true, rows, see, see_inferred, trial,
};
use crate::runners::reasoning::turtle::{Row, Rows, document, is_blank};

/// A graph from which something follows.
const ZOO: &str = ":Cat rdfs:subClassOf :Mammal . :Mammal rdfs:subClassOf :Animal . :tom a :Cat .";
const FOLLOWS: &str = ":tom a :Animal .";

/// RS-34: no profile, no inference, before anybody asked for one and after.
pub(super) async fn no_profile(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-34");
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &rows(ZOO)).await?;
        for moment in ["before", "after"] {
            let seen = see(target, &graph, Plain).await?;
            let what = format!("{moment} a profile was asked for: what is seen without one");
            looks.equal(&what, "what is said", &rows(ZOO), &seen.rows);
            if target.inferred(&graph, Rdfs).is_some() {
                let pattern = "GRAPH ?g { :tom a :Animal }";
                let anywhere = is_true(target, &graph, Plain, pattern).await?;
                let what = format!("{moment}: `{pattern}`");
                looks.holds(&what, "is false", !anywhere, anywhere.to_string());
            }
            looks.twin_rows(&see(target, &graph, Rdfs).await?, &rows(FOLLOWS));
        }
        Ok(())
    };
    vec![
        trial(
            target,
            "RS-34",
            "asked without, with, and without a profile",
            look,
        )
        .await,
    ]
}

/// Words that are no profile; case counts.
const UNKNOWN: [&str; 2] = ["no-such-profile", "RDFS-NOT"];

/// RS-35: refused, with the known ones named.
pub(super) async fn unknown_profile(target: &Target<'_>) -> Vec<Finding> {
    if !target.plan.ask.query.holes().any(|hole| hole == "profile") {
        return Finding::not_run("the adapter has no place for the word of a profile");
    }
    let graph = target.graph("rs-35");
    let mut findings = Vec::new();
    for word in UNKNOWN {
        let look = async |looks: &mut Looks| {
            target.replace(&graph, &rows(ZOO)).await?;
            let known = target.plan.ask.profiles.rdfs.clone();
            twin(target, &graph, &known, looks).await?;
            let reply = target.ask_by(&graph, word, "ASK {}").await?;
            let statuses = &target.plan.ask.unknown_profile_status;
            looks.holds(
                "status",
                "that of a refusal",
                reply.is_one_of(statuses),
                reply.told(),
            );
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            for profile in [Plain, Rdfs, RdfsFull] {
                let Some(name) = target.word(profile).filter(|name| !name.is_empty()) else {
                    continue;
                };
                looks.holds(
                    &format!("`{name}`"),
                    "is named as known",
                    body.contains(&name),
                    reply.told(),
                );
            }
            twin(target, &graph, &known, looks).await
        };
        let case = format!("the profile `{word}`");
        findings.push(trial(target, "RS-35", &case, look).await);
    }
    findings
}

async fn twin(
    target: &Target<'_>,
    graph: &GraphName,
    known: &str,
    looks: &mut Looks,
) -> Result<(), Silence> {
    let reply = target.ask_by(graph, known, "ASK {}").await?;
    let green = reply.is_one_of(&target.plan.ask.query.status);
    looks.twin(green, format!("`{known}`: {}", reply.told()));
    Ok(())
}

/// RS-36: the explicit graph is never touched, and the inferred one has nothing else.
pub(super) async fn own_graph(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-36");
    if target.inferred(&graph, Rdfs).is_none() {
        return Finding::not_run("the target declares no inferred graph");
    }
    let mut content = rows(ZOO);
    content.extend(rows("[] a :Cat ."));
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let before = see(target, &graph, Plain).await?;
        let both = see(target, &graph, Rdfs).await?;
        if let Some(inferred) = see_inferred(target, &graph, Rdfs).await? {
            looks.follow(&inferred, &rows(FOLLOWS));
            // Blank nodes may have other labels in every answer.
            let sum = named(&(&inferred.rows | &before.rows));
            let what = "said and inferred together";
            looks.equal(what, "what the profile shows", &named(&both.rows), &sum);
        }
        let after = see(target, &graph, Plain).await?;
        looks.equal(
            "the explicit graph before",
            "what was written",
            &content,
            &before.rows,
        );
        looks.equal(
            "the explicit graph after",
            "what it was before",
            &before.rows,
            &after.rows,
        );
        Ok(())
    };
    vec![trial(target, "RS-36", "said and inferred, each alone", look).await]
}

/// The triples without blank nodes.
fn named(rows: &Rows) -> Rows {
    let named = |row: &&Row| !row.iter().any(|term| is_blank(term));
    rows.iter().filter(named).cloned().collect()
}

/// RS-37: one graph to whoever asks, every triple once.
pub(super) async fn union(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-37");
    let mut content = rows(ZOO);
    content.extend(rows(":tom a :Mammal . :p rdfs:domain :Cat . :tom :p 1 ."));
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let seen = see(target, &graph, Rdfs).await?;
        looks.twin_rows(&seen, &rows(FOLLOWS));
        #[allow(clippy::cast_precision_loss)]
        let (distinct, listed) = (seen.rows.len() as f64, seen.count as f64);
        looks.exactly("rows that are listed", distinct, listed);
        looks.exactly(
            "rows that are counted",
            distinct,
            count(target, &graph, Rdfs, COUNT).await?,
        );
        let one = "SELECT (COUNT(*) AS ?n) { :tom a :Mammal }";
        looks.exactly(
            "rows of `:tom a :Mammal`",
            1.0,
            count(target, &graph, Rdfs, one).await?,
        );
        // Both sides of a join may come from either graph.
        let join = ":tom a ?c . ?c rdfs:subClassOf :Animal . :tom a :Animal";
        let held = is_true(target, &graph, Rdfs, join).await?;
        looks.holds(
            "a join over both graphs",
            "is answered",
            held,
            held.to_string(),
        );
        Ok(())
    };
    vec![trial(target, "RS-37", "listed, counted, joined", look).await]
}

/// RS-44: nobody writes what is inferred.
pub(super) async fn writes(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-44");
    let Some(iri) = target.inferred(&graph, Rdfs) else {
        return Finding::not_run("the target declares no inferred graph");
    };
    let forbidden = GraphName {
        name: iri.clone(),
        iri,
    };
    let foreign = rows(":a a :B .");
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &rows(ZOO)).await?;
        let before = inferred_rows(target, &graph).await?;
        looks.twin(
            !before.is_empty(),
            format!("{} inferred triples", before.len()),
        );
        let write = &target.plan.write;
        for request in [Some(&write.insert), write.replace.as_ref()]
            .into_iter()
            .flatten()
        {
            let reply = target
                .offer(request, &forbidden, &document(&foreign))
                .await?;
            if target.plan.declares.inferred_writes == InferredWrites::Refused {
                let what = format!("{} into the inferred graph", request.method);
                let refused = reply.is_one_of(&write.refused_status);
                looks.holds(&what, "is refused", refused, reply.told());
            }
        }
        // The twin: the same write, into a graph of one's own.
        let taken = target.insert(&graph, &foreign).await;
        let told = taken
            .as_ref()
            .err()
            .map_or("taken".to_owned(), |silence| silence.0.clone());
        looks.twin(
            taken.is_ok(),
            format!("the same into the explicit graph: {told}"),
        );
        let with = target
            .change(&graph, &with(&foreign), &foreign, &Rows::new())
            .await?;
        looks.said(&see(target, &graph, Plain).await?, &with);
        let after = inferred_rows(target, &graph).await?;
        looks.equal("the inferred graph", "what it was before", &before, &after);
        Ok(())
    };
    vec![trial(target, "RS-44", "triples for the inferred graph", look).await]
}

fn with(more: &Rows) -> Rows {
    let mut all = rows(ZOO);
    all.extend(more.iter().cloned());
    all
}

async fn inferred_rows(target: &Target<'_>, graph: &GraphName) -> Result<Rows, Silence> {
    let seen = see_inferred(target, graph, Rdfs).await?;
    Ok(seen.map(|seen| seen.rows).unwrap_or_default())
}
