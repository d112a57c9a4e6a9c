//! Free loopback ports.

use std::net::{Ipv4Addr, TcpListener};

/// A loopback port that was free a moment ago. Another program may still take
/// it before it is used, so a start that loses that race is tried again.
///
/// # Errors
/// No port can be had.
pub fn free() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
