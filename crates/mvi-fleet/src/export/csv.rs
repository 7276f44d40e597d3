//! The images as a table: RFC 4180, and harmless in a spreadsheet.

use std::io::Write;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::bytes::to_digest;
use crate::error::Result;

const IMAGES: &str = "SELECT reference, image.digest AS digest, platform,
        (SELECT min(gid) FROM ring WHERE ring.digest = image.digest) AS gid,
        depth AS layers, transfer AS transfer_bytes, unpacked AS unpacked_bytes, dimensions,
        judgement.verdict AS verdict, judgement.effective AS effective, judgement.action AS action, compliant, heavy,
        judgement.standard AS standard, image.seq AS event
    FROM image LEFT JOIN judgement ON judgement.digest = image.digest ORDER BY reference, image.digest";

pub(super) fn write(db: &Connection, out: &mut dyn Write) -> Result<()> {
    let mut find = db.prepare(IMAGES)?;
    let names: Vec<String> = find.column_names().map(str::to_owned).collect();
    write!(out, "{}\r\n", names.join(","))?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..names.len() {
            let cell = match row.get_ref(column)? {
                ValueRef::Null => String::new(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => cell(&String::from_utf8_lossy(text)),
                ValueRef::Blob(bytes) => to_digest(bytes)?.to_string(),
            };
            write!(out, "{}{cell}", if column == 0 { "" } else { "," })?;
        }
        write!(out, "\r\n")?;
    }
    Ok(())
}

/// A text as a cell. What a spreadsheet would take for a formula begins with `'`: OWASP, "CSV Injection".
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        let check = |text: &str, cell: &str| assert_eq!(super::cell(text), cell);
        check("plain", "plain");
        check("a,b", "\"a,b\"");
        check("say \"hi\"\n", "\"say \"\"hi\"\"\n\"");
        check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        check("@sum", "\"'@sum\"");
        check("-1", "\"'-1\"");
    }
}
