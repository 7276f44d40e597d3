//! PAX extended headers (POSIX.1-2001 pax, "pax Extended Header"), and the sparse keys GNU tar adds.

/// What extended headers say of the next entry; `None` leaves the ustar field in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extended {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    pub(crate) mtime: Option<i64>,
    pub(crate) xattrs: Vec<(String, Vec<u8>)>,
    /// GNU sparse: real name and real size; `Some` makes the entry sparse.
    pub(crate) sparse_name: Option<Vec<u8>>,
    pub(crate) sparse_size: Option<u64>,
}

/// A record that breaks the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadRecord {
    /// Not `LENGTH KEY=VALUE\n` with the right length.
    Shape,
    /// A number that is none, or negative where none may be.
    Number,
}

const XATTR: &[u8] = b"SCHILY.xattr.";

impl Extended {
    /// Takes in the records of one extended header; later ones win.
    pub(crate) fn read(&mut self, mut records: &[u8]) -> Result<(), BadRecord> {
        // Some writers pad with NUL inside the stated size.
        while !records.is_empty() && !records.iter().all(|byte| *byte == 0) {
            let space = records.iter().take(20).position(|byte| *byte == b' ').ok_or(BadRecord::Shape)?;
            let length = decimal(&records[..space]).ok_or(BadRecord::Shape)?;
            let length = usize::try_from(length).map_err(|_| BadRecord::Shape)?;
            let record = records.get(space + 1..length).ok_or(BadRecord::Shape)?;
            let (b'\n', record) = record.split_last().map(|(last, rest)| (*last, rest)).ok_or(BadRecord::Shape)? else {
                return Err(BadRecord::Shape);
            };
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(BadRecord::Shape)?;
            self.take(&record[..equals], &record[equals + 1..])?;
            records = &records[length..];
        }
        Ok(())
    }

    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRecord> {
        // An empty value takes the key back: POSIX pax, "typeflag x".
        let text = (!value.is_empty()).then(|| value.to_vec());
        let number = || decimal(value).map(Some).ok_or(BadRecord::Number);
        match key {
            b"path" => self.path = text,
            b"linkpath" => self.link = text,
            b"size" => self.size = if value.is_empty() { None } else { number()? },
            b"uid" => self.uid = decimal(value).map(|id| u32::try_from(id).unwrap_or(u32::MAX)),
            b"gid" => self.gid = decimal(value).map(|id| u32::try_from(id).unwrap_or(u32::MAX)),
            b"mtime" => self.mtime = whole_seconds(value),
            b"GNU.sparse.name" => self.sparse_name = text,
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse_size = number()?,
            _ => {
                if let Some(name) = key.strip_prefix(XATTR) {
                    self.xattrs.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
                }
            }
        }
        Ok(())
    }

    /// `self` where it speaks, `below` where it does not.
    pub(crate) fn over(self, below: &Self) -> Self {
        let mut xattrs = below.xattrs.clone();
        xattrs.retain(|(name, _)| self.xattrs.iter().all(|(ours, _)| ours != name));
        xattrs.extend(self.xattrs);
        Self {
            path: self.path.or_else(|| below.path.clone()),
            link: self.link.or_else(|| below.link.clone()),
            size: self.size.or(below.size),
            uid: self.uid.or(below.uid),
            gid: self.gid.or(below.gid),
            mtime: self.mtime.or(below.mtime),
            xattrs,
            sparse_name: self.sparse_name.or_else(|| below.sparse_name.clone()),
            sparse_size: self.sparse_size.or(below.sparse_size),
        }
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let value = text.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })?;
    i64::try_from(value).is_ok().then_some(value)
}

/// Seconds of a decimal time, rounded down; fractions and negative times are legal.
fn whole_seconds(text: &[u8]) -> Option<i64> {
    let negative = text.first() == Some(&b'-');
    let text = if negative { &text[1..] } else { text };
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let whole = i64::try_from(decimal(parts.next()?)?).ok()?;
    let fraction = parts.next().is_some_and(|digits| digits.iter().any(|digit| *digit != b'0'));
    Some(if negative { -whole - i64::from(fraction) } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(records: &[u8]) -> Result<Extended, BadRecord> {
        let mut extended = Extended::default();
        extended.read(records).map(|()| extended)
    }

    #[test]
    fn records_are_read_and_times_before_1970_round_down() {
        let extended = check(b"12 path=a/b\n14 mtime=-1.5\n\0\0").unwrap();
        assert_eq!(extended.path.as_deref(), Some(b"a/b".as_slice()));
        assert_eq!(extended.mtime, Some(-2));
    }

    #[test]
    fn a_wrong_length_or_a_negative_size_is_refused() {
        assert_eq!(check(b"999 path=evil\n"), Err(BadRecord::Shape));
        assert_eq!(check(b"11 size=-1\n"), Err(BadRecord::Number));
        assert_eq!(check(b"0 \n"), Err(BadRecord::Shape));
    }

    #[test]
    fn xattrs_keep_every_byte() {
        let extended = check(b"29 SCHILY.xattr.user.x=\0\xff=\na\n\0").unwrap();
        assert_eq!(extended.xattrs, vec![("user.x".to_owned(), b"\0\xff=\na".to_vec())]);
    }
}
