//! Programs: a path as it is, or a cargo binary built before the start.

use super::EnvironmentError;
use super::facts::file_digest;
use crate::model::environment::{CargoProgram, Program};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A program that can be started.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) path: PathBuf,
    pub(super) digest: Option<String>,
    /// `VARIABLE=value` where a variant was chosen.
    pub(super) variant: Option<String>,
}

/// Every cargo binary is built once for all services that use it.
#[derive(Debug, Default)]
pub(super) struct Builds {
    done: BTreeMap<String, Built>,
}

struct Recipe<'a> {
    package: &'a str,
    binary: &'a str,
    features: &'a [String],
    variant: Option<String>,
}

impl Builds {
    /// The program, built where it has to be.
    pub(super) async fn program(
        &mut self,
        program: &Program,
        logs: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Built, EnvironmentError> {
        match program {
            Program::Path(path) => Ok(found(path)),
            Program::Cargo(cargo) => {
                let recipe = recipe(cargo);
                if let Some(built) = self.done.get(recipe.binary) {
                    return Ok(built.clone());
                }
                progress(&format!("building {} (cargo build)", recipe.binary));
                let built = build(&recipe, logs).await?;
                self.done.insert(recipe.binary.to_owned(), built.clone());
                Ok(built)
            }
        }
    }
}

fn found(path: &str) -> Built {
    let path = PathBuf::from(path);
    let digest = file_digest(&path).ok();
    Built {
        path,
        digest,
        variant: None,
    }
}

/// The variant where its variable is set and not empty, else the plain binary.
fn recipe(cargo: &CargoProgram) -> Recipe<'_> {
    if let Some(variant) = &cargo.variant
        && let Ok(value) = std::env::var(&variant.when_set)
        && !value.is_empty()
    {
        return Recipe {
            package: &cargo.package,
            binary: &variant.binary,
            features: &variant.features,
            variant: Some(format!("{}={value}", variant.when_set)),
        };
    }
    Recipe {
        package: &cargo.package,
        binary: &cargo.binary,
        features: &[],
        variant: None,
    }
}

async fn build(recipe: &Recipe<'_>, logs: &Path) -> Result<Built, EnvironmentError> {
    let failed = |detail: String| EnvironmentError::Build {
        binary: recipe.binary.to_owned(),
        detail,
    };
    let output = command(recipe)
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    // The log is for people; a build that worked is not spoiled by a full disk.
    let _ = std::fs::write(logs.join("build.log"), &output.stderr);
    if !output.status.success() {
        return Err(failed(last_lines(
            &String::from_utf8_lossy(&output.stderr),
            30,
        )));
    }
    let path = executable(&String::from_utf8_lossy(&output.stdout), recipe.binary)
        .ok_or_else(|| failed("cargo named no executable of that name".to_owned()))?;
    let digest = file_digest(&path).ok();
    Ok(Built {
        path,
        digest,
        variant: recipe.variant.clone(),
    })
}

fn command(recipe: &Recipe<'_>) -> tokio::process::Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = tokio::process::Command::new(cargo);
    // The service is measured as the harness was built: debug with debug, release with release.
    let profile = if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    };
    // `--workspace` keeps cargo's choice of features for shared dependencies the
    // same as in every other build here, so that nothing is compiled twice.
    command
        .args([
            "build",
            "--profile",
            profile,
            "--workspace",
            "--bin",
            recipe.binary,
        ])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    for feature in recipe.features {
        command.args(["--features", &format!("{}/{feature}", recipe.package)]);
    }
    command
}

/// The executable that cargo's JSON messages name for a binary target.
fn executable(messages: &str, binary: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == binary)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The last lines of a text, for errors.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_one_of_the_binary() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/x/other"}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"platform"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"platform"},"executable":"/x/platform"}"#,
        );
        assert_eq!(
            executable(messages, "platform"),
            Some(PathBuf::from("/x/platform"))
        );
        assert_eq!(executable(messages, "absent"), None);
    }

    #[test]
    fn last_lines_are_the_last() {
        assert_eq!(last_lines("a\n\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 5), "a");
    }
}
