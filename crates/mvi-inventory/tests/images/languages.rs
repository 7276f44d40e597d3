//! Installed records of languages, most as their own tools wrote them.

use mvi_inventory::{Package, take};

use crate::image::Entry::{self, File};
use crate::image::tree;

/// Checks the lines `purl, files and bytes, licences, supplier, needs` of an image's packages.
fn check(image: &[Entry<'_>], expected: &[&str]) {
    let line = |package: &Package| {
        let Package { purl, files, installed_bytes, licences, supplier, depends, .. } = package;
        let supplier = supplier.as_deref().unwrap_or("?");
        format!("{purl} {files} files {installed_bytes} bytes {licences:?} by {supplier} needs {depends:?}")
    };
    let inventory = take(&tree(&[image]));
    let mut found: Vec<String> = inventory.packages.iter().map(line).collect();
    found.extend(inventory.gaps.iter().map(|gap| format!("gap {}: {}", gap.path.as_deref().unwrap_or("-"), gap.text)));
    assert_eq!(found, expected);
}

#[test]
fn a_gem_owns_its_folder() {
    check(
        &[
            File("gems/specifications/mvi-a-1.2.3.gemspec", include_str!("../fixtures/languages/mvi-a-1.2.3.gemspec")),
            File("gems/gems/mvi-a-1.2.3/lib/a.rb", "1\n"),
            File("gems/gems/mvi-a-1.2.30/lib/a.rb", "1\n"),
            File("app/a.gemspec", "s.name = 'x'"),
        ],
        &["pkg:gem/mvi-a@1.2.3 1 files 2 bytes [\"MIT\", \"Ruby\"] by Ann needs [\"mvi-b\"]"],
    );
}

#[test]
fn packages_of_composer_lie_where_it_says() {
    check(
        &[
            File("app/vendor/composer/installed.json", include_str!("../fixtures/languages/installed.json")),
            File("app/vendor/mvi/lib/composer.json", "{}"),
            File("app/vendor/mvi/dev/composer.json", "[]\n"),
        ],
        &[
            "pkg:composer/mvi/dev@v0.3 1 files 3 bytes [] by ? needs [\"mvi/lib\"]",
            "pkg:composer/mvi/lib@2.1.0 1 files 2 bytes [\"MIT\"] by Ann needs []",
        ],
    );
}

#[test]
fn a_rock_has_the_name_and_version_of_its_folders() {
    let rockspec = include_str!("../fixtures/languages/mvi-rock-1.2-1.rockspec");
    check(
        &[
            File("usr/local/lib/luarocks/rocks-5.1/mvi-rock/1.2-1/mvi-rock-1.2-1.rockspec", rockspec),
            File("app/mvi-rock-1.2-1.rockspec", rockspec),
        ],
        &["pkg:luarocks/mvi-rock@1.2-1 1 files 253 bytes [\"MIT\"] by Ann <a@x> needs []"],
    );
}

#[test]
fn a_package_of_r_is_one_that_r_built() {
    let built = include_str!("../fixtures/languages/utils-DESCRIPTION");
    let source = "Package: utils\nVersion: 1\n";
    check(
        &[File("usr/lib/R/library/utils/DESCRIPTION", built), File("app/library/utils/DESCRIPTION", source)],
        &["pkg:cran/utils@4.2.2 1 files 425 bytes [\"Part of R 4.2.2\"] by R Core Team \
           <do-use-Contact-address@r-project.org> needs []"],
    );
}

#[test]
fn applications_and_the_run_time_system_of_a_release_are_packages() {
    check(
        &[
            File("app/lib/crypto-5.1.2/ebin/crypto.app", include_str!("../fixtures/languages/crypto.app")),
            File("app/lib/crypto-5.1.2/priv/lib/crypto.so", "12345"),
            File("app/lib/stdlib-4.2/ebin/stdlib.app", "{application, stdlib, [{vsn, \"4.2\"}]}."),
            File("app/releases/start_erl.data", "13.1.5 25\n"),
            File("app/releases/1.2.3/app.rel", "{release, {\"app\", \"1.2.3\"}, {erts, \"13.1.5\"}, []}."),
            File("app/erts-13.1.5/bin/beam.smp", "1234567"),
            File("x/ebin/y.app", "oops"),
        ],
        &[
            "pkg:otp/crypto@5.1.2 2 files 981 bytes [] by ? needs [\"kernel\", \"stdlib\"]",
            "pkg:otp/erts@13.1.5 1 files 7 bytes [] by ? needs []",
            "pkg:otp/stdlib@4.2 1 files 38 bytes [] by ? needs []",
            "gap x/ebin/y.app: unreadable line `oops`",
        ],
    );
}

#[test]
fn packages_of_a_published_program_are_its_assemblies() {
    let deps = r#"{"runtimeTarget":{"name":"net8"},"targets":{"net8":{"Serilog/3.1.1":{
        "runtime":{"lib/net7.0/Serilog.dll":{}}}}},"libraries":{"Serilog/3.1.1":{"type":"package"}}}"#;
    check(
        &[File("app/shop.deps.json", deps), File("app/Serilog.dll", "1234"), File("app/shop.dll", "1")],
        &["pkg:nuget/Serilog@3.1.1 1 files 4 bytes [] by ? needs []"],
    );
}

#[test]
fn a_perl_distribution_owns_what_its_list_names() {
    let record = r#"{"name":"Try::Tiny","version":"0.31","dist":"Try-Tiny-0.31","pathname":"E/ET/ETHER/x.tar.gz"}"#;
    check(
        &[
            File("perl5/x86_64/.meta/Try-Tiny-0.31/install.json", record),
            File("perl5/x86_64/auto/Try/Tiny/.packlist", "/perl5/Try/Tiny.pm\n"),
            File("perl5/Try/Tiny.pm", "1;\n"),
        ],
        &["pkg:cpan/Try-Tiny@0.31 3 files 115 bytes [] by ETHER needs []"],
    );
}

#[test]
fn a_formula_is_named_by_its_folders() {
    let receipt = r#"{"installed_on_request":true,"source":{"tap":"homebrew/core"},
        "runtime_dependencies":[{"full_name":"openssl@3"}]}"#;
    check(
        &[File("brew/Cellar/wget/1.21/INSTALL_RECEIPT.json", receipt), File("brew/Cellar/wget/1.21/bin/wget", "123")],
        &["pkg:brew/wget@1.21 2 files 125 bytes [] by homebrew/core needs [\"openssl@3\"]"],
    );
}

#[test]
fn store_paths_with_a_version_are_packages_without_a_record() {
    let folder = "nix/store/0c0zr5a2rmqsy8w4hk6ak7s3bx0m7x2r-hello-2.12.1";
    let file = format!("{folder}/bin/hello");
    let inventory =
        take(&tree(&[&[File(&file, "123"), File("nix/store/0c0zr5a2rmqsy8w4hk6ak7s3bx0m7x2r-source/a", "1")]]));
    let package = &inventory.packages[0];
    assert_eq!(package.purl, "pkg:nix/hello@2.12.1?outputhash=0c0zr5a2rmqsy8w4hk6ak7s3bx0m7x2r");
    assert_eq!((package.installed_bytes, package.evidence), (3, mvi_inventory::Evidence::Path));
    assert_eq!(inventory.packages.len(), 1);
}
