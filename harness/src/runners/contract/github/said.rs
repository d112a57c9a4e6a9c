//! What the target answered to a trigger.

use crate::model::trial::Saw;
use crate::model::trial::github::AnswerPlan;
use serde_json::Value;
use std::time::Duration;

/// So much of an answer is told.
const TOLD: usize = 300;

/// One answer, or why there was none.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// Status; `None` when there was no answer.
    pub(super) status: Option<u16>,
    /// The body as JSON; null when it is none.
    pub(super) body: Value,
    /// The body.
    pub(super) text: String,
    /// The header `retry-after`.
    pub(super) retry_after: Option<String>,
    /// From the first octet sent to the last one received.
    pub(super) took: Duration,
    /// Why there was no answer.
    pub(super) lost: String,
    /// A command line that asks the same again.
    pub(super) curl: Option<String>,
}

impl Said {
    /// The status as something seen.
    pub(super) fn saw_status(&self) -> Saw {
        match self.status {
            Some(status) => Saw::Text(status.to_string()),
            None => Saw::Nothing(self.lost.clone()),
        }
    }

    /// Whether there is a pull request, as the target says.
    pub(super) fn is_success(&self, plan: &AnswerPlan) -> bool {
        self.status
            .is_some_and(|status| plan.success.contains(&status))
    }

    /// The number of the pull request.
    pub(super) fn number(&self, plan: &AnswerPlan) -> Option<u64> {
        let number = self.body.pointer(&plan.number)?;
        number.as_u64().or_else(|| number.as_str()?.parse().ok())
    }

    /// The word for an error as something seen.
    pub(super) fn saw_word(&self, plan: &AnswerPlan) -> Saw {
        let word = self.body.pointer(&plan.error).and_then(Value::as_str);
        match (self.status, word) {
            (None, _) => Saw::Nothing(self.lost.clone()),
            (Some(_), Some(word)) => Saw::Text(word.to_owned()),
            (Some(_), None) => Saw::Nothing(format!("no word for an error in {}", self.told())),
        }
    }

    /// What an error says to people.
    pub(super) fn message(&self, plan: &AnswerPlan) -> String {
        let message = self.body.pointer(&plan.message).and_then(Value::as_str);
        message.unwrap_or_default().to_owned()
    }

    /// In words, shortened.
    pub(super) fn told(&self) -> String {
        let Some(status) = self.status else {
            return format!("no answer: {}", self.lost);
        };
        let short: String = self.text.chars().take(TOLD).collect();
        format!("{status} {short}").trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan() -> AnswerPlan {
        AnswerPlan {
            number: "/pr/number".into(),
            url: "/pr/url".into(),
            error: "/error".into(),
            message: "/message".into(),
            success: vec![201],
            refused: vec![422],
            words: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn no_answer_is_nothing_and_never_a_word() {
        let lost = Said {
            lost: "no answer within 15 s".into(),
            ..Said::default()
        };
        assert!(matches!(lost.saw_status(), Saw::Nothing(_)));
        assert!(matches!(lost.saw_word(&plan()), Saw::Nothing(_)));
        assert_eq!(lost.number(&plan()), None);
        let said = Said {
            status: Some(201),
            body: json!({"pr": {"number": "7"}}),
            ..Said::default()
        };
        assert_eq!(said.number(&plan()), Some(7));
        assert!(said.is_success(&plan()));
        assert!(matches!(said.saw_word(&plan()), Saw::Nothing(_)));
    }
}
