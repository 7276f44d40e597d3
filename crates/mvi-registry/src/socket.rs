//! HTTP over a unix socket: the connection is ours, the protocol stays the HTTP client's.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport};

use crate::http::agent_config;
use crate::options::Patience;

/// An agent all of whose requests go to one socket.
pub(crate) fn agent(socket: PathBuf, patience: &Patience) -> Agent {
    // A service may think for long before it sends the first byte of an image.
    let config = agent_config(patience).timeout_per_read(Some(patience.document.max(patience.idle))).build();
    Agent::with_parts(config, Dialler { socket }, Nowhere)
}

/// A socket that nobody could be reached at; found as the cause of a request's error.
#[derive(Debug, thiserror::Error)]
#[error("the socket cannot be connected to")]
pub(crate) struct Unconnected(#[source] pub(crate) io::Error);

/// Connects to the socket, whatever the address says.
#[derive(Debug)]
struct Dialler {
    socket: PathBuf,
}

impl Connector<()> for Dialler {
    type Out = Line;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Line>, ureq::Error> {
        let stream = UnixStream::connect(&self.socket);
        let stream = stream.map_err(|error| ureq::Error::Other(Box::new(Unconnected(error))))?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size().max(64 << 10), config.output_buffer_size());
        Ok(Some(Line { stream, buffers }))
    }
}

/// One connection; used for one request.
struct Line {
    stream: UnixStream,
    buffers: LazyBuffers,
}

impl fmt::Debug for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Line")
    }
}

/// What the operating system calls a timeout is one.
fn timed(error: io::Error, timeout: NextTimeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
        _ => ureq::Error::Io(error),
    }
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(timeout.not_zero().map(|left| *left))?;
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output).map_err(|error| timed(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let timeout = timeout.for_read();
        self.stream.set_read_timeout(timeout.not_zero().map(|left| *left))?;
        let input = self.buffers.input_append_buf();
        let amount = loop {
            match self.stream.read(input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| timed(error, timeout))?,
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        false
    }
}

/// Sockets have no addresses to look up.
#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(&self, _: &Uri, _: &ureq::config::Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
        Ok(addresses)
    }
}
