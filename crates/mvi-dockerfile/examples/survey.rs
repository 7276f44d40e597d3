//! Reads every file below the folders given, with all scripts in them, and says how that went: `survey FOLDER...`.
//! `--problems` and `--shell` list what was not understood. Nothing is written but the numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use mvi_dockerfile::{Dockerfile, Interpreter};

#[derive(Default)]
struct Survey {
    files: usize,
    bytes: usize,
    instructions: usize,
    altered: usize,
    problems: BTreeMap<String, usize>,
    scripts: usize,
    others: BTreeMap<String, usize>,
    commands: usize,
    unparsed: usize,
    words: usize,
    misplaced: usize,
}

fn main() -> std::io::Result<()> {
    let (options, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|one| one.starts_with("--"));
    let has = |name: &str| options.iter().any(|option| option == name);
    let mut paths = Vec::new();
    for folder in &folders {
        walk(Path::new(folder), &mut paths)?;
    }
    let files: Vec<(PathBuf, Vec<u8>)> =
        paths.into_iter().map(|path| Ok((path.clone(), std::fs::read(path)?))).collect::<std::io::Result<_>>()?;
    let start = Instant::now();
    let mut survey = Survey::default();
    for (path, bytes) in &files {
        survey.read(path, bytes, has("--problems"), has("--shell"));
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{} files, {} bytes, {} instructions in {seconds:.3} s", survey.files, survey.bytes, survey.instructions);
    println!("{} printed otherwise", survey.altered);
    println!("problems {:?}", survey.problems);
    println!("{} scripts, {} commands, {} not parsed", survey.scripts, survey.commands, survey.unparsed);
    println!("{} words, {} of one line that are elsewhere", survey.words, survey.misplaced);
    println!("not shell {:?}", survey.others);
    Ok(())
}

impl Survey {
    fn read(&mut self, path: &Path, bytes: &[u8], problems: bool, shell: bool) {
        let file = Dockerfile::parse(bytes);
        self.files += 1;
        self.bytes += bytes.len();
        self.instructions += file.instructions().len();
        self.altered += usize::from(file.print() != bytes);
        for problem in file.problems() {
            *self.problems.entry(format!("{:?}", problem.kind)).or_default() += 1;
            if problems {
                let line = file.position(problem.span.start).line;
                println!("{}:{line}: {:?}: {}", path.display(), problem.kind, problem.message);
            }
        }
        for script in file.instructions().iter().flat_map(|instruction| file.scripts(instruction)) {
            self.scripts += 1;
            self.commands += script.commands.len();
            for command in &script.commands {
                for word in command.name.iter().chain(&command.words) {
                    self.words += 1;
                    let there = word.span.of(file.text());
                    if there != word.raw && there.lines().count() < 2 {
                        self.misplaced += 1;
                        if shell {
                            println!("{}: `{}` is not `{there}`", path.display(), word.raw);
                        }
                    }
                }
            }
            if let Interpreter::Other(name) = &script.interpreter {
                *self.others.entry(name.clone()).or_default() += 1;
            }
            if let Some(problem) = &script.problem {
                self.unparsed += 1;
                if shell {
                    let at = file.position(problem.span.start);
                    println!("{}:{}:{}: {}", path.display(), at.line, at.column, problem.message);
                }
            }
        }
    }
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        if item.file_type()?.is_dir() {
            walk(&item.path(), paths)?;
        } else if item.file_type()?.is_file() {
            paths.push(item.path());
        }
    }
    Ok(())
}
