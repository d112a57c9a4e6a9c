//! The kinds of incidents, and the words that people write for them.

use super::cut::Cut;
use super::incident::IncidentError;
use super::rate::{Hint, Rate};
use super::wrong::{TABLE, Wrong};
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Kind {
    /// `r1` … `r20`: it is answered so, and nothing is done.
    Reply(Answered),
    /// `r17:to=URL`: it is sent elsewhere.
    RedirectTo(String),
    /// `lost-reply`: it is done, and the connection ends before the reply.
    LostReply,
    /// `lost-request`: it is not done, and the connection ends.
    LostRequest,
    /// `r16:eof`, `r16:reset`: it is not done, `r16:half-body`: it is done; the reply is cut.
    Cut(Cut),
    /// `r16:silence`: nothing for 11 s, then the error of a gateway.
    Silence,
    /// `slow:MS`: it is done, and the reply comes late.
    Slow(Duration),
    /// `stale-list:N`: the pull request that it makes, or else the newest, is missing from N lists.
    StaleList(u32),
    /// `lax-list`: the list takes no notice of `head` and `base`.
    LaxList,
    /// `move-base`, `move-base:PATH`: just before, somebody commits to the default branch.
    MoveBase(String),
    /// `rename-repo`: just before, the repository gets another name.
    RenameRepository,
    /// `revoke-token`: just before, the token is taken back.
    RevokeToken,
    /// `rate:{primary,secondary}:{403,429}:{retry-after=N,reset=N,none}`: from now on the caller is limited.
    Rate(Rate),
    /// `next-elsewhere:URL`: it is done, and the list goes on at another address.
    NextElsewhere(String),
}

/// One of the replies R1 to R20.
#[derive(Debug, Clone, Copy)]
pub struct Answered(pub(super) &'static Wrong);

impl PartialEq for Answered {
    fn eq(&self, other: &Self) -> bool {
        self.0.word == other.0.word
    }
}

/// The words besides those of the replies.
pub(super) const OTHERS: [&str; 16] = [
    "r16:eof",
    "r16:reset",
    "r16:half-body",
    "r16:silence",
    "r17:to=URL",
    "lost-reply",
    "lost-request",
    "slow:MS",
    "stale-list:N",
    "lax-list",
    "move-base",
    "move-base:PATH",
    "rename-repo",
    "revoke-token",
    "rate:{primary,secondary}:{403,429}:{retry-after[=N],reset[=N],none}",
    "next-elsewhere:URL",
];

/// Every kind, for those who mistyped one.
pub(super) fn known() -> String {
    let replies = TABLE.iter().map(|wrong| wrong.word);
    replies.chain(OTHERS).collect::<Vec<_>>().join(", ")
}

impl FromStr for Kind {
    type Err = IncidentError;

    fn from_str(text: &str) -> Result<Self, IncidentError> {
        if let Some(wrong) = Wrong::parse(text) {
            return Ok(Self::Reply(Answered(wrong)));
        }
        let (word, rest) = match text.split_once(':') {
            Some((word, rest)) => (word, Some(rest)),
            None => (text, None),
        };
        parse(word, rest).ok_or_else(|| IncidentError::Kind(text.to_owned()))
    }
}

fn parse(word: &str, rest: Option<&str>) -> Option<Kind> {
    Some(match (word, rest) {
        ("r16", Some("silence")) => Kind::Silence,
        ("r16", Some(cut)) => Kind::Cut(Cut::parse(cut)?),
        ("r17", Some(to)) => Kind::RedirectTo(address(to.strip_prefix("to=")?)?),
        ("lost-reply", None) => Kind::LostReply,
        ("lost-request", None) => Kind::LostRequest,
        ("slow", Some(ms)) => Kind::Slow(Duration::from_millis(ms.parse().ok()?)),
        ("stale-list", Some(calls)) => Kind::StaleList(calls.parse().ok()?),
        ("lax-list", None) => Kind::LaxList,
        ("move-base", path) => Kind::MoveBase(path.unwrap_or("MOVED.md").to_owned()),
        ("rename-repo", None) => Kind::RenameRepository,
        ("revoke-token", None) => Kind::RevokeToken,
        ("rate", Some(rest)) => Kind::Rate(rate(rest)?),
        ("next-elsewhere", Some(to)) => Kind::NextElsewhere(address(to)?),
        _ => return None,
    })
}

/// An absolute address, which can stand in a header.
fn address(text: &str) -> Option<String> {
    url::Url::parse(text).ok().map(String::from)
}

/// Seconds that a limit holds when nothing else is said.
const LIMITED_S: i64 = 2;

fn rate(text: &str) -> Option<Rate> {
    let mut parts = text.splitn(3, ':');
    let primary = match parts.next()? {
        "primary" => true,
        "secondary" => false,
        _ => return None,
    };
    let status = parts
        .next()?
        .parse()
        .ok()
        .filter(|status| matches!(status, 403 | 429))?;
    let hint = parts.next()?;
    let hint = match hint
        .split_once('=')
        .map_or((hint, None), |(word, value)| (word, Some(value)))
    {
        ("none", None) => Hint::None,
        ("retry-after", None) => Hint::RetryAfter(LIMITED_S.to_string()),
        ("retry-after", Some(value)) if value.bytes().all(|b| (b' '..=b'~').contains(&b)) => {
            Hint::RetryAfter(value.to_owned())
        }
        ("reset", None) => Hint::Reset(LIMITED_S),
        ("reset", Some(value)) => Hint::Reset(value.parse().ok()?),
        _ => return None,
    };
    Some(Rate {
        primary,
        status,
        hint,
    })
}

impl TryFrom<String> for Kind {
    type Error = IncidentError;

    fn try_from(text: String) -> Result<Self, IncidentError> {
        text.parse()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(answered) => f.write_str(answered.0.word),
            Self::RedirectTo(to) => write!(f, "r17:to={to}"),
            Self::LostReply => f.write_str("lost-reply"),
            Self::LostRequest => f.write_str("lost-request"),
            Self::Cut(cut) => write!(f, "r16:{}", cut.word()),
            Self::Silence => f.write_str("r16:silence"),
            Self::Slow(time) => write!(f, "slow:{}", time.as_millis()),
            Self::StaleList(calls) => write!(f, "stale-list:{calls}"),
            Self::LaxList => f.write_str("lax-list"),
            Self::MoveBase(path) => write!(f, "move-base:{path}"),
            Self::RenameRepository => f.write_str("rename-repo"),
            Self::RevokeToken => f.write_str("revoke-token"),
            Self::Rate(rate) => write!(f, "rate:{rate}"),
            Self::NextElsewhere(to) => write!(f, "next-elsewhere:{to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn kinds_are_read_and_mistakes_name_what_is_known() {
        for word in [
            "r1",
            "r3:429",
            "r16:eof",
            "r16:silence",
            "r17:to=http://x/y",
            "slow:250",
            "stale-list:2",
            "lax-list",
            "move-base",
            "move-base:a/b",
            "rate:primary:429:reset=-50",
            "rate:secondary:403:none",
            "rate:secondary:429:retry-after=abc",
            "next-elsewhere:http://x/",
        ] {
            let kind: Kind = word.parse().unwrap();
            assert_eq!(kind.to_string().parse::<Kind>().unwrap(), kind, "{word}");
        }
        for word in [
            "r21",
            "r16:x",
            "slow",
            "slow:x",
            "rate:primary:404:none",
            "rate:x",
            "r17:to=x",
            "lost",
        ] {
            let told = word.parse::<Kind>().unwrap_err().to_string();
            assert!(told.contains(word) && told.contains("lost-reply"), "{told}");
        }
    }
}
