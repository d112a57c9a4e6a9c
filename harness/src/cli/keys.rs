//! Keys in files: read for signing and for verifying, with what to do where one cannot be used.

use super::exit;
use super::gate::usage;
use crate::attest::{KeyError, PublicKey, SigningKey, seal};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Largest file that is read as a key, in bytes; a key in PEM has about 120.
const LARGEST: u64 = 64 * 1024;
const MAKE_PRIVATE: &str = "make one: `openssl genpkey -algorithm ed25519 -out FILE`";
const MAKE_PUBLIC: &str =
    "take it from the private key: `openssl pkey -in PRIVATE -pubout -out FILE`";

/// The key that signs, where one was named; the exit code where it cannot.
pub(super) fn wanted(path: Option<&Path>) -> Result<Option<SigningKey>, u8> {
    let Some(path) = path else {
        return Ok(None);
    };
    let (text, mode) = read(path).map_err(|error| unreadable(path, &error))?;
    let key = SigningKey::from_pem(&text);
    let key = key.map_err(|error| no_key(path, &error, MAKE_PRIVATE))?;
    if mode & 0o077 != 0 {
        let path = path.display();
        anstream::eprintln!(
            "warning: others may open the key {path} (mode {mode:04o})\n  = help: `chmod 600 {path}`"
        );
    }
    Ok(Some(key))
}

/// The key that verifies; the exit code where there is none.
pub(super) fn public(path: &Path) -> Result<PublicKey, u8> {
    let (text, _) = read(path).map_err(|error| unreadable(path, &error))?;
    PublicKey::from_pem(&text).map_err(|error| no_key(path, &error, MAKE_PUBLIC))
}

/// A statement as it is written: bare, or in an envelope where somebody signs.
pub(super) fn signed(statement: Vec<u8>, key: Option<&SigningKey>) -> Vec<u8> {
    match key {
        Some(key) => seal(&statement, key),
        None => statement,
    }
}

/// The text of a file and who may open it.
fn read(path: &Path) -> io::Result<(String, u32)> {
    let file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text)?;
    Ok((text, mode))
}

fn unreadable(path: &Path, error: &io::Error) -> u8 {
    anstream::eprintln!("error: cannot read the key {}: {error}", path.display());
    exit::USAGE
}

fn no_key(path: &Path, error: &KeyError, help: &str) -> u8 {
    usage(
        &format!("cannot use the key {}: {error}", path.display()),
        help,
    )
}
