//! The kill matrix: fault, the check that had to catch it, what did.

use super::case::{Proof, Shown};
use serde_json::{Value, json};

/// For the screen: what needs a look first, then the sum.
pub(super) fn text(proofs: &[Proof]) -> String {
    let mut lines: Vec<String> = proofs
        .iter()
        .filter(|proof| bad(proof))
        .map(Proof::line)
        .collect();
    lines.push(sum(proofs));
    lines.join("\n")
}

fn bad(proof: &Proof) -> bool {
    !matches!(proof.shown, Shown::Killed { .. } | Shown::Clean)
}

/// `64 faults: 64 killed by their check; 1 healthy target: clean`.
fn sum(proofs: &[Proof]) -> String {
    let count = |of: fn(&Shown) -> bool| proofs.iter().filter(|proof| of(&proof.shown)).count();
    let faults = proofs
        .iter()
        .filter(|proof| proof.case.fault.is_some())
        .count();
    let killed = count(|shown| matches!(shown, Shown::Killed { .. }));
    let survived = count(|shown| matches!(shown, Shown::Survived { .. }));
    let wrong = count(|shown| matches!(shown, Shown::WrongKiller { .. }));
    let not_run = count(|shown| matches!(shown, Shown::NotRun { .. }));
    let healthy = proofs.len() - faults;
    let clean = count(|shown| matches!(shown, Shown::Clean));
    let verdict = if proofs.iter().any(bad) {
        "NOT PROVED"
    } else {
        "PROVED"
    };
    format!(
        "{verdict}  {faults} seeded faults: {killed} killed by their check, {wrong} by another, \
         {survived} survived, {not_run} not run; {clean} of {healthy} healthy targets clean"
    )
}

/// For machines.
pub(super) fn json(proofs: &[Proof]) -> String {
    let rows: Vec<Value> = proofs.iter().map(row).collect();
    let matrix = json!({"schema": "proofhouse.matrix/1", "cases": rows});
    format!("{matrix:#}\n")
}

fn row(proof: &Proof) -> Value {
    let (by, others) = match &proof.shown {
        Shown::Killed { by, others } => (by.clone(), others.clone()),
        Shown::WrongKiller { by } | Shown::Alarm { by } => (by.clone(), Vec::new()),
        _ => (Vec::new(), Vec::new()),
    };
    json!({
        "suite": proof.case.suite,
        "fault": proof.case.fault,
        "wanted": proof.case.killers,
        "failed": by,
        "failed_too": others,
        "shown": proof.words().0.to_lowercase(),
        "seconds": (proof.took.as_secs_f64() * 10.0).round() / 10.0,
    })
}

/// For people.
pub(super) fn markdown(proofs: &[Proof]) -> String {
    let mut text = String::from("# Kill matrix\n\n");
    text += &sum(proofs);
    text += "\n\n| suite | fault | has to be caught by | shown |\n|---|---|---|---|\n";
    for proof in proofs {
        let (word, told) = proof.words();
        text += &format!(
            "| {} | {} | {} | {word}{told} |\n",
            proof.case.suite,
            proof.case.fault.as_deref().unwrap_or("none"),
            proof.case.killers.join(", "),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::case::Case;
    use super::*;
    use std::time::Duration;

    fn proof(fault: Option<&str>, shown: Shown) -> Proof {
        Proof {
            case: Case {
                suite: "auth".into(),
                path: "suites/auth.yaml".into(),
                variable: "FAULT".into(),
                fault: fault.map(str::to_owned),
                killers: vec!["AL-5".into()],
                only: Vec::new(),
            },
            shown,
            took: Duration::from_secs(3),
        }
    }

    #[test]
    fn survivors_wrong_killers_and_alarms_are_told_first() {
        let killed = Shown::Killed {
            by: vec!["AL-5".into()],
            others: Vec::new(),
        };
        let good = [proof(None, Shown::Clean), proof(Some("none"), killed)];
        assert_eq!(
            text(&good),
            "PROVED  1 seeded faults: 1 killed by their check, 0 by another, 0 survived, \
             0 not run; 1 of 1 healthy targets clean"
        );
        let bad = [
            proof(
                None,
                Shown::Alarm {
                    by: vec!["AB-1".into()],
                },
            ),
            proof(Some("none"), Shown::Survived { warned: Vec::new() }),
            proof(
                Some("hmac"),
                Shown::Survived {
                    warned: vec!["AL-5".into()],
                },
            ),
        ];
        let text = text(&bad);
        assert!(
            text.starts_with("ALARM         auth: no fault: AB-1 (3 s)\nSURVIVED"),
            "{text}"
        );
        assert!(text.contains("NOT PROVED"));
        assert!(markdown(&bad).contains("| auth | none | AL-5 | SURVIVED: AL-5 did not fail |"));
        assert!(
            markdown(&bad).contains("| SURVIVED: AL-5 did not fail (AL-5 only warned) |"),
            "{}",
            markdown(&bad)
        );
    }
}
