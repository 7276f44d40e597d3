//! The process that cleans up after a probe, as a program of its own, for tests and measurements of this crate. Its last
//! argument is the folder.

fn main() -> std::process::ExitCode {
    let folder = std::env::args_os().next_back().unwrap_or_default();
    match mvi_probe::run::keep(folder.as_ref(), &mut std::io::stdin()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
