//! Graphs that break naive engines: literals in the wrong place, triple terms, several graphs, none.

use crate::model::trial::reasoning::case::CaseProfile::{None as Plain, Rdfs};
use crate::model::trial::reasoning::{Reading, Scope};
use crate::runners::reasoning::cases;
use crate::runners::reasoning::client::{GraphName, Silence, Target};
use crate::runners::reasoning::looks::{
    COUNT, Finding, Looks, count, is_true, rows, see, see_inferred, trial,
};
use crate::runners::reasoning::oracle::closure::closure;
use crate::runners::reasoning::turtle::{Rows, is_literal, shown};

/// RS-5: a range says nothing about a literal, because a literal is no subject.
pub(super) async fn literal_range(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-5");
    let content = rows(":p rdfs:range :C . :x :p \"text\", 1, \"t\"@en . :x :p :y .");
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let seen = see(target, &graph, Rdfs).await?;
        looks.twin_rows(&seen, &rows(":y a :C ."));
        let odd: Vec<String> = seen
            .rows
            .iter()
            .filter(|row| is_literal(&row[0]))
            .map(|row| shown(row))
            .collect();
        let saw = match odd.first() {
            Some(row) => format!("{} rows begin with one: `{row}`", odd.len()),
            None => "no row does".to_owned(),
        };
        looks.holds(
            "literals as subjects",
            "no row begins with a literal",
            odd.is_empty(),
            saw,
        );
        let typed = is_true(target, &graph, Rdfs, "?l a :C FILTER(isLiteral(?l))").await?;
        looks.holds(
            "a literal with the type of the range",
            "is not there",
            !typed,
            typed.to_string(),
        );
        looks.said(&seen, &content);
        Ok(())
    };
    vec![trial(target, "RS-5", "a range and a literal object", look).await]
}

/// RS-23: the cases, and a triple term of RDF 1.2, which is not asserted by being mentioned.
pub(super) async fn reification(target: &Target<'_>) -> Vec<Finding> {
    let mut findings = cases::ask(target, "RS-23").await;
    let graph = target.graph("rs-23-term");
    let content = rows(":u :q :v . :q rdfs:subPropertyOf :r .");
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let [reifies, x, p, y] = [
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies",
            "urn:x:x",
            "urn:x:p",
            "urn:x:y",
        ];
        let term = format!("<urn:x:s> <{reifies}> <<( <{x}> <{p}> <{y}> )>> .\n");
        // Refused or taken: either is right, as long as nothing is asserted by it.
        target
            .offer(&target.plan.write.insert, &graph, &term)
            .await?;
        let seen = see_named(target, &graph).await?;
        looks.twin(seen.0, "`:u :r :v` is asked for beside it");
        looks.holds(
            "`:x :p :y`",
            "is not asserted by a triple term",
            !seen.1,
            seen.1.to_string(),
        );
        Ok(())
    };
    findings.push(trial(target, "RS-23", "a triple term of RDF 1.2", look).await);
    findings
}

/// The twin and the triple of the term; rows with a triple term in them need not be read for that.
async fn see_named(target: &Target<'_>, graph: &GraphName) -> Result<(bool, bool), Silence> {
    let twin = is_true(target, graph, Rdfs, ":u :r :v").await?;
    Ok((twin, is_true(target, graph, Rdfs, ":x :p :y").await?))
}

/// RS-31: where premises come from.
pub(super) async fn scope(target: &Target<'_>) -> Vec<Finding> {
    let (own, other) = (target.graph("rs-31"), target.graph("rs-31-schema"));
    let content = rows(":x a :C . :C rdfs:subClassOf :E .");
    let look = async |looks: &mut Looks| {
        target
            .replace(&other, &rows(":C rdfs:subClassOf :D ."))
            .await?;
        target.replace(&own, &content).await?;
        let seen = see(target, &own, Rdfs).await?;
        let foreign = rows(":x a :D .");
        match target.plan.declares.scope {
            Scope::Dataset => looks.follow(&seen, &foreign),
            Scope::Graph => {
                looks.twin_rows(&seen, &rows(":x a :E ."));
                looks.absent(&seen, &foreign);
                let here = rows(":C rdfs:subClassOf :D .");
                target.insert(&own, &here).await?;
                let seen = see(target, &own, Rdfs).await?;
                looks.twin_rows(&seen, &foreign);
            }
        }
        looks.said(&seen, &content);
        Ok(())
    };
    vec![trial(target, "RS-31", "a schema in another graph", look).await]
}

/// RS-32: nothing follows from nothing; twins on both sides show that the target sees anything at all.
pub(super) async fn empty(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-32");
    let look = async |looks: &mut Looks| {
        let some = rows(":x :is :there .");
        target.replace(&graph, &some).await?;
        looks.twin_rows(&see(target, &graph, Rdfs).await?, &some);
        target.replace(&graph, &Rows::new()).await?;
        let seen = see(target, &graph, Rdfs).await?;
        let axioms = match target.plan.declares.rows {
            Reading::Full => closure(&Rows::new(), Reading::Full),
            Reading::Core | Reading::Rules => Rows::new(),
        };
        let odd: Vec<String> = seen
            .rows
            .difference(&axioms)
            .map(|row| shown(row))
            .collect();
        let saw = match odd.first() {
            Some(row) => format!("{} rows: `{row}`", odd.len()),
            None => "no row".to_owned(),
        };
        looks.holds(
            "rows over an empty graph",
            "none but axioms",
            odd.is_empty(),
            saw,
        );
        let said = see(target, &graph, Plain).await?;
        looks.equal("rows without a profile", "none", &Rows::new(), &said.rows);
        target.replace(&graph, &some).await?;
        looks.twin_rows(&see(target, &graph, Rdfs).await?, &some);
        Ok(())
    };
    vec![
        trial(
            target,
            "RS-32",
            "an empty graph between two that are not",
            look,
        )
        .await,
    ]
}

/// RS-33: what is said is not inferred as well.
pub(super) async fn said_and_inferred(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-33");
    if target.inferred(&graph, Rdfs).is_none() {
        return Finding::not_run("the target declares no inferred graph");
    }
    let both = rows(":A rdfs:subClassOf :B . :x a :A, :B . :z a :A .");
    let (said, twin) = (rows(":x a :B ."), rows(":z a :B ."));
    let repeats = target.plan.declares.repeats_explicit;
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &both).await?;
        for round in ["said and implied", "said again"] {
            let Some(inferred) = see_inferred(target, &graph, Rdfs).await? else {
                return Ok(());
            };
            looks.twin_rows(&inferred, &twin);
            let there = !inferred.rows.is_disjoint(&both);
            let saw = inferred
                .rows
                .intersection(&both)
                .map(|row| shown(row))
                .collect::<Vec<_>>();
            let saw = format!(
                "{round}: {}",
                if there {
                    saw.join(" | ")
                } else {
                    "none".into()
                }
            );
            looks.holds(
                "what is said, in the inferred graph",
                if repeats {
                    "there or not, as declared"
                } else {
                    "is not there"
                },
                !there || repeats,
                saw,
            );
            let query = "SELECT (COUNT(*) AS ?n) { :x a :B }";
            looks.exactly(
                "rows of `:x a :B`",
                1.0,
                count(target, &graph, Rdfs, query).await?,
            );
            if round == "said and implied" {
                let rest = target.change(&graph, &both, &said, &Rows::new()).await?;
                if let Some(inferred) = see_inferred(target, &graph, Rdfs).await? {
                    looks.follow(&inferred, &said);
                }
                target.change(&graph, &rest, &Rows::new(), &said).await?;
            }
        }
        let all = count(target, &graph, Rdfs, COUNT).await?;
        let distinct = "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }";
        looks.exactly(
            "rows of both graphs",
            count(target, &graph, Rdfs, distinct).await?,
            all,
        );
        Ok(())
    };
    vec![trial(target, "RS-33", "a triple that is said and implied", look).await]
}
