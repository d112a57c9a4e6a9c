//! One line of the screen for what happens in a chaos run.

use crate::model::chaos::{ChaosEvent, FaultStep};

/// The line for an event; `None` for the many that only the judge reads.
pub(super) fn line(event: &ChaosEvent) -> Option<String> {
    Some(match event {
        ChaosEvent::Guard {
            guard,
            passed: false,
            detail,
        } => format!("  refused  {}: {detail}", guard.word()),
        ChaosEvent::Recovered { run, detail } => format!("  healed   of {run}: {detail}"),
        ChaosEvent::PhaseStarted { phase } => format!("  phase    {}", phase.word()),
        ChaosEvent::NotSteady { reason, .. } => format!("  unsteady {reason}"),
        ChaosEvent::Fault { action, step } => format!("  fault    {action}: {}", step_words(step)?),
        ChaosEvent::Aborted { reason } => format!("  aborted  {reason}"),
        ChaosEvent::ReadFailed { name, reason } => format!("  unread   {name}: {reason}"),
        _ => return None,
    })
}

fn step_words(step: &FaultStep) -> Option<String> {
    Some(match step {
        FaultStep::Journalled { .. } => return None,
        FaultStep::Called { .. } => "begins".to_owned(),
        FaultStep::Witnessed { witness, .. } => format!("bites ({witness})"),
        FaultStep::Unwitnessed { reason } => format!("did not bite: {reason}"),
        FaultStep::Vanished { reason, .. } => format!("ended by itself: {reason}"),
        FaultStep::HealCalled { why, .. } => format!("is healed ({why})"),
        FaultStep::Healed { .. } => "healed".to_owned(),
        FaultStep::HealFailed { reason } => format!("CANNOT BE HEALED: {reason}"),
        FaultStep::Remark { code, detail } => format!("{code}: {detail}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::chaos::GuardName;

    #[test]
    fn what_goes_wrong_is_said_at_once() {
        let failed = ChaosEvent::Fault {
            action: "cut".into(),
            step: FaultStep::HealFailed {
                reason: "no daemon".into(),
            },
        };
        assert_eq!(
            line(&failed).unwrap(),
            "  fault    cut: CANNOT BE HEALED: no daemon"
        );
        let unsteady = ChaosEvent::NotSteady {
            to_us: 5,
            reason: "api: 78 of 80 attempts good".into(),
        };
        assert_eq!(
            line(&unsteady).unwrap(),
            "  unsteady api: 78 of 80 attempts good"
        );
        let refused = ChaosEvent::Guard {
            guard: GuardName::Label,
            passed: false,
            detail: "nats has no label".into(),
        };
        assert_eq!(
            line(&refused).unwrap(),
            "  refused  label: nats has no label"
        );
    }
}
