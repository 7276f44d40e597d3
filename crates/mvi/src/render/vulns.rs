//! What advisories say of an image in the shapes that other programs read: one a file.

mod junit;
mod openvex;
mod sarif;

use std::io::{self, Write};

use crate::report::vulns::VulnsReport;

/// Writes findings in one shape.
pub(crate) type VulnsWriter = fn(&VulnsReport, &mut dyn Write) -> io::Result<()>;

/// For code scanning: SARIF 2.1.0.
pub(crate) const SARIF: VulnsWriter = sarif::write;
/// For CI servers: JUnit's XML.
pub(crate) const JUNIT: VulnsWriter = junit::write;
/// For those who use the image: OpenVEX 0.2.0.
pub(crate) const OPENVEX: VulnsWriter = openvex::write;
