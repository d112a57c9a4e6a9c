//! What the Docker daemon says of itself.

use bollard::Docker;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// A Docker daemon that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerFacts {
    /// Engine version, `28.2.2`.
    pub version: String,
    /// Newest API version that the daemon speaks, `1.41`.
    pub api_version: String,
    /// `1` or `2`.
    pub cgroup_version: String,
}

/// Asks the daemon at `DOCKER_HOST` or the default socket, for at most 3 s.
///
/// # Errors
/// Why it cannot be asked, in words.
pub async fn facts() -> Result<DockerFacts, String> {
    let docker = Docker::connect_with_defaults().map_err(|error| error.to_string())?;
    let asking = async {
        let docker = docker
            .negotiate_version()
            .await
            .map_err(|error| error.to_string())?;
        let version = docker.version().await.map_err(|error| error.to_string())?;
        let info = docker.info().await.map_err(|error| error.to_string())?;
        Ok(DockerFacts {
            version: version.version.unwrap_or_default(),
            api_version: version.api_version.unwrap_or_default(),
            cgroup_version: info
                .cgroup_version
                .map(|v| v.to_string())
                .unwrap_or_default(),
        })
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .map_err(|_| "no answer within 3 s".to_owned())?
}
