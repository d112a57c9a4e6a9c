//! Numbers that validations read, by the names that the runner gives them.

use super::scene::Scene;
use crate::judge::outcome::Undecided;

/// Messages that were in flight when the fault struck and came a second time.
pub(super) const REDELIVERED: &str = "redelivered";
/// Messages that were in flight when the fault struck.
pub(super) const IN_FLIGHT: &str = "in_flight_at_onset";
/// Of these, how many never ended acknowledged.
pub(super) const UNACKED: &str = "unacked";
/// Messages that the durable consumer of the system has not acknowledged at the end.
pub(super) const ACK_PENDING: &str = "ack_pending";
/// Records that had to arrive or be dropped since before the fault.
pub(super) const PRODUCED: &str = "telemetry_produced";
/// Records that the backend took.
pub(super) const SENT: &str = "telemetry_sent";
/// Records counted as dropped.
pub(super) const DROPPED: &str = "telemetry_dropped";
/// Records that wait at the end.
pub(super) const WAITING: &str = "telemetry_waiting";
/// Records that were on their way and made after the books were first read.
pub(super) const YOUNGER: &str = "telemetry_younger";
/// Records that arrived by the backend's own account, where it keeps one.
pub(super) const ARRIVED: &str = "telemetry_arrived";
/// Records that were made while the books were read.
pub(super) const MOVED: &str = "telemetry_moved";

/// The last value of a number, or why there is none. What a failed read is named after is the
/// number itself, or the first word of it (`telemetry`).
pub(super) fn read(scene: &Scene<'_>, name: &str) -> Result<f64, Undecided> {
    let family = name.split('_').next().unwrap_or(name);
    let mut failed = scene.unread.iter().rev();
    let failed = failed.find(|(what, _)| *what == name || *what == family);
    match (scene.number(name), failed) {
        (Some(value), _) if !value.is_finite() => {
            let text = format!("`{name}` is not a number");
            Err(Undecided::error("NOT_A_NUMBER", text).next("report it with this run's evidence"))
        }
        (Some(value), _) => Ok(value),
        (None, Some((_, reason))) => {
            let text = format!("`{name}` could not be read: {reason}");
            Err(Undecided::error("READ_FAILED", text).next("run the scenario again"))
        }
        (None, None) => {
            let text = format!("`{name}` was never read");
            Err(Undecided::error("NOT_EXECUTED", text).next("run the scenario again"))
        }
    }
}
