//! `proofhouse verify`: who signed a statement, what is it about, and what does it say.

use super::arguments::VerifyArguments;
use super::gate::{artifact, commit};
use super::{exit, keys};
use crate::attest::{EnvelopeError, Opened, PublicKey, Said, Statement, open};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest statement that is read, in bytes: one of a suite with ten thousand checks is smaller.
const LARGEST: u64 = 16 << 20;

/// What the statement has to be about.
struct Wanted {
    commit: Option<String>,
    artifact: Option<String>,
}

/// Checks signature, type, subject and what is said, in this order; the exit codes are those of the gate.
pub(super) fn run(arguments: &VerifyArguments) -> u8 {
    match verified(arguments) {
        Ok(()) => exit::PASS,
        Err(code) => code,
    }
}

fn verified(arguments: &VerifyArguments) -> Result<(), u8> {
    let key = keys::public(&arguments.key)?;
    let wanted = Wanted {
        commit: arguments.commit.as_deref().map(commit).transpose()?,
        artifact: arguments.artifact.as_deref().map(artifact).transpose()?,
    };
    let bytes = read(&arguments.file).map_err(|error| {
        let why = format!("cannot read {}: {error}", arguments.file.display());
        refused(&why, exit::EVIDENCE)
    })?;
    let opened = open(&bytes, &key).map_err(|error| not_opened(&error))?;
    let statement = Statement::read(&opened.payload)
        .map_err(|error| refused(&error.to_string(), exit::EVIDENCE))?;
    show(&key, &opened, &statement);
    is_about(&statement, &wanted)?;
    match statement.said() {
        Said::Held(words) => {
            anstream::println!("VERIFIED  {}", plain(&words));
            Ok(())
        }
        Said::Failed(words) => Err(refused(&format!("it does not say so: {words}"), exit::FAIL)),
    }
}

/// The bytes of a file, which somebody else may have made as large as they like.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(io::Error::other("it is larger than 16 MiB")),
        false => Ok(bytes),
    }
}

/// A signature that does not hold is a promise that does not; without any there is no evidence.
fn not_opened(error: &EnvelopeError) -> u8 {
    let code = match error {
        EnvelopeError::NotByThisKey { .. } => exit::FAIL,
        _ => exit::EVIDENCE,
    };
    let more = match error {
        EnvelopeError::NotByThisKey { claimed: true, .. } => {
            "; one claims to be: payload, type or signature was changed"
        }
        EnvelopeError::NotByThisKey { .. } => "; nor does any claim to be",
        _ => "",
    };
    refused(&format!("{error}{more}"), code)
}

fn show(key: &PublicKey, opened: &Opened, statement: &Statement) {
    let others = match opened.signatures {
        1 => String::new(),
        all => format!(", and {} more that nobody asked about", all - 1),
    };
    anstream::println!("signed    by {}{others}", key.id());
    anstream::println!("says      {}", plain(statement.predicate_type()));
    if let Some(time) = statement.time() {
        anstream::println!("time      {}", plain(time));
    }
    for subject in statement.subjects() {
        anstream::println!("about     {}", plain(&subject));
    }
}

fn is_about(statement: &Statement, wanted: &Wanted) -> Result<(), u8> {
    if let Some(commit) = &wanted.commit
        && !statement.is_about_commit(commit)
    {
        let why = format!("it is not about commit {commit}");
        return Err(refused(&why, exit::EVIDENCE));
    }
    if let Some(digest) = &wanted.artifact
        && !statement.is_about_artifact(digest)
    {
        let why = format!("it is not about artifact {digest}");
        return Err(refused(&why, exit::EVIDENCE));
    }
    if wanted.commit.is_none() && wanted.artifact.is_none() {
        anstream::eprintln!(
            "warning: nothing says what it has to be about\n  = help: `--commit SHA`, `--artifact DIGEST`"
        );
    }
    Ok(())
}

fn refused(why: &str, code: u8) -> u8 {
    anstream::println!("REFUSED   {}", plain(why));
    code
}

/// What others wrote never steers the terminal; it is told in full.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
