//! How an exchange ends without a whole reply, and who can end it so.
//!
//! wiremock can only close the connection before the first byte. The other ways
//! need a server of raw TCP in front of the fake, which reads [`CUT_HEADER`] from
//! the fake's reply, takes it out, and does what it says.

/// A way to end an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The connection is closed before a byte of the reply.
    Eof,
    /// The connection is reset (RST) before a byte of the reply.
    Reset,
    /// The head and half of the body, and then the end.
    HalfBody,
}

/// The header by which the fake asks a fault server in front of it to cut a reply.
pub const CUT_HEADER: &str = "x-proofhouse-wire-fault";

impl Cut {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Eof, Self::Reset, Self::HalfBody];

    /// The word in `r16:…`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Eof => "eof",
            Self::Reset => "reset",
            Self::HalfBody => "half-body",
        }
    }

    /// The value of [`CUT_HEADER`].
    pub fn header_value(self) -> &'static str {
        match self {
            Self::HalfBody => "half",
            other => other.word(),
        }
    }

    /// The way of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    /// Whether it takes a fault server in front of the fake.
    pub fn needs_fault_server(self) -> bool {
        self != Self::Eof
    }
}
