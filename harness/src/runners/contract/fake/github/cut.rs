//! How an exchange ends without a whole reply, and who can end it so.
//!
//! wiremock can only close the connection before the first byte. The other ways
//! need the server of raw TCP in front of the fake, which reads [`FAULT_FIELD`](crate::runners::contract::fault_server::FAULT_FIELD) from
//! the fake's reply, takes it out, and does what it says.

use crate::runners::contract::fault_server::WireFault;

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

    /// What the server in front does.
    pub(super) fn wire_fault(self) -> WireFault {
        match self {
            Self::Eof => WireFault::Eof,
            Self::Reset => WireFault::Reset,
            Self::HalfBody => WireFault::Half,
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
