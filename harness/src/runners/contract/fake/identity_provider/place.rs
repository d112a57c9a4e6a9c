//! Where the provider is for those who ask it, and what it calls itself.

use std::net::SocketAddr;
use url::Url;

/// Addresses of the provider and of its canary.
#[derive(Debug, Clone)]
pub struct Place {
    /// Scheme, host and port as clients see them, without a slash at the end.
    pub origin: String,
    /// Path of the issuer: empty, or beginning with a slash and not ending with one.
    pub path: String,
    /// Path of the second issuer.
    pub second_path: String,
    /// The canary's origin.
    pub canary: String,
    /// The canary's origin under another host where there is one.
    pub canary_elsewhere: String,
}

/// Why an address or a path cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlaceError {
    /// The public URL is no origin.
    #[error("public URL `{0}` is not an http:// or https:// address without path, query and user")]
    PublicUrl(String),
    /// The path of the issuer is no path.
    #[error("issuer path `{0}` does not begin with `/`, or holds something else than a path")]
    Path(String),
}

impl Place {
    /// Without a public URL the address that is listened on is what clients see.
    ///
    /// # Errors
    /// The public URL or the path cannot be used.
    pub fn new(
        listens: SocketAddr,
        public_url: Option<&str>,
        path: &str,
        canary: [SocketAddr; 2],
    ) -> Result<Self, PlaceError> {
        let here = format!("http://{listens}");
        let text = public_url.unwrap_or(&here);
        let url = origin(text).ok_or_else(|| PlaceError::PublicUrl(text.to_owned()))?;
        let path = issuer_path(path).ok_or_else(|| PlaceError::Path(path.to_owned()))?;
        let second = if path == "/realms/b" {
            "/realms/c"
        } else {
            "/realms/b"
        };
        // The canary is where clients see the provider, at another port.
        let host = url.host_str().unwrap_or_default();
        let [canary, elsewhere] = canary.map(|address| match public_url {
            Some(_) => format!("http://{host}:{}", address.port()),
            None => format!("http://{address}"),
        });
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            path,
            second_path: second.to_owned(),
            canary,
            canary_elsewhere: elsewhere,
        })
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The second provider's issuer identifier.
    pub fn second_issuer(&self) -> String {
        format!("{}{}", self.origin, self.second_path)
    }

    /// A text of a scene with the addresses in it.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{issuer}", &self.issuer())
            .replace("{second_issuer}", &self.second_issuer())
            .replace("{origin}", &self.origin)
            .replace("{canary}", &self.canary)
            .replace("{canary_elsewhere}", &self.canary_elsewhere)
    }
}

fn origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
    (bare && web && url.has_host()).then_some(url)
}

fn issuer_path(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    let fits = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let good = path.is_empty() || (path.starts_with('/') && path.chars().all(fits));
    (good && !path.contains("//")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(public_url: Option<&str>, path: &str) -> Result<Place, PlaceError> {
        let at = |text: &str| text.parse().unwrap();
        let canary = [at("127.0.0.1:2"), at("127.0.0.2:2")];
        Place::new(at("127.0.0.1:1"), public_url, path, canary)
    }

    #[test]
    fn the_issuer_is_where_clients_see_it() {
        let here = place(None, "/realms/a/").unwrap();
        assert_eq!(here.issuer(), "http://127.0.0.1:1/realms/a");
        assert_eq!(here.fill("{canary_elsewhere}/k"), "http://127.0.0.2:2/k");
        let there = place(Some("https://idp.test:8443/"), "").unwrap();
        assert_eq!(there.issuer(), "https://idp.test:8443");
        assert_eq!(there.canary, "http://idp.test:2");
        assert_eq!(place(None, "/realms/b").unwrap().second_path, "/realms/c");
    }

    #[test]
    fn what_is_no_place_is_told() {
        for url in [
            "idp.test",
            "ftp://idp.test",
            "http://idp.test/a",
            "http://u@idp.test",
            "",
        ] {
            let error = place(Some(url), "").unwrap_err();
            assert_eq!(error, PlaceError::PublicUrl(url.into()));
        }
        for path in ["realms", "/a?b", "//a", "/a b", "/ä"] {
            assert_eq!(
                place(None, path).unwrap_err(),
                PlaceError::Path(path.into())
            );
        }
    }
}
