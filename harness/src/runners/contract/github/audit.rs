//! The target's log and audit trail, as they can be read from outside.

use super::lane::Lane;
use super::trouble::Trouble;
use crate::model::trial::github::{AuditPlan, AuditSource};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long a record that is written in the background is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(20);
/// After the record that was waited for, one more may come that nobody wanted.
const SETTLE: Duration = Duration::from_millis(200);

impl Lane<'_> {
    /// Everything that the target logged so far.
    ///
    /// # Errors
    /// There is no log to read.
    pub(super) fn log(&self) -> Result<String, Trouble> {
        let file = self.suite.stage.plan.target.log_file.as_ref();
        match (file, &self.target) {
            (Some(file), _) => read(file),
            (None, Some(target)) => Ok(target.output()),
            (None, None) => {
                let text =
                    "the log of an attached target can only be read where `log_file` names it";
                Err(Trouble::NotAsked(text.to_owned()))
            }
        }
    }

    fn audit_plan(&self) -> Result<&AuditPlan, Trouble> {
        let plan = self.suite.plan.audit.as_ref();
        let text = "the suite file does not say where the audit trail is (`github.audit`)";
        plan.ok_or_else(|| Trouble::NotAsked(text.to_owned()))
    }

    /// Every record of the audit trail so far.
    ///
    /// # Errors
    /// There is none to read.
    pub(super) async fn records(&self) -> Result<Vec<Value>, Trouble> {
        let plan = self.audit_plan()?;
        let text = match &plan.source {
            AuditSource::Log => self.log()?,
            AuditSource::File(path) => read(path.as_deref().unwrap_or(self.audit_file()))?,
            AuditSource::Endpoint(path) => {
                let answer = self
                    .suite
                    .http
                    .get(format!("{}{path}", self.url))
                    .send()
                    .await;
                let told = |error: reqwest::Error| Trouble::Target(error.to_string());
                answer.map_err(told)?.text().await.map_err(told)?
            }
        };
        Ok(records(plan, &text))
    }

    /// Records after the first so many, as soon as there are enough of them, or a second is over.
    ///
    /// # Errors
    /// As [`Lane::records`].
    pub(super) async fn records_after(
        &self,
        before: usize,
        enough: usize,
    ) -> Result<Vec<Value>, Trouble> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if self.records().await?.len() >= before + enough {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        tokio::time::sleep(SETTLE).await;
        Ok(self.records().await?.into_iter().skip(before).collect())
    }

    /// A member of a record, by the suite's name for it.
    pub(super) fn member<'v>(&self, record: &'v Value, name: &str) -> Option<&'v Value> {
        let pointer = self.suite.plan.audit.as_ref()?.fields.get(name)?;
        record.pointer(pointer).filter(|value| !value.is_null())
    }
}

/// The lines that are records; a list of records counts as lines.
fn records(plan: &AuditPlan, text: &str) -> Vec<Value> {
    let whole: Option<Vec<Value>> = serde_json::from_str(text).ok();
    let lines = || {
        let lines = text.lines();
        lines
            .filter_map(|line| serde_json::from_str(line.trim()).ok())
            .collect()
    };
    let mut all: Vec<Value> = whole.unwrap_or_else(lines);
    let is_one = |value: &Value| {
        let mut wanted = plan.only.iter();
        value.is_object() && wanted.all(|(pointer, wanted)| value.pointer(pointer) == Some(wanted))
    };
    all.retain(is_one);
    all
}

fn read(path: &str) -> Result<String, Trouble> {
    let bytes = std::fs::read(path);
    let bytes =
        bytes.map_err(|error| Trouble::Target(format!("{path} cannot be read: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn records_are_the_json_lines_that_say_so() {
        let plan = AuditPlan {
            source: AuditSource::Log,
            only: BTreeMap::from([("/target".to_owned(), json!("audit"))]),
            fields: BTreeMap::new(),
            good: Vec::new(),
        };
        let text = "plain\n{\"target\":\"audit\",\"n\":1}\n{\"target\":\"x\"}\n[1]\n {\"target\":\"audit\",\"n\":2}";
        let found = records(&plan, text);
        assert_eq!(
            found,
            [
                json!({"target":"audit","n":1}),
                json!({"target":"audit","n":2})
            ]
        );
        assert_eq!(records(&plan, "[{\"target\":\"audit\"}]").len(), 1);
    }
}
