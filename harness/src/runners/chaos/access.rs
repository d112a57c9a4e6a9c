//! Where the parts of the system answer: endpoints turned into addresses, and passwords read.

use super::probe::Engine;
use crate::model::chaos::{DatabasePlan, Endpoint, NatsPlan, SystemPlan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Host and port of a service's port, by the service's name and the port in its container.
pub type Published = BTreeMap<(String, u16), String>;

/// Why something cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// An endpoint that cannot be read.
    #[error("`{endpoint}` is no address: {reason}")]
    Address {
        /// As written.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing is known of a service's port.
    #[error("service `{service}` publishes no port {port}; known: {known}")]
    NotPublished {
        /// The service.
        service: String,
        /// The port in its container.
        port: u16,
        /// What is known.
        known: String,
    },
    /// A part of the system that the scenario needs and does not describe.
    #[error("the scenario says nothing about `system.{0}`")]
    Missing(&'static str),
    /// A file with a password that cannot be read.
    #[error("password file {path:?}: {source}")]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// An environment variable with a password that is not set.
    #[error("environment variable `{0}`, which should hold the password, is not set")]
    PasswordVariable(String),
    /// A client that cannot be made.
    #[error("http client: {0}")]
    Client(#[from] reqwest::Error),
    /// A header field or method that HTTP does not know.
    #[error("`{0}` cannot be sent over HTTP")]
    Request(String),
}

/// Where everything answers.
#[derive(Clone)]
pub struct Access {
    published: Published,
    folder: PathBuf,
    nats: Option<NatsPlan>,
    database: Option<DatabasePlan>,
    engine: Option<Arc<dyn Engine>>,
}

impl Access {
    /// Over the ports that the services publish; files are relative to `folder`.
    #[must_use]
    pub fn new(system: &SystemPlan, folder: &Path, published: Published) -> Self {
        Self {
            published,
            folder: folder.to_owned(),
            nats: system.nats.clone(),
            database: system.database.clone(),
            engine: None,
        }
    }

    /// With the container engine, for probes that ask after a container's state.
    #[must_use]
    pub fn with_engine(mut self, engine: Arc<dyn Engine>) -> Self {
        self.engine = Some(engine);
        self
    }

    /// The container engine.
    ///
    /// # Errors
    /// Where none was given.
    pub fn engine(&self) -> Result<Arc<dyn Engine>, AccessError> {
        self.engine.clone().ok_or(AccessError::Missing("services"))
    }

    /// An HTTP address.
    ///
    /// # Errors
    /// An endpoint that is none, or a service's port that is not published.
    pub fn http(&self, endpoint: &Endpoint) -> Result<Url, AccessError> {
        self.resolve(endpoint, "http", &["http", "https"])
    }

    /// The address of the NATS server.
    ///
    /// # Errors
    /// Where the system has none, or it cannot be resolved.
    pub fn nats(&self) -> Result<String, AccessError> {
        let plan = self.nats.as_ref().ok_or(AccessError::Missing("nats"))?;
        let url = self.resolve(&plan.url, "nats", &["nats", "tls"])?;
        Ok(url.to_string())
    }

    /// How the database is reached, password included.
    ///
    /// # Errors
    /// Where the system has none, it cannot be resolved, or the password cannot be had.
    pub fn database(&self) -> Result<tokio_postgres::Config, AccessError> {
        let plan = self.database.as_ref();
        let plan = plan.ok_or(AccessError::Missing("database"))?;
        let url = self.resolve(&plan.url, "postgres", &["postgres", "postgresql"])?;
        let parsed = url.as_str().parse::<tokio_postgres::Config>();
        let mut config = parsed.map_err(|error| address(&plan.url, &error.to_string()))?;
        config.user(&plan.user).application_name("proofhouse");
        if let Some(password) = self.database_password(plan)? {
            config.password(password);
        }
        Ok(config)
    }

    /// The content of a password file without the line end.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn password_file(&self, file: &str) -> Result<String, AccessError> {
        let path = self.folder.join(file);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(source) => Err(AccessError::PasswordFile { path, source }),
        }
    }

    fn database_password(&self, plan: &DatabasePlan) -> Result<Option<String>, AccessError> {
        if let Some(file) = &plan.password_file {
            return self.password_file(file).map(Some);
        }
        let Some(name) = &plan.password_env else {
            return Ok(None);
        };
        let value = std::env::var(name);
        value
            .map(Some)
            .map_err(|_| AccessError::PasswordVariable(name.clone()))
    }

    /// `service://NAME:PORT/path` becomes `scheme://HOST:PORT/path`; other addresses stay.
    fn resolve(
        &self,
        endpoint: &Endpoint,
        scheme: &str,
        allowed: &[&str],
    ) -> Result<Url, AccessError> {
        let written = parse(endpoint, &endpoint.0)?;
        if allowed.contains(&written.scheme()) {
            return Ok(written);
        }
        if written.scheme() != "service" {
            let reason = format!("`service` or one of {allowed:?} is wanted");
            return Err(address(endpoint, &reason));
        }
        let place = self.place(endpoint, &written)?;
        let rest = &written[url::Position::BeforePath..];
        parse(endpoint, &format!("{scheme}://{place}{rest}"))
    }

    fn place(&self, endpoint: &Endpoint, written: &Url) -> Result<&str, AccessError> {
        let (Some(service), Some(port)) = (written.host_str(), written.port()) else {
            return Err(address(endpoint, "a service and a port are wanted"));
        };
        let found = self.published.get(&(service.to_owned(), port));
        found
            .map(String::as_str)
            .ok_or_else(|| AccessError::NotPublished {
                service: service.to_owned(),
                port,
                known: self.known(),
            })
    }

    fn known(&self) -> String {
        let names = self.published.keys();
        let names: Vec<_> = names.map(|(name, port)| format!("{name}:{port}")).collect();
        names.join(", ")
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("published", &self.published)
            .finish_non_exhaustive()
    }
}

fn parse(endpoint: &Endpoint, text: &str) -> Result<Url, AccessError> {
    Url::parse(text).map_err(|error| address(endpoint, &error.to_string()))
}

fn address(endpoint: &Endpoint, reason: &str) -> AccessError {
    AccessError::Address {
        endpoint: endpoint.0.clone(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn access(database: DatabasePlan, folder: &Path) -> Access {
        let system = SystemPlan {
            database: Some(database),
            nats: Some(NatsPlan {
                url: Endpoint("service://nats:4222".to_owned()),
                stream: "EVENTS".to_owned(),
                consumer: None,
            }),
            ..SystemPlan::default()
        };
        let published = [
            ("nats", 4222, 14222),
            ("db", 5432, 15432),
            ("api", 80, 8080),
        ];
        let published = published.map(|(name, inside, outside)| {
            ((name.to_owned(), inside), format!("127.0.0.1:{outside}"))
        });
        Access::new(&system, folder, published.into())
    }

    fn database(password_file: Option<&str>, password_env: Option<&str>) -> DatabasePlan {
        DatabasePlan {
            url: Endpoint("service://db:5432/shop".to_owned()),
            user: "platform".to_owned(),
            password_file: password_file.map(str::to_owned),
            password_env: password_env.map(str::to_owned),
        }
    }

    #[test]
    fn services_become_the_ports_that_they_publish() {
        let access = access(database(None, None), Path::new("."));
        let http = |text: &str| access.http(&Endpoint(text.to_owned())).map(String::from);
        assert_eq!(
            http("service://api:80/health?deep=1").unwrap(),
            "http://127.0.0.1:8080/health?deep=1"
        );
        assert_eq!(
            http("http://localhost:8000/health").unwrap(),
            "http://localhost:8000/health"
        );
        assert_eq!(access.nats().unwrap(), "nats://127.0.0.1:14222");
    }

    #[test]
    fn errors_name_what_is_missing() {
        let access = access(database(None, None), Path::new("."));
        let error = |text: &str| {
            let answer = access.http(&Endpoint(text.to_owned()));
            answer.unwrap_err().to_string()
        };
        assert_eq!(
            error("service://api:81/health"),
            "service `api` publishes no port 81; known: api:80, db:5432, nats:4222"
        );
        assert!(error("service://api/health").contains("a service and a port are wanted"));
        assert!(error("ftp://api/").contains("`ftp://api/` is no address"));
        let nothing = Access::new(&SystemPlan::default(), Path::new("."), Published::new());
        assert_eq!(
            nothing.nats().unwrap_err().to_string(),
            "the scenario says nothing about `system.nats`"
        );
    }

    #[test]
    fn the_password_comes_from_a_file_or_a_variable() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "s3cret\n").unwrap();
        let from = |file, variable| access(database(file, variable), folder.path()).database();
        let config = from(Some("secret"), None).unwrap();
        assert_eq!(config.get_password().unwrap(), b"s3cret");
        assert_eq!(config.get_dbname().unwrap(), "shop");
        assert_eq!(config.get_ports(), [15432]);
        // A variable that every process has.
        let path = std::env::var("PATH").unwrap();
        let config = from(None, Some("PATH")).unwrap();
        assert_eq!(config.get_password().unwrap(), path.as_bytes());
        let error = from(Some("nowhere"), None).unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
        let error = from(None, Some("PROOFHOUSE_NO_SUCH_VARIABLE")).unwrap_err();
        assert!(error.to_string().contains("PROOFHOUSE_NO_SUCH_VARIABLE"));
    }
}
