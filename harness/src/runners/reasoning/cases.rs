//! Cases that are data: written step by step, and looked at after each.

use super::client::{GraphName, Silence, Target};
use super::isomorphism::{Cells, compare};
use super::looks::{Finding, Looks, Seen, number, see, trial};
use super::results::{Binding, Results};
use super::turtle::{Prefixes, Rows, is_blank};
use crate::model::place::{Placed, Problem};
use crate::model::trial::reasoning::Reading;
use crate::model::trial::reasoning::case::{
    CaseAnswer, CaseProfile, CaseQuestion, CaseStep, GraphCase,
};
use crate::model::trial::{Fact, Saw};
use oxigraph::sparql::SparqlEvaluator;
use std::collections::BTreeSet;

/// Asks every case of a check; where none applies to what the target declares, it says so.
pub(super) async fn ask(target: &Target<'_>, check: &str) -> Vec<Finding> {
    let cases = target.plan.cases.iter().filter(|case| case.check == check);
    let (mut findings, mut reason) = (Vec::new(), None);
    for (number, case) in cases.enumerate() {
        match unfit(target, case) {
            Some(why) => reason = Some(why),
            None => {
                let graph = target.graph(&format!("{}-{number}", check.to_lowercase()));
                findings.extend(one(target, case, &graph).await);
                target.tidy().await;
            }
        }
    }
    match (findings.is_empty(), reason) {
        (true, Some(reason)) => Finding::not_run(reason),
        _ => findings,
    }
}

/// Why a case says nothing about what the target declares.
fn unfit(target: &Target<'_>, case: &GraphCase) -> Option<String> {
    let declared = target.plan.declares.rows;
    match case.profile {
        CaseProfile::RdfsFull if target.word(CaseProfile::RdfsFull).is_none() => {
            Some("the target declares no profile with everything (`rdfs_full`)".to_owned())
        }
        CaseProfile::Rdfs if !case.readings.contains(&declared) => {
            let declared = format!("{declared:?}").to_lowercase();
            Some(format!(
                "the target's profile declares the rows `{declared}`"
            ))
        }
        _ => None,
    }
}

async fn one(target: &Target<'_>, case: &GraphCase, graph: &GraphName) -> Vec<Finding> {
    let prefixes = Prefixes::with(&case.prefixes);
    let (mut findings, mut content) = (Vec::new(), Rows::new());
    for (number, step) in case.steps.iter().enumerate() {
        let name = match number {
            0 => case.case.clone(),
            number => format!("{}, change {number}", case.case),
        };
        let at = Moment {
            target,
            case,
            graph,
            prefixes: &prefixes,
            step,
        };
        let mut now = None;
        let look = async |looks: &mut Looks| {
            let written = at.write(number == 0, &content).await?;
            at.look(looks, &written).await?;
            now = Some(written);
            Ok(())
        };
        findings.push(trial(target, &case.check, &name, look).await);
        match now {
            Some(written) => content = written,
            // What is written next would say nothing any more.
            None => break,
        }
    }
    findings
}

/// One step of a case.
struct Moment<'a> {
    target: &'a Target<'a>,
    case: &'a GraphCase,
    graph: &'a GraphName,
    prefixes: &'a Prefixes,
    step: &'a CaseStep,
}

impl Moment<'_> {
    /// The triples of a text; one that is no Turtle was told when the suite was planned.
    fn rows(&self, text: Option<&Placed<String>>) -> Rows {
        text.and_then(|text| self.prefixes.triples(&text.value).ok())
            .unwrap_or_default()
    }

    async fn write(&self, first: bool, content: &Rows) -> Result<Rows, Silence> {
        let came = self.rows(self.step.insert.as_ref());
        if first {
            self.target.replace(self.graph, &came).await?;
            return Ok(came);
        }
        let gone = self.rows(self.step.delete.as_ref());
        self.target.change(self.graph, content, &gone, &came).await
    }

    async fn look(&self, looks: &mut Looks, content: &Rows) -> Result<(), Silence> {
        let seen = see(self.target, self.graph, self.case.profile).await?;
        looks.twin_rows(&seen, &self.rows(self.step.twin.as_ref()));
        looks.follow(&seen, &self.follows());
        looks.absent(&seen, &self.rows(self.step.absent.as_ref()));
        looks.said(&seen, content);
        if self.case.exact && self.reading() < Reading::Full {
            self.exactly(looks, &seen, content);
        }
        for question in &self.step.questions {
            self.question(looks, question).await?;
        }
        Ok(())
    }

    /// What the profile of the case has.
    fn reading(&self) -> Reading {
        match self.case.profile {
            CaseProfile::RdfsFull => Reading::Full,
            _ => self.target.plan.declares.rows,
        }
    }

    fn follows(&self) -> Rows {
        let mut rows = self.rows(self.step.follows.as_ref());
        if self.reading() >= Reading::Rules {
            rows.extend(self.rows(self.step.follows_by_rules.as_ref()));
        }
        rows
    }

    fn exactly(&self, looks: &mut Looks, seen: &Seen, content: &Rows) {
        let mut wanted = content.clone();
        wanted.extend(self.follows());
        looks.equal(
            "everything that is seen",
            "what is said and what is listed, nothing else",
            &wanted,
            &seen.rows,
        );
    }

    async fn question(&self, looks: &mut Looks, question: &CaseQuestion) -> Result<(), Silence> {
        let query = self.prefixes.query(&question.query.value);
        let answer = self
            .target
            .ask(self.graph, self.case.profile, &query)
            .await?;
        let what = format!("`{}`", question.query.value.trim());
        match (&question.answer, &answer.results) {
            (CaseAnswer::Boolean(wanted), Results::Boolean(saw)) => {
                let saw = Saw::Text(saw.to_string());
                looks.facts.push(Fact::one_of(&what, [wanted], saw));
            }
            (CaseAnswer::Number(wanted), Results::Rows(rows)) => {
                #[allow(clippy::cast_precision_loss)]
                looks.exactly(&what, *wanted as f64, number(rows)?);
            }
            (CaseAnswer::Rows(wanted), Results::Rows(saw)) => {
                let wanted: Vec<Binding> = wanted.iter().map(|row| self.binding(row)).collect();
                let (want, saw) = cells(&wanted, saw);
                let rows = saw.len();
                looks.same(&what, "the listed rows", compare(want, saw).as_ref(), rows);
            }
            _ => return Err(Silence(format!("another kind of answer to {what}"))),
        }
        Ok(())
    }

    fn binding(&self, row: &Binding) -> Binding {
        let cell = |(name, term): (&String, &String)| {
            (name.clone(), self.prefixes.term(term).unwrap_or_default())
        };
        row.iter().map(cell).collect()
    }
}

/// Rows with a cell for each variable of either side; what is not bound is an empty cell.
fn cells(want: &[Binding], saw: &[Binding]) -> (Vec<Cells>, Vec<Cells>) {
    let names: BTreeSet<&String> = want.iter().chain(saw).flat_map(Binding::keys).collect();
    let row = |row: &Binding| -> Cells {
        let cell = |name: &&String| row.get(*name).cloned().unwrap_or_default();
        names.iter().map(cell).collect()
    };
    (
        want.iter().map(row).collect(),
        saw.iter().map(row).collect(),
    )
}

/// Everything in the cases that cannot be asked: what is no Turtle, no SPARQL, or cannot be compared.
pub(super) fn problems(cases: &[GraphCase]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for case in cases {
        let prefixes = Prefixes::with(&case.prefixes);
        for step in &case.steps {
            step_problems(&prefixes, step, &mut problems);
        }
    }
    problems
}

fn step_problems(prefixes: &Prefixes, step: &CaseStep, problems: &mut Vec<Problem>) {
    let written = [&step.insert, &step.delete];
    let compared = [
        &step.follows,
        &step.follows_by_rules,
        &step.absent,
        &step.twin,
    ];
    for text in written.into_iter().chain(compared).flatten() {
        match prefixes.triples(&text.value) {
            Err(error) => problems.push(Problem::at(&text.place, format!("no Turtle: {error}"))),
            Ok(rows) if step.insert.as_ref() != Some(text) && has_blank(&rows) => {
                let help = "write a query in `questions`, or give the node a name";
                let message = "a blank node cannot be named here";
                problems.push(Problem::at(&text.place, message).help(help));
            }
            Ok(_) => {}
        }
    }
    for question in &step.questions {
        let query = prefixes.query(&question.query.value);
        if let Err(error) = SparqlEvaluator::new().parse_query(&query) {
            let message = format!("no SPARQL query: {error}");
            problems.push(Problem::at(&question.query.place, message));
        }
        if let CaseAnswer::Rows(rows) = &question.answer {
            for term in rows.iter().flat_map(|row| row.values()) {
                if let Err(error) = prefixes.term(term) {
                    let message = format!("no Turtle term: {error}");
                    problems.push(Problem::at(&question.query.place, message));
                }
            }
        }
    }
}

fn has_blank(rows: &Rows) -> bool {
    rows.iter().flatten().any(|term| is_blank(term))
}
