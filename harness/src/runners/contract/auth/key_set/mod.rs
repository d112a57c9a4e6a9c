//! The group KS: what a set of keys may hold without spoiling the good key in it. Its steps are asked in lanes.

mod craft;
mod documents;
mod names;
mod numbers;
mod points;
mod silence;
mod strange;
mod uses;

use super::lanes::Step;

/// Keys beside the good one, each check in a set of its own.
pub(super) const KEYS: &[Step] = &[
    Step::new(&["KS-1"], |lane| Box::pin(strange::unknown(lane))),
    Step::new(&["KS-2"], |lane| Box::pin(strange::broken(lane))),
    Step::new(&["KS-3"], |lane| Box::pin(uses::encryption(lane))),
    Step::new(&["KS-4"], |lane| Box::pin(uses::operations(lane))),
    Step::new(&["KS-5"], |lane| Box::pin(uses::other_algorithm(lane))),
    Step::new(&["KS-6"], |lane| Box::pin(names::twice(lane))),
    Step::new(&["KS-7"], |lane| Box::pin(names::two_types(lane))),
    Step::new(&["KS-8"], |lane| Box::pin(numbers::short(lane))),
    Step::new(&["KS-9"], |lane| Box::pin(numbers::bad(lane))),
    Step::new(&["KS-10"], |lane| Box::pin(numbers::roca(lane))),
    Step::new(&["KS-11"], |lane| Box::pin(points::off_the_curve(lane))),
    Step::new(&["KS-12"], |lane| Box::pin(uses::shared_secret(lane))),
    Step::new(&["KS-13"], |lane| Box::pin(uses::private_part(lane))),
    Step::new(&["KS-19"], |lane| Box::pin(names::none(lane))),
    Step::new(&["KS-20"], |lane| Box::pin(strange::certificates(lane))),
    Step::new(&["KS-21"], |lane| Box::pin(names::odd(lane))),
];

/// Documents that are no set of keys, too large, or never whole.
pub(super) const DOCUMENTS: &[Step] = &[
    Step::new(&["KS-14"], |lane| Box::pin(documents::large(lane))),
    Step::new(&["KS-16"], |lane| Box::pin(documents::no_set(lane))),
    Step::new(&["KS-18"], |lane| Box::pin(documents::no_list(lane))),
    Step::new(&["KS-15"], |lane| Box::pin(silence::never_whole(lane))),
];
