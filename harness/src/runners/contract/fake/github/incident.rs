//! What shall go wrong, as data: which request, and how.

use super::kind::{Kind, known};
use super::operation::Operation;
use serde::Deserialize;
use std::str::FromStr;

/// Something that goes wrong once, or every time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// `pulls/create`, one of GitHub's operations, or `any`.
    pub op: Target,
    /// Which request of the operation since the incident was set, from 1; every one when it is left out.
    #[serde(default)]
    pub nth: Option<u32>,
    /// What happens to it.
    pub kind: Kind,
}

/// The requests that an incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Target {
    /// Every request.
    Any,
    /// Those of one operation.
    Operation(Operation),
}

/// Why an incident cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// No such operation.
    #[error("no operation `{0}`; known: any, {known}", known = Operation::known().join(", "))]
    Operation(String),
    /// No such kind.
    #[error("no kind of incident `{0}`; known: {known}", known = known())]
    Kind(String),
    /// `nth` is 0.
    #[error("`nth` counts from 1; leave it out for every request")]
    Nth,
    /// The kind takes a fault server in front of the fake.
    #[error("`r16:{0}` takes the fault server in front of the fake: start it with one")]
    FaultServer(&'static str),
}

impl FromStr for Target {
    type Err = IncidentError;

    fn from_str(text: &str) -> Result<Self, IncidentError> {
        if text == "any" {
            return Ok(Self::Any);
        }
        let operation = Operation::parse(text).map(Self::Operation);
        operation.ok_or_else(|| IncidentError::Operation(text.to_owned()))
    }
}

impl TryFrom<String> for Target {
    type Error = IncidentError;

    fn try_from(text: String) -> Result<Self, IncidentError> {
        text.parse()
    }
}

/// The incidents that are still to come.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    incident: Incident,
    seen: u32,
}

impl Incidents {
    /// Adds incidents, all or none.
    ///
    /// # Errors
    /// One of them cannot be.
    pub(super) fn add(
        &mut self,
        incidents: Vec<Incident>,
        fault_server: bool,
    ) -> Result<(), IncidentError> {
        for incident in &incidents {
            if incident.nth == Some(0) {
                return Err(IncidentError::Nth);
            }
            match incident.kind {
                Kind::Cut(cut) if cut.needs_fault_server() && !fault_server => {
                    return Err(IncidentError::FaultServer(cut.word()));
                }
                _ => {}
            }
        }
        let waiting = incidents
            .into_iter()
            .map(|incident| Waiting { incident, seen: 0 });
        self.waiting.extend(waiting);
        Ok(())
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// What happens to the next request of an operation; every incident counts it.
    pub(super) fn next(&mut self, operation: Operation) -> Option<Kind> {
        let mut found = None;
        let mut spent = None;
        for (at, waiting) in self.waiting.iter_mut().enumerate() {
            let ours = match waiting.incident.op {
                Target::Any => true,
                Target::Operation(op) => op == operation,
            };
            if !ours {
                continue;
            }
            waiting.seen += 1;
            let due = waiting.incident.nth.is_none_or(|nth| nth == waiting.seen);
            if due && found.is_none() {
                found = Some(waiting.incident.kind.clone());
                spent = waiting.incident.nth.map(|_| at);
            }
        }
        if let Some(at) = spent {
            self.waiting.remove(at);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn incident(op: &str, nth: Option<u32>, kind: &str) -> Incident {
        Incident {
            op: op.parse().unwrap(),
            nth,
            kind: kind.parse().unwrap(),
        }
    }

    #[test]
    fn the_nth_request_meets_it_once_and_every_one_for_ever() {
        let mut incidents = Incidents::default();
        let set = vec![
            incident("pulls/list", Some(2), "r5"),
            incident("git/get-ref", None, "r16"),
        ];
        incidents.add(set, false).unwrap();
        let told = |incidents: &mut Incidents, op| incidents.next(op).is_some();
        assert!(!told(&mut incidents, Operation::Pulls));
        assert!(told(&mut incidents, Operation::Pulls));
        assert!(!told(&mut incidents, Operation::Pulls));
        for _ in 0..3 {
            assert!(told(&mut incidents, Operation::Reference));
        }
    }

    #[test]
    fn a_mistyped_operation_is_told_with_what_is_known() {
        let told = "pulls/make".parse::<Target>().unwrap_err().to_string();
        assert!(told.contains("pulls/create"), "{told}");
    }

    #[test]
    fn what_takes_a_fault_server_is_refused_without_one() {
        let mut incidents = Incidents::default();
        let reset = incident("pulls/create", Some(1), "r16:reset");
        let told = incidents.add(vec![reset.clone()], false).unwrap_err();
        assert_eq!(told, IncidentError::FaultServer("reset"));
        incidents.add(vec![reset], true).unwrap();
        let none = vec![incident("any", Some(0), "r1")];
        assert_eq!(incidents.add(none, true), Err(IncidentError::Nth));
    }

    #[test]
    fn a_file_of_incidents_is_read() {
        let text =
            r#"[{"op":"pulls/create","nth":1,"kind":"lost-reply"},{"op":"any","kind":"slow:10"}]"#;
        let read: Vec<Incident> = serde_json::from_str(text).unwrap();
        assert_eq!((read[0].nth, &read[0].kind), (Some(1), &Kind::LostReply));
        assert_eq!(read[1].op, Target::Any);
        let wrong = r#"[{"op":"any","kind":"r1","nht":1}]"#;
        assert!(serde_json::from_str::<Vec<Incident>>(wrong).is_err());
    }
}
