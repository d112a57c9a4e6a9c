//! What runs in the container: echoes datagrams, and answers HTTP for the scenario's probe.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};

/// Where datagrams are echoed.
pub const ECHO: u16 = 7000;
/// Where HTTP is answered.
pub const HTTP: u16 = 7001;

/// Serves until it is killed.
pub fn serve_forever() -> ! {
    let web = TcpListener::bind(("0.0.0.0", HTTP)).expect("the port is free");
    std::thread::spawn(move || {
        for stream in web.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    let socket = UdpSocket::bind(("0.0.0.0", ECHO)).expect("the port is free");
    let mut buffer = [0; 64];
    loop {
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..length], from);
        }
    }
}

fn answer(mut stream: std::net::TcpStream) {
    let mut buffer = [0; 2048];
    let mut filled = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[filled..]) {
        filled += read;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            filled = 0;
            let good = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            if stream.write_all(good).is_err() {
                return;
            }
        }
    }
}
