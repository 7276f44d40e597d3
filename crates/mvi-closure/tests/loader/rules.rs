//! The rules of ld.so(8) and of musl's loader, one a test.

use mvi_closure::Environment;
use mvi_inventory::parse::elf::ElfFacts;

use crate::system::{System, needs, object, program};

const GLIBC: &str = "/lib64/ld-linux-x86-64.so.2";
const MUSL: &str = "/lib/ld-musl-x86_64.so.1";

fn glibc(facts: ElfFacts) -> System {
    System::default()
        .object("/bin/app", ElfFacts { interpreter: Some(GLIBC.to_owned()), ..facts })
        .object(GLIBC, object())
}

fn musl(facts: ElfFacts) -> System {
    System::default()
        .object("/bin/app", ElfFacts { interpreter: Some(MUSL.to_owned()), ..facts })
        .object(MUSL, object())
}

fn check(system: &System, expected: &str) {
    assert_eq!(system.load(Environment::default()), expected);
}

fn rpath(list: &str, names: &str) -> ElfFacts {
    ElfFacts { rpath: Some(list.to_owned()), ..needs(names) }
}

fn runpath(list: &str, names: &str) -> ElfFacts {
    ElfFacts { runpath: Some(list.to_owned()), ..needs(names) }
}

const LD: &str = "/lib64/ld-linux-x86-64.so.2=/lib64/ld-linux-x86-64.so.2";
const LD_MUSL: &str = "/lib/ld-musl-x86_64.so.1=/lib/ld-musl-x86_64.so.1";

#[test]
fn libraries_are_found_in_the_folders_of_the_distribution() {
    let system =
        glibc(needs("a.so")).object("/usr/lib/x86_64-linux-gnu/a.so", needs("b.so")).object("/lib/b.so", object());
    check(&system, &format!("{LD} a.so=/usr/lib/x86_64-linux-gnu/a.so b.so=/lib/b.so"));
    let fedora = glibc(needs("a.so")).object("/usr/lib64/a.so", object());
    check(&fedora, &format!("{LD} a.so=/usr/lib64/a.so"));
}

#[test]
fn an_rpath_comes_before_the_environment_and_is_inherited() {
    let system = glibc(rpath("/opt/r", "a.so"))
        .object("/opt/r/a.so", needs("b.so"))
        .object("/opt/r/b.so", object())
        .object("/opt/e/a.so", object())
        .object("/lib/b.so", object());
    let environment = Environment { library_path: Some("/opt/e"), ..Environment::default() };
    assert_eq!(system.load(environment), format!("{LD} a.so=/opt/r/a.so b.so=/opt/r/b.so"));
}

#[test]
fn a_runpath_comes_behind_the_environment_and_is_not_inherited() {
    let system = glibc(runpath("/opt/r", "a.so"))
        .object("/opt/r/a.so", needs("b.so"))
        .object("/opt/r/b.so", object())
        .object("/opt/e/a.so", needs("b.so"));
    check(&system, &format!("{LD} a.so=/opt/r/a.so b.so?absent"));
    let environment = Environment { library_path: Some("/opt/e"), ..Environment::default() };
    assert_eq!(system.load(environment), format!("{LD} a.so=/opt/e/a.so b.so?absent"));
}

#[test]
fn a_runpath_makes_the_rpaths_of_its_object_void_and_those_above_it() {
    let both = ElfFacts { rpath: Some("/opt/r".into()), ..runpath("/opt/none", "a.so") };
    check(&glibc(both).object("/opt/r/a.so", object()), &format!("{LD} a.so?absent"));
    let below =
        glibc(rpath("/opt/r", "a.so")).object("/opt/r/a.so", runpath("/opt/x", "b.so")).object("/opt/r/b.so", object());
    check(&below, &format!("{LD} a.so=/opt/r/a.so b.so?absent"));
}

#[test]
fn words_in_lists_stand_for_places() {
    let system = glibc(runpath("$ORIGIN/../own:/x/$LIB:/y/${PLATFORM}", "a.so b.so c.so"))
        .object("/bin/../own/a.so", object())
        .object("/x/lib64/b.so", object())
        .object("/y/x86_64/c.so", object());
    check(&system, &format!("{LD} a.so=/bin/../own/a.so b.so=/x/lib64/b.so c.so=/y/x86_64/c.so"));
}

#[test]
fn a_needed_path_is_taken_as_it_is() {
    let system = glibc(needs("/opt/p/a.so ./b.so")).object("/opt/p/a.so", object()).object("/lib/b.so", object());
    check(&system, &format!("{LD} /opt/p/a.so=/opt/p/a.so ./b.so?absent"));
}

#[test]
fn settings_count_with_what_they_include_where_there_is_no_cache() {
    let system = glibc(needs("a.so b.so"))
        .text("/etc/ld.so.conf", "# folders\ninclude ld.so.conf.d/*.conf\n/opt/last\n")
        .text("/etc/ld.so.conf.d/x.conf", "/opt/x\ninclude /etc/ld.so.conf\n")
        .object("/opt/x/a.so", object())
        .object("/opt/last/b.so", object());
    check(&system, &format!("{LD} a.so=/opt/x/a.so b.so=/opt/last/b.so"));
}

#[test]
fn another_machine_is_passed_over_by_glibc_and_ends_the_search_of_musl() {
    let foreign = ElfFacts { machine: 183, ..object() };
    let system = |start: System| {
        start.object("/usr/lib/a.so", object()).object("/lib/a.so", ElfFacts { machine: 183, ..object() })
    };
    check(&system(glibc(needs("a.so"))), &format!("{LD} a.so=/usr/lib/a.so"));
    check(&system(musl(needs("a.so"))), &format!("{LD_MUSL} a.so?other machine /lib/a.so"));
    check(&glibc(needs("a.so")).object("/lib/a.so", foreign), &format!("{LD} a.so?other machine /lib/a.so"));
    let narrow = ElfFacts { bits: 32, ..object() };
    check(&glibc(needs("a.so")).object("/lib/a.so", narrow), &format!("{LD} a.so?other machine /lib/a.so"));
}

#[test]
fn a_text_is_no_library() {
    check(&glibc(needs("a.so")).text("/lib/a.so", "GROUP ( b.so )"), &format!("{LD} a.so?no library /lib/a.so"));
}

#[test]
fn links_are_followed_and_one_file_is_loaded_once() {
    let system = glibc(needs("a.so b.so"))
        .link("/lib/a.so", "/opt/real.so")
        .link("/lib/b.so", "/opt/real.so")
        .object("/opt/real.so", object());
    check(&system, &format!("{LD} a.so=/lib/a.so"));
    let circle = glibc(needs("a.so")).link("/lib/a.so", "/lib/b.so").link("/lib/b.so", "/lib/a.so");
    check(&circle, &format!("{LD} a.so?absent"));
}

#[test]
fn a_soname_that_is_loaded_is_not_looked_for_again() {
    let named = ElfFacts { soname: Some("b.so".into()), ..object() };
    check(&glibc(needs("a.so b.so")).object("/lib/a.so", named), &format!("{LD} a.so=/lib/a.so"));
}

#[test]
fn musl_inherits_every_list_and_is_its_own_c_library() {
    let system = musl(runpath("/opt/r", "a.so libc.musl-x86_64.so.1 libpthread.so"))
        .object("/opt/r/a.so", needs("b.so"))
        .object("/opt/r/b.so", object());
    check(&system, &format!("{LD_MUSL} a.so=/opt/r/a.so b.so=/opt/r/b.so"));
}

#[test]
fn musl_has_a_path_file_of_its_own() {
    let system = musl(needs("a.so b.so"))
        .text("/etc/ld-musl-x86_64.path", "/opt/m\n/opt/n:/opt/o\n")
        .object("/opt/o/a.so", object())
        .object("/lib/b.so", object());
    check(&system, &format!("{LD_MUSL} a.so=/opt/o/a.so b.so?absent"));
    let usual = musl(needs("a.so")).object("/usr/local/lib/a.so", object());
    check(&usual, &format!("{LD_MUSL} a.so=/usr/local/lib/a.so"));
}

#[test]
fn glibc_is_not_there_for_programs_of_musl() {
    let system = musl(needs("a.so")).object("/lib/a.so", needs("libc.so.6")).object("/lib/libc.so.6", object());
    check(&system, &format!("{LD_MUSL} a.so=/lib/a.so libc.so.6?other libc"));
}

#[test]
fn a_program_without_its_interpreter_does_not_start() {
    let system = System::default().object("/bin/app", program(GLIBC, "a.so")).object("/lib/a.so", object());
    check(&system, &format!("a.so=/lib/a.so {GLIBC}?absent"));
}
