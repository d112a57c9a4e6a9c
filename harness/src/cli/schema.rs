//! `proofhouse schema [suite|scenario|targets|chaos|system|policy|waivers]`: JSON Schema for editors.

use crate::config::document::Kind;
use std::io::{self, Write};

/// Writes the JSON Schema of a kind of file.
///
/// # Errors
/// The screen cannot be written.
pub fn run(kind: Kind, out: &mut dyn Write) -> io::Result<u8> {
    out.write_all(text(kind).as_bytes())?;
    Ok(0)
}

/// The JSON Schema of a kind of file, as it stands in `docs/reference/schema/`.
pub fn text(kind: Kind) -> String {
    format!("{:#}\n", kind.schema())
}
