//! What single instructions say.

use crate::check;

#[test]
fn comments_that_ignore_are_told_when_asked() {
    check(
        "MVI1001",
        &[
            ("FROM a:1\n# hadolint ignore=DL3008\nRUN a", &[2]),
            ("FROM a:1\n# hadolint global ignore=DL3008\nRUN a", &[]),
            ("FROM a:1\n# a\nRUN a", &[]),
            ("FROM a:1\n# hadolint ignore\nRUN a", &[]),
            ("FROM a:1\n#hadolint   ignore=DL3008,SC1000\nRUN a", &[2]),
            ("FROM a:1\n# hadolint stage ignore=DL3008\nRUN a", &[]),
        ],
    );
}

#[test]
fn working_folders_are_absolute() {
    check(
        "MVI3000",
        &[
            ("WORKDIR a", &[2]),
            ("WORKDIR /a", &[]),
            ("WORKDIR $A", &[]),
            ("WORKDIR ${A}/b", &[]),
            ("WORKDIR c:\\\\a", &[]),
            ("WORKDIR \"/a b\"", &[]),
            ("WORKDIR 'a'", &[2]),
            ("WORKDIR .", &[2]),
            ("WORKDIR /a\nWORKDIR ../b", &[3]),
            ("ONBUILD WORKDIR a", &[]),
        ],
    );
}

#[test]
fn the_last_user_is_not_root() {
    check(
        "MVI3002",
        &[
            ("USER root", &[2]),
            ("USER 0", &[2]),
            ("USER root:root", &[2]),
            ("USER 0:0", &[2]),
            ("USER a", &[]),
            ("USER root\nUSER a", &[]),
            ("USER a\nUSER root", &[3]),
            ("USER rooty", &[]),
            ("USER root\nFROM b:1\nUSER a", &[2]),
            ("USER 1\nFROM b:1 AS c\nUSER root\nFROM c\nRUN x", &[4]),
            ("USER \"root\"", &[2]),
            ("USER 00", &[]),
        ],
    );
}

#[test]
fn archives_are_added() {
    check(
        "MVI3010",
        &[
            ("COPY a.tar /b/\nRUN tar xf /b/a.tar", &[]),
            ("COPY a.tar /b/\nRUN tar -xf /b/a.tar", &[2]),
            ("COPY a.zip /b\nRUN unzip a.zip", &[]),
            ("COPY a.tar.gz /b.tgz\nRUN tar --extract --file=x /b.tgz", &[2]),
            ("COPY a.gz /b/\nRUN gunzip /b/a.gz", &[2]),
            ("COPY a.tar /b/\nRUN tar -cf /b/a.tar", &[]),
            ("COPY --from=x a.tar /b/\nRUN tar -xf /b/a.tar", &[]),
            ("COPY a.tar /b/\nFROM c:1\nRUN tar -xf /b/a.tar", &[]),
            ("COPY a.tar b.tar /c/\nRUN tar -xf a.tar && tar -xf b.tar", &[2]),
            ("COPY \"a.tar\" /b/\nRUN tar -xf a.tar", &[2]),
            ("COPY [\"a.tar\", \"/b/\"]\nRUN tar -xf /b/a.tar", &[2]),
            ("COPY a.tar /b/\nONBUILD RUN tar -xf /b/a.tar", &[]),
            ("COPY a.tar /b/\nRUN zcat a.tar", &[2]),
            ("COPY a.tar /b/\nCOPY a.tar /c/\nRUN tar -xf a.tar", &[2, 3]),
            ("COPY ${X}.tar.gz /b/\nRUN tar -xzf /b/${X}.tar.gz", &[2]),
            ("COPY x$Y.tar.gz /b/\nRUN tar -xzf /b/x$Y.tar.gz", &[2]),
        ],
    );
}

#[test]
fn ports_are_numbers_of_16_bits() {
    check(
        "MVI3011",
        &[
            ("EXPOSE 80", &[]),
            ("EXPOSE 65535", &[]),
            ("EXPOSE 65536", &[2]),
            ("EXPOSE 80/tcp 65536/udp", &[2]),
            ("EXPOSE 80-65536", &[2]),
            ("EXPOSE 70000-80", &[2]),
            ("EXPOSE $P", &[]),
            ("EXPOSE 99999999999999999999", &[2]),
            ("EXPOSE 80-$P", &[]),
            ("EXPOSE 0", &[]),
        ],
    );
}

#[test]
fn there_is_one_healthcheck() {
    check(
        "MVI3012",
        &[
            ("HEALTHCHECK CMD a\nHEALTHCHECK CMD b", &[3]),
            ("HEALTHCHECK CMD a", &[]),
            ("HEALTHCHECK CMD a\nFROM b:1\nHEALTHCHECK CMD c", &[]),
            ("HEALTHCHECK NONE\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b", &[3, 4]),
            ("HEALTHCHECK CMD a\nONBUILD HEALTHCHECK CMD b", &[]),
        ],
    );
}

#[test]
fn files_are_copied() {
    check(
        "MVI3020",
        &[
            ("ADD a b", &[2]),
            ("ADD a.tar b", &[]),
            ("ADD http://x/a b", &[]),
            ("ADD https://x/a b", &[]),
            ("ADD a.tar.gz b.tar c", &[]),
            ("ADD a.tar b c", &[2]),
            ("ADD \"a.tar\" b", &[]),
            ("ADD $A b", &[2]),
            ("ADD git@x:y b", &[2]),
            ("ADD a.zip b", &[2]),
            ("ADD a.tgz b/", &[]),
            ("ADD --chown=1:1 a b", &[2]),
            ("ADD [\"a\", \"b\"]", &[2]),
            ("ADD https://github.com/a/b.git /c", &[]),
            ("ADD <<EOF /a\nx\nEOF", &[]),
        ],
    );
}

#[test]
fn several_files_go_into_a_folder() {
    check(
        "MVI3021",
        &[
            ("COPY a b c", &[2]),
            ("COPY a b c/", &[]),
            ("COPY a b", &[]),
            ("COPY a b $C", &[2]),
            ("COPY a b \"c/\"", &[]),
            ("COPY [\"a\", \"b\", \"c\"]", &[2]),
            ("COPY [\"a\", \"b\", \"c/\"]", &[]),
            ("ENV C=/c/\nCOPY a b $C", &[]),
            ("COPY a b .", &[2]),
            ("COPY a b ./", &[]),
            ("COPY --from=x a b c", &[2]),
            ("COPY <<A <<B /x/\na\nA\nb\nB", &[]),
            ("COPY a* b", &[]),
            ("ONBUILD COPY a b c", &[]),
        ],
    );
}

#[test]
fn commands_are_arrays() {
    check(
        "MVI3025",
        &[
            ("CMD a", &[2]),
            ("CMD [\"a\"]", &[]),
            ("ENTRYPOINT a", &[2]),
            ("ENTRYPOINT [\"a\"]", &[]),
            ("HEALTHCHECK CMD a", &[2]),
            ("HEALTHCHECK CMD [\"a\"]", &[]),
            ("HEALTHCHECK NONE", &[]),
            ("CMD ['a']", &[2]),
            ("CMD [\"a\", b]", &[2]),
            ("CMD [ \"a\" , \"b\" ]", &[]),
            ("CMD [\"a\",]", &[2]),
            ("ONBUILD CMD a", &[]),
            ("CMD [\"a\" \\\n, \"b\"]", &[]),
            ("CMD", &[2]),
            ("ENTRYPOINT []", &[]),
        ],
    );
}

#[test]
fn onbuild_puts_off_what_can_be_put_off() {
    check(
        "MVI3043",
        &[
            ("ONBUILD ONBUILD RUN a", &[2]),
            ("ONBUILD FROM a:1", &[2]),
            ("ONBUILD MAINTAINER a", &[2]),
            ("ONBUILD RUN a", &[]),
            ("ONBUILD onbuild RUN a", &[2]),
        ],
    );
}

#[test]
fn env_does_not_refer_to_itself() {
    check(
        "MVI3044",
        &[
            ("ENV A=1 B=$A", &[2]),
            ("ENV A=1 B=${A}", &[2]),
            ("ENV A=1\nENV B=$A", &[]),
            ("ENV A=$A", &[]),
            ("ENV A=1 B=$AB", &[]),
            ("ENV A=1 B=x$A-y", &[2]),
            ("ENV B=$A A=1", &[2]),
            ("FROM a:1\nARG A\nENV A=$A B=$A", &[]),
            ("ENV PATH=/a:$PATH", &[]),
            ("ENV A=/a PATH=$A/b:$PATH", &[2]),
            ("ENV A=1 B='$A'", &[]),
            ("ENV A=1 B=\\$A", &[]),
            ("ENV A=1\nFROM b:1\nENV A=2 B=$A", &[4]),
            ("ENV A=1 B=${A:-2}", &[2]),
            ("ENV PATH=/a B=$PATH", &[2]),
            ("ENV A=1 B=2 C=$A$B", &[2]),
            ("ONBUILD ENV A=1 B=$A", &[]),
        ],
    );
}

#[test]
fn secrets_are_no_variables() {
    check(
        "MVI3064",
        &[
            ("FROM a:1\nARG PASSWORD", &[2]),
            ("ENV API_KEY=1", &[2]),
            ("ENV a=b MY_SECRET=c", &[2]),
            ("FROM a:1\nARG A", &[]),
            ("ENV TOKENS=1", &[2]),
            ("FROM a:1\nARG AWS_ACCESS_KEY_ID", &[2]),
            ("FROM a:1\nARG AWS_ACCESS_KEY_ID2", &[]),
            ("ENV github_token=1", &[2]),
            ("FROM a:1\nARG USERNAME=a", &[2]),
            ("ENV PRIVATE=1", &[2]),
            ("ENV USER_NAME=x", &[]),
            ("ENV TRAVIS_SUDO=1", &[2]),
            ("ENV DOCKER_EMAIL=1", &[2]),
            ("ONBUILD ARG TOKEN", &[2]),
            ("ONBUILD ENV TOKEN=1", &[2]),
            ("ENV KEY=1", &[]),
            ("ENV GPG_KEY=1", &[]),
            ("FROM a:1\nARG a=1 TOKEN=2", &[2]),
            ("FROM a:1\nARG CF_USERNAME", &[2]),
            ("ENV OS_USERNAME a", &[2]),
            ("FROM a:1\nARG FACEBOOK_APP_ID=1", &[2]),
        ],
    );
}

#[test]
fn users_are_numbers() {
    check(
        "MVI3066",
        &[
            ("USER a", &[2]),
            ("USER 1", &[]),
            ("USER 1:1", &[]),
            ("USER a:1", &[2]),
            ("USER 1:a", &[]),
            ("USER $A", &[2]),
            ("FROM a:1\nARG A\nUSER $A", &[]),
            ("FROM a:1\nARG A\nUSER ${A}", &[]),
            ("ENV A=1\nUSER $A", &[]),
            ("ENV A=b\nUSER $A", &[3]),
            ("ARG A\nFROM b:1\nUSER $A", &[]),
            ("USER root", &[2]),
            ("USER \"1\"", &[]),
            ("ONBUILD USER a", &[]),
            ("FROM a:1\nARG U\nUSER ${U}:${G}", &[]),
        ],
    );
}

#[test]
fn maintainers_are_labels() {
    check(
        "MVI4000",
        &[("MAINTAINER a", &[2]), ("LABEL maintainer=a", &[]), ("maintainer a", &[2]), ("ONBUILD MAINTAINER a", &[])],
    );
}

#[test]
fn there_is_one_command() {
    check(
        "MVI4003",
        &[
            ("CMD a\nCMD b", &[3]),
            ("CMD a", &[]),
            ("CMD a\nFROM b:1\nCMD c", &[]),
            ("CMD a\nCMD b\nCMD c", &[3, 4]),
            ("CMD a\nONBUILD CMD b", &[]),
        ],
    );
}

#[test]
fn there_is_one_entry_point() {
    check(
        "MVI4004",
        &[
            ("ENTRYPOINT a\nENTRYPOINT b", &[3]),
            ("ENTRYPOINT a", &[]),
            ("ENTRYPOINT a\nFROM b:1\nENTRYPOINT c", &[]),
            ("ENTRYPOINT a\nENTRYPOINT b\nENTRYPOINT c", &[3, 4]),
            ("ENTRYPOINT a\nCMD b", &[]),
        ],
    );
}
