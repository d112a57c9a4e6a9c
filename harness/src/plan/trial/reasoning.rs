//! The case files of a reasoning suite: found, read, and their checks told apart.

use crate::config::document;
use crate::config::source::SourceText;
use crate::model::place::Problem;
use crate::model::trial::reasoning::ReasoningPlan;
use crate::plan::Desk;
use std::path::Path;

/// Reads the suite's own cases; a file that is missing or broken is a problem with its place.
pub(super) fn own_cases(plan: &mut ReasoningPlan, desk: &mut Desk) {
    for file in &plan.case_files {
        match SourceText::read(Path::new(&file.value)) {
            Ok(source) => {
                desk.sources.push(source.clone());
                let read = document::graph_cases(&source, &mut desk.problems);
                if read.is_empty() {
                    let message = format!("no case in `{}`", file.value);
                    desk.problems.push(Problem::at(&file.place, message));
                }
                plan.cases.extend(read);
            }
            Err(problem) => {
                let mut problem = *problem;
                problem.place = Some(file.place.clone());
                desk.problems.push(problem);
            }
        }
    }
}
