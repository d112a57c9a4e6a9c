//! What users felt meanwhile: the limits of an accompanying load, phase by phase.

mod limit;
mod presence;
mod table;
#[cfg(test)]
mod tests;

pub(super) use limit::{decide, unmet_before};
pub(super) use presence::there;
pub(super) use table::result;

use crate::judge::measured::milliseconds;
use crate::model::evidence::Response;

/// Never answered is slower than any answer.
fn latency_ms(response: &Response) -> f64 {
    match response.answered() {
        true => milliseconds(response.complete_us.saturating_sub(response.invoke_us)),
        false => f64::INFINITY,
    }
}

/// Nearest rank; `None` where it lies among the unanswered.
fn percentile_ms(responses: &[&Response], share: f64) -> Option<f64> {
    let mut ms: Vec<f64> = responses.iter().map(|r| latency_ms(r)).collect();
    ms.sort_by(f64::total_cmp);
    let rank = (share * ms.len() as f64).ceil() as usize;
    ms.get(rank.max(1) - 1).copied().filter(|ms| ms.is_finite())
}
