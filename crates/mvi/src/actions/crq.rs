//! Change requests: the ledger that keeps them (`ledger`), what is found out to check them (`proof`), and who may approve
//! (`directory`), with which seals (`consent`). The rules are the standard's; here facts are brought to them.

mod consent;
mod directory;
mod ledger;
mod proof;

pub(crate) use consent::{Seals, seal};
pub(crate) use directory::directory;
pub(crate) use ledger::Ledger;
pub(crate) use proof::{interpreters, wheels_of_lock};
