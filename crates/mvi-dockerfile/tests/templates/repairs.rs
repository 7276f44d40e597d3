//! What repairs save: files built as they were and as they are repaired, both weighed, the repaired one started.

use std::fs;
use std::process::Command;
use std::sync::PoisonError;

use mvi_dockerfile::{LintSettings, Repaired, Safety, repair};

use super::builder::{BENCH, buildah, podman, run};

/// A file that is built before and after its repair.
struct Case {
    /// One word, for names of images.
    name: &'static str,
    /// The file as somebody wrote it.
    before: &'static str,
    /// Codes of which at least one repair is made.
    codes: &'static [&'static str],
    /// What the repaired image has to do still.
    proof: &'static [&'static str],
    /// Bytes that the repaired image is smaller by, at least.
    saves: u64,
}

impl Case {
    /// Builds both, weighs both, starts the repaired one; prints what came out.
    fn check(&self) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("hello.c"),
            "int puts(const char *);\nint main(void) { return puts(\"hello\") < 0; }\n",
        )
        .unwrap();
        fs::create_dir(folder.path().join("app")).unwrap();
        fs::write(folder.path().join("app/model.bin"), noise(40_000_000)).unwrap();
        fs::write(folder.path().join("app/run.sh"), "#!/bin/sh\ntest -O /app/model.bin && echo mine\n").unwrap();
        let Repaired { bytes, made, .. } = repair(self.before.as_bytes(), &LintSettings::default(), Safety::Unsafe);
        let after = String::from_utf8(bytes).unwrap();
        let codes: Vec<&str> = made.iter().map(|repair| repair.code.as_str()).collect();
        assert!(self.codes.iter().all(|code| codes.contains(code)), "{codes:?}\n{after}");
        let old = Image::build(self.name, "before", self.before, folder.path());
        let new = Image::build(self.name, "after", &after, folder.path());
        let (large, small) = (old.bytes(), new.bytes());
        println!("{}: {large} bytes before, {small} after, {} saved\n{after}", self.name, large - small);
        assert!(large >= small + self.saves, "{} saves {} bytes only\n{after}", self.name, large - small);
        new.runs(self.proof);
    }
}

/// An image that is taken away at the end.
struct Image(String);

impl Image {
    fn build(name: &str, state: &str, text: &str, folder: &std::path::Path) -> Self {
        let image = format!("localhost/mvi-template/repair-{name}:{state}");
        fs::write(folder.join(state), text).unwrap();
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = buildah();
        command.args(["bud", "-q", "--isolation", "chroot", "--format", "docker", "--pull-never", "--layers"]);
        command.args(["-v", "/etc/ssl/certs:/etc/ssl/certs:ro", "-t", &image, "-f"]);
        run(command.arg(folder.join(state)).arg(folder));
        Self(image)
    }

    /// Bytes of its layers, unpacked.
    fn bytes(&self) -> u64 {
        let output = run(podman().args(["image", "inspect", "--format", "{{.Size}}", &self.0]));
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    fn runs(&self, words: &[&str]) {
        let mut command: Command = podman();
        command.args(["run", "--rm", "--network", "host", "--entrypoint", words[0], &self.0]).args(&words[1..]);
        run(&mut command);
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = buildah().args(["rmi", "-f", &self.0]).output();
    }
}

/// Bytes that nothing packs.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn lists_and_recommended_packages_are_not_shipped() {
    Case {
        name: "lists",
        before: "FROM localhost/mvi-template/debian:12.0.0-slim\nRUN apt-get update && apt-get install -y git\n\
                 CMD [\"git\", \"--version\"]\n",
        codes: &["MVI3009", "MVI3015"],
        proof: &["git", "--version"],
        saves: 20_000_000,
    }
    .check();
}

#[test]
fn what_is_cleaned_is_cleaned_in_its_own_layer() {
    Case {
        name: "clean",
        before: "FROM localhost/mvi-template/debian:12.0.0-slim\n\
                 RUN apt-get update && apt-get install -y --no-install-recommends python3-minimal\n\
                 RUN apt-get clean && rm -rf /var/lib/apt/lists/*\nCMD [\"python3\"]\n",
        codes: &["W-LATE-CLEANUP"],
        proof: &["python3", "-c", "print(1)"],
        saves: 15_000_000,
    }
    .check();
}

#[test]
fn files_are_copied_as_their_owners() {
    Case {
        name: "owner",
        before: "FROM localhost/mvi-template/debian:12.0.0-slim\nRUN useradd -l -u 1000 app\nCOPY app /app\n\
                 RUN chown -R app:app /app\nUSER app\nCMD [\"sh\", \"/app/run.sh\"]\n",
        codes: &["W-CHOWN-LAYER"],
        proof: &["sh", "/app/run.sh"],
        saves: 39_000_000,
    }
    .check();
}

#[test]
fn compilers_stay_where_they_compile() {
    Case {
        name: "tools",
        before: "FROM localhost/mvi-template/debian:12.0.0-slim\n\
                 RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev \\\n    \
                 && rm -rf /var/lib/apt/lists/*\nWORKDIR /src\nCOPY hello.c .\n\
                 RUN gcc -O2 -o /usr/local/bin/hello hello.c\nCMD [\"hello\"]\n",
        codes: &["W-BUILD-TOOLS"],
        proof: &["hello"],
        saves: 90_000_000,
    }
    .check();
}

#[test]
fn tools_for_debugging_move_to_a_stage_of_their_own() {
    Case {
        name: "debug",
        before: "FROM localhost/mvi-template/debian:12.0.0-slim\n\
                 RUN apt-get update && apt-get install -y --no-install-recommends python3-minimal gdb strace \\\n    \
                 && rm -rf /var/lib/apt/lists/*\nUSER 65534\nCMD [\"python3\"]\n",
        codes: &["FN-1a"],
        proof: &["python3", "-c", "print(1)"],
        saves: 60_000_000,
    }
    .check();
}
