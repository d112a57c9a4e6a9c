//! The same graph by another way: shuffled inserts, and what is inserted twice.

use crate::model::trial::reasoning::case::CaseProfile::Rdfs;
use crate::runners::reasoning::client::Target;
use crate::runners::reasoning::looks::{Finding, Looks, count, difference, rows, see, trial};
use crate::runners::reasoning::oracle::closure::closure;
use crate::runners::reasoning::turtle::Rows;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Orders that are tried.
const ORDERS: usize = 20;

const PARTS: [&str; 8] = [
    ":Cat rdfs:subClassOf :Mammal .",
    ":Mammal rdfs:subClassOf :Animal .",
    ":hasPet rdfs:subPropertyOf :keeps .",
    ":keeps rdfs:domain :Person ; rdfs:range :Animal .",
    ":tom a :Cat .",
    ":ann :hasPet :tom .",
    "[] :hasPet [ a :Cat ] .",
    "_:a rdfs:subClassOf _:b . _:b rdfs:subClassOf :Cat . :kim a _:a .",
];

/// RS-41: whatever the order, the same graph up to the labels of blank nodes.
pub(super) async fn shuffles(target: &Target<'_>, seed: u64) -> Vec<Finding> {
    let graph = target.graph("rs-41");
    let mut parts: Vec<Rows> = PARTS.iter().map(|part| rows(part)).collect();
    let content: Rows = parts.iter().flatten().cloned().collect();
    let wanted = closure(&content, target.plan.declares.rows);
    let mut rng = StdRng::seed_from_u64(seed);
    let look = async |looks: &mut Looks| {
        let mut agree = 0_u32;
        for order in 0..ORDERS {
            target.replace(&graph, &Rows::new()).await?;
            // Asked before anything is there, so that every part is an insert into a closure.
            see(target, &graph, Rdfs).await?;
            for part in &parts {
                target.insert(&graph, part).await?;
            }
            let seen = see(target, &graph, Rdfs).await?;
            let difference = difference(&wanted, &seen.rows);
            if difference
                .as_ref()
                .is_some_and(|difference| difference.is_nothing())
            {
                agree += 1;
            } else {
                let what = format!("what is seen after order {}", order + 1);
                looks.same(
                    &what,
                    "the closure of all parts",
                    difference.as_ref(),
                    seen.rows.len(),
                );
                break;
            }
            parts.shuffle(&mut rng);
        }
        #[allow(clippy::cast_precision_loss)]
        looks.exactly(
            "orders that give the same graph",
            ORDERS as f64,
            f64::from(agree),
        );
        Ok(())
    };
    vec![trial(target, "RS-41", "eight parts in twenty orders", look).await]
}

/// RS-42: what is there already adds nothing, and blank nodes keep being themselves.
pub(super) async fn again(target: &Target<'_>) -> Vec<Finding> {
    let graph = target.graph("rs-42");
    let named = rows(
        ":hasPet rdfs:subPropertyOf :keeps . :keeps rdfs:domain :Person . :ann :hasPet :tom .",
    );
    let mut content = named.clone();
    content.extend(rows("[] :hasPet :tom ."));
    let look = async |looks: &mut Looks| {
        target.replace(&graph, &content).await?;
        let first = see(target, &graph, Rdfs).await?;
        looks.twin_rows(&first, &rows(":ann a :Person ."));
        for round in ["asked again", "inserted again"] {
            if round == "inserted again" {
                target.insert(&graph, &named).await?;
            }
            let again = see(target, &graph, Rdfs).await?;
            looks.equal(round, "the same rows", &first.rows, &again.rows);
        }
        let nodes = "SELECT (COUNT(DISTINCT ?b) AS ?n) { { ?b ?p ?o } UNION { ?s ?q ?b } FILTER(isBlank(?b)) }";
        looks.exactly(
            "blank nodes",
            1.0,
            count(target, &graph, Rdfs, nodes).await?,
        );
        let people = "SELECT (COUNT(*) AS ?n) { ?who a :Person . ?who :hasPet :tom }";
        looks.exactly(
            "rows of people with pets",
            2.0,
            count(target, &graph, Rdfs, people).await?,
        );
        Ok(())
    };
    vec![trial(target, "RS-42", "a graph inserted a second time", look).await]
}
