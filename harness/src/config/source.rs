//! The text of one file that people write, read with care.

use crate::model::place::{Place, Problem};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Largest file that is read; a suite of a thousand journeys is smaller.
const LARGEST_BYTES: u64 = 1 << 20;

/// One file: its name as the user gave it, its text, its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// Path as the user named it.
    pub path: Arc<str>,
    /// The text without a byte order mark.
    pub text: String,
    /// `sha256:` and hex digits of the file's bytes.
    pub digest: String,
}

impl SourceText {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, is too large, or is not UTF-8 text.
    pub fn read(path: &Path) -> Result<Self, Box<Problem>> {
        let name = display(path);
        let bytes = bytes(path).map_err(|why| {
            Box::new(Problem::without_place(format!(
                "cannot read `{name}`: {why}"
            )))
        })?;
        Self::from_bytes(&name, bytes)
    }

    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// Bytes that are not UTF-8 text, or whose lines end in more than one way.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, Box<Problem>> {
        let path: Arc<str> = name.into();
        let digest = digest(&bytes);
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            not_utf8(&path, error.as_bytes(), good)
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        if let Some(nul) = text.find('\0') {
            let message = "a NUL character: this is not a text file";
            let problem = Problem::at(&at_byte(&path, &text, nul), message);
            return Err(Box::new(problem.help("save the file as UTF-8")));
        }
        if let Some(lone) = lone_return(&text) {
            let place = at_byte(&path, &text, lone);
            let problem = Problem::at(&place, "a carriage return that ends a line by itself");
            return Err(Box::new(
                problem.help("save the file with the line endings of Unix or of Windows"),
            ));
        }
        Ok(Self { path, text, digest })
    }

    /// The place of the file as a whole: its first character.
    pub fn start(&self) -> Place {
        at_byte(&self.path, &self.text, 0)
    }
}

/// `sha256:` and hex digits.
pub fn digest(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A path as users read it: forward slashes, no `./` in front, no `x/..` inside.
pub fn display(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.to_string_lossy().split('/') {
        match part {
            "." => {}
            ".." if parts
                .last()
                .is_some_and(|last| !last.is_empty() && last != "..") =>
            {
                parts.pop();
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.join("/")
}

/// A carriage return without its line feed. YAML ends a line there and editors do not, so
/// that no place behind it would be where people look.
fn lone_return(text: &str) -> Option<usize> {
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    returns.find(|at| text.as_bytes().get(at + 1) != Some(&b'\n'))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let words = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    if path.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let file = std::fs::File::open(path).map_err(words)?;
    let mut bytes = Vec::new();
    let mut limited = file.take(LARGEST_BYTES + 1);
    limited.read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err("it is larger than 1 MiB".to_owned());
    }
    Ok(bytes)
}

fn not_utf8(path: &Arc<str>, bytes: &[u8], good: usize) -> Box<Problem> {
    let text = String::from_utf8_lossy(&bytes[..good]);
    let byte = bytes.get(good).copied().unwrap_or_default();
    let place = at_byte(path, &text, good);
    let problem = Problem::at(&place, format!("byte 0x{byte:02x} is not UTF-8"));
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Box::new(problem.help("the file is UTF-16; save it as UTF-8"));
    }
    Box::new(problem.help("save the file as UTF-8"))
}

fn at_byte(path: &Arc<str>, text: &str, byte: usize) -> Place {
    let before = &text[..byte];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        file: path.clone(),
        line: count(before.matches('\n').count()) + 1,
        column: count(before[line_start..].chars().count()) + 1,
        length: 1,
        key_path: String::new(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn byte_order_mark_and_bad_bytes() {
        let source = SourceText::from_bytes("a.yaml", b"\xef\xbb\xbfa: 1".to_vec()).unwrap();
        assert_eq!(source.text, "a: 1");
        let problem = SourceText::from_bytes("a.yaml", b"a: 1\nb: \xff".to_vec()).unwrap_err();
        assert_eq!(problem.place.unwrap().to_string(), "a.yaml:2:4");
        let problem = SourceText::from_bytes("a.yaml", b"a: \0".to_vec()).unwrap_err();
        assert_eq!(problem.place.unwrap().to_string(), "a.yaml:1:4");
    }

    #[test]
    fn lines_end_as_in_editors() {
        assert!(SourceText::from_bytes("a.yaml", b"a: 1\r\nb: 2\r\n".to_vec()).is_ok());
        for (text, at) in [
            ("a: 1\r\nb: 1\rc: 2", "a.yaml:2:5"),
            ("a: 1\r", "a.yaml:1:5"),
        ] {
            let problem = SourceText::from_bytes("a.yaml", text.into()).unwrap_err();
            assert_eq!(problem.place.unwrap().to_string(), at);
        }
    }

    #[test]
    fn paths_as_users_read_them() {
        assert_eq!(display(Path::new("./a/../b.yaml")), "b.yaml");
        assert_eq!(display(Path::new("../a/b.yaml")), "../a/b.yaml");
        assert_eq!(display(Path::new("/a/../../b")), "/../b");
    }
}
