//! `proofhouse checks [SUITE...]`: every check of black-box suites, as a table of Markdown.

use super::exit;
use super::run::{plans, suite_files};
use crate::model::plan::{Plan, Profile};
use crate::model::trial::Level;
use crate::model::trial::plan::ListedCheck;
use std::io::{self, Write};

/// Prints the checks of the suites that were named, or of all.
///
/// # Errors
/// The screen cannot be written.
pub(super) fn run(suites: &[String], out: &mut dyn Write) -> io::Result<u8> {
    let planned = suite_files(suites).and_then(|files| plans(&files, Profile::Full));
    let plans: Vec<Plan> = match planned {
        Ok(plans) => plans,
        Err(code) => return Ok(code),
    };
    let mut told = false;
    for plan in &plans {
        let Some(trials) = &plan.trials else {
            continue;
        };
        told = true;
        writeln!(out, "### {}\n", plan.suite)?;
        writeln!(
            out,
            "| id | level | what has to hold | who asks for it | proved by |\n|---|---|---|---|---|"
        )?;
        for check in &trials.checks {
            writeln!(out, "{}", row(check))?;
        }
        writeln!(out)?;
    }
    if told {
        return Ok(exit::PASS);
    }
    anstream::eprintln!(
        "error: none of these suites has a catalogue of checks\n  \
         = help: name a black-box suite; the checks of a performance suite are its limits"
    );
    Ok(exit::USAGE)
}

fn row(check: &ListedCheck) -> String {
    let level = match check.level {
        Level::Must => "must",
        Level::Should => "should",
        Level::Offered => "where offered",
    };
    let faults = check.catches.iter().map(|fault| format!("`{fault}`"));
    let faults: Vec<String> = faults.collect();
    let cell = |text: &str| text.replace('|', "\\|");
    format!(
        "| {} | {level} | {} | {} | {} |",
        check.id,
        cell(&check.meaning),
        cell(&check.source),
        faults.join(", ")
    )
}
