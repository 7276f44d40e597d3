//! A language server for Dockerfiles: findings while typing, why a rule is one, repairs at hand. It speaks over pipes.

mod answer;
mod place;
mod server;

pub(crate) use server::serve;
