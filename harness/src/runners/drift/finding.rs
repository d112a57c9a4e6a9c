//! One difference between what is declared and what was seen.

use crate::model::trial::drift::{Additive, IgnoreRule};
use crate::model::trial::{Fact, Level, Saw, Want};
use serde::Serialize;
use serde_json::Value;

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A behaviour that is not declared.
    BehaviorAdded,
    /// A declared behaviour that the API does not offer any more.
    BehaviorRemoved,
    /// A status that is not declared.
    StatusAdded,
    /// A declared status that the API does not offer any more.
    StatusRemoved,
    /// A declared header field that is not there.
    HeaderRemoved,
    /// A field that is not declared.
    FieldAdded,
    /// A declared field that is missing, always or sometimes.
    FieldRemoved,
    /// A value of another type.
    TypeChanged,
    /// A list where an object is declared, or the other way round.
    ArrayOrObject,
    /// `null` where it is not declared.
    NullAdded,
    /// A value that is not among the declared ones.
    ValueAdded,
    /// A declared value that the API does not offer any more.
    ValueRemoved,
    /// A field that requests must have now.
    RequiredAdded,
}

impl Kind {
    /// Whether a client that keeps to the declaration can break.
    pub(super) fn breaks(self) -> bool {
        !matches!(
            self,
            Self::BehaviorAdded | Self::FieldAdded | Self::StatusRemoved
        )
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Severity {
    /// Clients break.
    High,
    /// Clients may notice.
    Low,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Finding {
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    /// Id of the behaviour.
    pub(super) behavior: String,
    /// The file that declares it; empty for what is not declared.
    pub(super) file: String,
    /// Where in the declaration (RFC 6901).
    pub(super) pointer: String,
    /// One line for people.
    pub(super) title: String,
    /// What is declared there; `null` for nothing.
    pub(super) declared: Value,
    /// What was seen there; `null` for nothing.
    pub(super) observed: Value,
    /// What would mend it.
    pub(super) proposal: String,
    /// The reason of the rule that allows it, where one does.
    pub(super) ignored: Option<String>,
}

impl Finding {
    /// What would mend it: the declaration, or the service.
    pub(super) fn propose(&mut self) {
        let place = match self.file.is_empty() {
            true => "the declared files",
            false => self.file.as_str(),
        };
        self.proposal = match (self.declared.is_null(), self.observed.is_null()) {
            (true, _) => format!(
                "declare {} in {place}, or take it out of the service",
                self.observed
            ),
            (_, true) => format!("take it out of {place}, or give it back in the service"),
            _ => format!(
                "declare {} in {place} in place of {}, or mend the service",
                self.observed, self.declared
            ),
        };
    }

    /// Whether a rule allows it.
    pub(super) fn is_allowed_by(&self, rule: &IgnoreRule) -> bool {
        let behavior = rule
            .behavior
            .as_ref()
            .is_none_or(|one| *one == self.behavior);
        let rest = self.pointer.strip_prefix(&rule.pointer);
        behavior && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// As it is judged; `None` for what is only told.
    pub(super) fn fact(&self, additive: Additive) -> Option<Fact> {
        let level = match (self.kind.breaks(), additive) {
            (true, _) | (false, Additive::Fail) => Level::Must,
            (false, Additive::Warn) => Level::Should,
            (false, Additive::Info) => return None,
        };
        let wanted = match self.declared.is_null() {
            true => "nothing else than what is declared".to_owned(),
            false => format!("{} as declared in {}", self.declared, self.file),
        };
        let saw = Saw::Held(false, format!("{}; {}", self.title, self.proposal));
        Some(Fact {
            level,
            ..Fact::new(&self.pointer, Want::Holds(wanted), saw)
        })
    }
}
