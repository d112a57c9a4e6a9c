//! Git's objects, and the bytes that their names are the SHA-1 of (gitformat-pack, "loose objects").

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::fmt;

/// The name of an object: the SHA-1 of its kind, length and content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id([u8; 20]);

impl Id {
    /// Forty hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(bytes))
    }

    /// The raw bytes, as trees hold them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn of(bytes: &[u8]) -> Self {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
        let mut id = [0; 20];
        id.copy_from_slice(hash.as_ref());
        Self(id)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `100644`
    File,
    /// `100755`
    Executable,
    /// `120000`
    Link,
    /// `040000`
    Folder,
    /// `160000`
    Submodule,
}

impl Mode {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::File, "100644"),
        (Self::Executable, "100755"),
        (Self::Link, "120000"),
        (Self::Folder, "040000"),
        (Self::Submodule, "160000"),
    ];

    /// The mode of six octal digits.
    pub fn parse(word: &str) -> Option<Self> {
        let known = Self::WORDS.iter().find(|(_, known)| *known == word);
        known.map(|(mode, _)| *mode)
    }

    /// Six octal digits, as GitHub shows them.
    pub fn word(self) -> &'static str {
        let known = Self::WORDS.iter().find(|(mode, _)| *mode == self);
        known.map_or("", |(_, word)| word)
    }

    /// `blob`, `tree` or `commit`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Folder => "tree",
            Self::Submodule => "commit",
            Self::File | Self::Executable | Self::Link => "blob",
        }
    }
}

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// One segment of a path.
    pub name: String,
    /// What it is.
    pub mode: Mode,
    /// What it holds.
    pub id: Id,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// Seconds since the epoch.
    pub at: i64,
    /// Minutes east of UTC.
    pub offset: i32,
}

impl Signature {
    fn line(&self) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs();
        format!(
            "{} <{}> {} {sign}{:02}{:02}",
            self.name,
            self.email,
            self.at,
            minutes / 60,
            minutes % 60
        )
    }
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its files.
    pub tree: Id,
    /// What it builds on.
    pub parents: Vec<Id>,
    /// Who wrote it.
    pub author: Signature,
    /// Who committed it.
    pub committer: Signature,
    /// Why, byte for byte.
    pub message: String,
    /// A detached PGP signature (header `gpgsig`).
    pub signature: Option<String>,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// The bytes of a file.
    Blob(Vec<u8>),
    /// One level of folders.
    Tree(Vec<Entry>),
    /// A commit.
    Commit(Commit),
}

impl Object {
    /// The name that its content gives it.
    pub fn id(&self) -> Id {
        Id::of(&self.bytes())
    }

    /// Header and content: what is hashed, and what a loose object is the zlib stream of.
    pub fn bytes(&self) -> Vec<u8> {
        let (kind, content) = match self {
            Self::Blob(content) => ("blob", content.clone()),
            Self::Tree(entries) => ("tree", tree_bytes(entries)),
            Self::Commit(commit) => ("commit", commit_text(commit).into_bytes()),
        };
        let mut bytes = format!("{kind} {}\0", content.len()).into_bytes();
        bytes.extend_from_slice(&content);
        bytes
    }
}

fn tree_bytes(entries: &[Entry]) -> Vec<u8> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    // Git sorts a folder as if its name ended with a slash.
    sorted.sort_by_key(|entry| match entry.mode {
        Mode::Folder => format!("{}/", entry.name),
        _ => entry.name.clone(),
    });
    let mut content = Vec::new();
    for entry in sorted {
        let mode = entry.mode.word().trim_start_matches('0');
        content.extend_from_slice(format!("{mode} {}\0", entry.name).as_bytes());
        content.extend_from_slice(entry.id.as_bytes());
    }
    content
}

fn commit_text(commit: &Commit) -> String {
    let mut text = format!("tree {}\n", commit.tree);
    for parent in &commit.parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    text.push_str(&format!("author {}\n", commit.author.line()));
    text.push_str(&format!("committer {}\n", commit.committer.line()));
    if let Some(signature) = &commit.signature {
        // A header goes on in lines that start with a space.
        let folded = signature.trim_end().replace('\n', "\n ");
        text.push_str(&format!("gpgsig {folded}\n"));
    }
    text.push('\n');
    text.push_str(&commit.message);
    text
}
