//! Who a container runs as: names of `/etc/passwd` and `/etc/group` in the image, as `docker run --user` reads them.

use super::{Root, UnpackError};

/// Bytes of either file that are read.
const LONGEST: u64 = 1 << 20;

/// Numbers of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Further groups, ascending.
    pub groups: Vec<u32>,
    /// Home folder, `/` where nobody knows.
    pub home: String,
}

/// The account of `user`: empty, `NAME`, `UID`, or either with `:GROUP` or `:GID` (OCI image-spec 1.1, `config.md`).
///
/// # Errors
/// A name that the image does not know.
pub fn account(root: &Root, user: &str) -> Result<Account, UnpackError> {
    let wrong = |why| UnpackError::User { user: user.to_owned(), why };
    let text = |path| String::from_utf8_lossy(&root.read(path, LONGEST).unwrap_or_default()).into_owned();
    let (passwd, group) = (text("etc/passwd"), text("etc/group"));
    let (name, stated_group) = match user.split_once(':') {
        Some((name, group)) => (name, Some(group).filter(|group| !group.is_empty())),
        None => (user, None),
    };
    let name = if name.is_empty() { "0" } else { name };
    let number = name.parse::<u32>().ok();
    let rows = || passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(|row| row.len() >= 6);
    let row = rows().find(|row| row[0] == name || (number.is_some() && row[2].parse().ok() == number));
    let uid = row.as_ref().and_then(|row| row[2].parse().ok()).or(number);
    let uid = uid.ok_or_else(|| wrong("its /etc/passwd has no such user"))?;
    let own = row.as_ref().and_then(|row| row[3].parse().ok()).unwrap_or(0);
    let groups = || group.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(|row| row.len() >= 3);
    let gid = match stated_group {
        None => own,
        Some(stated) => {
            let found = groups().find(|row| row[0] == stated).and_then(|row| row[2].parse().ok());
            found.or_else(|| stated.parse().ok()).ok_or_else(|| wrong("its /etc/group has no such group"))?
        }
    };
    let login = row.as_ref().map_or(name, |row| row[0]);
    let is_member =
        |row: &Vec<&str>| row.get(3).is_some_and(|members| members.split(',').any(|member| member == login));
    // As docker has it: a stated group is the only one.
    let mut more: Vec<u32> = match stated_group {
        None => groups().filter(is_member).filter_map(|row| row[2].parse().ok()).collect(),
        Some(_) => Vec::new(),
    };
    more.sort_unstable();
    more.dedup();
    let home = row.as_ref().map(|row| row[5].to_owned()).filter(|home| home.starts_with('/'));
    Ok(Account { uid, gid, groups: more, home: home.unwrap_or_else(|| "/".to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(user: &str, expected: Option<(u32, u32, &[u32], &str)>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        std::fs::write(
            folder.path().join("etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\napp:x:1000:100::/home/app:\nbad\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("etc/group"), "root:x:0:\nusers:x:100:\nlog:x:7:app,root\n").unwrap();
        let found = account(&Root::open(folder.path()).unwrap(), user).ok();
        let expected = expected.map(|(uid, gid, groups, home)| Account {
            uid,
            gid,
            groups: groups.to_vec(),
            home: home.to_owned(),
        });
        assert_eq!(found, expected, "{user}");
    }

    #[test]
    fn users_are_found_as_docker_finds_them() {
        check("", Some((0, 0, &[7], "/root")));
        check("app", Some((1000, 100, &[7], "/home/app")));
        check("1000", Some((1000, 100, &[7], "/home/app")));
        check("app:log", Some((1000, 7, &[], "/home/app")));
        check("app:55", Some((1000, 55, &[], "/home/app")));
        check("4242", Some((4242, 0, &[], "/")));
        check("4242:9", Some((4242, 9, &[], "/")));
        check("nobody", None);
        check("app:nogroup", None);
    }
}
