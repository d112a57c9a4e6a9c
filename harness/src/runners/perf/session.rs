//! What one user carries from request to request.

use super::cookies::Cookies;
use super::ledger;
use super::shifts::Shift;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::time::Instant;

/// One user's state.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// Number of the user among those of its target, from 1.
    pub(super) user: u32,
    /// Number of the journey of this user, from 1.
    pub(super) iteration: u64,
    /// Every choice of this user comes from here, so that a seed repeats it.
    pub(super) random: SmallRng,
    /// Values kept of answers, by slot.
    pub(super) kept: Vec<Option<String>>,
    /// Whether the setup steps have been sent.
    pub(super) set_up: bool,
    /// Cookies, where the target asks for them.
    pub(super) cookies: Option<Cookies>,
    /// When the user works, since the load began.
    pub(super) shifts: Vec<Shift>,
    /// When the load began.
    pub(super) began: Instant,
    target: usize,
    /// Counts the user as running.
    presence: Option<Presence>,
}

impl Session {
    /// A user that does not run yet.
    pub(super) fn new(seed: u64, target: usize, user: u32, slots: usize) -> Self {
        // Any odd multipliers do: neighbours must not share a sequence.
        let own = seed
            ^ (target as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ u64::from(user).wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self {
            user,
            iteration: 0,
            random: SmallRng::seed_from_u64(own),
            kept: vec![None; slots],
            set_up: false,
            cookies: None,
            shifts: Vec::new(),
            began: Instant::now(),
            target,
            presence: None,
        }
    }
}

impl Session {
    /// The user runs from now on, or not any more.
    pub(super) fn run(&mut self, runs: bool) {
        if runs != self.presence.is_some() {
            self.presence = runs.then(|| Presence::new(self.target));
        }
    }
}

/// Says that a user came and, when dropped, that it left.
#[derive(Debug)]
struct Presence(usize);

impl Presence {
    fn new(target: usize) -> Self {
        ledger::with(|ledger| ledger.user_came(target));
        Self(target)
    }
}

impl Clone for Presence {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        ledger::with(|ledger| ledger.user_left(self.0));
    }
}
