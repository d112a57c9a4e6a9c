//! `proofhouse chaos plan`: targets, guards and the undo list; changes nothing.

use super::exit;
use crate::model::chaos::{Action, ActionStart, ChaosPlan, FaultKind, Moment};
use crate::model::plan::Plan;
use crate::runners::chaos::{self as runners, ChaosRequest, Preview};
use std::path::Path;

/// Shows what would happen. 0 where it could, 2 where a guard would refuse it.
pub(super) async fn show(plan: &Plan, enabled: bool) -> u8 {
    let Some(chaos) = &plan.chaos else {
        return exit::INTERNAL;
    };
    let request = ChaosRequest {
        plan: chaos,
        run_id: "preview",
        enabled,
        journals: Path::new(runners::JOURNALS),
        company: None,
        // Nothing is watched here, and nothing broken.
        unrest: &|_| Some("a preview".to_owned()),
    };
    let preview = match runners::preview(&request).await {
        Ok(preview) => preview,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return exit::ERROR;
        }
    };
    anstream::print!("{}", text(chaos, &preview));
    if preview.guards.iter().all(|guard| guard.passed) {
        exit::PASS
    } else {
        exit::USAGE
    }
}

fn text(plan: &ChaosPlan, preview: &Preview) -> String {
    let mut lines = vec![
        format!("scenario    {}", plan.scenario),
        format!("hypothesis  {}", plan.hypothesis),
        String::new(),
        "actions".to_owned(),
    ];
    lines.extend(plan.actions.iter().map(action));
    lines.push(String::new());
    lines.push("targets and undo".to_owned());
    for target in &preview.targets {
        lines.push(format!("  {:<16} {}", target.service, target.detail));
        lines.push(format!("  {:<16} undo: {}", "", target.undo));
    }
    lines.push(String::new());
    lines.push("guards".to_owned());
    for guard in &preview.guards {
        let word = if guard.passed { "ok    " } else { "refuse" };
        lines.push(format!(
            "  {word} {:<16} {}",
            guard.guard.word(),
            guard.detail
        ));
    }
    lines.push(String::new());
    lines.push("nothing was changed".to_owned());
    lines.join("\n") + "\n"
}

fn action(action: &Action) -> String {
    let start = match &action.start {
        ActionStart::At(at) => format!("{} s into the faults", at.as_secs_f64()),
        ActionStart::After {
            action,
            moment,
            wait,
        } => format!(
            "{} s after `{action}` is {}",
            wait.as_secs_f64(),
            word(*moment)
        ),
    };
    let lasts = match (&action.fault, action.lasts.is_zero()) {
        (FaultKind::RestartContainer { .. }, true) => "started again at once".to_owned(),
        _ => format!("for {} s", action.lasts.as_secs_f64()),
    };
    format!(
        "  {:<16} {} on {}, {lasts}, {start}",
        action.id,
        action.fault.word(),
        action.target
    )
}

fn word(moment: Moment) -> &'static str {
    match moment {
        Moment::Injected => "injected",
        Moment::Verified => "verified",
        Moment::Healed => "healed",
    }
}
