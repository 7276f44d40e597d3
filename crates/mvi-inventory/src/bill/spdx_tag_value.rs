//! SPDX 2.2 and 2.3 as tags and values: one a line, longer texts between `<text>` and `</text>`.

use super::Listed;
use super::entry::Entry;
use super::spdx_json::known;

const OPEN: &str = "<text>";
const CLOSE: &str = "</text>";

/// What is read of a document; none when it does not start as one.
pub(super) fn read(text: &str) -> Option<Listed> {
    let mut reader = Reader { listed: Listed::default(), entry: None, purpose: String::new(), in_package: false };
    let mut rest = text;
    while let Some((tag, value, behind)) = next(rest) {
        rest = behind;
        reader.take(tag, value);
    }
    reader.finish();
    (!reader.listed.standard.is_empty()).then_some(reader.listed)
}

/// The next tag with its value, and what follows. Comments and lines that are none are passed over.
fn next(mut text: &str) -> Option<(&str, &str, &str)> {
    loop {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        if line.is_empty() && rest.is_empty() {
            return None;
        }
        let split = line.split_once(':').filter(|_| !line.starts_with('#'));
        let Some((tag, value)) = split else {
            text = rest;
            continue;
        };
        let value = value.trim();
        let Some(opened) = value.strip_prefix(OPEN) else { return Some((tag, value, rest)) };
        if let Some(closed) = opened.strip_suffix(CLOSE) {
            return Some((tag, closed, rest));
        }
        let start = text.find(OPEN)? + OPEN.len();
        let body = &text[start..];
        // A text without an end goes on to the end of the document.
        let end = body.find(CLOSE).unwrap_or(body.len());
        return Some((tag, &body[..end], body.get(end + CLOSE.len()..).unwrap_or_default()));
    }
}

struct Reader {
    listed: Listed,
    entry: Option<Entry>,
    purpose: String,
    in_package: bool,
}

impl Reader {
    fn take(&mut self, tag: &str, value: &str) {
        match tag {
            "SPDXVersion" => value.clone_into(&mut self.listed.standard),
            "DocumentName" => value.clone_into(&mut self.listed.subject),
            "Created" => self.listed.created = Some(value.to_owned()),
            "PackageName" => {
                self.finish();
                self.in_package = true;
                self.entry = Some(Entry { name: value.to_owned(), ..Entry::default() });
            }
            // Sections of other things end the packages.
            "FileName" | "SnippetSPDXID" | "LicenseID" | "Relationship" => self.in_package = false,
            _ if self.in_package => self.take_of_package(tag, value),
            _ => {}
        }
    }

    fn take_of_package(&mut self, tag: &str, value: &str) {
        let Some(entry) = &mut self.entry else { return };
        match tag {
            "PackageVersion" => value.clone_into(&mut entry.version),
            "PackageSupplier" => entry.supplier = known(value),
            "PackageLicenseDeclared" => entry.licences.extend(known(value)),
            "PrimaryPackagePurpose" => value.clone_into(&mut self.purpose),
            "AnnotationComment" => entry.take_annotation(value),
            "ExternalRef" => {
                let mut words = value.split_whitespace().skip(1);
                if words.next() == Some("purl") && entry.purl.is_empty() {
                    words.next().unwrap_or_default().clone_into(&mut entry.purl);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self) {
        let purpose = std::mem::take(&mut self.purpose);
        if let Some(entry) = self.entry.take() {
            self.listed.take(entry, &purpose);
        }
    }
}
