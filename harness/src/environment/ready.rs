//! Waiting until a service answers.

use super::EnvironmentError;
use super::process::KeptProcess;
use crate::model::environment::ServicePlan;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(25);
const ONE_ANSWER: Duration = Duration::from_secs(2);

/// Asks until the service is ready, has ended, or the time is over.
pub(super) async fn wait(
    service: &ServicePlan,
    base_url: &str,
    process: Option<&KeptProcess>,
) -> Result<(), EnvironmentError> {
    let url = format!(
        "{base_url}{}",
        service.ready_path.as_deref().unwrap_or_default()
    );
    let client = client().map_err(|error| EnvironmentError::Start {
        service: service.name.clone(),
        detail: error.to_string(),
    })?;
    let deadline = Instant::now() + service.ready_timeout;
    loop {
        let last = match ask(&client, service, &url).await {
            Ok(()) => return Ok(()),
            Err(detail) => detail,
        };
        if let Some(detail) = process.and_then(KeptProcess::ended) {
            return Err(EnvironmentError::EndedEarly {
                service: service.name.clone(),
                detail,
            });
        }
        if Instant::now() >= deadline {
            return Err(EnvironmentError::NotReady {
                service: service.name.clone(),
                seconds: service.ready_timeout.as_secs(),
                url,
                detail: last,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(ONE_ANSWER)
        .build()
}

/// One question: a 2xx answer of the ready path, or an open port where there is none.
async fn ask(client: &reqwest::Client, service: &ServicePlan, url: &str) -> Result<(), String> {
    if service.ready_path.is_none() {
        return connect(url).await;
    }
    let answer = client
        .get(url)
        .send()
        .await
        .map_err(|error| root_cause(&error))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let body = answer.text().await.unwrap_or_default();
    let start: String = body.chars().take(300).collect();
    Err(format!("answered {status} {start}"))
}

async fn connect(url: &str) -> Result<(), String> {
    let parsed = url::Url::parse(url).map_err(|error| error.to_string())?;
    let host = parsed
        .host_str()
        .ok_or("the address has no host")?
        .to_owned();
    let port = parsed
        .port_or_known_default()
        .ok_or("the address has no port")?;
    let opening = tokio::net::TcpStream::connect((host, port));
    match tokio::time::timeout(ONE_ANSWER, opening).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no connection within 2 s".to_owned()),
    }
}

/// The innermost cause, which says more than "error sending request".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
