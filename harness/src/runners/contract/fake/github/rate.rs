//! Limits: how much a token may ask for, and for how long nothing is answered to one that asked too much.

use super::operation::Operation;
use super::reply::Reply;
use super::repository::now;
use super::wrong::{Gaps, Wrong};
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// A limit that an incident imposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The hourly quota is used up, or else GitHub finds the caller too fast.
    pub primary: bool,
    /// 403 or 429.
    pub status: u16,
    /// How the reply names the time.
    pub hint: Hint,
}

/// How a limited reply names the time until which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// `retry-after`: seconds, `date+SECONDS` for an HTTP date so far from now, or any text at all.
    RetryAfter(String),
    /// `x-ratelimit-reset`, in seconds from now; may be negative.
    Reset(i64),
    /// Not at all.
    None,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.primary { "primary" } else { "secondary" };
        write!(f, "{word}:{}:", self.status)?;
        match &self.hint {
            Hint::RetryAfter(text) => write!(f, "retry-after={text}"),
            Hint::Reset(seconds) => write!(f, "reset={seconds}"),
            Hint::None => f.write_str("none"),
        }
    }
}

/// One hourly or minutely quota.
#[derive(Debug)]
struct Bucket {
    name: &'static str,
    limit: u64,
    used: u64,
    window_s: i64,
    resets_at: i64,
}

/// A limit that holds.
#[derive(Debug)]
struct Block {
    rate: Rate,
    until: Instant,
    /// Somebody was told of it.
    told: bool,
}

/// Everything that limits the token.
#[derive(Debug)]
pub(super) struct Limits {
    core: Bucket,
    search: Bucket,
    block: Option<Block>,
    /// What GitHub's 60 s are multiplied with.
    scale: f64,
}

/// What GitHub wants one to wait after a secondary limit that names no time (docs: "Best practices").
const UNNAMED_S: f64 = 60.0;
/// No limit holds longer, whatever its reply says.
const LONGEST: Duration = Duration::from_secs(3600);

impl Bucket {
    fn new(name: &'static str, limit: u64, window_s: i64) -> Self {
        Self {
            name,
            limit,
            used: 0,
            window_s,
            resets_at: now() + window_s,
        }
    }

    fn roll(&mut self) {
        if now() >= self.resets_at {
            self.used = 0;
            self.resets_at = now() + self.window_s;
        }
    }

    fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    fn show(&self) -> Value {
        json!({
            "limit": self.limit, "used": self.used.min(self.limit),
            "remaining": self.remaining(), "reset": self.resets_at,
        })
    }
}

impl Limits {
    pub(super) fn new(core: u64, search: u64, scale: f64) -> Self {
        Self {
            core: Bucket::new("core", core, 3600),
            search: Bucket::new("search", search, 60),
            block: None,
            scale,
        }
    }

    fn bucket(&mut self, operation: Option<Operation>) -> &mut Bucket {
        let bucket = match operation {
            Some(Operation::Search) => &mut self.search,
            _ => &mut self.core,
        };
        bucket.roll();
        bucket
    }

    /// Imposes a limit from now on.
    pub(super) fn block(&mut self, rate: &Rate) {
        let seconds = match &rate.hint {
            Hint::RetryAfter(text) => {
                let text = text.strip_prefix("date+").unwrap_or(text);
                text.parse().unwrap_or(0.0)
            }
            #[allow(clippy::cast_precision_loss)]
            Hint::Reset(seconds) => *seconds as f64,
            Hint::None => UNNAMED_S * self.scale,
        };
        let wait =
            Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST * u32::from(seconds > 0.0));
        self.block = Some(Block {
            rate: rate.clone(),
            until: Instant::now() + wait.min(LONGEST),
            told: false,
        });
    }

    /// Ends whatever limit holds, and fills the quotas.
    pub(super) fn heal(&mut self) {
        self.block = None;
        self.core.used = 0;
        self.search.used = 0;
    }

    /// Whether nothing is answered at the moment.
    pub(super) fn is_blocked(&self) -> bool {
        let block = self.block.as_ref();
        block.is_some_and(|block| Instant::now() < block.until)
    }

    /// Counts a request; the refusal when there is nothing left, or a limit holds.
    pub(super) fn take(&mut self, operation: Option<Operation>, gaps: &Gaps) -> Option<Reply> {
        if let Some(reply) = self.blocked(gaps) {
            return Some(reply);
        }
        // Asking for the limits costs nothing (docs: "Get rate limit status").
        if operation == Some(Operation::RateLimit) {
            return None;
        }
        let bucket = self.bucket(operation);
        if bucket.remaining() == 0 {
            return Wrong::parse("r4").map(|wrong| wrong.reply(gaps));
        }
        bucket.used += 1;
        None
    }

    /// What the limit that holds is answered with.
    fn blocked(&mut self, gaps: &Gaps) -> Option<Reply> {
        let block = self.block.as_mut()?;
        let left = block.until.saturating_duration_since(Instant::now());
        // A limit whose time cannot be read, or is over at once, still refuses the one request.
        if left.is_zero() && block.told {
            self.block = None;
            return None;
        }
        block.told = true;
        reply(&block.rate, left, gaps)
    }

    /// `rate-limit-overview`
    pub(super) fn show(&mut self) -> Reply {
        self.core.roll();
        self.search.roll();
        let (core, search) = (self.core.show(), self.search.show());
        let body = json!({ "resources": { "core": core, "search": search }, "rate": core });
        Reply::json(200, &body)
    }

    /// The headers that tell how much is left.
    pub(super) fn headers(&mut self, operation: Option<Operation>) -> [(&'static str, String); 5] {
        let bucket = self.bucket(operation);
        [
            ("x-ratelimit-limit", bucket.limit.to_string()),
            ("x-ratelimit-remaining", bucket.remaining().to_string()),
            ("x-ratelimit-used", bucket.used.to_string()),
            ("x-ratelimit-reset", bucket.resets_at.to_string()),
            ("x-ratelimit-resource", bucket.name.to_owned()),
        ]
    }
}

/// The refusal; an empty header takes away the one that every reply has.
fn reply(rate: &Rate, left: Duration, gaps: &Gaps) -> Option<Reply> {
    let word = match (rate.primary, rate.status) {
        (true, 429) => "r4:429",
        (true, _) => "r4",
        (false, 429) => "r3:429",
        (false, _) => "r3",
    };
    let reply = Wrong::parse(word)?.reply(gaps);
    let whole = i64::try_from(left.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    Some(match &rate.hint {
        Hint::RetryAfter(text) => reply.with("retry-after", retry_after(text, whole)),
        Hint::Reset(seconds) => {
            let reset = if *seconds > 0 { whole } else { *seconds };
            reply.with("x-ratelimit-reset", now() + reset)
        }
        Hint::None => reply.with("x-ratelimit-reset", ""),
    })
}

/// The seconds that are left, where the text is a number of seconds that a limit can hold.
fn retry_after(text: &str, left: i64) -> String {
    if text.starts_with("date+") {
        let date = jiff::Timestamp::from_second(now() + left).unwrap_or_default();
        return date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    }
    let countable = text
        .parse::<u64>()
        .is_ok_and(|seconds| seconds > 0 && seconds <= LONGEST.as_secs());
    if countable {
        left.to_string()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn limited(hint: Hint) -> (Limits, Reply) {
        let mut limits = Limits::new(5000, 30, 0.01);
        limits.block(&Rate {
            primary: false,
            status: 429,
            hint,
        });
        let reply = limits
            .take(Some(Operation::Pulls), &Gaps::default())
            .unwrap();
        (limits, reply)
    }

    #[test]
    fn a_limit_holds_for_its_time_and_says_what_is_left() {
        let (limits, reply) = limited(Hint::RetryAfter("2".into()));
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (429, Some("2"))
        );
        assert!(limits.is_blocked());
        let (limits, reply) = limited(Hint::None);
        assert_eq!(reply.header("x-ratelimit-reset"), Some(""));
        assert!(limits.is_blocked());
    }

    #[test]
    fn nonsense_refuses_one_request_and_is_told_as_it_is() {
        for text in ["abc", "-1", "0", "1000000000"] {
            let (mut limits, reply) = limited(Hint::RetryAfter(text.into()));
            assert_eq!(reply.header("retry-after"), Some(text));
            let again = limits.take(Some(Operation::Pulls), &Gaps::default());
            assert_eq!(again.is_some(), text == "1000000000", "{text}");
        }
        let (limits, reply) = limited(Hint::Reset(-50));
        let reset: i64 = reply.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert!((now() - reset - 50).abs() <= 1 && !limits.is_blocked());
        let (_, reply) = limited(Hint::RetryAfter("date+3".into()));
        assert!(reply.header("retry-after").unwrap().ends_with(" GMT"));
    }

    #[test]
    fn a_quota_runs_out() {
        let mut limits = Limits::new(2, 1, 1.0);
        let gaps = Gaps::default();
        for _ in 0..2 {
            assert_eq!(limits.take(Some(Operation::Pulls), &gaps), None);
        }
        let refused = limits.take(Some(Operation::Pulls), &gaps).unwrap();
        assert_eq!(
            (refused.status, refused.header("x-ratelimit-remaining")),
            (403, Some("0"))
        );
        assert_eq!(limits.take(Some(Operation::RateLimit), &gaps), None);
        assert_eq!(limits.take(Some(Operation::Search), &gaps), None);
        assert!(limits.take(Some(Operation::Search), &gaps).is_some());
    }
}
