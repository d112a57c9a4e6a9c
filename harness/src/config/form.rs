//! Forms of text: names, paths, addresses, header names, JSON pointers, templates.

use super::{address, quantity};
use crate::model::chaos::Pattern;
use crate::model::template::Template;
use url::Url;

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any text, the empty one included.
    Any,
    /// Any text but the empty one.
    Filled,
    /// One line of text that is not blank.
    Line,
    /// A name: letters, digits, `_`, `-`, `.`.
    Name,
    /// The name of an environment variable.
    Variable,
    /// Text that may hold `${name}`.
    Template,
    /// One line of text that may hold `${name}`: a header's value.
    HeaderValue,
    /// A path with query that may hold `${name}`.
    Path,
    /// The path of a readiness probe, without holes.
    PlainPath,
    /// An address without query.
    Address,
    /// The same, or `service://NAME:PORT` of a chaos scenario's system.
    TargetAddress,
    /// A header's name (RFC 9110, section 5.1).
    Header,
    /// A JSON pointer (RFC 6901).
    Pointer,
    /// `2xx` and its like.
    StatusClass,
    /// A length of time with its unit.
    Duration,
    /// Operations per second.
    Rate,
    /// A share in percent.
    Share,
    /// A comparison with an operator, or the text that is wanted.
    Comparison,
    /// A number with an operator.
    Bound,
    /// A length of time with an operator.
    LatencyBound,
    /// Where HTTP is spoken, `service://` included.
    Endpoint,
    /// Where NATS is spoken.
    NatsUrl,
    /// A PostgreSQL database.
    DatabaseUrl,
    /// A regular expression.
    Pattern,
    /// A signal's name.
    Signal,
    /// A moment in the life of an action.
    Moment,
}

/// Why a text does not have its form, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A fragment that goes on after the text: `is not a name`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Form {
    /// What such a text is, for messages.
    pub fn noun(self) -> &'static str {
        match self {
            Form::Any | Form::Filled | Form::Template => "text",
            Form::Line | Form::HeaderValue => "one line of text",
            Form::Name => "a name",
            Form::Variable => "the name of an environment variable",
            Form::Path | Form::PlainPath => "a path such as `/items`",
            Form::Address | Form::TargetAddress => "an address such as `http://127.0.0.1:8080`",
            Form::Header => "a header name such as `x-request-id`",
            Form::Pointer => "a JSON pointer such as `/items/0/id`",
            Form::StatusClass => "a status class such as `2xx`",
            Form::Duration => "a time with its unit, such as `8s` or `250ms`",
            Form::Rate => "a rate such as `20/s`",
            Form::Share => "a share such as `5%`",
            Form::Comparison => "a value, or a comparison such as `\"<50\"`",
            Form::Bound => "a comparison such as `\">=0.99\"`",
            Form::LatencyBound => "a bound such as `\"<250ms\"`",
            Form::Endpoint => "an address such as `service://api:8000/health`",
            Form::NatsUrl => "an address such as `service://nats:4222`",
            Form::DatabaseUrl => "an address such as `service://postgres:5432/shop`",
            Form::Pattern => "a regular expression such as `^2[.]`",
            Form::Signal => "a signal such as `SIGINT`",
            Form::Moment => "a moment such as `cut.healed`",
        }
    }

    /// The form as a regular expression of JSON Schema, where it has one.
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            // JSON Schema has regular expressions of another kind.
            Form::Any | Form::Template | Form::Pattern => None,
            Form::Filled => Some("."),
            Form::Line => Some(r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"),
            Form::HeaderValue => Some(r"^[^\x00-\x08\x0a-\x1f\x7f]*$"),
            Form::Name => Some("^[A-Za-z0-9_][A-Za-z0-9_.-]*$"),
            Form::Variable => Some("^[A-Za-z_][A-Za-z0-9_]*$"),
            Form::Path | Form::PlainPath => Some(r"^/[^\x00-\x20\x7f#]*$"),
            Form::Address => Some("^https?://[^?#]+$"),
            Form::TargetAddress => Some("^(https?://[^?#]+|service://[^/:?#]+:[0-9]+(/[^?#]*)?)$"),
            Form::Header => Some("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"),
            Form::Pointer => Some("^(/([^~]|~[01])*)?$"),
            Form::StatusClass => Some("^[1-5]xx$"),
            Form::Duration => Some(r"^[0-9]+(\.[0-9]*)? *(us|ms|s|m|h)$"),
            Form::Rate => Some(r"^[0-9]+(\.[0-9]*)? */s$"),
            Form::Share => Some(r"^[0-9]+(\.[0-9]*)? *%$"),
            Form::Comparison => Some(r"^((<|<=|>|>=|=|==) *-?[0-9.]+|[^<>=!].*)$"),
            Form::Bound => Some(r"^(<|<=|>|>=|=|==) *-?[0-9.]+$"),
            Form::LatencyBound => Some(r"^<=? *[0-9]+(\.[0-9]*)? *(us|ms|s|m|h)$"),
            Form::Endpoint => Some("^(https?://[^#]+|service://[^/:#]+:[0-9]+(/[^#]*)?)$"),
            Form::NatsUrl => Some("^(nats|service)://[^/#]+/?$"),
            Form::DatabaseUrl => Some("^(postgres|postgresql|service)://[^/#]+/[^#]+$"),
            Form::Signal => Some("^SIG[A-Z0-9]+$"),
            Form::Moment => Some(r"^.+\.(injected|verified|healed)$"),
        }
    }

    /// Checks a text.
    ///
    /// # Errors
    /// Why it does not have the form.
    pub fn check(self, text: &str) -> Result<(), Misfit> {
        match self {
            Form::Any => Ok(()),
            Form::Filled => holds(!text.is_empty(), "must not be empty", None),
            Form::Line => line(text),
            Form::Name => holds(is_name(text), "is not a name", Some(NAME_HELP)),
            Form::Variable => holds(
                is_variable(text),
                "is not a variable's name",
                Some(VARIABLE_HELP),
            ),
            Form::Template => template(text),
            Form::HeaderValue => header_value(text),
            Form::Path => path(text).and_then(|()| template(text)),
            Form::PlainPath => path(text),
            Form::Address => address(text),
            Form::TargetAddress if text.starts_with("service://") => {
                address::check(text, address::BASE)
            }
            Form::TargetAddress => address(text),
            Form::Pattern => regular(text),
            Form::Header => holds(is_token(text), "is not a header name", Some(HEADER_HELP)),
            Form::Pointer => pointer(text),
            Form::StatusClass => holds(is_class(text), "is not a status", Some(STATUS_HELP)),
            Form::Endpoint => address::check(text, address::HTTP),
            Form::NatsUrl => address::check(text, address::NATS),
            Form::DatabaseUrl => address::check(text, address::DATABASE),
            _ => self.quantity(text),
        }
    }

    /// Checks a text that is short and has a small grammar of its own.
    fn quantity(self, text: &str) -> Result<(), Misfit> {
        let bound = |text| quantity::comparison(text).filter(|_| text.starts_with(['<', '>', '=']));
        let (good, message, help) = match self {
            Form::Duration => (
                quantity::duration(text).is_some(),
                "is not a time",
                DURATION_HELP,
            ),
            Form::Rate => (quantity::rate(text).is_some(), "is not a rate", RATE_HELP),
            Form::Share => (
                quantity::share(text).is_some(),
                "is not a share",
                SHARE_HELP,
            ),
            Form::Comparison => (
                quantity::comparison(text).is_some(),
                NO_COMPARISON,
                COMPARISON_HELP,
            ),
            Form::Bound => (bound(text).is_some(), NO_COMPARISON, COMPARISON_HELP),
            Form::LatencyBound => (
                quantity::latency_bound(text).is_some(),
                NO_COMPARISON,
                LATENCY_HELP,
            ),
            Form::Signal => (is_signal(text), "is not a signal", SIGNAL_HELP),
            _ => (is_moment(text), "is not a moment of an action", MOMENT_HELP),
        };
        holds(good, message, Some(help))
    }
}

const DURATION_HELP: &str = "write a number and its unit: `8s`, `250ms`, `2m`; at most a day";
const RATE_HELP: &str = "write operations per second: `20/s`";
const SHARE_HELP: &str = "write percent from 0 to 100: `5%`";
const NO_COMPARISON: &str = "is not a comparison";
const COMPARISON_HELP: &str =
    "operators are `<`, `<=`, `>`, `>=` and `=`, then a number: `\"<50\"`";
const LATENCY_HELP: &str = "write an upper bound with its unit: `\"<250ms\"`";
const SIGNAL_HELP: &str = "write its name in capitals: `SIGINT`, `SIGTERM`";
const MOMENT_HELP: &str =
    "write the action's id and `.injected`, `.verified` or `.healed`: `cut.healed`";

const NAME_HELP: &str = "letters, digits, `_`, `-` and `.`; the first is a letter, a digit or `_`";
const VARIABLE_HELP: &str = "letters, digits and `_`, not a digit first: `API_TOKEN`";
const HEADER_HELP: &str = "letters, digits and `-`, without the colon: `x-request-id`";
const STATUS_HELP: &str = "write a number such as `200`, a list `[200, 201]`, or a class `2xx`";

fn misfit(message: &str, help: Option<&str>) -> Misfit {
    Misfit {
        message: message.to_owned(),
        help: help.map(str::to_owned),
    }
}

fn holds(good: bool, message: &str, help: Option<&str>) -> Result<(), Misfit> {
    if good {
        Ok(())
    } else {
        Err(misfit(message, help))
    }
}

fn line(text: &str) -> Result<(), Misfit> {
    holds(!text.trim().is_empty(), "must not be empty", None)?;
    holds(!text.contains(char::is_control), "must be one line", None)
}

fn header_value(text: &str) -> Result<(), Misfit> {
    let bad = |c: char| c.is_control() && c != '\t';
    holds(!text.contains(bad), "must be one line", None)?;
    template(text)
}

fn regular(text: &str) -> Result<(), Misfit> {
    Pattern::new(text).map(|_| ()).map_err(|error| Misfit {
        message: format!("is not a regular expression: {error}"),
        help: Some("characters with a meaning are written as `[.]` or `\\.`".to_owned()),
    })
}

fn template(text: &str) -> Result<(), Misfit> {
    let parsed = Template::parse(text);
    parsed.map(drop).map_err(|error| {
        let help = "write `${name}`; a dollar sign that stands for itself is `$$`";
        misfit(&format!("is a bad template: {error}"), Some(help))
    })
}

fn path(text: &str) -> Result<(), Misfit> {
    if text.starts_with("http://") || text.starts_with("https://") {
        let help = "the address stands in `base_url` or `service`; here only `/path?query`";
        return Err(misfit("is a whole address", Some(help)));
    }
    let help = Some("paths start with `/`: `/items?limit=10`");
    holds(text.starts_with('/'), "is not a path", help)?;
    let bad = |c: char| c.is_control() || c == ' ' || c == '#';
    let help = Some("write a space as `%20` and `#` as `%23`");
    holds(
        !text.contains(bad),
        "has a character that a path cannot have",
        help,
    )
}

fn address(text: &str) -> Result<(), Misfit> {
    let help = Some("write scheme, host and port: `http://127.0.0.1:8080`");
    let url = Url::parse(text).map_err(|why| misfit(&format!("is not an address: {why}"), help))?;
    let web = matches!(url.scheme(), "http" | "https");
    holds(web, "is neither http nor https", help)?;
    let bare = url.query().is_none() && url.fragment().is_none();
    holds(
        bare,
        "has a query or a fragment",
        Some("queries belong into the `path` of a step"),
    )?;
    let open = url.username().is_empty() && url.password().is_none();
    let help = Some("use `bearer: {environment: VARIABLE}`; secrets do not stand in suites");
    holds(open, "must not hold a user name or a password", help)
}

fn pointer(text: &str) -> Result<(), Misfit> {
    let slash = text.is_empty() || text.starts_with('/');
    let help = format!(
        "pointers start with `/`: `/{}`",
        text.replace('.', "/")
            .trim_start_matches('$')
            .trim_start_matches('/')
    );
    holds(slash, "is not a JSON pointer", Some(&help))?;
    let escaped = text
        .split('~')
        .skip(1)
        .all(|rest| rest.starts_with(['0', '1']));
    let help = Some("in a pointer `~` is written `~0` and a `/` inside a key `~1`");
    holds(escaped, "is not a JSON pointer", help)
}

fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let first = text.chars().next();
    first.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') && text.chars().all(good)
}

fn is_variable(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_token(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(good)
}

fn is_signal(text: &str) -> bool {
    let name = text.strip_prefix("SIG").unwrap_or_default();
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn is_moment(text: &str) -> bool {
    let parts = text.rsplit_once('.');
    parts.is_some_and(|(id, moment)| {
        !id.is_empty() && matches!(moment, "injected" | "verified" | "healed")
    })
}

fn is_class(text: &str) -> bool {
    matches!(text, "1xx" | "2xx" | "3xx" | "4xx" | "5xx")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn good_and_bad_texts_of_each_form() {
        for (form, good, bad) in [
            (Form::Name, "search-api_2.x", "a b"),
            (Form::Variable, "API_TOKEN", "1A"),
            (Form::Template, "a${b}$$", "${"),
            (Form::Path, "/a/${id}?x=1", "a"),
            (Form::Path, "/", "http://x/"),
            (Form::PlainPath, "/ready", "/a b"),
            (Form::Address, "http://[::1]:80/x", "localhost:80"),
            (Form::Address, "https://h", "http://h/?a=1"),
            (Form::Address, "https://h", "service://api:80"),
            (Form::TargetAddress, "service://api:80", "service://api"),
            (Form::TargetAddress, "https://h", "service://api:80/?a=1"),
            (Form::Address, "https://h", "http://u:p@h"),
            (Form::Header, "x-a", "x a"),
            (Form::Pointer, "/a~1b/0", "a.b"),
            (Form::Pointer, "", "/a~2"),
            (Form::StatusClass, "2xx", "6xx"),
            (Form::Line, "GET /a", "  "),
            (Form::HeaderValue, "", "a\nb"),
            (Form::Duration, "8s", "8"),
            (Form::Rate, "20/s", "20"),
            (Form::Share, "5%", "0.05"),
            (Form::Comparison, "running", "<x"),
            (Form::Bound, ">=1", "1"),
            (Form::LatencyBound, "<1s", "<1"),
            (Form::Endpoint, "service://a:1/x", "a:1"),
            (Form::NatsUrl, "nats://h:1", "http://h"),
            (Form::DatabaseUrl, "postgres://u@h/d", "postgres://u@h"),
            (Form::Signal, "SIGUSR1", "INT"),
            (Form::Moment, "a.b.healed", "a.mended"),
        ] {
            assert_eq!(form.check(good), Ok(()), "{form:?} {good}");
            assert!(form.check(bad).is_err(), "{form:?} {bad}");
        }
    }

    #[test]
    fn a_dotted_path_becomes_a_pointer() {
        let help = Form::Pointer.check("$.items.0").unwrap_err().help.unwrap();
        assert!(help.ends_with("`/items/0`"), "{help}");
    }
}
