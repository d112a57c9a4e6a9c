//! RS-43: readers beside writers; every answer is the closure of some content that was committed.

use crate::model::trial::reasoning::case::CaseProfile::Rdfs;
use crate::runners::reasoning::client::{GraphName, Silence, Target, triples};
use crate::runners::reasoning::isomorphism::first;
use crate::runners::reasoning::looks::{Finding, Looks, rows, trial};
use crate::runners::reasoning::oracle::closure::closure;
use crate::runners::reasoning::turtle::{Prefixes, Rows, iri, shown};
use futures_util::future::try_join;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// Contents that the writers take turns with.
const CONTENTS: usize = 8;
/// Writes of each writer.
const WRITES: usize = 24;
/// Most answers that one reader looks at.
const READS: usize = 400;
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const QUERY: &str = "SELECT ?s ?p ?o { ?s ?p ?o FILTER(?p IN (rdf:type, :is)) }";

/// One of the contents: no two of them, and no mixture of two, have the same closure.
fn content(n: usize) -> Rows {
    let mut text = format!(":version :is :v{n} . :B rdfs:subClassOf :C .");
    if n.is_multiple_of(2) {
        text += " :A rdfs:subClassOf :B .";
    }
    for x in 0..=n {
        text += &format!(" :x{x} a :A . :y{x} a :B .");
    }
    rows(&text)
}

/// What the query sees of a closure.
fn visible(all: Rows) -> Rows {
    let seen = [iri(TYPE), iri("urn:x:is")];
    all.into_iter()
        .filter(|row| seen.contains(&row[1]))
        .collect()
}

/// Two writers and two readers over one graph.
pub(super) async fn readers(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-43");
    let reading = target.plan.declares.rows;
    let committed: BTreeSet<Rows> = (0..CONTENTS)
        .map(|n| visible(closure(&content(n), reading)))
        .collect();
    let (mut seen, mut torn) = (BTreeSet::new(), None);
    let look = async |looks: &mut Looks| {
        if target.plan.write.replace.is_none() {
            return Err(Silence(
                "the adapter has no request that replaces a graph at once".into(),
            ));
        }
        target.replace(&graph, &content(0)).await?;
        let done = AtomicBool::new(false);
        let writers = async {
            let both = try_join(
                write(target, &graph, 0),
                write(target, &graph, CONTENTS / 2),
            )
            .await;
            done.store(true, Ordering::Relaxed);
            both
        };
        let readers = try_join(read(target, &graph, &done), read(target, &graph, &done));
        let (_, (one, two)) = try_join(writers, readers).await?;
        for answer in one.into_iter().chain(two) {
            match committed.contains(&answer) {
                true => {
                    seen.insert(answer);
                }
                false => torn = Some(answer),
            }
        }
        let saw = match &torn {
            Some(rows) => {
                let rows: Vec<String> = rows.iter().map(|row| shown(row)).collect();
                format!("an answer of {} rows is none: {}", rows.len(), first(&rows))
            }
            None => format!("every one; {} contents were seen", seen.len()),
        };
        looks.holds(
            "answers",
            "each is the closure of a committed content",
            torn.is_none(),
            saw,
        );
        Ok(())
    };
    let finding = trial(target, "RS-43", "two writers and two readers", look).await;
    if target.plan.write.replace.is_none() {
        return Finding::not_run("the adapter has no request that replaces a graph at once");
    }
    match (seen.len(), &torn, &finding) {
        (1, None, Finding::Trial(trial)) if trial.facts.len() == 1 => {
            let text = "the readers saw one content only: nothing happened beside them";
            vec![Finding::Inconclusive(text.to_owned())]
        }
        _ => vec![finding],
    }
}

async fn write(target: &Target<'_>, graph: &GraphName, from: usize) -> Result<(), Silence> {
    for round in 0..WRITES {
        let n = from + round % (CONTENTS / 2);
        target.replace(graph, &content(n)).await?;
    }
    Ok(())
}

/// Every answer until the writers are done.
async fn read(
    target: &Target<'_>,
    graph: &GraphName,
    done: &AtomicBool,
) -> Result<Vec<Rows>, Silence> {
    let query = Prefixes::known().query(QUERY);
    let mut answers = Vec::new();
    while answers.len() < READS {
        let last = done.load(Ordering::Relaxed);
        let answer = target.ask(graph, Rdfs, &query).await?;
        answers.push(triples(answer.rows()?).into_iter().collect());
        if last {
            break;
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trial::reasoning::Reading;

    #[test]
    fn every_content_has_a_closure_of_its_own() {
        let closures: BTreeSet<Rows> = (0..CONTENTS)
            .map(|n| visible(closure(&content(n), Reading::Core)))
            .collect();
        assert_eq!(closures.len(), CONTENTS);
    }
}
