//! What is said of an object is held against musl itself: programs are built with Debian's gcc and with musl-gcc, judged,
//! and started by musl's loader.
#![allow(clippy::unwrap_used, clippy::panic)] // a test without compilers should stop
#![cfg(target_arch = "x86_64")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mvi_inventory::libc_symbols;
use mvi_inventory::parse::elf::parse_elf;
use mvi_musl::{Means, ObjectAnswer, answer_object};

const LOADER: &str = "/lib/ld-musl-x86_64.so.1";

const PLAIN: &str = "#include <stdio.h>\nint main(void) { puts(\"started\"); return 0; }\n";
const FORTIFIED: &str =
    "#include <stdio.h>\nint main(int count, char **words) { printf(\"%s %d\\n\", words[0], count); return 0; }\n";
const SORT: &str = "#define _GNU_SOURCE\n#include <stdlib.h>\nstatic int order(const void *a, const void *b, void *c) { (void)c; \
    return *(int *)a - *(int *)b; }\nint main(void) { int n[2] = {2, 1}; qsort_r(n, 2, sizeof(int), order, 0); return n[0] - 1; }\n";
const BACKTRACE: &str = "#include <execinfo.h>\nint main(void) { void *frames[4]; return backtrace(frames, 4) < 0; }\n";
const FTS: &str = "#include <sys/types.h>\n#include <fts.h>\nint main(void) { char *paths[] = {\"/\", 0}; return fts_open(paths, \
    FTS_PHYSICAL, 0) == 0; }\n";
const OBSTACK: &str = "#include <stdlib.h>\n#include <obstack.h>\n#define obstack_chunk_alloc malloc\n#define obstack_chunk_free free\n\
    int main(void) { struct obstack o; obstack_init(&o); obstack_free(&o, 0); return 0; }\n";
const LOCALE: &str = "#define _GNU_SOURCE\n#include <locale.h>\n#include <stdlib.h>\nint main(void) { locale_t l = newlocale(LC_ALL_MASK, \"C\", 0); \
    return (int)strtol_l(\"0\", 0, 10, l); }\n";
const NAMESPACE: &str = "#define _GNU_SOURCE\n#include <dlfcn.h>\nint main(void) { return dlmopen(LM_ID_NEWLM, \"libnss_files.so.2\", RTLD_NOW) == 0; }\n";
const PEOPLE: &str = "#include <pwd.h>\nint main(void) { return getpwnam(\"root\") == 0; }\n";
const WEAK: &str = "extern const char *gnu_get_libc_version(void) __attribute__((weak));\nint main(void) { return gnu_get_libc_version ? 0 : 0; }\n";
const CPLUSPLUS: &str = "#include <iostream>\nint main() { std::cout << std::string(\"started\") << std::endl; }\n";

fn run(program: &Path, words: &[&str]) -> Output {
    Command::new(program).args(words).output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

/// Builds a program; none when the compiler refuses.
fn build(folder: &Path, compiler: &str, (name, source): (&str, &str), flags: &[&str]) -> Option<PathBuf> {
    let ending = if compiler == "g++" { "cc" } else { "c" };
    let (from, to) = (folder.join(format!("{name}.{ending}")), folder.join(format!("{name}-{compiler}")));
    fs::write(&from, source).unwrap();
    let words = [&["-o", to.to_str().unwrap(), from.to_str().unwrap()], flags].concat();
    run(Path::new(compiler), &words).status.success().then_some(to)
}

fn answer(program: &Path) -> ObjectAnswer {
    let watched: Vec<&str> = libc_symbols().iter().map(|symbol| symbol.name).collect();
    let facts = parse_elf(&fs::read(program).unwrap(), &watched).unwrap();
    answer_object(&program.display().to_string(), 0, &facts)
}

/// Whether musl's loader starts a program, and whether the program then ends well.
fn starts_by_musl(program: &Path) -> Result<bool, String> {
    let output = run(Path::new(LOADER), &[program.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() == Some(127) { Err(said) } else { Ok(output.status.success()) }
}

/// Builds for glibc and judges; then musl's loader has to agree, and a build with musl has to do as promised.
fn check(name: &str, source: &str, means: Means, resolves: bool) -> ObjectAnswer {
    let folder = tempfile::tempdir().unwrap();
    let program = build(folder.path(), "gcc", (name, source), &["-O2", "-D_FORTIFY_SOURCE=2"]).unwrap();
    let found = answer(&program);
    assert_eq!((found.means, found.resolves), (means, resolves), "{name}: {found:?}");
    match starts_by_musl(&program) {
        Ok(ended_well) => assert!(resolves && ended_well, "{name} starts, but should not"),
        Err(said) => assert!(!resolves && said.contains("symbol not found"), "{name}: {said}"),
    }
    let rebuilt = build(folder.path(), "musl-gcc", (name, source), &["-O2", "-Werror=implicit-function-declaration"]);
    match means {
        Means::Rebuild => {
            let rebuilt = rebuilt.unwrap_or_else(|| panic!("{name} builds with musl"));
            assert_eq!(answer(&rebuilt).means, Means::Musl);
            assert!(run(&rebuilt, &[]).status.success(), "{name} runs when it is built with musl");
        }
        Means::RebuildWith | Means::Port => assert!(rebuilt.is_none(), "{name} does not build with musl alone"),
        Means::Static | Means::Musl | Means::Unknown => panic!("{name} is for glibc"),
    }
    found
}

#[test]
fn what_only_has_to_be_built_again_is_built_and_runs() {
    check("plain", PLAIN, Means::Rebuild, true);
    check("sort", SORT, Means::Rebuild, true);
    check("weak", WEAK, Means::Rebuild, true);
}

#[test]
fn names_of_headers_stop_the_loader_and_go_when_it_is_built_again() {
    let found = check("fortified", FORTIFIED, Means::Rebuild, false);
    assert!(found.headers > 0 && found.gcompat > 0, "{found:?}");
}

#[test]
fn what_a_library_brings_to_musl_neither_loads_nor_builds_without_it() {
    for (name, source, library) in [("backtrace", BACKTRACE, "libexecinfo"), ("obstack", OBSTACK, "musl-obstack")] {
        assert_eq!(check(name, source, Means::RebuildWith, false).with, [library]);
    }
}

#[test]
fn what_debian_alone_adds_to_musl_counts_as_lacking() {
    let folder = tempfile::tempdir().unwrap();
    let found = answer(&build(folder.path(), "gcc", ("fts", FTS), &[]).unwrap());
    assert_eq!((found.means, found.with), (Means::RebuildWith, vec!["musl-fts".to_owned()]));
}

#[test]
fn what_musl_lacks_neither_loads_nor_builds() {
    assert_eq!(check("locale", LOCALE, Means::Port, false).absent, ["strtol_l"]);
    assert_eq!(check("namespace", NAMESPACE, Means::Port, false).absent, ["dlmopen"]);
}

#[test]
fn what_musl_does_otherwise_is_told_and_runs() {
    assert_eq!(check("people", PEOPLE, Means::Rebuild, true).differs, ["names"]);
}

#[test]
fn static_programs_run_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for (compiler, flags) in [("gcc", &["-static"][..]), ("gcc", &["-static-pie"]), ("musl-gcc", &["-static"])] {
        let program = build(folder.path(), compiler, ("plain", PLAIN), flags).unwrap();
        assert_eq!(answer(&program).means, Means::Static, "{compiler} {flags:?}");
        assert!(run(&program, &[]).status.success());
    }
}

#[test]
fn a_program_of_cplusplus_needs_its_library_built_for_musl_too() {
    let folder = tempfile::tempdir().unwrap();
    let program = build(folder.path(), "g++", ("cplusplus", CPLUSPLUS), &[]).unwrap();
    assert_eq!(answer(&program).means, Means::Rebuild);
    assert!(starts_by_musl(&program).unwrap_err().contains("libstdc++.so.6"));
    let library = Path::new("/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
    assert!(!answer(library).resolves, "Debian's libstdc++ cannot be lent to musl");
}

/// Every program of this system that needs libc alone: what is said of its symbols, and what musl's loader says.
#[test]
fn the_loader_agrees_about_the_programs_of_this_system() {
    let (mut agreed, mut found) = (0, Vec::new());
    for entry in fs::read_dir("/usr/bin").unwrap().map(Result::unwrap) {
        let path = entry.path();
        let is_small = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 8 << 20);
        let Some(bytes) = is_small.then(|| fs::read(&path).ok()).flatten() else { continue };
        let watched: Vec<&str> = libc_symbols().iter().map(|symbol| symbol.name).collect();
        let Some(facts) = parse_elf(&bytes, &watched) else { continue };
        let libc_alone = facts.needed.iter().all(|name| ["libc.so.6", "libm.so.6"].contains(&name.as_str()));
        if facts.interpreter.is_none() || facts.needed.is_empty() || !libc_alone {
            continue;
        }
        // Debian's musl has these, musl has not.
        if facts.watched.iter().any(|name| name.starts_with("fts_")) {
            continue;
        }
        let resolves = answer_object("", 0, &facts).resolves;
        let output = run(Path::new(LOADER), &["--list", path.to_str().unwrap()]);
        match output.status.success() == resolves {
            true => agreed += 1,
            false => found.push(format!("{}: {}", path.display(), String::from_utf8_lossy(&output.stderr))),
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(agreed > 50, "only {agreed} programs need libc alone");
}
