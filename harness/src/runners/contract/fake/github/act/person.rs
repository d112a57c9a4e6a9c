//! Who commits, and when: read from a body, or the account of the token now.

use super::super::git::Signature;
use super::super::reply::Refusal;
use super::super::repository::now;
use super::super::world::World;
use jiff::fmt::temporal::Pieces;
use serde_json::Value;

/// The author and the committer of a body: one stands for the other, and the account for both.
pub(super) fn people(world: &World, body: &Value) -> Result<(Signature, Signature), Refusal> {
    let author = read(&body["author"])?;
    let committer = read(&body["committer"])?;
    let either = author.clone().or_else(|| committer.clone());
    let account = || Signature {
        name: world.account.login.clone(),
        email: World::address(&world.account.login),
        at: now(),
        offset: 0,
    };
    Ok((
        author.or(either.clone()).unwrap_or_else(account),
        committer.or(either).unwrap_or_else(account),
    ))
}

fn read(value: &Value) -> Result<Option<Signature>, Refusal> {
    let (Some(name), Some(email)) = (value["name"].as_str(), value["email"].as_str()) else {
        return Ok(None);
    };
    let (at, offset) = match value["date"].as_str() {
        Some(text) => moment(text).ok_or_else(|| {
            Refusal::new(
                422,
                "Invalid request.\n\nFor 'properties/date', the date is not ISO 8601.",
            )
        })?,
        None => (now(), 0),
    };
    let (name, email) = (clean(name), clean(email));
    if name.is_empty() || email.is_empty() {
        return Err(Refusal::new(
            422,
            "Invalid author or committer: name and email must not be empty.",
        ));
    }
    Ok(Some(Signature {
        name,
        email,
        at,
        offset,
    }))
}

/// What git itself takes out of names and addresses (`ident.c`).
fn clean(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !matches!(c, '<' | '>' | '\n' | '\0'));
    let kept: String = kept.collect();
    let crud = |c: char| c <= ' ' || ".,:;\"\\'".contains(c);
    kept.trim_matches(crud).to_owned()
}

/// Seconds since the epoch, and minutes east of UTC.
fn moment(text: &str) -> Option<(i64, i32)> {
    let at: jiff::Timestamp = text.parse().ok()?;
    let offset = Pieces::parse(text).ok()?.to_numeric_offset();
    Some((
        at.as_second(),
        offset.map_or(0, |offset| offset.seconds() / 60),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_offset_and_names_lose_what_git_refuses() {
        assert_eq!(
            moment("2008-07-09T16:13:30+12:00"),
            Some((1_215_576_810, 720))
        );
        assert_eq!(moment("2008-07-09T04:13:30Z"), Some((1_215_576_810, 0)));
        assert_eq!(moment("yesterday"), None);
        assert_eq!(clean(" A <b>\nc. "), "A bc");
        assert_eq!(clean("<>"), "");
    }
}
