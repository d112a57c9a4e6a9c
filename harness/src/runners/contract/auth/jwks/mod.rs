//! The group JB: how keys are fetched, kept, refreshed and done without. Its steps are asked in lanes.

mod ageing;
mod cold;
mod flood;
pub(super) mod gaps;
mod offered;
mod outage;
mod redirect;
mod retry;
mod rotation;
mod slow;
mod transient;

pub(super) use cold::not_started;

use super::lanes::Step;

/// A target that starts, and is asked for nothing special.
pub(super) const CALM: &[Step] = &[
    Step::cold(&["JB-1", "DI-1"], |lane| Box::pin(cold::first_fetch(lane))),
    Step::new(&["JB-2"], |lane| Box::pin(cold::inside_the_time(lane))),
    Step::new(&["JB-3"], |lane| Box::pin(cold::default_time(lane))),
];

/// Keys that change.
pub(super) const ROTATION: &[Step] = &[
    Step::cold(&["JB-9"], |lane| Box::pin(cold::herd(lane))),
    Step::new(&["JB-4", "JB-5"], |lane| Box::pin(rotation::added(lane))),
    Step::new(&["JB-8"], |lane| Box::pin(rotation::before_signing(lane))),
    Step::new(&["JB-28"], |lane| Box::pin(rotation::hygiene(lane))),
    Step::new(&["JB-29"], |lane| {
        Box::pin(rotation::closed_connections(lane))
    }),
    Step::new(&["JB-30"], |lane| Box::pin(slow::unknown_name(lane))),
    Step::new(&["JB-15", "JB-26", "JB-27"], |lane| {
        Box::pin(outage::inside_the_time(lane))
    }),
    Step::new(&["JB-22"], |lane| Box::pin(redirect::elsewhere(lane))),
    Step::new(&["JB-23"], |lane| Box::pin(redirect::to_itself(lane))),
    Step::new(&["JB-25"], |lane| Box::pin(offered::max_age(lane))),
];

/// Attempts that fail.
pub(super) const RETRIES: &[Step] = &[
    Step::new(&["JB-18"], |lane| Box::pin(retry::pauses(lane))),
    Step::new(&["JB-19"], |lane| Box::pin(retry::counts(lane))),
    Step::new(&["JB-20"], |lane| Box::pin(retry::shared(lane))),
];

/// Failures of each kind.
pub(super) const KINDS: &[Step] = &[Step::new(&["JB-21"], |lane| {
    Box::pin(transient::kinds(lane))
})];

/// Strangers in masses.
pub(super) const FLOODS: &[Step] = &[
    Step::new(&["JB-11", "JB-13", "JB-14", "OB-5"], |lane| {
        Box::pin(flood::steady(lane))
    }),
    Step::new(&["JB-12", "KS-17"], |lane| {
        Box::pin(flood::amid_faults(lane))
    }),
];

/// Keys that grow old.
pub(super) const AGEING: &[Step] = &[
    Step::new(&["JB-3"], |lane| Box::pin(ageing::windows(lane))),
    Step::new(&["JB-6"], |lane| Box::pin(ageing::withdrawn(lane))),
    Step::new(&["JB-7"], |lane| Box::pin(ageing::replaced(lane))),
    Step::new(&["JB-10"], |lane| Box::pin(slow::old_keys(lane))),
    Step::new(&["JB-24"], |lane| Box::pin(offered::condition(lane))),
    Step::new(&["JB-16"], |lane| Box::pin(offered::stale(lane))),
];

/// A target that starts while its provider is down.
pub(super) const OUTAGE: &[Step] = &[Step::cold(&["JB-17", "JB-27", "OB-2"], |lane| {
    Box::pin(outage::cold(lane))
})];
