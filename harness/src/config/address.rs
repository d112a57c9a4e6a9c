//! Addresses of a system under test: HTTP, `service://NAME:PORT`, NATS and PostgreSQL; never with a password.

use super::form::Misfit;
use url::Url;

const HTTP_HELP: &str = "write `http://127.0.0.1:8000/health`, or `service://NAME:PORT/path` for a service of the system";
const NATS_HELP: &str = "write `nats://127.0.0.1:4222` or `service://nats:4222`";
const DATABASE_HELP: &str =
    "write `postgres://USER@127.0.0.1:5432/DATABASE` or `service://postgres:5432/DATABASE`";
const SECRET_HELP: &str = "use `password_file` or `password_env`; secrets do not stand in files";

/// The schemes of an address and how such addresses are written.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    schemes: &'static [&'static str],
    help: &'static str,
    user: bool,
    path: bool,
    query: bool,
}

/// Where HTTP is spoken.
pub const HTTP: Kind = Kind {
    schemes: &["http", "https", "service"],
    help: HTTP_HELP,
    user: false,
    path: true,
    query: true,
};
/// What paths are put behind.
pub const BASE: Kind = Kind {
    query: false,
    ..HTTP
};
/// Where NATS is spoken.
pub const NATS: Kind = Kind {
    schemes: &["nats", "service"],
    help: NATS_HELP,
    user: false,
    path: false,
    query: true,
};
/// A database.
pub const DATABASE: Kind = Kind {
    schemes: &["postgres", "postgresql", "service"],
    help: DATABASE_HELP,
    user: true,
    path: true,
    query: true,
};

/// Checks an address.
///
/// # Errors
/// Why it is none, and how it is written.
pub fn check(text: &str, kind: Kind) -> Result<(), Misfit> {
    let url = Url::parse(text).map_err(|_| misfit("is not an address", kind.help))?;
    if !kind.schemes.contains(&url.scheme()) {
        return Err(misfit("has a scheme that cannot stand here", kind.help));
    }
    if url.password().is_some() || (!url.username().is_empty() && !kind.user) {
        return Err(misfit(
            "must not hold a user name or a password",
            SECRET_HELP,
        ));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(misfit("names no host", kind.help));
    }
    if url.scheme() == "service" && url.port().is_none() {
        return Err(misfit("names no port", kind.help));
    }
    if url.fragment().is_some() {
        return Err(misfit("has a fragment", kind.help));
    }
    if url.query().is_some() && !kind.query {
        return Err(misfit(
            "has a query, which belongs to the paths of its steps",
            kind.help,
        ));
    }
    let path = url.path().trim_matches('/');
    if (kind.user && path.is_empty()) || (!kind.path && !path.is_empty()) {
        return Err(misfit("has a path that cannot stand here", kind.help));
    }
    Ok(())
}

/// The service that an address `service://NAME:PORT` names.
pub fn service(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("service://")?;
    rest.split([':', '/', '?']).next()
}

/// The user that an address names.
pub fn user(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    Some(url.username().to_owned()).filter(|user| !user.is_empty())
}

fn misfit(message: &str, help: &str) -> Misfit {
    Misfit {
        message: message.to_owned(),
        help: Some(help.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_each_kind() {
        for (kind, good, bad) in [
            (
                HTTP,
                "service://workbench-bff:8000/health?x=1",
                "service://a/b",
            ),
            (HTTP, "http://localhost:8000/health", "localhost:8000"),
            (HTTP, "https://h", "nats://h:1"),
            (HTTP, "https://h", "https://u:p@h"),
            (NATS, "nats://h:4222", "nats://h:4222/x"),
            (
                DATABASE,
                "service://postgres:5432/platform",
                "service://postgres:5432",
            ),
            (DATABASE, "postgres://u@h/d", "postgres://u:p@h/d"),
        ] {
            assert_eq!(check(good, kind), Ok(()), "{good}");
            assert!(check(bad, kind).is_err(), "{bad}");
        }
    }

    #[test]
    fn services_and_users() {
        assert_eq!(service("service://a-b:80/x"), Some("a-b"));
        assert_eq!(service("http://a"), None);
        assert_eq!(user("postgres://u@h/d").as_deref(), Some("u"));
        assert_eq!(user("service://h:1/d"), None);
    }
}
