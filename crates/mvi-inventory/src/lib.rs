//! What is inside a container image: operating system, packages, who owns which file, and what could not be read.

pub mod parse;
