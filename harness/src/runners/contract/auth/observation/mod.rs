//! The group OB: what is counted and logged. Its steps are asked in lanes.

mod counts;
mod fetches;
mod logs;
mod page;
mod reasons;

pub(super) use page::{series, warm};

use super::lanes::Step;

/// Counts of a target that nobody else asks.
pub(super) const COUNTS: &[Step] = &[
    Step::new(&["OB-1"], |lane| Box::pin(counts::successes(lane))),
    Step::new(&["OB-8"], |lane| Box::pin(counts::at_once(lane))),
    Step::new(&["OB-7"], |lane| Box::pin(page::parses(lane))),
    Step::new(&["OB-2"], |lane| Box::pin(reasons::each(lane))),
    Step::new(&["OB-3"], |lane| Box::pin(fetches::timed(lane))),
    Step::new(&["OB-4"], |lane| Box::pin(fetches::failed(lane))),
    Step::new(&["OB-6"], |lane| Box::pin(logs::lines(lane))),
];
