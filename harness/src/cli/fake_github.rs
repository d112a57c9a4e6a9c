//! `proofhouse fake github`: a small real GitHub, alone, for people who develop against it.

use super::arguments::GitHubArguments;
use super::{exit, interrupt};
use crate::runners::contract::fake::github::{GitHub, Incident, Operation, Options, Seen};
use std::path::Path;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

/// Runs it until Ctrl-C.
pub(super) async fn run(arguments: &GitHubArguments) -> u8 {
    match github(arguments).await {
        Ok(()) => exit::INTERRUPTED,
        Err((code, told)) => {
            anstream::eprintln!("error: {told}");
            code
        }
    }
}

/// An exit code, and what to say.
type Failed = (u8, String);

fn usage(told: impl std::fmt::Display) -> Failed {
    (exit::USAGE, told.to_string())
}

async fn github(arguments: &GitHubArguments) -> Result<(), Failed> {
    let incidents = arguments.incidents.as_deref().map(read).transpose()?;
    let (watcher, seen) = unbounded_channel();
    let options = Options {
        watcher: Some(watcher),
        ..options(arguments)?
    };
    if let Some(folder) = &arguments.export {
        // Better now than after an hour's work.
        GitHub::can_export(folder).map_err(usage)?;
    }
    let stop = interrupt::catch();
    let stop = stop.map_err(|error| (exit::INTERNAL, format!("cannot catch signals: {error}")))?;
    let fake = GitHub::start(options).await.map_err(usage)?;
    fake.incidents(incidents.unwrap_or_default())
        .map_err(usage)?;
    anstream::print!("{}", environment(&fake, arguments));
    watch_until(stop, seen).await;
    if let Some(folder) = &arguments.export {
        let written = fake.repository().export(folder);
        written.map_err(|error| (exit::INTERNAL, error.to_string()))?;
        anstream::eprintln!("exported {}", folder.display());
    }
    Ok(())
}

fn options(arguments: &GitHubArguments) -> Result<Options, Failed> {
    let default = Options::default();
    let files = match &arguments.content {
        Some(folder) => GitHub::files_of(folder).map_err(usage)?,
        None => {
            let title = format!("# {}\n", arguments.repo);
            vec![("README.md".to_owned(), title.into_bytes())]
        }
    };
    Ok(Options {
        listen: arguments.listen,
        public_url: arguments.public_url.as_ref().map(ToString::to_string),
        enterprise: arguments.enterprise,
        owner: arguments.owner.clone(),
        repository: arguments.repo.clone(),
        default_branch: arguments.default_branch.clone(),
        behind_fault_server: true,
        token: arguments.token.clone().unwrap_or(default.token.clone()),
        files,
        ..default
    })
}

fn read(path: &Path) -> Result<Vec<Incident>, Failed> {
    let wrong = |told: String| usage(format!("{}: {told}", path.display()));
    let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))
}

/// What a shell takes as it stands.
fn environment(fake: &GitHub, arguments: &GitHubArguments) -> String {
    let repository = fake.repository().full_name();
    format!(
        "# A fake GitHub, for development and tests only: {repository}, default branch {}.\n\
         GITHUB_API_URL={}\n\
         GITHUB_REPOSITORY={repository}\n\
         GITHUB_TOKEN={}\n\
         # stop      Ctrl-C\n",
        arguments.default_branch,
        fake.api_url(),
        fake.token()
    )
}

/// Tells every request until somebody stops it.
async fn watch_until(mut stop: watch::Receiver<bool>, mut seen: UnboundedReceiver<Seen>) {
    loop {
        tokio::select! {
            // A sender that is gone can never stop it: that is an end, too.
            _ = stop.changed() => break,
            Some(seen) = seen.recv() => anstream::eprint!("{}", told(&seen)),
        }
    }
    while let Ok(seen) = seen.try_recv() {
        anstream::eprint!("{}", told(&seen));
    }
}

fn told(seen: &Seen) -> String {
    let status = seen
        .status
        .map_or("cut".to_owned(), |status| status.to_string());
    let op = seen.operation.map_or("unknown", Operation::id);
    let at = seen.at.as_secs_f64();
    let mut text = format!(
        "{at:>9.3} s  {status}  {op}  {} {}\n",
        seen.method, seen.target
    );
    if let Some(incident) = &seen.incident {
        text.push_str(&format!("             incident: {incident}\n"));
    }
    for finding in &seen.request_findings {
        text.push_str(&format!("             request: {finding}\n"));
    }
    for finding in &seen.reply_findings {
        text.push_str(&format!("             fault of the fake: {finding}\n"));
    }
    text
}
