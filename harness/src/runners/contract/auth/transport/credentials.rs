//! What stands in `Authorization`, and what stands elsewhere.

use super::super::ask::Ask;
use super::super::case::{Case, Expect, Made};
use super::super::session::{Session, request_of};
use crate::model::trial::Fact;
use crate::runners::contract::fake::identity_provider::{Claims, Signer};

/// AB-2.
pub(super) async fn no_token(session: &Session<'_>) {
    const CHECK: &str = "AB-2";
    if !session.stage.asks(CHECK) {
        return;
    }
    session
        .framed(CHECK, "no Authorization", None, async {
            let answer = session.send(&session.request()).await;
            let mut facts = vec![session.expected(&Expect::Rejected, &answer)];
            if let Ok(reply) = &answer {
                let challenges: Vec<&str> = reply.values("www-authenticate").collect();
                let all = challenges.join(", ");
                let lower = all.to_ascii_lowercase();
                let wanted = "a challenge of the scheme Bearer";
                facts.push(Fact::holds(
                    "challenge",
                    wanted,
                    lower.contains("bearer"),
                    &*all,
                ));
                let bare = !lower.contains("error=") && !challenges.is_empty();
                facts.push(Fact::holds("error code", "no `error=`", bare, all));
            }
            facts
        })
        .await;
}

fn with(session: &Session<'_>, check: &'static str, name: &str, value: &str) -> Case {
    let ask = session.request().field("authorization", value);
    Case::rejected(check, name, ask)
}

/// AB-3.
pub(super) fn words(session: &Session<'_>) -> Made {
    let mut wanted = session.plan.statuses.reject.clone();
    wanted.extend([400, 401]);
    let case = |value: &str| {
        let expect = Expect::OneOf(wanted.clone());
        with(session, "AB-3", &format!("`{value}`"), value).expect(expect)
    };
    Ok(["Bearer", "Bearer abc", "Bearer null", "Bearer undefined"]
        .map(case)
        .to_vec())
}

/// AB-4.
pub(super) fn case_of_scheme(session: &Session<'_>) -> Made {
    let token = session.good(None)?;
    let case = |scheme: &str| {
        let value = format!("{scheme} {token}");
        with(session, "AB-4", &format!("`{scheme}`"), &value).expect(Expect::Accepted)
    };
    Ok(["bearer", "BEARER"].map(case).to_vec())
}

/// AB-5.
pub(super) fn other_schemes(session: &Session<'_>) -> Made {
    let token = session.good(None)?;
    let case =
        |(name, before): (&str, &str)| with(session, "AB-5", name, &format!("{before}{token}"));
    let forms = [
        ("`Basic`", "Basic "),
        ("`Token`", "Token "),
        ("the bare token", ""),
    ];
    Ok(forms.map(case).to_vec())
}

/// A valid token and a forged one.
pub(super) fn pair(session: &Session<'_>) -> Result<(String, String), String> {
    let forged = session.mint(Claims {
        signer: Some(Signer::Unpublished),
        ..Claims::default()
    });
    Ok((session.good(None)?, forged?))
}

/// AB-6.
pub(super) fn two(session: &Session<'_>) -> Made {
    let (valid, forged) = pair(session)?;
    let both = |name: &str, first: &str, second: &str| {
        let ask = session.request().bearer(first).bearer(second);
        Case::rejected("AB-6", name, ask).expect(Expect::ClientError)
    };
    let joined =
        |name: &str, value: String| with(session, "AB-6", name, &value).expect(Expect::ClientError);
    Ok(vec![
        both("two fields, the valid one first", &valid, &forged),
        both("two fields, the forged one first", &forged, &valid),
        joined(
            "one field, the valid one first",
            format!("Bearer {valid}, Bearer {forged}"),
        ),
        joined(
            "one field, the forged one first",
            format!("Bearer {forged}, Bearer {valid}"),
        ),
    ])
}

/// AB-7.
pub(super) fn elsewhere(session: &Session<'_>) -> Made {
    let token = session.good(None)?;
    let mut in_query = session.request();
    let mark = if in_query.target.contains('?') {
        '&'
    } else {
        '?'
    };
    in_query.target += &format!("{mark}access_token={token}");
    let mut in_cookie = session.request();
    in_cookie = in_cookie.field("cookie", format!("access_token={token}; token={token}"));
    let case = |name: &str, ask: Ask| Case::rejected("AB-7", name, ask).should();
    Ok(vec![
        case("in the query", in_query),
        case("in a cookie", in_cookie),
        case("in a form", in_form(session, &token)).expect(Expect::ClientError),
    ])
}

/// A form: to a request that has a body where one is declared.
fn in_form(session: &Session<'_>, token: &str) -> Ask {
    let declared = session.plan.protected.iter();
    let mut posts = declared.filter(|one| !matches!(&*one.method, "GET" | "HEAD"));
    let mut ask = request_of(posts.next().unwrap_or(session.first()));
    if matches!(&*ask.method, "GET" | "HEAD") {
        ask.method = "POST".to_owned();
    }
    ask.fields.clear();
    ask.body(
        "application/x-www-form-urlencoded",
        format!("access_token={token}"),
    )
}

/// AB-8.
pub(super) fn junk(session: &Session<'_>) -> Made {
    let token = session.good(None)?;
    let forms: [(&str, String); 9] = [
        ("a tab after the scheme", format!("Bearer\t{token}")),
        ("two spaces after the scheme", format!("Bearer  {token}")),
        ("`;x` behind", format!("Bearer {token};x")),
        ("a word behind", format!("Bearer {token} x")),
        ("a comma behind", format!("Bearer {token},")),
        ("in quotes", format!("Bearer \"{token}\"")),
        ("NUL behind", format!("Bearer {token}\0")),
        ("NUL before", format!("Bearer \0{token}")),
        ("folded into a second line", format!("Bearer {token}\r\n x")),
    ];
    let case = |(name, value): (&str, String)| {
        with(session, "AB-8", name, &value).expect(Expect::ClientError)
    };
    Ok(forms.map(case).to_vec())
}
