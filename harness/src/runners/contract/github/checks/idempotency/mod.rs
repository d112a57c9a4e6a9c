//! D: one finding, one pull request, whatever happens.

mod branch;
mod broken_off;
mod others;
mod repeated;

pub(super) use branch::{d6, d7};
pub(super) use broken_off::{broken, d9, d10, d11};
pub(super) use others::{d2, d3};
pub(super) use repeated::{d1, d4, d5, d8, d12, d13};

use super::super::lane::Lane;

const LIST: &str = "pulls/list";

/// Open pull requests from a branch of the repository itself to its default branch.
fn open_from(lane: &Lane<'_>, branch: &str) -> Vec<u64> {
    let repository = lane.fake.repository();
    let ours = repository.pulls.iter().filter(|pull| {
        pull.is_open()
            && pull.head == branch
            && pull.head_owner == repository.owner
            && pull.base == repository.default_branch
    });
    ours.map(|pull| pull.number).collect()
}
