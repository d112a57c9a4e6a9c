//! How old the declared files are: by their last commit, or else by their time of change.

use crate::model::trial::drift::Declared;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::process::Command;

const DAY: f64 = 86_400.0;

/// Age of the youngest declared file in days, where a limit is set.
pub(super) async fn of(declared: &Declared) -> Option<Result<f64, String>> {
    declared.max_age_days?;
    let mut youngest: Option<SystemTime> = None;
    for file in &declared.files {
        match changed(file).await {
            Ok(time) => youngest = youngest.max(Some(time)),
            Err(why) => return Some(Err(format!("{file}: {why}"))),
        }
    }
    let age = youngest.and_then(|time| SystemTime::now().duration_since(time).ok());
    Some(Ok(age.unwrap_or_default().as_secs_f64() / DAY))
}

/// A checkout gives every file the time of the checkout, so the commit is asked first.
async fn changed(file: &str) -> Result<SystemTime, String> {
    if let Some(time) = committed(file).await {
        return Ok(time);
    }
    let metadata = std::fs::metadata(file).map_err(|error| error.to_string())?;
    metadata.modified().map_err(|error| error.to_string())
}

/// `None` outside of a repository, and for a file that differs from its commit.
async fn committed(file: &str) -> Option<SystemTime> {
    let changes = git(&["status", "--porcelain", "--", file]).await?;
    let time = git(&["log", "-1", "--format=%ct", "--", file]).await?;
    let seconds = time.trim().parse().ok()?;
    let unchanged = changes.trim().is_empty();
    unchanged.then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

async fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
