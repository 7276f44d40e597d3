//! A document on the web, fetched where it is named and only when it changed: feeds of advisories.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use mvi_image::printable;
use ureq::http::Method;

use crate::error::RegistryError;
use crate::http::{Answer, Client, Request, Url};
use crate::options::RegistryOptions;

/// What a server told of a document, to ask later whether it changed: RFC 9110, sections 8.8 and 13.1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub modified: Option<String>,
}

/// What came of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Download {
    /// The document is what it was.
    Unchanged,
    /// It is in the file, from its beginning.
    Fetched {
        /// To ask with next time.
        validators: Validators,
        /// Its length.
        bytes: u64,
    },
}

/// Fetches the document at an address into a file, unless the server says that it is as it was when it gave these
/// validators. A connection that breaks is begun again, as often as the options' patience allows.
///
/// # Errors
/// An address that is none, plain HTTP with a host that was not named for it, what servers and networks refuse, and
/// documents of more than `limit` bytes.
pub fn download(
    options: &RegistryOptions,
    address: &str,
    known: &Validators,
    limit: u64,
    file: &mut File,
) -> Result<Download, RegistryError> {
    let url = Url::parse(address).ok_or_else(|| RegistryError::Address { text: printable(address.as_bytes()) })?;
    if !url.is_tls() && !options.insecure.holds(url.host()) {
        let why = format!("its address is plain HTTP; --insecure={} allows that", url.host());
        return Err(RegistryError::Tls { host: url.host().to_owned(), why });
    }
    let client = Client::new(options.clone());
    let what = url.printable();
    // Bytes as they are: nothing here undoes what a server did to them on the way.
    let mut request = Request::new(Method::GET, url, &what).stream().header("accept-encoding", "identity");
    for (name, value) in [("if-none-match", &known.etag), ("if-modified-since", &known.modified)] {
        if let Some(value) = value {
            request = request.header(name, value.clone());
        }
    }
    let mut attempt = 1;
    loop {
        let answer = client.send(&request)?;
        match answer.status().as_u16() {
            304 => return Ok(Download::Unchanged),
            200 => {}
            _ => return Err(answer.into_error(&what)),
        }
        let validators = Validators {
            etag: answer.header("etag").map(str::to_owned),
            modified: answer.header("last-modified").map(str::to_owned),
        };
        match receive(answer, &what, limit, file) {
            Ok(bytes) => return Ok(Download::Fetched { validators, bytes }),
            Err(RegistryError::Unreachable { host, source, .. }) if attempt >= options.patience.attempts => {
                return Err(RegistryError::Unreachable { host, attempts: attempt, source });
            }
            Err(RegistryError::Unreachable { .. }) => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Writes the body of an answer into the file, from its beginning; returns its length.
fn receive(answer: Answer, what: &str, limit: u64, file: &mut File) -> Result<u64, RegistryError> {
    let (host, stated) = (answer.url.host().to_owned(), answer.length());
    let broken = |source| RegistryError::Unreachable { host: host.clone(), attempts: 1, source };
    let too_large = || RegistryError::TooLarge { what: what.to_owned(), limit };
    if stated.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let write = |source| RegistryError::Write { what: what.to_owned(), source };
    file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(write)?;
    let mut body = answer.stream();
    let mut buffer = vec![0; 256 << 10];
    let mut bytes = 0u64;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        bytes += count as u64;
        if bytes > limit {
            return Err(too_large());
        }
        file.write_all(&buffer[..count]).map_err(write)?;
    }
    if stated.is_some_and(|length| length != bytes) {
        let why = format!("the connection ended after {bytes} bytes");
        return Err(broken(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
    }
    file.seek(SeekFrom::Start(0)).map_err(write)?;
    Ok(bytes)
}
