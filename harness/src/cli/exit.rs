//! The table of exit codes. They never depend on an output option.

use crate::model::verdict::Verdict;

/// Everything held (warnings included).
pub const PASS: u8 = 0;
/// A promise did not hold.
pub const FAIL: u8 = 1;
/// Usage or configuration is wrong; nothing was run.
pub const USAGE: u8 = 2;
/// Could not be decided: not executed or inconclusive. Run again.
pub const ERROR: u8 = 3;
/// Evidence is missing, stale or not bound to this commit.
pub const EVIDENCE: u8 = 4;
/// Our own fault.
pub const INTERNAL: u8 = 70;
/// Interrupted by the user.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a verdict.
pub fn of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass | Verdict::Warn => PASS,
        Verdict::Fail => FAIL,
        // A run of nothing but skipped checks decided nothing.
        Verdict::Error | Verdict::Skipped => ERROR,
    }
}

/// The worse of two exit codes, for several suites in one call.
pub fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| {
        let order = [PASS, ERROR, EVIDENCE, FAIL, USAGE, INTERNAL, INTERRUPTED];
        order
            .iter()
            .position(|known| *known == code)
            .unwrap_or(order.len())
    };
    if rank(b) > rank(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pass_and_warn_are_zero() {
        let codes = [
            Verdict::Pass,
            Verdict::Warn,
            Verdict::Fail,
            Verdict::Error,
            Verdict::Skipped,
        ]
        .map(of);
        assert_eq!(codes, [0, 0, 1, 3, 3]);
    }

    #[test]
    fn fail_outweighs_error() {
        assert_eq!(worse(PASS, ERROR), ERROR);
        assert_eq!(worse(FAIL, ERROR), FAIL);
        assert_eq!(worse(INTERRUPTED, FAIL), INTERRUPTED);
    }
}
