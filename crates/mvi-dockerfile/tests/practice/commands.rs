//! Commands of runs.

use crate::check;

#[test]
fn commands_have_a_meaning_in_builds() {
    check(
        "MVI3001",
        &[
            ("RUN top", &[2]),
            ("RUN apt-get update && ssh x", &[2]),
            ("RUN echo top", &[]),
            ("RUN /bin/top", &[]),
            ("ONBUILD RUN vim a", &[2]),
            ("RUN if ps; then a; fi", &[2]),
            ("RUN echo $(free)", &[2]),
            ("RUN command kill 1", &[2]),
            ("RUN [\"kill\", \"1\"]", &[2]),
        ],
    );
}

#[test]
fn folders_are_changed_by_workdir() {
    check(
        "MVI3003",
        &[
            ("RUN cd /a", &[2]),
            ("RUN a && cd /b && c", &[2]),
            ("RUN (cd /a; b)", &[2]),
            ("RUN echo cd", &[]),
            ("ONBUILD RUN cd /a", &[]),
            ("RUN for a in b; do cd $a; done", &[2]),
            ("RUN x $(cd /a && pwd)", &[2]),
            ("RUN pushd /a", &[]),
            ("RUN <<EOF\ncd /a\nEOF", &[2]),
        ],
    );
}

#[test]
fn sudo_is_not_needed() {
    check(
        "MVI3004",
        &[
            ("RUN sudo a", &[2]),
            ("RUN a && sudo -E b", &[2]),
            ("RUN echo sudo", &[]),
            ("RUN apt-get install sudo", &[]),
            ("ONBUILD RUN sudo a", &[2]),
            ("RUN sudo A=b c", &[2]),
            ("RUN A=b sudo c", &[2]),
            ("RUN exec sudo a", &[2]),
            ("RUN busybox sudo a", &[2]),
        ],
    );
}

#[test]
fn high_numbers_of_users_are_not_logged() {
    check(
        "MVI3046",
        &[
            ("RUN useradd -u 123456 a", &[2]),
            ("RUN useradd -u 12345 a", &[]),
            ("RUN useradd -l -u 123456 a", &[]),
            ("RUN useradd --no-log-init -u 123456 a", &[]),
            ("RUN useradd -lu 123456 a", &[]),
            ("RUN useradd a", &[]),
            ("RUN useradd -mu 123456 a", &[2]),
            ("RUN useradd --uid 123456 a", &[2]),
            ("RUN useradd --uid=123456 a", &[2]),
            ("RUN useradd -u123456 a", &[2]),
            ("RUN useradd -u $ABCDEF a", &[]),
            ("FROM a:1\nARG U=123456\nRUN useradd -u $U a", &[3]),
            ("FROM a:1\nARG U=1000\nRUN useradd -u ${U} a", &[]),
            ("ONBUILD RUN useradd -u 123456 a", &[2]),
            ("RUN useradd -u 123456 -m a", &[2]),
            ("RUN useradd -Ms /bin/sh -u 1001 someuser", &[]),
        ],
    );
}

#[test]
fn wget_does_not_draw() {
    check(
        "MVI3047",
        &[
            ("RUN wget a", &[2]),
            ("RUN wget --progress=dot:giga a", &[]),
            ("RUN wget -q a", &[]),
            ("RUN wget -nv a", &[]),
            ("RUN wget -O b a", &[2]),
            ("RUN wget -qO- a", &[]),
            ("RUN wget -o x a", &[]),
            ("RUN wget -a x a", &[]),
            ("RUN wget --no-verbose a", &[]),
            ("RUN wget --quiet a", &[]),
            ("RUN wget --output-file=x a", &[]),
            ("RUN wget -O - a | b", &[2]),
            ("RUN busybox wget a", &[2]),
            ("RUN wget -N -nv a", &[]),
            ("RUN wget -c a", &[2]),
            ("ONBUILD RUN wget a", &[2]),
            ("RUN wget --no-check-certificate a", &[2]),
            ("RUN wget -nq a", &[]),
            ("RUN wget --show-progress a", &[2]),
            ("RUN wget --append-output=x a", &[]),
        ],
    );
}

#[test]
fn simple_runs_in_a_row_are_one() {
    check(
        "MVI3059",
        &[
            ("RUN a\nRUN b", &[3]),
            ("RUN a\n\nRUN b", &[4]),
            ("RUN a\n# c\nRUN b", &[4]),
            ("RUN a && b\nRUN c", &[]),
            ("RUN a\nRUN b && c", &[]),
            ("RUN a\nRUN b\nRUN c", &[3, 4]),
            ("RUN a\nENV x=y\nRUN b", &[]),
            ("RUN --mount=type=cache,target=/a b\nRUN c", &[]),
            ("RUN --network=none a\nRUN --network=none b", &[3]),
            ("RUN a\nFROM c:1\nRUN b", &[]),
            ("RUN a | b\nRUN c", &[]),
            ("RUN a $(b)\nRUN c", &[]),
            ("RUN [ -f a ] && b\nRUN c", &[3]),
            ("RUN a > b\nRUN A=b\nRUN c", &[3, 4]),
            ("RUN [\"a\"]\nRUN [\"b\"]", &[3]),
            ("RUN a; b\nRUN c\nRUN d", &[4]),
            ("RUN <<EOF\na\nb\nEOF\nRUN c", &[]),
            ("RUN if a; then b; fi\nRUN c", &[]),
            ("RUN a\nONBUILD RUN b", &[]),
            ("RUN a\nRUN b & c", &[]),
            ("RUN for i in 1 2; do a; done\nRUN b", &[3]),
            ("RUN $a b\nRUN c && $d", &[3]),
            ("RUN a\nRUN f() { b; c; }; f", &[]),
        ],
    );
}

#[test]
fn one_tool_fetches_files() {
    check(
        "MVI4001",
        &[
            ("RUN curl a\nRUN wget b", &[3]),
            ("RUN curl a && wget b", &[2]),
            ("RUN curl a", &[]),
            ("RUN curl a\nFROM b:1\nRUN wget c", &[]),
            ("RUN wget a\nRUN x\nRUN curl b\nRUN wget c", &[4, 5]),
            ("RUN wget a\nRUN curl b\nRUN x", &[3]),
            ("ONBUILD RUN curl a && wget b", &[2]),
            ("RUN curl a\nONBUILD RUN wget b", &[3]),
            ("RUN apt-get install curl wget", &[]),
            ("RUN x $(curl a) && wget b", &[2]),
            ("RUN curl a && wget b\nRUN curl c", &[2, 3]),
        ],
    );
}

#[test]
fn shells_are_set_by_shell() {
    check(
        "MVI4005",
        &[
            ("RUN ln -sf /bin/bash /bin/sh", &[2]),
            ("RUN ln -s a b", &[]),
            ("RUN rm /bin/sh && ln -s /bin/bash /bin/sh", &[2]),
            ("RUN ln -sfv /bin/sh /x", &[2]),
            ("RUN ln -sf bash sh", &[]),
            ("ONBUILD RUN ln -s /bin/bash /bin/sh", &[2]),
            ("RUN echo /bin/sh", &[]),
        ],
    );
}

#[test]
fn pipes_do_not_lose_errors() {
    check(
        "MVI4006",
        &[
            ("RUN a | b", &[2]),
            ("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b", &[]),
            ("SHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a | b", &[]),
            ("SHELL [\"/bin/bash\", \"-c\"]\nRUN a | b", &[3]),
            ("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nSHELL [\"/bin/sh\", \"-c\"]\nRUN a | b", &[4]),
            ("SHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nFROM b:1\nRUN a | b", &[4]),
            ("FROM a:1 AS b\nSHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nFROM b\nRUN a | b", &[]),
            ("RUN a || b", &[]),
            ("RUN echo 'a | b'", &[]),
            ("RUN set -o pipefail && a | b", &[]),
            ("RUN set -eo pipefail; a | b", &[]),
            ("RUN a | b; set -o pipefail", &[2]),
            ("RUN x $(a | b)", &[2]),
            ("RUN (a | b)", &[2]),
            ("RUN if a | b; then c; fi", &[2]),
            ("RUN <<EOF\na | b\nEOF", &[2]),
            ("ONBUILD RUN a | b", &[]),
            ("RUN a |& b", &[2]),
            ("SHELL [\"powershell\", \"-Command\"]\nRUN a | b", &[]),
            ("SHELL [\"pwsh\", \"-c\"]\nRUN a | b", &[]),
            ("SHELL [\"cmd\", \"/S\", \"/C\"]\nRUN a | b", &[]),
            ("RUN a | while read x; do b; done", &[2]),
            ("RUN [\"a\", \"|\", \"b\"]", &[]),
            ("SHELL [\"/usr/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b", &[]),
            ("SHELL [\"/bin/sh\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b", &[]),
            ("SHELL [\"/bin/bash\", \"-euxo\", \"pipefail\", \"-c\"]\nRUN a | b", &[]),
            ("RUN bash -o pipefail -c 'a | b'", &[]),
            ("RUN case $a in b|c) d;; esac", &[]),
            ("RUN a >| b", &[]),
            ("SHELL [\"/bin/bash\", \"-opipefail\", \"-c\"]\nRUN a | b", &[3]),
        ],
    );
}
