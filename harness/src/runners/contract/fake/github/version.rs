//! The versions of GitHub's REST API that are served.

use super::operation::Operation;
use serde_json::Value;

/// Members of pull requests, search results and repositories that version 2026-03-10 took away.
const GONE: [&str; 3] = ["merge_commit_sha", "assignee", "has_downloads"];

/// A version, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2022-11-28, which a request without the header gets.
    November2022,
    /// 2026-03-10, which took fields away (docs.github.com/rest, "Breaking changes").
    March2026,
}

impl Version {
    /// Every version.
    pub const ALL: [Self; 2] = [Self::November2022, Self::March2026];

    /// The value of `X-GitHub-Api-Version`; `None` for one that is not served.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == text)
    }

    /// The value of `X-GitHub-Api-Version`.
    pub fn word(self) -> &'static str {
        match self {
            Self::November2022 => "2022-11-28",
            Self::March2026 => "2026-03-10",
        }
    }

    /// Takes away what this version no longer shows of pull requests, repositories and limits.
    pub(super) fn prune(self, operation: Operation, shown: &mut Value) {
        if self < Self::March2026 {
            return;
        }
        if let (Operation::RateLimit, Some(members)) = (operation, shown.as_object_mut()) {
            members.remove("rate");
        }
        prune(shown);
    }
}

fn prune(shown: &mut Value) {
    match shown {
        Value::Object(members) => {
            GONE.iter().for_each(|name| {
                members.remove(*name);
            });
            members.values_mut().for_each(prune);
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}
