//! The precondition of everything about time: the clocks of target and harness agree (CL-18).

use super::super::ask::Ask;
use super::super::session::Session;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// How far they may be apart, in seconds; `Date` itself has only whole ones.
const MOST: i64 = 2;

/// Why nothing can be said about times; `None` where clocks agree.
pub(super) async fn apart(session: &Session<'_>) -> Option<String> {
    let path = session.plan.open_path.as_deref().unwrap_or("/");
    let reply = match session.send(&Ask::new("GET", path)).await {
        Ok(reply) => reply,
        Err(silence) => return Some(format!("the target's clock cannot be read: {silence}")),
    };
    let date = reply
        .field("date")
        .map(|text| (text.to_owned(), skew(text)));
    match date {
        Some((_, Some(skew))) if skew.abs() <= MOST => None,
        Some((_, Some(skew))) => Some(format!(
            "the clocks of target and harness are {skew} s apart, more than {MOST} s"
        )),
        Some((text, None)) => Some(format!("the target's `date` is no date: {text}")),
        None if session.attached() => {
            session.note("CL-18: the target sends no `date`, so its clock was not compared");
            None
        }
        // A launched target has the clock of this machine.
        None => None,
    }
}

/// Seconds that a date lies ahead of now; `None` where it is none.
fn skew(text: &str) -> Option<i64> {
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date.as_second() - Timestamp::now().as_second())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_date_of_http_is_read() {
        assert!(skew("Sun, 06 Nov 1994 08:49:37 GMT").unwrap() < -1_000_000_000);
        assert_eq!(skew("tomorrow"), None);
    }
}
