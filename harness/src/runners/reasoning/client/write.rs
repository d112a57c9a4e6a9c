//! Writes: triples into a graph, and out of it.

use super::{GraphName, Reply, Silence, Target};
use crate::model::trial::reasoning::RequestPlan;
use crate::runners::reasoning::request::Holes;
use crate::runners::reasoning::turtle::{Rows, document, is_blank};
use std::sync::PoisonError;

impl Target<'_> {
    /// Adds triples.
    pub(in crate::runners::reasoning) async fn insert(
        &self,
        graph: &GraphName,
        rows: &Rows,
    ) -> Result<(), Silence> {
        self.write(&self.plan.write.insert, graph, rows).await
    }

    /// Makes the triples the whole graph.
    pub(in crate::runners::reasoning) async fn replace(
        &self,
        graph: &GraphName,
        rows: &Rows,
    ) -> Result<(), Silence> {
        if let Some(request) = &self.plan.write.replace {
            return self.write(request, graph, rows).await;
        }
        self.clear(graph).await?;
        match rows.is_empty() {
            true => Ok(()),
            false => self.insert(graph, rows).await,
        }
    }

    /// Empties a graph.
    pub(in crate::runners::reasoning) async fn clear(
        &self,
        graph: &GraphName,
    ) -> Result<(), Silence> {
        let nothing = Rows::new();
        match (&self.plan.write.clear, &self.plan.write.replace) {
            (Some(request), _) | (None, Some(request)) => {
                self.write(request, graph, &nothing).await
            }
            (None, None) => Err(Silence("the adapter cannot empty a graph".into())),
        }
    }

    /// Takes triples out of a graph and adds others; answers what is in it then.
    pub(in crate::runners::reasoning) async fn change(
        &self,
        graph: &GraphName,
        content: &Rows,
        gone: &Rows,
        came: &Rows,
    ) -> Result<Rows, Silence> {
        let mut now: Rows = content - gone;
        now.extend(came.iter().cloned());
        // A blank node has no name by which its triples could be deleted.
        let by_name = !gone.iter().flatten().any(|term| is_blank(term));
        match &self.plan.write.delete {
            _ if gone.is_empty() => {}
            Some(request) if by_name => self.write(request, graph, gone).await?,
            _ => {
                self.replace(graph, &now).await?;
                return Ok(now);
            }
        }
        if !came.is_empty() {
            self.insert(graph, came).await?;
        }
        Ok(now)
    }

    /// Writes by one of the adapter's requests.
    async fn write(
        &self,
        request: &RequestPlan,
        graph: &GraphName,
        rows: &Rows,
    ) -> Result<(), Silence> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(graph.name.clone());
        drop(used);
        let reply = self.offer(request, graph, &document(rows)).await?;
        match reply.is_one_of(&request.status) {
            true => Ok(()),
            false => Err(Silence(format!(
                "a write of {} triples: {}",
                rows.len(),
                reply.told()
            ))),
        }
    }

    /// Sends a document, whatever becomes of it.
    pub(in crate::runners::reasoning) async fn offer(
        &self,
        request: &RequestPlan,
        graph: &GraphName,
        data: &str,
    ) -> Result<Reply, Silence> {
        let mut holes = Holes::new(graph);
        holes.set("data", data);
        self.send(request, &holes, self.plan.limits.answer, 0).await
    }
}
