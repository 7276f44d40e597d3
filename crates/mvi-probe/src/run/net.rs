//! Asking a container over its own loopback: a thread enters its network name space, which needs no network at all.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Time between two looks.
const PAUSE: Duration = Duration::from_micros(500);
/// Time that a connection and each read of an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer that are looked at: the status line is in the first few.
const ANSWER: usize = 256;

/// What is asked.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// A connection.
    Tcp,
    /// An answer to a request for this path, with this status.
    Http(String, Option<u16>),
}

/// Asks again and again in the network of process `pid` until there is an answer or `stop` is set; `call` is called at
/// the answer. Enter before the process runs: the name space is opened here and now.
pub(super) fn ask(
    pid: u32,
    port: u16,
    question: Question,
    stop: Arc<AtomicBool>,
    call: impl Fn() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let network = std::fs::File::open(format!("/proc/{pid}/ns/net"))?;
    let (entered, has_entered) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let result = move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network));
        let is_inside = result.is_ok();
        // Who asked may have given up; then nobody needs to know.
        let _ = entered.send(result);
        while is_inside && !stop.load(Ordering::Relaxed) {
            if is_answered(port, &question) {
                call();
                return;
            }
            std::thread::sleep(PAUSE);
        }
    });
    match has_entered.recv() {
        Ok(Ok(())) => Ok(thread),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(std::io::Error::other("the thread that asks ended early")),
    }
}

fn is_answered(port: u16, question: &Question) -> bool {
    let places: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
    places.iter().any(|place| {
        let Ok(stream) = TcpStream::connect_timeout(place, PATIENCE) else { return false };
        match question {
            // A loopback connection to a port in the range of senders may meet itself.
            Question::Tcp => stream.local_addr().ok() != stream.peer_addr().ok(),
            Question::Http(path, wanted) => status(stream, path)
                .is_some_and(|status| wanted.map_or((200..400).contains(&status), |it| it == status)),
        }
    })
}

/// The status of an HTTP answer (RFC 9112, section 4).
fn status(mut stream: TcpStream, path: &str) -> Option<u16> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: mvi\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    while answer.len() < ANSWER && !answer.contains(&b'\n') {
        let mut piece = [0; ANSWER];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        answer.extend_from_slice(&piece[..count]);
    }
    let line = answer.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(line).ok()?.parse().ok()
}
