//! Objects that were made to make a loader work: circles, crowds, absurd lists of folders.

use mvi_closure::{Environment, Flaw, Loader};
use mvi_inventory::parse::elf::ElfFacts;

use crate::system::{System, needs, object, program};

const GLIBC: &str = "/lib64/ld-linux-x86-64.so.2";

fn start(names: &str) -> System {
    System::default().object("/bin/app", program(GLIBC, names)).object(GLIBC, object())
}

#[test]
fn circles_end() {
    let system = start("a.so").object("/lib/a.so", needs("b.so a.so")).object("/lib/b.so", needs("a.so"));
    let loading = Loader::new(&system, Environment::default()).load("/bin/app", &[]);
    assert_eq!(loading.objects.len(), 4);
    assert!(loading.unresolved.is_empty());
}

#[test]
fn ten_thousand_needs_are_looked_for_once_each() {
    let names: Vec<String> = (0..10_000).map(|number| format!("l{number}.so")).collect();
    let loading = Loader::new(&start(&names.join(" ")), Environment::default()).load("/bin/app", &[]);
    assert_eq!(loading.unresolved.len(), 10_000);
}

#[test]
fn a_chain_of_libraries_ends_where_it_ends() {
    let mut system = start("l0.so");
    for number in 0..500 {
        let facts = ElfFacts { rpath: Some(format!("/r{number}")), ..needs(&format!("l{}.so", number + 1)) };
        system = system.object(&format!("/lib/l{number}.so"), facts);
    }
    let loading = Loader::new(&system, Environment::default()).load("/bin/app", &[]);
    assert_eq!(loading.objects.len(), 502);
    assert_eq!(loading.unresolved.len(), 1);
}

#[test]
fn an_absurd_list_of_folders_is_cut() {
    let list = (0..1_000_000).map(|number| format!("/f{number}")).collect::<Vec<_>>().join(":");
    let facts = ElfFacts { runpath: Some(list), ..program(GLIBC, "a.so b.so") };
    let system = System::default().object("/bin/app", facts).object(GLIBC, object()).object("/f1/a.so", object());
    let system = system.object("/f900000/b.so", object());
    let loading = Loader::new(&system, Environment::default()).load("/bin/app", &[]);
    assert_eq!(loading.unresolved.len(), 1, "{:?}", loading.unresolved);
    let nested = ElfFacts { runpath: Some("$ORIGIN".repeat(1_000)), ..program(GLIBC, "a.so") };
    let system = System::default().object("/bin/app", nested);
    assert_eq!(Loader::new(&system, Environment::default()).load("/bin/app", &[]).unresolved.len(), 2);
}

#[test]
fn settings_that_include_themselves_end() {
    let system = start("a.so").text("/etc/ld.so.conf", "include /etc/*.conf\ninclude ld.so.conf\n");
    let loading = Loader::new(&system, Environment::default()).load("/bin/app", &[]);
    assert_eq!(loading.unresolved.len(), 1);
}

#[test]
fn all_programs_together_are_looked_for_so_many_libraries_and_no_more() {
    let names: Vec<String> = (0..10_000).map(|number| format!("l{number}.so")).collect();
    let system = start(&names.join(" "));
    let loader = Loader::new(&system, Environment::default());
    for _ in 0..100 {
        assert_eq!(loader.load("/bin/app", &[]).unresolved.len(), 10_000);
    }
    let last = loader.load("/bin/app", &[]).unresolved;
    assert_eq!(last.into_iter().map(|lack| lack.why).collect::<Vec<_>>(), [Flaw::TooMany]);
}
