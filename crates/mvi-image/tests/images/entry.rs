//! Tar entries and layers made in memory: ustar headers, PAX records, whiteouts. Archives are in `archive`.

/// A tar entry to be; what it does not set is zero.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: u8,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) mtime: i64,
    pub(crate) target: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// What the size field says, where that is not the length of the body.
    pub(crate) stated: Option<u64>,
    /// PAX records in front.
    pub(crate) records: Vec<u8>,
}

fn entry(path: &str, kind: u8, mode: u32) -> Entry {
    let (path, target, body) = (path.into(), Vec::new(), Vec::new());
    Entry { path, kind, mode, uid: 0, mtime: 0, target, body, stated: None, records: Vec::new() }
}

/// A file, mode 0644.
pub(crate) fn file(path: &str, body: impl AsRef<[u8]>) -> Entry {
    Entry { body: body.as_ref().to_vec(), ..entry(path, b'0', 0o644) }
}

/// A folder, mode 0755.
pub(crate) fn dir(path: &str) -> Entry {
    entry(path, b'5', 0o755)
}

/// A symbolic link.
pub(crate) fn symlink(path: &str, target: &str) -> Entry {
    Entry { target: target.into(), ..entry(path, b'2', 0o777) }
}

/// A hard link.
pub(crate) fn hard(path: &str, target: &str) -> Entry {
    Entry { target: target.into(), ..entry(path, b'1', 0o644) }
}

/// The whiteout of a path.
pub(crate) fn gone(path: &str) -> Entry {
    match path.rsplit_once('/') {
        Some((folder, name)) => file(&format!("{folder}/.wh.{name}"), ""),
        None => file(&format!(".wh.{path}"), ""),
    }
}

/// The opaque marker of a folder; the root's is that of the empty path.
pub(crate) fn opaque(folder: &str) -> Entry {
    let slash = if folder.is_empty() { "" } else { "/" };
    file(&format!("{folder}{slash}.wh..wh..opq"), "")
}

impl Entry {
    pub(crate) fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    pub(crate) fn uid(self, uid: u32) -> Self {
        Self { uid, ..self }
    }

    pub(crate) fn mtime(self, mtime: i64) -> Self {
        Self { mtime, ..self }
    }

    /// Sets the type flag.
    pub(crate) fn kind(self, kind: u8) -> Self {
        Self { kind, ..self }
    }

    /// Sets the size field.
    pub(crate) fn stated(self, size: u64) -> Self {
        Self { stated: Some(size), ..self }
    }

    /// Adds a PAX record in front.
    pub(crate) fn pax(mut self, key: &str, value: &[u8]) -> Self {
        self.records.extend(record(key, value));
        self
    }

    /// The header block: POSIX.1-2017 pax, "ustar Interchange Format". Longer names than its fields are cut.
    pub(crate) fn header(&self) -> [u8; 512] {
        let mut block = [0_u8; 512];
        put(&mut block, 0, 100, &self.path);
        put(&mut block, 100, 8, format!("{:07o}", self.mode).as_bytes());
        put(&mut block, 108, 8, format!("{:07o}", self.uid).as_bytes());
        put(&mut block, 116, 8, b"0000000");
        let size = self.stated.unwrap_or(self.body.len() as u64);
        put(&mut block, 124, 12, format!("{size:011o}").as_bytes());
        put(&mut block, 136, 12, &time(self.mtime));
        block[156] = self.kind;
        put(&mut block, 157, 100, &self.target);
        put(&mut block, 257, 8, b"ustar\x0000");
        sum(&mut block);
        block
    }

    /// Header, body and padding, with the PAX header before them where there is one.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if !self.records.is_empty() {
            bytes.extend(extended(b'x', &self.records));
        }
        bytes.extend(self.header());
        bytes.extend(&self.body);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

fn put(block: &mut [u8; 512], at: usize, room: usize, bytes: &[u8]) {
    let length = bytes.len().min(room);
    block[at..at + length].copy_from_slice(&bytes[..length]);
}

/// A time field; before 1970 in GNU's base-256.
fn time(mtime: i64) -> Vec<u8> {
    if mtime >= 0 {
        return format!("{mtime:011o}").into_bytes();
    }
    [vec![0xff; 4], mtime.to_be_bytes().to_vec()].concat()
}

/// Writes the checksum of a header.
pub(crate) fn sum(block: &mut [u8; 512]) {
    put(block, 148, 8, b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(block, 148, 8, format!("{sum:06o}\0 ").as_bytes());
}

/// A PAX record; its length counts its own digits.
pub(crate) fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

/// An extension of type `kind` with this content: PAX records, or a GNU long name.
pub(crate) fn extended(kind: u8, content: &[u8]) -> Vec<u8> {
    file("././@LongLink", content).kind(kind).bytes()
}

/// The tar archive of these entries, ended by two zero blocks.
pub(crate) fn layer(entries: &[Entry]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(Entry::bytes).collect();
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}
