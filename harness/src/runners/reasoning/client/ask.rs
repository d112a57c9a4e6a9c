//! Questions, and what they come to.

use super::{GraphName, Reply, Silence, Target};
use crate::model::trial::reasoning::case::CaseProfile;
use crate::model::trial::reasoning::{RequestPlan, Told};
use crate::runners::reasoning::request::Holes;
use crate::runners::reasoning::results::{self, Binding, Results};
use crate::runners::reasoning::turtle::Row;
use serde_json::Value;
use std::time::Duration;

/// What a question came to.
#[derive(Debug, Clone)]
pub(in crate::runners::reasoning) struct Answer {
    /// The whole answer.
    pub json: Value,
    /// The results within it.
    pub results: Results,
}

impl Answer {
    /// The rows.
    ///
    /// # Errors
    /// The answer of an `ASK`.
    pub(in crate::runners::reasoning) fn rows(&self) -> Result<&[Binding], Silence> {
        match &self.results {
            Results::Rows(rows) => Ok(rows),
            Results::Boolean(_) => Err(Silence("a truth value where rows were asked for".into())),
        }
    }
}

impl Target<'_> {
    /// Asks a question over a graph.
    pub(in crate::runners::reasoning) async fn ask(
        &self,
        graph: &GraphName,
        profile: CaseProfile,
        query: &str,
    ) -> Result<Answer, Silence> {
        self.ask_within(graph, profile, query, self.plan.limits.answer)
            .await
    }

    /// Asks a question that may take longer than others.
    pub(in crate::runners::reasoning) async fn ask_within(
        &self,
        graph: &GraphName,
        profile: CaseProfile,
        query: &str,
        within: Duration,
    ) -> Result<Answer, Silence> {
        let ask = &self.plan.ask;
        let request = match (&ask.query_without_profile, profile) {
            (Some(request), CaseProfile::None) => request,
            _ => &ask.query,
        };
        self.put(request, graph, profile, query, within).await
    }

    /// Asks a question whose rows come marked; `None` where the adapter cannot.
    pub(in crate::runners::reasoning) async fn ask_marked(
        &self,
        graph: &GraphName,
        query: &str,
    ) -> Option<Result<Answer, Silence>> {
        let request = self.plan.ask.query_with_marks.as_ref()?;
        let within = self.plan.limits.answer;
        Some(
            self.put(request, graph, CaseProfile::Rdfs, query, within)
                .await,
        )
    }

    /// Asks with a word that is no profile.
    pub(in crate::runners::reasoning) async fn ask_by(
        &self,
        graph: &GraphName,
        word: &str,
        query: &str,
    ) -> Result<Reply, Silence> {
        let mut holes = Holes::new(graph);
        holes.set("query", query);
        holes.set("profile", word);
        holes.set("inferred_graph", "");
        self.send(&self.plan.ask.query, &holes, self.plan.limits.answer, 1)
            .await
    }

    async fn put(
        &self,
        request: &RequestPlan,
        graph: &GraphName,
        profile: CaseProfile,
        query: &str,
        within: Duration,
    ) -> Result<Answer, Silence> {
        let mut holes = Holes::new(graph);
        holes.set("query", query);
        holes.set("profile", &self.word(profile).unwrap_or_default());
        let inferred = self.inferred(graph, profile).unwrap_or_default();
        holes.set("inferred_graph", &inferred);
        let reply = self.send(request, &holes, within, 1).await?;
        if !reply.is_one_of(&request.status) {
            return Err(Silence(format!(
                "a question under `{}`: {}",
                profile.word(),
                reply.told()
            )));
        }
        let bad = |why: String| Silence(format!("{why} ({})", reply.told()));
        let json: Value = serde_json::from_slice(&reply.body)
            .map_err(|error| bad(format!("no JSON: {error}")))?;
        let pointer = &self.plan.ask.results;
        let document = json.pointer(pointer);
        let document = document.ok_or_else(|| bad(format!("nothing at `{pointer}`")))?;
        let results = results::read(document).map_err(bad)?;
        Ok(Answer { json, results })
    }

    /// A value of the metadata of an answer.
    pub(in crate::runners::reasoning) fn told<'v>(
        &self,
        answer: &'v Answer,
        told: Told,
    ) -> Option<&'v Value> {
        let pointer = self.plan.metadata.get(&told)?;
        answer.json.pointer(pointer)
    }
}

/// The rows of `SELECT ?s ?p ?o` as triples; a row without all three is none.
pub(in crate::runners::reasoning) fn triples(rows: &[Binding]) -> Vec<Row> {
    let cell = |row: &Binding, name: &str| row.get(name).cloned();
    let triple = |row: &Binding| Some([cell(row, "s")?, cell(row, "p")?, cell(row, "o")?]);
    rows.iter().filter_map(triple).collect()
}
