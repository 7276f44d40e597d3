//! rpm's database of installed packages, in any of the three formats it has had.

use super::problem::{Problem, ProblemKind, Problems};
use super::rpm_header::{RpmRecord, parse_rpm_header};
use super::{rpm_bdb, rpm_ndb, rpm_sqlite};

/// The packages of a database in its order, and what could not be read. The file's first bytes tell its format: SQLite
/// (`rpmdb.sqlite`), ndb (`Packages.db`) or a hash table of Berkeley DB (`Packages`).
///
/// Every page is read at most once, so that damaged or hostile databases cost no more than sound ones of their size.
pub fn parse_rpm_database(bytes: &[u8]) -> (Vec<RpmRecord>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut records = Vec::new();
    let mut take = |at: usize, blob: &[u8], problems: &mut Problems| match parse_rpm_header(blob) {
        Ok(record) => records.push(record),
        Err(kind) => problems.push(at, kind),
    };
    if bytes.starts_with(rpm_sqlite::MAGIC) {
        rpm_sqlite::headers(bytes, &mut problems, &mut take);
    } else if bytes.starts_with(rpm_ndb::MAGIC) {
        rpm_ndb::headers(bytes, &mut problems, &mut take);
    } else if rpm_bdb::is_bdb(bytes) {
        rpm_bdb::headers(bytes, &mut problems, &mut take);
    } else {
        problems.push(0, ProblemKind::Damaged { what: "no format that rpm has had".to_owned() });
    }
    (records, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        let (records, problems) = parse_rpm_database(bytes);
        let mut found: Vec<String> = records.iter().map(|record| record.name.clone()).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn what_is_no_database_is_a_problem() {
        check(b"", "byte 0: damaged database: no format that rpm has had");
        check(b"SQLite format 3\0\0\0", "byte 0: damaged database: a page size that SQLite does not have");
        check(b"RpmP", "byte 0: damaged database: 0 pages of slots in 4 bytes");
    }

    #[test]
    fn a_table_whose_pages_lead_in_a_circle_ends() {
        let mut bytes = vec![0; 1024];
        bytes[..18].copy_from_slice(b"SQLite format 3\0\x02\0");
        bytes[100] = 5; // an inner page whose right neighbour is itself
        bytes[108..112].copy_from_slice(&[0, 0, 0, 1]);
        check(
            &bytes,
            "byte 0: damaged database: page 1 is missing or used twice; byte 0: damaged database: no table `Packages`",
        );
        bytes[103..105].copy_from_slice(&[0, 200]); // two hundred pages below it
        let problems = parse_rpm_database(&bytes).1;
        assert_eq!(problems[0].to_string(), "byte 0: damaged database: more pages are named than there are");
    }
}
