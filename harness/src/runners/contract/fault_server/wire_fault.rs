//! The faults on the wire: what is done to a connection in place of a whole answer.

use crate::runners::contract::wire::Answer;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Octets that begin no protocol that a client of an HTTP server knows.
const GARBAGE: &[u8] = b"\x00\xff\xfe\x01not http\r\n\r\n\x80\x81";

/// A fault on the wire. The connection ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireFault {
    /// No word, and the connection stays open until the client leaves.
    Silent,
    /// The connection ends in order before a word (FIN).
    Eof,
    /// The connection is reset before a word (RST, by `SO_LINGER` 0).
    Reset,
    /// The whole head and half of the body that it announces, then the end.
    Half,
    /// The whole head, then one octet of the body at a time.
    Drip(Duration),
    /// A head that gets a field more at a time, and never ends.
    EndlessHead(Duration),
    /// Octets that are not HTTP, then the end.
    Garbage,
}

impl WireFault {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Eof => "eof",
            Self::Reset => "reset",
            Self::Half => "half",
            Self::Drip(_) => "drip",
            Self::EndlessHead(_) => "endless_head",
            Self::Garbage => "garbage",
        }
    }

    /// As it stands in the field of an answer: `drip 1000`, with the pace in milliseconds.
    pub fn field_value(self) -> String {
        match self {
            Self::Drip(pace) | Self::EndlessHead(pace) => {
                format!("{} {}", self.name(), pace.as_millis())
            }
            other => other.name().to_owned(),
        }
    }

    /// Reads the field of an answer.
    pub fn from_field(text: &str) -> Option<Self> {
        let (name, pace) = text.split_once(' ').unwrap_or((text, ""));
        let pace = || pace.parse().map(Duration::from_millis).ok();
        Some(match name {
            "silent" => Self::Silent,
            "eof" => Self::Eof,
            "reset" => Self::Reset,
            "half" => Self::Half,
            "drip" => Self::Drip(pace()?),
            "endless_head" => Self::EndlessHead(pace()?),
            "garbage" => Self::Garbage,
            _ => return None,
        })
    }

    /// Does it to a connection; `true` where the client left first.
    pub(super) async fn blow(self, stream: &mut TcpStream, answer: &Answer) -> io::Result<bool> {
        match self {
            Self::Silent => silent(stream).await,
            Self::Eof => {}
            Self::Reset => stream.set_zero_linger()?,
            Self::Half => {
                stream.write_all(&answer.head_bytes(true)).await?;
                let half = answer.body.len() / 2;
                stream.write_all(&answer.body[..half]).await?;
            }
            Self::Drip(pace) => {
                stream.write_all(&answer.head_bytes(true)).await?;
                return Ok(drip(stream, pace, answer.body.chunks(1)).await);
            }
            Self::EndlessHead(pace) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                let fields = std::iter::repeat(&b"x-more: 1\r\n"[..]);
                return Ok(drip(stream, pace, fields).await);
            }
            Self::Garbage => stream.write_all(GARBAGE).await?,
        }
        Ok(self == Self::Silent)
    }
}

/// Nothing, until the client leaves.
async fn silent(stream: &mut TcpStream) {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}

/// Piece by piece, a pause after each; `true` where the client left before the last.
async fn drip<'a>(
    stream: &mut TcpStream,
    pace: Duration,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> bool {
    let (mut reading, mut writing) = stream.split();
    let send = async {
        for piece in pieces {
            if writing.write_all(piece).await.is_err() {
                return true;
            }
            tokio::time::sleep(pace).await;
        }
        false
    };
    let leave = async {
        let mut ignored = [0; 1024];
        while reading.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
    };
    tokio::select! {
        left = send => left,
        () = leave => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_survives_its_field() {
        let pace = Duration::from_millis(250);
        let all = [
            WireFault::Silent,
            WireFault::Eof,
            WireFault::Reset,
            WireFault::Half,
            WireFault::Drip(pace),
            WireFault::EndlessHead(pace),
            WireFault::Garbage,
        ];
        for fault in all {
            assert_eq!(WireFault::from_field(&fault.field_value()), Some(fault));
        }
        assert_eq!(WireFault::from_field("drip"), None);
        assert_eq!(WireFault::from_field("thirds"), None);
    }
}
