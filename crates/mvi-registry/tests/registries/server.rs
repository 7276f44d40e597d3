//! A server in this process that answers as a test wants: rightly, wrongly, or not at all; it notes what was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::layout::Layout;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// By lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// How many requests with this method and path came before.
    pub(crate) before: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What is sent back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// `Content-Length`, when it is not the body's.
    pub(crate) stated: Option<u64>,
    /// After so many bytes of body the connection is closed.
    pub(crate) cut: Option<usize>,
    /// The body is sent over and over until so many bytes went out or the other side hangs up.
    pub(crate) repeat: Option<u64>,
    /// Nothing is sent at all until the server ends.
    pub(crate) hang: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status, headers: Vec::new(), body, stated: None, cut: None, repeat: None, hang: false }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A running server; it ends with the test.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<Mutex<BTreeMap<String, u64>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves what `answer` says.
    pub(crate) fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (asked, sent) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(BTreeMap::new())));
        let over = Arc::new(AtomicBool::new(false));
        let shared = Shared { answer: Box::new(answer), asked: asked.clone(), sent: sent.clone(), over: over.clone() };
        let thread = std::thread::spawn(move || {
            let shared = Arc::new(shared);
            let mut threads = Vec::new();
            for stream in listener.incoming() {
                if shared.over.load(Ordering::SeqCst) {
                    break;
                }
                let (shared, stream) = (shared.clone(), stream.unwrap());
                threads.push(std::thread::spawn(move || shared.serve(&stream)));
            }
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
        Self { host, asked, sent, over, thread: Some(thread) }
    }

    /// Serves an image under any name, as a registry should; `change` may spoil an answer.
    pub(crate) fn registry(layout: Layout, change: impl Fn(&Asked, Reply) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |asked| change(asked, honest(&layout, asked)))
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests had this in their path.
    pub(crate) fn count(&self, part: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path.contains(part)).count()
    }

    /// Bytes of bodies sent for paths that contain this.
    pub(crate) fn sent(&self, part: &str) -> u64 {
        self.sent.lock().unwrap().iter().filter(|(path, _)| path.contains(part)).map(|(_, bytes)| bytes).sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // The listener looks up once more and sees that it is over.
        drop(TcpStream::connect(&self.host));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What an honest registry answers.
fn honest(layout: &Layout, asked: &Asked) -> Reply {
    let Some((kind, selector)) = asked.path.strip_prefix("/v2/").and_then(|path| {
        let (rest, selector) = path.rsplit_once('/')?;
        Some((rest.rsplit('/').next()?.to_owned(), selector.to_owned()))
    }) else {
        return Reply::new(404, "");
    };
    let digest = if selector.starts_with("sha256:") { selector } else { layout.top_digest() };
    match (kind.as_str(), layout.blobs.get(&digest)) {
        ("manifests", Some(bytes)) => Reply::new(200, bytes.clone())
            .header("content-type", "application/vnd.oci.image.manifest.v1+json")
            .header("docker-content-digest", digest),
        ("blobs", Some(bytes)) => {
            let start =
                asked.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
            match start {
                Some(start) => {
                    let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
                    Reply::new(206, bytes[start..].to_vec()).header("content-range", range)
                }
                None => Reply::new(200, bytes.clone()),
            }
        }
        _ => Reply::new(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not known"}]}"#),
    }
}

struct Shared {
    answer: Box<dyn Fn(&Asked) -> Reply + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<Mutex<BTreeMap<String, u64>>>,
    over: Arc<AtomicBool>,
}

impl Shared {
    fn serve(&self, stream: &TcpStream) {
        stream.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
        let mut reader = BufReader::new(stream);
        while let Some(mut asked) = self.request(&mut reader) {
            let same = |one: &&Asked| one.method == asked.method && one.path == asked.path;
            asked.before = self.asked.lock().unwrap().iter().filter(same).count();
            self.asked.lock().unwrap().push(asked.clone());
            let reply = (self.answer)(&asked);
            while reply.hang && !self.over.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            // The other side may hang up at any moment.
            if reply.hang || self.reply(stream, &asked, &reply).is_err() || reply.cut.is_some() {
                return;
            }
        }
    }

    /// The next request; `None` when the other side is gone or the server is over.
    fn request(&self, reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        loop {
            match reader.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) if line.trim().is_empty() => break,
                Ok(_) => lines.push(std::mem::take(&mut line).trim_end().to_owned()),
                Err(_) if self.over.load(Ordering::SeqCst) => return None,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
        let mut words = lines.first()?.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let pairs = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> =
            pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match reader.read(&mut body[filled..]) {
                Ok(0) => return None,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
        Some(Asked { method, path, headers, body, before: 0 })
    }

    fn reply(&self, mut stream: &TcpStream, asked: &Asked, reply: &Reply) -> std::io::Result<()> {
        let stated = reply.stated.unwrap_or(reply.body.len() as u64);
        let mut head = format!("HTTP/1.1 {} x\r\n", reply.status);
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {stated}\r\n\r\n"));
        stream.write_all(head.as_bytes())?;
        if asked.method == "HEAD" {
            return Ok(());
        }
        let end = reply.cut.unwrap_or(reply.body.len());
        let mut left = reply.repeat.unwrap_or(end as u64);
        while left > 0 {
            let piece = &reply.body[..end.min(usize::try_from(left).unwrap_or(usize::MAX))];
            stream.write_all(piece)?;
            left -= piece.len() as u64;
            *self.sent.lock().unwrap().entry(asked.path.clone()).or_default() += piece.len() as u64;
        }
        stream.flush()
    }
}
