//! `proofhouse schema [suite|scenario|targets|chaos|system|policy|waivers|report|...]`: JSON Schema for editors and readers.

use crate::config::document::Kind;
use crate::report::schema::SCHEMA;
use std::io::{self, Write};

/// The word for what is read and not written by people.
pub const REPORT: &str = "report";

/// Writes the JSON Schema of `report.json`.
///
/// # Errors
/// The screen cannot be written.
pub fn report(out: &mut dyn Write) -> io::Result<u8> {
    out.write_all(SCHEMA.as_bytes())?;
    Ok(0)
}

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
