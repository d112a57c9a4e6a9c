//! How fast this machine is just now: without that, a slow answer says nothing about the target.

use crate::model::trial::{Fact, Saw};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Exchanges over loopback that are timed.
const EXCHANGES: usize = 50;
/// A 99th percentile above this means that the machine is too busy to time anything.
const BUSY: Duration = Duration::from_millis(50);

/// The time of the slowest but one of 50 exchanges over loopback (their 99th percentile, rounded
/// down); `None` where loopback cannot be used.
pub async fn loopback() -> Option<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0").await.ok()?;
    let address = listener.local_addr().ok()?;
    let echo = async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut octet = [0; 1];
            if stream.read_exact(&mut octet).await.is_ok() {
                // Whoever hung up is not waiting for it.
                let _ = stream.write_all(&octet).await;
            }
        }
    };
    let timing = async move {
        let mut times = Vec::with_capacity(EXCHANGES);
        for _ in 0..EXCHANGES {
            let started = Instant::now();
            let mut stream = TcpStream::connect(address).await.ok()?;
            stream.write_all(b"x").await.ok()?;
            stream.read_exact(&mut [0; 1]).await.ok()?;
            times.push(started.elapsed());
        }
        times.sort();
        times.get(EXCHANGES - 2).copied()
    };
    tokio::select! {
        slow = timing => slow,
        () = echo => None,
    }
}

/// The fact that something took no longer than it may; what is slow while loopback itself is
/// slow decides nothing.
pub async fn within(what: &str, most: Duration, took: Duration) -> Fact {
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let saw = match took > most {
        false => Saw::Number(ms(took)),
        true => match loopback().await {
            Some(slow) if slow <= BUSY => Saw::Number(ms(took)),
            Some(slow) => Saw::Unknown(format!(
                "{:.0} ms, while an exchange over loopback alone takes {:.0} ms",
                ms(took),
                ms(slow)
            )),
            None => Saw::Unknown("loopback cannot be timed".to_owned()),
        },
    };
    Fact::number(what, (None, Some(ms(most))), "ms", saw)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn loopback_is_timed_and_a_quick_answer_needs_no_timing() {
        assert!(loopback().await.unwrap() > Duration::ZERO);
        let fact = within("x", Duration::from_secs(1), Duration::from_millis(3)).await;
        assert_eq!(fact.saw, Saw::Number(3.0));
    }
}
