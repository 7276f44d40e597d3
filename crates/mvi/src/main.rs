//! Minimum Viable Image.
fn main() {}
