//! SPDX 2.3 as tags and values: one a line, longer texts between `<text>` and `</text>`.

use std::io::{self, Write};

use super::spdx::{Document, OtherLicence, Package, document};
use crate::report::sbom::SbomReport;

/// Writes a bill.
pub(super) fn write(report: &SbomReport, out: &mut dyn Write) -> io::Result<()> {
    let document = document(report);
    head(&document, out)?;
    for package in &document.packages {
        write_package(package, out)?;
    }
    for licence in &document.has_extracted_licensing_infos {
        write_licence(licence, out)?;
    }
    writeln!(out)?;
    for relation in &document.relationships {
        let (from, to) = (&relation.spdx_element_id, &relation.related_spdx_element);
        writeln!(out, "Relationship: {from} {} {to}", relation.relationship_type)?;
    }
    Ok(())
}

fn head(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    tag(out, "SPDXVersion", document.spdx_version)?;
    tag(out, "DataLicense", document.data_license)?;
    tag(out, "SPDXID", document.id)?;
    tag(out, "DocumentName", &one_line(&document.name))?;
    tag(out, "DocumentNamespace", &document.document_namespace)?;
    for creator in &document.creation_info.creators {
        tag(out, "Creator", creator)?;
    }
    tag(out, "Created", &document.creation_info.created)?;
    tag(out, "LicenseListVersion", &document.creation_info.license_list_version)?;
    document.comment.as_deref().map_or(Ok(()), |comment| text(out, "DocumentComment", comment))
}

fn write_package(package: &Package, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    tag(out, "PackageName", &one_line(&package.name))?;
    tag(out, "SPDXID", &package.id)?;
    if let Some(version) = &package.version_info {
        tag(out, "PackageVersion", &one_line(version))?;
    }
    if let Some(supplier) = &package.supplier {
        tag(out, "PackageSupplier", &one_line(supplier))?;
    }
    tag(out, "PackageDownloadLocation", package.download_location)?;
    tag(out, "FilesAnalyzed", if package.files_analyzed { "true" } else { "false" })?;
    for checksum in &package.checksums {
        tag(out, "PackageChecksum", &format!("{}: {}", checksum.algorithm, checksum.checksum_value))?;
    }
    if let Some(info) = &package.source_info {
        text(out, "PackageSourceInfo", info)?;
    }
    tag(out, "PackageLicenseConcluded", package.license_concluded)?;
    tag(out, "PackageLicenseDeclared", &package.license_declared)?;
    tag(out, "PackageCopyrightText", package.copyright_text)?;
    for reference in &package.external_refs {
        let (category, kind) = (reference.reference_category, reference.reference_type);
        tag(out, "ExternalRef", &format!("{category} {kind} {}", reference.reference_locator))?;
    }
    // The one name that the two forms spell differently: clause 7.24 and the schema of the JSON form.
    tag(out, "PrimaryPackagePurpose", &package.primary_package_purpose.replace('_', "-"))?;
    for annotation in &package.annotations {
        tag(out, "Annotator", &annotation.annotator)?;
        tag(out, "AnnotationDate", &annotation.annotation_date)?;
        tag(out, "AnnotationType", annotation.annotation_type)?;
        tag(out, "SPDXREF", &package.id)?;
        text(out, "AnnotationComment", &annotation.comment)?;
    }
    Ok(())
}

fn write_licence(licence: &OtherLicence, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    tag(out, "LicenseID", &licence.license_id)?;
    text(out, "ExtractedText", &licence.extracted_text)?;
    tag(out, "LicenseName", &one_line(&licence.name))
}

fn tag(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{name}: {value}")
}

/// A text of several lines; it cannot end itself.
fn text(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{name}: <text>{}</text>", value.replace("</text>", "</ text>"))
}

fn one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}
