//! RS-47: random graphs against the oracle; the first that differs is shrunk to its smallest part.

use crate::model::trial::reasoning::Reading;
use crate::model::trial::reasoning::case::CaseProfile::Rdfs;
use crate::model::trial::{Fact, Saw, Want};
use crate::runners::reasoning::client::{GraphName, Silence, Target};
use crate::runners::reasoning::isomorphism::Difference;
use crate::runners::reasoning::looks::{Finding, Looks, difference, see, trial};
use crate::runners::reasoning::oracle::{closure, referee};
use crate::runners::reasoning::random;
use crate::runners::reasoning::turtle::{Rows, shown};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Changes of one graph that follow the random graphs.
const CHANGES: u32 = 60;

/// Graphs that are written anew, then one graph that changes again and again.
pub(super) async fn graphs(target: &Target<'_>, seed: u64) -> Vec<Finding> {
    let first = anew(target, seed).await;
    // Each part alone: what is left of one must not be a premise of the other.
    target.tidy().await;
    vec![first, changing(target, seed).await]
}

async fn anew(target: &Target<'_>, seed: u64) -> Finding {
    let graph = target.graph("rs-47");
    let wanted = target.plan.random_graphs;
    let mut rng = StdRng::seed_from_u64(seed);
    let look = async |looks: &mut Looks| {
        let mut agree = 0;
        for number in 1..=wanted {
            let rows = random::graph(&mut rng);
            target.clear(&graph).await?;
            let difference = compared(target, &graph, &rows).await?;
            if difference.as_ref().is_some_and(Difference::is_nothing) {
                agree += 1;
                continue;
            }
            let name = format!("graph {number} of the seed {seed}");
            let fails = async |rows: &Rows| differs(target, &graph, rows).await;
            let smallest = match difference {
                Some(_) => random::smallest(rows, fails).await,
                None => rows,
            };
            let difference = compared(target, &graph, &smallest).await?;
            looks
                .facts
                .push(told(target, &name, &smallest, difference.as_ref()));
            break;
        }
        looks.exactly(
            "random graphs that agree",
            f64::from(wanted),
            f64::from(agree),
        );
        Ok(())
    };
    trial(target, "RS-47", "random graphs, each written anew", look).await
}

async fn changing(target: &Target<'_>, seed: u64) -> Finding {
    let graph = target.graph("rs-47-changes");
    let mut rng = StdRng::seed_from_u64(seed ^ 0x5eed);
    let look = async |looks: &mut Looks| {
        let mut rows = random::graph(&mut rng);
        rows.retain(|row| !row.iter().any(|term| term.starts_with("_:")));
        target.replace(&graph, &rows).await?;
        let mut agree = 0;
        for number in 1..=CHANGES {
            let before = rows.clone();
            let (gone, came) = random::change(&mut rng, &rows);
            rows = target.change(&graph, &rows, &gone, &came).await?;
            let seen = see(target, &graph, Rdfs).await?;
            let wanted = closure::closure(&rows, target.plan.declares.rows);
            let difference = difference(&wanted, &seen.rows);
            if difference.as_ref().is_some_and(Difference::is_nothing) {
                agree += 1;
                continue;
            }
            let name = format!(
                "change {number} of the seed {seed} (before it: {})",
                listed(&before)
            );
            looks
                .facts
                .push(told(target, &name, &rows, difference.as_ref()));
            break;
        }
        looks.exactly(
            "changes after which they agree",
            f64::from(CHANGES),
            f64::from(agree),
        );
        Ok(())
    };
    trial(
        target,
        "RS-47",
        "a random graph, changed again and again",
        look,
    )
    .await
}

/// How the target differs from the oracle over a graph.
async fn compared(
    target: &Target<'_>,
    graph: &GraphName,
    rows: &Rows,
) -> Result<Option<Difference>, Silence> {
    target.replace(graph, rows).await?;
    let seen = see(target, graph, Rdfs).await?;
    let wanted = closure::closure(rows, target.plan.declares.rows);
    Ok(difference(&wanted, &seen.rows))
}

/// Whether it differs over a graph that is written anew; silence is no difference.
async fn differs(target: &Target<'_>, graph: &GraphName, rows: &Rows) -> bool {
    if target.clear(graph).await.is_err() {
        return false;
    }
    let compared = compared(target, graph, rows).await;
    matches!(compared, Ok(Some(difference)) if !difference.is_nothing())
}

/// The difference as a fact, once the second oracle has agreed with the first.
fn told(target: &Target<'_>, name: &str, rows: &Rows, difference: Option<&Difference>) -> Fact {
    let want = Want::Holds("everything that follows, and nothing else".to_owned());
    let saw = match (doubt(rows, target.plan.declares.rows), difference) {
        (Some(doubt), _) => Saw::Unknown(doubt),
        (None, None) => Saw::Unknown("blank nodes are too much alike to compare the rows".into()),
        (None, Some(difference)) => Saw::Held(
            difference.is_nothing(),
            format!("over {}: {}", listed(rows), difference.told()),
        ),
    };
    Fact::new(name, want, saw)
}

/// Why the oracle itself is in doubt: the two ways of computing it differ.
fn doubt(rows: &Rows, reading: Reading) -> Option<String> {
    if reading == Reading::Full {
        return None;
    }
    match referee::closure(rows, reading) {
        Ok(second) => {
            let first = closure::closure(rows, reading);
            let same = difference(&first, &second)?.is_nothing();
            (!same).then(|| {
                format!(
                    "the two oracles differ over {}: a defect of the harness",
                    listed(rows)
                )
            })
        }
        Err(error) => Some(format!("the second oracle: {error}")),
    }
}

fn listed(rows: &Rows) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("{} .", shown(row))).collect();
    format!("`{}`", rows.join(" "))
}
