//! A folder of its own for every test, with images in it, and the program run there with an empty environment.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::archive::{Config, Members};
use crate::entry::{Entry, dir, file, gone, hard, layer, symlink};

/// A home folder.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// The images of every desk, made once for all tests.
struct Images {
    layout: Members,
    packed: Members,
    archive: Vec<u8>,
}

static IMAGES: LazyLock<Images> = LazyLock::new(|| {
    let (layers, config) = (layers(), config());
    let mut members = Members::default();
    let manifest = members.image(&layers, &[], &config);
    let name = r#","annotations":{"org.opencontainers.image.ref.name":"registry.example/app:1.0"}"#;
    let descriptor = members.manifest(&manifest, name);
    let archive = Members::docker(&layers, &["registry.example/app:1.0"], &config).tar();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    Images { layout: members.index(&[descriptor]), packed: Members::oci(&layers, &packed, &config), archive }
});

impl Desk {
    /// With nothing.
    pub(crate) fn bare() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With `app/`, an OCI layout, and the same image as docker saves it, `app.tar`, and with gzip, `packed/`.
    ///
    /// Layers of `packed` are remembered by their digest at once, the others only when their files have settled.
    pub(crate) fn new() -> Self {
        let desk = Self::bare();
        IMAGES.layout.write(&desk.path("app"));
        IMAGES.packed.write(&desk.path("packed"));
        desk.write("app.tar", &IMAGES.archive);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// The program with these arguments, to be run in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mvi"));
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program where no file may grow, as on a full disk: writes fail. XFSZ is ignored, as a shell can.
    pub(crate) fn run_without_room(&self, arguments: &[&str]) -> Output {
        let program = assert_cmd::cargo::cargo_bin!("mvi");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]).arg(program).args(arguments);
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path()).output().unwrap()
    }

    /// Runs the program, which has to end well; returns what it says.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The layer memory.
    pub(crate) fn memory(&self) -> PathBuf {
        self.path(".cache/mvi")
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The files of a folder, or none.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// The instructions of the test image.
const HISTORY: &[&str] = &[
    "ADD alpine-minirootfs-3.21.0-x86_64.tar.gz / # buildkit",
    "RUN /bin/sh -c apk add --no-cache python3 # buildkit",
    "COPY app /app # buildkit",
    "RUN /bin/sh -c chown -R 1000:1000 /app && rm -rf /root/.cache # buildkit",
];

fn config() -> Config<'static> {
    let runtime = r#"{"Env":["PATH=/usr/bin:/bin"],"Entrypoint":["python3","/app/main.py"],"WorkingDir":"/app"}"#;
    Config { history: HISTORY, runtime, ..Config::default() }
}

const BASE_DATABASE: &str = "\
C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=
P:musl
V:1.2.5-r8
A:x86_64
S:400000
I:650000
T:the musl c library (libc) implementation
L:MIT
o:musl
F:lib
R:ld-musl-x86_64.so.1

C:Q1bbbbbbbbbbbbbbbbbbbbbbbbbbb=
P:busybox
V:1.37.0-r8
A:x86_64
S:500000
I:950000
T:Size optimized toolbox
L:GPL-2.0-only
o:busybox
D:so:libc.musl-x86_64.so.1
F:bin
R:busybox

";

const PYTHON: &str = "\
C:Q1ccccccccccccccccccccccccccc=
P:python3
V:3.12.8-r1
A:x86_64
S:9000000
I:3200000
T:High-level scripting language
L:PSF-2.0
o:python3
F:usr/bin
R:python3.12
R:python3
F:usr/lib/python3.12
R:os.py

";

const OS_RELEASE: &str = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.21.0\nPRETTY_NAME=\"Alpine Linux v3.21\"\n";

/// Four layers: a base, packages, an application, and a clean-up that comes too late.
fn layers() -> Vec<Vec<u8>> {
    let time = 1_735_689_600;
    let base: Vec<Entry> = vec![
        dir("bin"),
        file("bin/busybox", blob(1, 810_000)).mode(0o755),
        symlink("bin/sh", "/bin/busybox"),
        file("etc/os-release", OS_RELEASE),
        file("lib/ld-musl-x86_64.so.1", blob(2, 650_000)).mode(0o755),
        file("lib/apk/db/installed", BASE_DATABASE),
        file("etc/apk/world", "busybox\nmusl\n"),
    ];
    let database = format!("{BASE_DATABASE}{PYTHON}");
    let packages: Vec<Entry> = vec![
        file("usr/bin/python3.12", blob(3, 2_600_000)).mode(0o755),
        symlink("usr/bin/python3", "python3.12"),
        file("usr/lib/python3.12/os.py", blob(4, 40_000)),
        file("root/.cache/pip/wheel.bin", blob(5, 1_500_000)),
        file("lib/apk/db/installed", database),
        file("etc/apk/world", "busybox\nmusl\npython3\n"),
    ];
    let app: Vec<Entry> = vec![
        dir("app"),
        file("app/main.py", "print('hello')\n"),
        file("app/model.bin", blob(6, 1_200_000)),
        hard("app/model-latest.bin", "app/model.bin"),
    ];
    let late: Vec<Entry> = vec![
        dir("app").uid(1000),
        file("app/main.py", "print('hello')\n").uid(1000),
        file("app/model.bin", blob(6, 1_200_000)).uid(1000),
        hard("app/model-latest.bin", "app/model.bin"),
        gone("root/.cache"),
    ];
    let dated = |entries: Vec<Entry>| -> Vec<Entry> { entries.into_iter().map(|entry| entry.mtime(time)).collect() };
    [base, packages, app, late].into_iter().map(|entries| layer(&dated(entries))).collect()
}

/// Bytes that do not repeat, always the same for a seed.
pub(crate) fn blob(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
