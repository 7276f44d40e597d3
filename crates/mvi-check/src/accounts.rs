//! Files of accounts: people and groups of the system, and who needs no password.

use std::collections::BTreeMap;

use mvi_image::{FileTree, printable};
use mvi_inventory::kept_body;

use crate::finding::Finding;

/// Accounts of one file that are read.
const MOST: usize = 100_000;
/// Findings of one kind that are told one by one.
const TOLD: usize = 50;

const PASSWD: &[u8] = b"etc/passwd";
const SHADOW: &[u8] = b"etc/shadow";
const GROUP: &[u8] = b"etc/group";

/// True for the files that are read.
pub(crate) fn is_account_file(path: &[u8]) -> bool {
    [PASSWD, SHADOW, GROUP].contains(&path)
}

/// One line of passwd(5), shadow(5) or group(5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its password field.
    pub password: &'a [u8],
    /// Its third field: a number in passwd(5) and group(5), a day in shadow(5).
    pub number: &'a [u8],
    /// Its last field: the shell in passwd(5).
    pub last: &'a [u8],
}

/// The lines of such a file that have at least three fields, in order; at most 100,000.
#[must_use]
pub fn parse_accounts(text: &[u8]) -> Vec<Account<'_>> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let accounts = lines.filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, password, number) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Account { name, password, number, last: fields.next_back().unwrap_or_default() })
    });
    accounts.take(MOST).collect()
}

/// Accounts without a password, and those that are the same to the kernel.
pub(crate) fn findings(tree: &FileTree) -> Vec<Finding> {
    let read = |path| parse_accounts(kept_body(tree, path).unwrap_or_default());
    let (people, shadow, groups) = (read(PASSWD), read(SHADOW), read(GROUP));
    let mut found = empty(tree, &people, &shadow);
    for (path, accounts, what) in [(PASSWD, &people, "user"), (GROUP, &groups, "group")] {
        found.extend(twice(tree, path, accounts, (what, "number"), |account| account.number));
        found.extend(twice(tree, path, accounts, (what, "name"), |account| account.name));
    }
    found
}

fn empty(tree: &FileTree, people: &[Account<'_>], shadow: &[Account<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, accounts) in [(PASSWD, people), (SHADOW, shadow)] {
        for account in accounts.iter().filter(|account| account.password.is_empty()).take(TOLD) {
            let text = format!("`{}` needs no password", printable(account.name));
            found.push(Finding::new("DKL-LI-0001", text).at(path, layer_of(tree, path)));
        }
    }
    found
}

fn twice<'a>(
    tree: &FileTree,
    path: &[u8],
    accounts: &[Account<'a>],
    (what, which): (&str, &str),
    key: impl Fn(&Account<'a>) -> &'a [u8],
) -> Vec<Finding> {
    let mut by_key: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    for account in accounts {
        by_key.entry(key(account)).or_default().push(account.name);
    }
    let same = by_key.into_iter().filter(|(_, names)| names.len() > 1).take(TOLD);
    let finding = |(key, names): (&[u8], Vec<&[u8]>)| {
        let names: Vec<String> = names.iter().take(8).map(|name| format!("`{}`", printable(name))).collect();
        let text = format!("the {what} {which} {} stands for {}", printable(key), names.join(", "));
        Finding::new("DKL-LI-0002", text).at(path, layer_of(tree, path))
    };
    same.map(finding).collect()
}

fn layer_of(tree: &FileTree, path: &[u8]) -> u32 {
    tree.find(path).map_or(0, |id| tree.node(id).layer())
}
