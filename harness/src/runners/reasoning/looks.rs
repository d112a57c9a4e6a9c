//! What is written down of one trial: facts, twins, and what a target that said nothing comes to.

use super::client::{Answer, GraphName, Silence, Target, triples};
use super::isomorphism::{Cells, Difference, compare, first};
use super::results::Binding;
use super::turtle::{Prefixes, Row, Rows, is_blank, shown};
use crate::model::trial::reasoning::case::CaseProfile;
use crate::model::trial::{Fact, Saw, Trial, Twin, Want};

/// Every triple that a question can see.
pub(super) const EVERYTHING: &str = "SELECT ?s ?p ?o { ?s ?p ?o }";
/// How many they are.
pub(super) const COUNT: &str = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";

/// What came of a check, or of one case of it.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    /// A trial.
    Trial(Box<Trial>),
    /// Not asked, with the reason.
    NotRun(String),
    /// Nothing can be said, with the reason.
    Inconclusive(String),
}

impl Finding {
    /// Not asked.
    pub(super) fn not_run(reason: impl Into<String>) -> Vec<Self> {
        vec![Finding::NotRun(reason.into())]
    }
}

/// Facts and twins of one trial, as they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Looks {
    /// Facts.
    pub facts: Vec<Fact>,
    /// Twins.
    pub twins: Vec<Twin>,
}

/// Puts one trial to the target; where the target says nothing, that is the first fact.
pub(super) async fn trial(
    target: &Target<'_>,
    check: &str,
    case: &str,
    look: impl AsyncFnOnce(&mut Looks) -> Result<(), Silence>,
) -> Finding {
    let mut looks = Looks::default();
    if let Err(silence) = look(&mut looks).await {
        let want = Want::Holds("the target answers".to_owned());
        looks
            .facts
            .insert(0, Fact::new("an answer", want, silence.saw()));
        // A twin that could not be asked would hide that the target said nothing.
        looks.twins.clear();
    }
    Finding::Trial(Box::new(Trial {
        check: check.to_owned(),
        case: case.to_owned(),
        facts: looks.facts,
        twins: looks.twins,
        curl: target.curl(),
    }))
}

impl Looks {
    /// Something that holds or does not.
    pub(super) fn holds(&mut self, what: &str, wanted: &str, held: bool, saw: impl Into<String>) {
        self.facts.push(Fact::holds(what, wanted, held, saw));
    }

    /// A number that is exactly so.
    pub(super) fn exactly(&mut self, what: &str, wanted: f64, saw: f64) {
        let limits = (Some(wanted), Some(wanted));
        self.facts
            .push(Fact::number(what, limits, "", Saw::Number(saw)));
    }

    /// Something that must be there, or the rest proves nothing.
    pub(super) fn twin(&mut self, green: bool, saw: impl Into<String>) {
        let saw = saw.into();
        self.twins.push(Twin { green, saw });
    }

    /// Triples that must follow, or the absence of others proves nothing.
    pub(super) fn twin_rows(&mut self, seen: &Seen, rows: &Rows) {
        for row in rows {
            let held = seen.has(row);
            let word = if held { "follows" } else { "does not follow" };
            self.twin(held, format!("`{}` {word}; {}", shown(row), seen.told()));
        }
    }

    /// Triples that must be there.
    pub(super) fn follow(&mut self, seen: &Seen, rows: &Rows) {
        for row in rows {
            let what = format!("`{}`", shown(row));
            let wanted = format!("follows under `{}`", seen.profile.word());
            self.holds(&what, &wanted, seen.has(row), seen.word(row));
        }
    }

    /// Triples that must not be there.
    pub(super) fn absent(&mut self, seen: &Seen, rows: &Rows) {
        for row in rows {
            let what = format!("`{}`", shown(row));
            let wanted = format!("does not follow under `{}`", seen.profile.word());
            self.holds(&what, &wanted, !seen.has(row), seen.word(row));
        }
    }

    /// Every triple that is said must be seen as well; blank nodes have other labels there.
    pub(super) fn said(&mut self, seen: &Seen, content: &Rows) {
        let named = content
            .iter()
            .filter(|row| !row.iter().any(|term| is_blank(term)));
        let missing: Vec<String> = named
            .filter(|row| !seen.has(row))
            .map(|row| shown(row))
            .collect();
        let saw = match missing.is_empty() {
            true => format!("all of them; {}", seen.told()),
            false => format!("{} are not: {}", missing.len(), first(&missing)),
        };
        self.holds("what is said", "is among the rows", missing.is_empty(), saw);
    }

    /// Two sets of triples that must be equal up to the labels of blank nodes.
    pub(super) fn equal(&mut self, what: &str, wanted: &str, want: &Rows, saw: &Rows) {
        let difference = difference(want, saw);
        self.same(what, wanted, difference.as_ref(), saw.len());
    }

    /// What came of a comparison.
    pub(super) fn same(
        &mut self,
        what: &str,
        wanted: &str,
        difference: Option<&Difference>,
        rows: usize,
    ) {
        let saw = match difference {
            Some(difference) if difference.is_nothing() => Saw::Held(true, format!("{rows} rows")),
            Some(difference) => Saw::Held(false, difference.told()),
            None => Saw::Unknown("blank nodes are too much alike to compare the rows".to_owned()),
        };
        let want = Want::Holds(wanted.to_owned());
        self.facts.push(Fact::new(what, want, saw));
    }
}

/// How two sets of triples differ; `None` where that cannot be decided within reason.
pub(super) fn difference(want: &Rows, saw: &Rows) -> Option<Difference> {
    let cells = |rows: &Rows| rows.iter().map(|row| row.to_vec()).collect::<Vec<Cells>>();
    compare(cells(want), cells(saw))
}

/// The triples that a question saw.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Under this profile.
    pub profile: CaseProfile,
    /// As a set.
    pub rows: Rows,
    /// How many there were before they were one.
    pub count: usize,
    /// The answer.
    pub answer: Answer,
}

impl Seen {
    /// Whether a triple without blank nodes is there.
    pub(super) fn has(&self, row: &Row) -> bool {
        self.rows.contains(row)
    }

    fn word(&self, row: &Row) -> String {
        let word = if self.has(row) { "it is" } else { "it is not" };
        format!("{word} among the rows; {}", self.told())
    }

    fn told(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(|row| shown(row)).collect();
        match rows.as_slice() {
            [] => "there are none".to_owned(),
            rows if rows.len() <= 4 => format!("these are {}", first(rows)),
            rows => format!("there are {}", rows.len()),
        }
    }
}

/// Every triple that is seen over a graph under a profile.
pub(super) async fn see(
    target: &Target<'_>,
    graph: &GraphName,
    profile: CaseProfile,
) -> Result<Seen, Silence> {
    see_by(target, graph, profile, EVERYTHING).await
}

/// Every triple of the inferred graph alone.
pub(super) async fn see_inferred(
    target: &Target<'_>,
    graph: &GraphName,
    profile: CaseProfile,
) -> Result<Option<Seen>, Silence> {
    let Some(iri) = target.inferred(graph, profile) else {
        return Ok(None);
    };
    let query = format!("SELECT ?s ?p ?o {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}");
    see_by(target, graph, profile, &query).await.map(Some)
}

async fn see_by(
    target: &Target<'_>,
    graph: &GraphName,
    profile: CaseProfile,
    query: &str,
) -> Result<Seen, Silence> {
    let answer = target.ask(graph, profile, query).await?;
    let rows = answer.rows()?;
    let all = triples(rows);
    if all.len() != rows.len() {
        return Err(Silence(
            "rows of `?s ?p ?o` without one of the three".to_owned(),
        ));
    }
    let count = all.len();
    Ok(Seen {
        profile,
        rows: all.into_iter().collect(),
        count,
        answer,
    })
}

/// The truth of a pattern.
pub(super) async fn is_true(
    target: &Target<'_>,
    graph: &GraphName,
    profile: CaseProfile,
    pattern: &str,
) -> Result<bool, Silence> {
    let query = Prefixes::known().query(&format!("ASK {{ {pattern} }}"));
    match target.ask(graph, profile, &query).await?.results {
        super::results::Results::Boolean(held) => Ok(held),
        super::results::Results::Rows(_) => {
            Err(Silence("rows where a truth value was asked for".to_owned()))
        }
    }
}

/// The number that a query counts.
pub(super) async fn count(
    target: &Target<'_>,
    graph: &GraphName,
    profile: CaseProfile,
    query: &str,
) -> Result<f64, Silence> {
    let answer = target
        .ask(graph, profile, &Prefixes::known().query(query))
        .await?;
    number(answer.rows()?)
}

/// The number in the only column of the only row.
pub(super) fn number(rows: &[Binding]) -> Result<f64, Silence> {
    let none = || Silence(format!("no number in {} rows", rows.len()));
    let [row] = rows else { return Err(none()) };
    let mut cells = row.values();
    let (Some(cell), None) = (cells.next(), cells.next()) else {
        return Err(none());
    };
    let text = cell.split('"').nth(1).ok_or_else(none)?;
    text.parse().map_err(|_| none())
}

/// Triples of a text that is ours; a test tries every check against a store of our own.
pub(super) fn rows(text: &str) -> Rows {
    Prefixes::known().triples(text).unwrap_or_default()
}
