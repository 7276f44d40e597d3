//! Labels: their names, and their values beside a schema.

use crate::check;

#[test]
fn names_of_labels_have_a_form() {
    check(
        "MVI3048",
        &[
            ("LABEL a=b", &[]),
            ("LABEL A=b", &[2]),
            ("LABEL a.b-c=d", &[]),
            ("LABEL a_b=c", &[]),
            ("LABEL a/b=c", &[]),
            ("LABEL 1a=b", &[2]),
            ("LABEL a.=b", &[2]),
            ("LABEL a..b=c", &[2]),
            ("LABEL a--b=c", &[2]),
            ("LABEL com.docker.x=y", &[2]),
            ("LABEL io.docker.x=y", &[2]),
            ("LABEL org.dockerproject.x=y", &[2]),
            ("LABEL \"a b\"=c", &[2]),
            ("LABEL a b", &[]),
            ("LABEL \"a\"=b 'c'=d", &[]),
            ("LABEL a=b B=c", &[2]),
            ("LABEL $A=b", &[]),
            ("LABEL a1=b", &[]),
            ("LABEL a-=b", &[2]),
            ("LABEL \"com.x\"=\"y\" \\\n  \"C.x\"=\"y\"", &[2]),
        ],
    );
}

#[test]
fn labels_of_the_schema_are_set() {
    check(
        "MVI3049",
        &[
            ("RUN a", &[1]),
            ("LABEL t=a u=http://a d=2020-01-01T00:00:00Z l=MIT h=1234567 v=1.0.0 e=a@b.c", &[]),
            (
                "FROM a:1 AS b\nLABEL t=a u=http://a d=2020-01-01T00:00:00Z l=MIT h=1234567 v=1.0.0 e=a@b.c\nFROM b\nRUN x",
                &[],
            ),
            (
                "FROM a:1 AS b\nFROM c:1\nLABEL t=a u=http://a d=2020-01-01T00:00:00Z l=MIT h=1234567 v=1.0.0 e=a@b.c\nCOPY --from=b a /a",
                &[],
            ),
            ("FROM a:1 AS b\nFROM b\nLABEL t=a u=http://a d=2020-01-01T00:00:00Z l=MIT h=1234567 v=1.0.0 e=a@b.c", &[]),
            (
                "FROM a:1\nFROM c:1\nLABEL t=a u=http://a d=2020-01-01T00:00:00Z l=MIT h=1234567 v=1.0.0 e=a@b.c\nCOPY --from=0 a /a",
                &[],
            ),
        ],
    );
}

#[test]
fn labels_beside_a_strict_schema_are_told() {
    check("MVI3050", &[("LABEL t=a", &[]), ("LABEL x=a", &[2]), ("LABEL t=a x=b", &[2]), ("RUN a", &[])]);
}

#[test]
fn labels_have_a_value() {
    check(
        "MVI3051",
        &[("LABEL t=", &[2]), ("LABEL t=\"\"", &[2]), ("LABEL t=a", &[]), ("LABEL x=", &[]), ("LABEL u=\"\"", &[2])],
    );
}

#[test]
fn urls_are_urls() {
    check(
        "MVI3052",
        &[
            ("LABEL u=a", &[2]),
            ("LABEL u=http://a", &[]),
            ("LABEL u=\"http://a b\"", &[2]),
            ("LABEL u=mailto:a@b", &[]),
            ("LABEL u=$X", &[]),
            ("LABEL u=", &[2]),
            ("LABEL u=http://a/b?c#d", &[]),
            ("LABEL u=https://[::1]:80/", &[]),
            ("LABEL u=http://a/%zz", &[2]),
            ("LABEL u=http://a:b/", &[2]),
            ("LABEL x=a", &[]),
            ("LABEL u=git@github.com:a/b", &[2]),
        ],
    );
}

#[test]
fn times_are_times() {
    check(
        "MVI3053",
        &[
            ("LABEL d=2020-01-01T00:00:00Z", &[]),
            ("LABEL d=2020-01-01", &[2]),
            ("LABEL d=2020-01-01T00:00:00+01:00", &[]),
            ("LABEL d=2020-01-01T00:00:00.5Z", &[]),
            ("LABEL d=2020-02-30T00:00:00Z", &[2]),
            ("LABEL d=\"2020-01-01 00:00:00Z\"", &[2]),
            ("LABEL d=2020-01-01t00:00:00z", &[]),
            ("LABEL d=2020-01-01T00:00:00", &[2]),
            ("LABEL d=2020-01-01T00:00:00+0100", &[2]),
            ("LABEL d=2020-01-01T23:59:60Z", &[]),
            ("LABEL d=$X", &[]),
            ("LABEL d=x", &[2]),
        ],
    );
}

#[test]
fn licenses_are_licenses() {
    check(
        "MVI3054",
        &[
            ("LABEL l=MIT", &[]),
            ("LABEL l=GPL-2.0", &[]),
            ("LABEL l=GPL-2.0-only", &[]),
            ("LABEL l=GPL", &[2]),
            ("LABEL l=mit", &[2]),
            ("LABEL l=Apache-2.0", &[]),
            ("LABEL l=\"MIT OR Apache-2.0\"", &[]),
            ("LABEL l=", &[2]),
            ("LABEL l=\"Apache 2\"", &[2]),
            ("LABEL l=GPL-3.0+", &[2]),
            ("LABEL l=GPL-2.0-or-later", &[]),
            ("LABEL l=$X", &[]),
            ("LABEL l=LicenseRef-x", &[]),
            ("LABEL l=BSD-3-Clause", &[]),
        ],
    );
}

#[test]
fn commits_are_commits() {
    check(
        "MVI3055",
        &[
            ("LABEL h=1234567", &[]),
            ("LABEL h=123456", &[2]),
            ("LABEL h=12345678", &[2]),
            ("LABEL h=8f936c5a8f936c5a8f936c5a8f936c5a8f936c5a", &[]),
            ("LABEL h=ABCDEF1", &[2]),
            ("LABEL h=main", &[2]),
            ("LABEL h=$X", &[]),
            ("LABEL h=", &[2]),
        ],
    );
}

#[test]
fn versions_are_versions() {
    check(
        "MVI3056",
        &[
            ("LABEL v=1.2.3", &[]),
            ("LABEL v=1.2", &[2]),
            ("LABEL v=v1.2.3", &[2]),
            ("LABEL v=1.2.3-rc.1", &[]),
            ("LABEL v=1.2.3+b", &[]),
            ("LABEL v=1.02.3", &[2]),
            ("LABEL v=1.2.3-01", &[2]),
            ("LABEL v=$X", &[]),
            ("FROM a:1\nARG X=1.2\nLABEL v=$X", &[3]),
            ("LABEL v=", &[2]),
            ("LABEL v=1.2.3.4", &[2]),
            ("LABEL v=1.2.3-a_b", &[2]),
        ],
    );
}

#[test]
fn addresses_are_addresses() {
    check(
        "MVI3058",
        &[
            ("LABEL e=a@b.c", &[]),
            ("LABEL e=a", &[2]),
            ("LABEL e=\"A <a@b.c>\"", &[2]),
            ("LABEL e=a@b", &[]),
            ("LABEL e='\"a b\"@c.d'", &[]),
            ("LABEL e=a..b@c.d", &[2]),
            ("LABEL e=a@[1.2.3.4]", &[]),
            ("LABEL e=$X", &[]),
            ("LABEL e=", &[2]),
            ("LABEL e=a+b@c.d", &[]),
        ],
    );
}
