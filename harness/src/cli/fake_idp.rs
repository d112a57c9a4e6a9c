//! `proofhouse fake idp`: an OpenID Connect provider until Ctrl-C, and `proofhouse fake scenes`, what it can play.

use super::arguments::IdpArguments;
use super::{exit, interrupt};
use crate::runners::contract::fake::identity_provider::{
    Client, Control, IdentityProvider, NAMES, Options, Scene, SceneError, named,
};
use std::io::{self, Write};
use std::sync::Arc;

/// Lists the scenes.
pub(super) fn scenes() -> u8 {
    // A reader that went away (`| head`) has seen enough.
    let _ = write_scenes(&mut anstream::stdout());
    exit::PASS
}

fn write_scenes(out: &mut dyn Write) -> io::Result<()> {
    for (name, parameters, meaning) in NAMES {
        writeln!(out, "{name:<20}{meaning}")?;
        if !parameters.is_empty() {
            writeln!(out, "{:<20}{name}:{{{}}}", "", parameters.join("|"))?;
        }
    }
    writeln!(
        out,
        "\nThe first parameter is the default. `@discovery`, `@keys`, `@authorize`, `@token` and \
         `@end_session`,\njoined by `+`, narrow a fault or a pause down: `outage:503@keys`."
    )
}

/// Runs the provider until it is told to stop.
pub(super) async fn run(arguments: &IdpArguments) -> u8 {
    let mut interrupted = match interrupt::caught() {
        Ok(interrupted) => interrupted,
        Err(code) => return code,
    };
    let (provider, control) = match started(arguments).await {
        Ok(started) => started,
        Err(text) => {
            anstream::eprintln!("error: {text}");
            return exit::USAGE;
        }
    };
    // Whoever started it and does not read on still has a provider.
    let _ = write_start(&provider, &control, &mut anstream::stdout());
    // The sender lives as long as the program: an error cannot be told from the signal, and means the same.
    let _ = interrupted.wait_for(|seen| *seen).await;
    exit::INTERRUPTED
}

async fn started(arguments: &IdpArguments) -> Result<(Arc<IdentityProvider>, Control), String> {
    let options = Options {
        listen: arguments.listen,
        public_url: arguments.public_url.clone(),
        issuer_path: arguments.issuer_path.clone(),
        client: Client {
            id: arguments.client_id.clone(),
            secret: arguments.client_secret.clone(),
            redirect_uris: arguments.redirect_uri.clone(),
            audience: arguments.audience.clone(),
        },
        algorithms: arguments.algorithms.clone(),
        scene: scene(&arguments.scene)?,
    };
    let provider = IdentityProvider::start(&options).await;
    let provider = Arc::new(provider.map_err(|error| error.to_string())?);
    let control = Control::start(Arc::clone(&provider), arguments.control).await;
    let control =
        control.map_err(|error| format!("cannot listen on {}: {error}", arguments.control))?;
    Ok((provider, control))
}

fn scene(name: &str) -> Result<Scene, String> {
    named(name).map_err(|error| match &error {
        SceneError::Unknown { name, known } => {
            let close = known
                .iter()
                .min_by_key(|one| strsim::damerau_levenshtein(name, one));
            let close = close.map(String::as_str).unwrap_or_default();
            format!(
                "{error}\n  = known: `proofhouse fake scenes` lists them\n  = help: did you mean `{close}`?"
            )
        }
        _ => error.to_string(),
    })
}

fn write_start(
    provider: &IdentityProvider,
    control: &Control,
    out: &mut dyn Write,
) -> io::Result<()> {
    let control = format!("http://{}/_proofhouse", control.address());
    writeln!(
        out,
        "# A fake identity provider, for development and tests only: it signs anybody in,\n\
         # and everybody has its keys."
    )?;
    for (name, value) in provider.environment() {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(out, "# keys      {}", provider.keys_uri())?;
    writeln!(out, "# scene     {}", provider.current_scene().name)?;
    writeln!(out, "# token     curl -s -X POST {control}/token")?;
    writeln!(out, "# switch    curl -s {control}/scene -d outage:503")?;
    writeln!(out, "# requests  curl -s {control}/requests")?;
    writeln!(out, "# stop      Ctrl-C")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_noticed() {
        let error = scene("outage:50").unwrap_err();
        assert!(
            error.contains("`50` is not known; known are 503"),
            "{error}"
        );
        let error = scene("rotate-ad").unwrap_err();
        assert!(error.contains("did you mean `rotate-add`?"), "{error}");
    }

    #[test]
    fn every_scene_is_listed() {
        let mut screen = Vec::new();
        write_scenes(&mut screen).unwrap();
        let screen = String::from_utf8(screen).unwrap();
        assert!(screen.contains("outage:{503|500|"), "{screen}");
        assert!(screen.lines().count() > NAMES.len());
        assert!(screen.lines().all(|line| line.len() <= 120), "{screen}");
    }
}
