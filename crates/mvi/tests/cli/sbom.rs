//! Bills of materials: they follow the published schemas, and programs that are not ours read them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::follow::follow;

const STATUS: &str = "\
Package: curl
Status: install ok installed
Maintainer: Ada Lovelace <ada@example.org>
Architecture: amd64
Version: 8.9.1-2
Depends: libc6 (>= 2.34), tool-that-is-nowhere

Package: libc6
Status: install ok installed
Maintainer: C & <C> \"quoted\"
Architecture: amd64
Source: glibc (2.41-3)
Version: 2.41-3

";

/// What a vendor's bill says: one package that dpkg has as well, and one that nobody else knows of.
const VENDORS: &str = "\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: redis

PackageName: redis
SPDXID: SPDXRef-redis
PackageVersion: 7.2.4
ExternalRef: PACKAGE-MANAGER purl pkg:bitnami/redis@7.2.4-0?arch=amd64

PackageName: curl
SPDXID: SPDXRef-curl
PackageVersion: 8.9.1-2
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/curl@8.9.1-2

PackageName: nameless
SPDXID: SPDXRef-nameless
PackageVersion: 1.0
";

/// A root with packages of a distribution and of languages, some of them twice, with licences of all sorts.
fn root() -> Desk {
    let desk = Desk::bare();
    let put = |path: &str, text: &str| {
        let path = desk.path("root").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("etc/os-release", "ID=debian\nVERSION_ID=\"13\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n");
    put("var/lib/dpkg/status", STATUS);
    let node = |place: &str, name: &str, version: &str, more: &str| {
        let document = format!(r#"{{"name":"{name}","version":"{version}"{more}}}"#);
        put(&format!("app/{place}node_modules/{name}/package.json"), &document);
    };
    node("", "left", "1.0.0", r#","license":"(MIT OR Apache-2.0)","dependencies":{"pad":"*"}"#);
    node("", "pad", "1.0.0", r#","license":"MIT","author":"Pad <pad@example.org>""#);
    node("node_modules/left/", "pad", "2.0.0", r#","licenses":[{"type":"BSD"},{"type":"ISC"}]"#);
    node("", "@team/häßlich", "1.0.0", r#","license":"see </text> in LICENSE\nof ours""#);
    let site = "usr/lib/python3/dist-packages";
    let wheel = "Metadata-Version: 2.4\nName: wheel\nVersion: 1.0\nLicense: ASL 2.0\nRequires-Dist: wheel\n";
    put(&format!("{site}/wheel-1.0.dist-info/METADATA"), wheel);
    put("opt/other/wheel-1.0.dist-info/METADATA", wheel);
    put("opt/vendor/redis/.spdx-redis.spdx", VENDORS);
    put("usr/share/sbom/broken.spdx.json", "{");
    desk
}

fn bill(desk: &Desk, arguments: &[&str]) -> Value {
    serde_json::from_str(&desk.says(&[&["sbom"], arguments].concat())).unwrap()
}

const STATED: &[&str] = &["--base", "debian:13", "--base-layers", "1"];

#[test]
fn bills_follow_their_schemas() {
    let (images, root) = (Desk::new(), root());
    for (format, schema) in [
        ("json", include_str!("../../schema/mvi-sbom-1.json")),
        ("spdx-json", include_str!("../schemas/spdx-2.3.json")),
    ] {
        follow(schema, root.says(&["sbom", "dir:root", "--format", format]).as_bytes());
        follow(schema, images.says(&["sbom", "app", "--hidden", "--format", format]).as_bytes());
        let stated = [&["sbom", "app.tar", "--format", format], STATED].concat();
        follow(schema, images.says(&stated).as_bytes());
    }
}

/// Reads the files with the libraries of CycloneDX and of SPDX, checks them with the schema the first brings along and
/// the rules of the second, and prints how many components and how many packages each has.
const READ: &str = r#"
import io, json, sys
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_python_model import v3_0_1
def read_spdx3(path):
    objects = v3_0_1.SHACLObjectSet()
    with open(path) as file:
        v3_0_1.JSONLDDeserializer().read(file, objects)
    missing = objects.link()
    assert not missing, missing
    # Reading looks at types and values; whether a property is missing is looked at by writing.
    v3_0_1.JSONLDSerializer().write(objects, io.BytesIO())
    packages = list(objects.foreach_type(v3_0_1.software_Package))
    declared = [it for it in objects.foreach_type(v3_0_1.Relationship)
                if it.relationshipType == v3_0_1.RelationshipType.hasDeclaredLicense]
    assert declared and all(isinstance(it.from_, v3_0_1.software_Package) for it in declared)
    assert all(isinstance(to, v3_0_1.simplelicensing_LicenseExpression) for it in declared for to in it.to)
    [document] = objects.foreach_type(v3_0_1.SpdxDocument)
    [bill] = document.rootElement
    [image] = bill.rootElement
    assert image.software_primaryPurpose == v3_0_1.software_SoftwarePurpose.container
    return len(packages)
for path in sys.argv[1:]:
    if path.endswith(".spdx3.json"):
        print(read_spdx3(path))
    elif path.endswith(".cdx.json"):
        text = open(path).read()
        problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
        assert problem is None, problem
        bom = Bom.from_json(json.loads(text))
        assert bom.validate()
        print(len(bom.components))
    else:
        document = parse_file(path)
        problems = validate_full_spdx_document(document)
        assert not problems, [problem.validation_message for problem in problems]
        print(len(document.packages))
"#;

#[test]
fn the_libraries_of_both_standards_read_them() {
    let verifiers =
        std::env::var_os("MVI_VERIFIERS").map_or_else(|| std::env::temp_dir().join("mvi-verifiers"), PathBuf::from);
    let desk = root();
    let bill = bill(&desk, &["dir:root", "--format", "json"]);
    let count = bill["packages"].as_array().unwrap().len();
    let files = [
        ("cyclonedx-json", "a.cdx.json"),
        ("spdx-json", "a.spdx.json"),
        ("spdx-tag-value", "a.spdx"),
        ("spdx3-json", "a.spdx3.json"),
    ];
    for (format, file) in files {
        let order = [&["sbom", "dir:root", "--format", format, "--output", file], STATED].concat();
        assert_eq!(desk.says(&order), "");
    }
    // The library of SPDX leaves its tables where it runs.
    let mut python = Command::new(verifiers.join("bin/python"));
    python.args(["-c", READ]).args(files.map(|(_, file)| file)).current_dir(desk.path(""));
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    // The system is one more; SPDX lists the image and its base as well.
    let lines: Vec<String> = text(&output.stdout).lines().rev().take(4).map(str::to_owned).collect();
    assert_eq!(lines, [count + 3, count + 3, count + 3, count + 1].map(|count| count.to_string()));
}

#[test]
fn packages_know_layer_origin_licence_and_what_they_need() {
    let images = Desk::new();
    let bill = bill(&images, &[&["app", "--format", "json", "--hidden"], STATED].concat());
    let packages = bill["packages"].as_array().unwrap();
    let package = |name: &str| packages.iter().find(|package| package["name"] == name).unwrap();
    assert_eq!(package("musl")["origin"], "base");
    assert_eq!(package("python3")["origin"], "application");
    assert_eq!(package("python3")["introduced"], 1);
    assert_eq!(bill["layers"][1]["instruction"], "RUN apk add --no-cache python3");
    assert_eq!(bill["base"]["reference"], "debian:13");
    assert_eq!(package("musl")["expressions"][0], "MIT");
    assert_eq!(package("busybox")["depends"][0], "so:libc.musl-x86_64.so.1");
    assert_eq!(package("busybox")["needs"][0], Value::Null, "the record of musl says not that it has it");
}

#[test]
fn a_bill_in_the_image_is_another_view_and_the_only_one_of_some() {
    let desk = root();
    let bill = bill(&desk, &["dir:root", "--format", "json"]);
    let [document] = bill["documents"].as_array().unwrap().as_slice() else { panic!("{}", bill["documents"]) };
    let count = |name: &str| document[name].as_u64().unwrap();
    assert_eq!(document["path"], "opt/vendor/redis/.spdx-redis.spdx");
    assert_eq!((count("packages"), count("known"), count("nameless")), (2, 1, 1));
    let packages = bill["packages"].as_array().unwrap();
    let of = |name: &str| packages.iter().filter(|package| package["name"] == name).collect::<Vec<_>>();
    assert_eq!(of("curl").len(), 1, "what dpkg and the bill both have is one package");
    let [redis] = of("redis")[..] else { panic!("{packages:?}") };
    assert_eq!((&redis["evidence"], &redis["files"]), (&"document".into(), &0.into()));
    let gaps = bill["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["path"] == "usr/share/sbom/broken.spdx.json"), "{gaps:?}");
}

#[test]
fn packages_have_the_names_that_the_dictionary_of_nvd_knows() {
    let desk = root();
    let cyclonedx = bill(&desk, &["dir:root"]);
    let component = |name: &str| {
        cyclonedx["components"].as_array().unwrap().iter().find(|component| component["name"] == name).unwrap()
    };
    assert_eq!(component("libc6")["cpe"], "cpe:2.3:a:gnu:glibc:2.41:*:*:*:*:*:*:*");
    assert_eq!(component("pad")["cpe"], Value::Null, "what a rule makes is a candidate and no name");
    let properties = component("pad")["properties"].as_array().unwrap();
    let candidate = properties.iter().find(|property| property["name"] == "mvi:cpe:candidate").unwrap();
    assert_eq!(candidate["value"], "cpe:2.3:a:pad:pad:1.0.0:*:*:*:*:node.js:*:*");
    let spdx = bill(&desk, &["dir:root", "--format", "spdx-json"]);
    let package = spdx["packages"].as_array().unwrap().iter().find(|package| package["name"] == "curl").unwrap();
    let names = package["externalRefs"].as_array().unwrap().iter().filter(|one| one["referenceType"] == "cpe23Type");
    assert_eq!(names.count(), 2, "curl is two products there");
}

#[test]
fn a_name_that_several_have_means_the_nearest() {
    let bill = bill(&root(), &["dir:root", "--format", "json"]);
    let packages = bill["packages"].as_array().unwrap();
    let package = |name: &str| packages.iter().find(|package| package["name"] == name).unwrap();
    let needed = package("left")["needs"][0].as_u64().unwrap() as usize;
    assert_eq!(packages[needed]["version"], "2.0.0", "Node looks in its own folder first");
    assert_eq!(package("left")["expressions"][0], "(MIT OR Apache-2.0)");
    assert_eq!(package("curl")["depends"][1], "tool-that-is-nowhere");
    assert_eq!(package("curl")["needs"][1], Value::Null);
    assert_eq!(package("libc6")["source"]["version"], "2.41-3");
    assert_eq!(package("wheel")["expressions"][0], "Apache-2.0");
}

#[test]
fn the_same_image_has_the_same_bill() {
    let desk = Desk::new();
    let without_time = |format: &str| {
        let mut bill = bill(&desk, &["app", "--format", format]);
        bill["created"] = Value::Null;
        bill["metadata"]["timestamp"] = Value::Null;
        bill
    };
    for format in ["json", "cyclonedx-json"] {
        assert_eq!(without_time(format), without_time(format));
    }
    let serial = |arguments: &[&str]| bill(&desk, arguments)["serialNumber"].clone();
    assert_eq!(serial(&["app"]), serial(&["app"]));
    assert_ne!(serial(&["app"]), serial(&[&["app"], STATED].concat()));
}

#[test]
fn what_cannot_be_read_is_told_in_the_bill_and_beside_it() {
    let desk = root();
    std::fs::write(desk.path("root/app/node_modules/pad/package.json"), b"{").unwrap();
    let output = desk.run(&["sbom", "dir:root"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("warning: app/node_modules/pad/package.json"));
    let bill: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(bill["compositions"][0]["aggregate"], "incomplete");
    let output = desk.run(&["sbom", "missing.tar"]);
    assert_eq!(output.status.code(), Some(3));
    let output = desk.run(&["sbom", "dir:root", "--output", "no/such/folder.json"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("no/such/folder.json"));
}
