//! How a target works when nothing is wrong: which operations it uses, and how it names branches.

use super::ask::Ask;
use super::lane::Lane;

/// What a plain request showed.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// What stands around the id in a branch; `None` where the id is not in it.
    around: Option<(String, String)>,
    /// Operations in the order of their first request.
    operations: Vec<&'static str>,
    /// The first that reads.
    pub(super) first_read: &'static str,
    /// The first that writes.
    pub(super) first_write: &'static str,
}

impl Profile {
    /// Asks for a plain pull request, and takes everything back.
    pub(super) async fn learn(lane: &Lane<'_>) -> Result<Self, String> {
        lane.fresh();
        let id = lane.id("profile");
        let deed = lane.deed(&Ask::plain(&id)).await;
        lane.fresh();
        let opened = deed.opened();
        let Some(pull) = opened.first() else {
            let told = format!(
                "a plain request opens no pull request: {}",
                deed.said.told()
            );
            return Err(told);
        };
        let around = pull.head.split_once(&id);
        let mut operations = Vec::new();
        for seen in &deed.requests {
            if !operations.contains(&seen.op()) {
                operations.push(seen.op());
            }
        }
        let first = |write: bool| {
            let mut found = deed.requests.iter();
            let found = found.find(|seen| seen.is_write() == write && !seen.op().is_empty());
            found.map_or("any", |seen| seen.op())
        };
        Ok(Self {
            around: around.map(|(before, after)| (before.to_owned(), after.to_owned())),
            first_read: first(false),
            first_write: first(true),
            operations,
        })
    }

    /// The branch of an id, where it is plainly in it.
    pub(super) fn branch(&self, id: &str) -> Option<String> {
        let (before, after) = self.around.as_ref()?;
        Some(format!("{before}{id}{after}"))
    }

    /// Whether an operation is used.
    pub(super) fn uses(&self, op: &str) -> bool {
        self.operations.contains(&op)
    }

    /// The operation by which open pull requests are looked for.
    pub(super) fn looks_by(&self) -> Option<&'static str> {
        let known = ["pulls/list", "search/issues-and-pull-requests"];
        known.into_iter().find(|op| self.uses(op))
    }
}
