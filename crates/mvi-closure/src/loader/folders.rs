//! Folders where libraries are looked for: what stands in objects and in the environment, and what loaders know by
//! themselves.

use mvi_inventory::parse::elf::ElfFacts;

use crate::objects::Objects;

/// Folders of one list, at most; nobody needs more, and each costs a look-up a library.
const MOST_FOLDERS: usize = 256;

/// What a machine's folders are called.
struct Machine {
    number: u16,
    bits: u8,
    triple: &'static str,
    library: &'static str,
    platform: &'static str,
}

/// Debian's multiarch tuples, and the folders of `ABI`s: `e_machine` of the System V ABI, Debian wiki "Multiarch/Tuples".
const MACHINES: &[Machine] = &[
    Machine { number: 62, bits: 64, triple: "x86_64-linux-gnu", library: "lib64", platform: "x86_64" },
    Machine { number: 3, bits: 32, triple: "i386-linux-gnu", library: "lib", platform: "i686" },
    Machine { number: 183, bits: 64, triple: "aarch64-linux-gnu", library: "lib64", platform: "aarch64" },
    Machine { number: 40, bits: 32, triple: "arm-linux-gnueabihf", library: "lib", platform: "v7l" },
    Machine { number: 243, bits: 64, triple: "riscv64-linux-gnu", library: "lib64", platform: "riscv64" },
    Machine { number: 22, bits: 64, triple: "s390x-linux-gnu", library: "lib64", platform: "s390x" },
    Machine { number: 21, bits: 64, triple: "powerpc64le-linux-gnu", library: "lib64", platform: "power8" },
];

fn machine(facts: &ElfFacts) -> Option<&'static Machine> {
    MACHINES.iter().find(|machine| machine.number == facts.machine && machine.bits == facts.bits)
}

/// Folders that glibc's loader knows by itself, for objects of this machine: those of Debian where there are any, else those of
/// the others. ld.so(8); Debian's `libc6` is built with the multiarch ones in front.
pub(super) fn default_folders(objects: &dyn Objects, facts: &ElfFacts) -> Vec<String> {
    let machine = machine(facts);
    let mut folders = Vec::new();
    if let Some(machine) = machine {
        let multiarch = [format!("/lib/{}", machine.triple), format!("/usr/lib/{}", machine.triple)];
        let of_others = [format!("/{}", machine.library), format!("/usr/{}", machine.library)];
        let is_debian = multiarch.iter().any(|folder| objects.is_folder(folder));
        folders.extend(if is_debian { multiarch } else { of_others });
    }
    folders.extend(["/lib".to_owned(), "/usr/lib".to_owned()]);
    folders.dedup();
    folders
}

/// The folders of a list that are there, `:` between them, with the words that stand for places put in. ld.so(8),
/// "Dynamic string tokens". `origin` is the folder of the object that has the list; empty entries are `here`.
pub(super) fn listed_folders(objects: &dyn Objects, list: &str, places: (&str, &str), facts: &ElfFacts) -> Vec<String> {
    let (origin, here) = places;
    let machine = machine(facts);
    let library = match machine {
        Some(machine) if objects.is_folder(&format!("/usr/lib/{}", machine.triple)) => {
            format!("lib/{}", machine.triple)
        }
        Some(machine) => machine.library.to_owned(),
        None => "lib".to_owned(),
    };
    let platform = machine.map_or("", |machine| machine.platform);
    let mut folders: Vec<String> = Vec::new();
    for folder in list.split([':', ';']).take(2 * MOST_FOLDERS) {
        if folders.len() >= MOST_FOLDERS {
            break;
        }
        let mut folder = folder.to_owned();
        for (token, value) in [("ORIGIN", origin), ("LIB", library.as_str()), ("PLATFORM", platform)] {
            if folder.contains('$') {
                folder = folder.replace(&format!("${{{token}}}"), value).replace(&format!("${token}"), value);
            }
        }
        let folder = match folder.as_str() {
            "" => here.to_owned(),
            absolute if absolute.starts_with('/') => folder,
            _ => format!("{here}/{folder}"),
        };
        let folder = if folder.len() > 1 { folder.trim_end_matches('/').to_owned() } else { folder };
        if !folders.contains(&folder) && objects.is_folder(&folder) {
            folders.push(folder);
        }
    }
    folders
}
