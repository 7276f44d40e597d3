//! How package managers are called: what they ask, bring along and leave behind.

use crate::check;

#[test]
fn lists_of_apt_do_not_stay() {
    check(
        "MVI3009",
        &[
            ("RUN apt-get update", &[2]),
            ("RUN apt-get update && rm -rf /var/lib/apt/lists/*", &[]),
            ("RUN apt-get update && rm -rf /var/lib/apt/lists", &[]),
            ("RUN apt-get update && rm -r /var/lib/apt/lists/*", &[]),
            ("RUN apt update", &[2]),
            ("RUN aptitude update", &[2]),
            ("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update", &[]),
            ("RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update", &[]),
            ("RUN --mount=type=cache,target=/var/lib/apt apt-get update", &[2]),
            ("RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update", &[]),
            ("RUN --mount=type=bind,target=/var/lib/apt/lists apt-get update", &[2]),
            ("FROM a:1 AS b\nRUN apt-get update\nFROM c:1", &[]),
            ("FROM a:1 AS b\nRUN apt-get update\nFROM b", &[2]),
            ("FROM a:1 AS b\nRUN apt-get update\nFROM c:1\nCOPY --from=b /a /a", &[]),
            ("ONBUILD RUN apt-get update", &[2]),
            ("FROM a:1 AS b\nONBUILD RUN apt-get update\nFROM c:1", &[2]),
            ("RUN apt-get update && rm -rf /x", &[2]),
            ("RUN rm -rf /var/lib/apt/lists/* && apt-get update", &[]),
            ("RUN apt-get update; if a; then rm -rf /var/lib/apt/lists/*; fi", &[]),
            ("RUN apt-get update && rm a-${V}.zip", &[2]),
            ("RUN apt-get update && rm -rf /var/tmp/${V}", &[2]),
            ("RUN apt-get update && rm -rf /var/{cache,lib}/apt/*", &[]),
            ("RUN apt-get update && rm -rf /var/lib/{apt,dpkg}", &[]),
            ("RUN apt-get update && find /var/lib/apt/lists -type f -delete", &[]),
            ("RUN apt-get update && apt-get dist-clean", &[]),
        ],
    );
}

#[test]
fn apt_get_does_not_ask() {
    check(
        "MVI3014",
        &[
            ("RUN apt-get install a", &[2]),
            ("RUN apt-get install -y a", &[]),
            ("RUN apt-get -y install a", &[]),
            ("RUN apt-get install a -y", &[]),
            ("RUN apt-get install --yes a", &[]),
            ("RUN apt-get install -qq a", &[]),
            ("RUN apt-get install -q -q a", &[]),
            ("RUN apt-get install -q a", &[2]),
            ("RUN apt-get install -q=2 a", &[]),
            ("RUN apt-get install --quiet --quiet a", &[]),
            ("RUN apt-get install --assume-yes a", &[]),
            ("RUN apt-get install -yqq a", &[]),
            ("RUN apt-get install -qqy a", &[]),
            ("RUN apt-get upgrade", &[]),
            ("RUN yes | apt-get install a", &[2]),
            ("ONBUILD RUN apt-get install a", &[2]),
            ("RUN apt-get install -fy a", &[]),
        ],
    );
}

#[test]
fn what_is_only_recommended_is_declined() {
    check(
        "MVI3015",
        &[
            ("RUN apt-get install a", &[2]),
            ("RUN apt-get install --no-install-recommends a", &[]),
            ("RUN apt-get --no-install-recommends install a", &[]),
            ("RUN apt-get install -o APT::Install-Recommends=false a", &[]),
            ("RUN apt-get install -oAPT::Install-Recommends=false a", &[2]),
            ("RUN apt-get update", &[]),
            ("RUN apt-get install --no-install-recommends a && apt-get install b", &[2]),
            ("ONBUILD RUN apt-get install a", &[2]),
            ("RUN apt install a", &[]),
        ],
    );
}

#[test]
fn the_cache_of_apk_does_not_stay() {
    check(
        "MVI3019",
        &[
            ("RUN apk add a", &[2]),
            ("RUN apk add --no-cache a", &[]),
            ("RUN apk --no-cache add a", &[]),
            ("RUN apk add -U a", &[2]),
            ("RUN --mount=type=cache,target=/var/cache/apk apk add a", &[]),
            ("RUN --mount=type=cache,target=/x apk add a", &[2]),
            ("RUN apk update", &[]),
            ("RUN apk add --no-cache a && apk add b", &[2]),
            ("ONBUILD RUN apk add a", &[2]),
            ("RUN apk --no-cache --update add a", &[]),
        ],
    );
}

#[test]
fn apt_is_not_for_scripts() {
    check(
        "MVI3027",
        &[
            ("RUN apt install a", &[2]),
            ("RUN apt-get install a", &[]),
            ("RUN echo apt", &[]),
            ("RUN apt update && apt install a", &[2]),
            ("ONBUILD RUN apt update", &[2]),
            ("RUN apt-cache x", &[]),
            ("RUN [\"apt\", \"update\"]", &[2]),
        ],
    );
}

#[test]
fn yum_does_not_ask() {
    check(
        "MVI3030",
        &[
            ("RUN yum install a", &[2]),
            ("RUN yum install -y a", &[]),
            ("RUN yum -y install a", &[]),
            ("RUN yum install --assumeyes a", &[]),
            ("RUN yum groupinstall a", &[2]),
            ("RUN yum localinstall a", &[2]),
            ("RUN yum update", &[]),
            ("RUN yum install a -y", &[]),
            ("ONBUILD RUN yum install a", &[2]),
            ("RUN yum install -qy a", &[]),
            ("RUN yum reinstall a", &[]),
        ],
    );
}

#[test]
fn the_cache_of_yum_does_not_stay() {
    check(
        "MVI3032",
        &[
            ("RUN yum install -y a", &[2]),
            ("RUN yum install -y a && yum clean all", &[]),
            ("RUN yum clean all && yum install -y a", &[2]),
            ("RUN yum install -y a && yum clean metadata", &[]),
            ("RUN yum install -y a && rm -rf /var/cache/yum/*", &[]),
            ("RUN yum install -y a && rm -rf /x", &[]),
            ("RUN yum update", &[]),
            ("RUN yum install a; yum clean all; yum install b", &[]),
            ("ONBUILD RUN yum install a", &[2]),
            ("RUN --mount=type=cache,target=/var/cache/yum yum install a", &[2]),
        ],
    );
}

#[test]
fn zypper_does_not_ask() {
    check(
        "MVI3034",
        &[
            ("RUN zypper install a", &[2]),
            ("RUN zypper install -y a", &[]),
            ("RUN zypper -n install a", &[]),
            ("RUN zypper --non-interactive install a", &[]),
            ("RUN zypper in a", &[2]),
            ("RUN zypper in --no-confirm a", &[]),
            ("RUN zypper rm a", &[2]),
            ("RUN zypper remove a", &[2]),
            ("RUN zypper patch", &[2]),
            ("RUN zypper source-install a", &[2]),
            ("RUN zypper si a", &[2]),
            ("RUN zypper ref", &[]),
            ("ONBUILD RUN zypper in a", &[2]),
        ],
    );
}

#[test]
fn zypper_does_not_upgrade_the_distribution() {
    check(
        "MVI3035",
        &[
            ("RUN zypper dup", &[2]),
            ("RUN zypper dist-upgrade", &[2]),
            ("RUN zypper -n dup", &[2]),
            ("RUN zypper up", &[]),
            ("ONBUILD RUN zypper dup", &[2]),
        ],
    );
}

#[test]
fn the_cache_of_zypper_does_not_stay() {
    check(
        "MVI3036",
        &[
            ("RUN zypper install a", &[2]),
            ("RUN zypper install a && zypper clean", &[]),
            ("RUN zypper in a && zypper cc", &[]),
            ("RUN zypper cc && zypper in a", &[2]),
            ("RUN zypper in a && rm -rf /var/cache/zypp", &[2]),
            ("RUN --mount=type=cache,target=/var/cache/zypp zypper in a", &[]),
            ("RUN zypper ref", &[]),
            ("ONBUILD RUN zypper in a", &[2]),
        ],
    );
}

#[test]
fn dnf_does_not_ask() {
    check(
        "MVI3038",
        &[
            ("RUN dnf install a", &[2]),
            ("RUN dnf install -y a", &[]),
            ("RUN microdnf install a", &[2]),
            ("RUN microdnf -y install a", &[]),
            ("RUN dnf groupinstall a", &[2]),
            ("RUN dnf group install a", &[2]),
            ("RUN dnf update", &[]),
            ("ONBUILD RUN dnf install a", &[2]),
        ],
    );
}

#[test]
fn the_cache_of_dnf_does_not_stay() {
    check(
        "MVI3040",
        &[
            ("RUN dnf install -y a", &[2]),
            ("RUN dnf install -y a && dnf clean all", &[]),
            ("RUN microdnf install a", &[2]),
            ("RUN microdnf install a && microdnf clean all", &[]),
            ("RUN microdnf install a && dnf clean all", &[2]),
            ("RUN dnf upgrade", &[2]),
            ("RUN dnf up", &[2]),
            ("RUN dnf update", &[]),
            ("RUN dnf install a && rm -rf /var/cache/libdnf5*", &[]),
            ("RUN dnf install a && rm -rf /var/cache/dnf", &[]),
            ("RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install a", &[]),
            ("RUN --mount=type=cache,target=/var/cache/dnf dnf install a", &[]),
            ("RUN dnf clean all && dnf install a", &[2]),
            ("ONBUILD RUN dnf install a", &[2]),
            ("RUN dnf reinstall a", &[2]),
            ("RUN dnf clean packages && dnf in a && dnf clean all", &[2]),
        ],
    );
}

#[test]
fn the_cache_of_pip_does_not_stay() {
    check(
        "MVI3042",
        &[
            ("RUN pip install a", &[2]),
            ("RUN pip install --no-cache-dir a", &[]),
            ("RUN pip --no-cache-dir install a", &[]),
            ("ENV PIP_NO_CACHE_DIR=1\nRUN pip install a", &[]),
            ("ENV PIP_NO_CACHE_DIR=0\nRUN pip install a", &[]),
            ("ENV PIP_NO_CACHE_DIR=off\nRUN pip install a", &[]),
            ("ONBUILD ENV PIP_NO_CACHE_DIR=1\nONBUILD RUN pip install a", &[]),
            ("FROM a:1 AS b\nONBUILD ENV PIP_NO_CACHE_DIR=1\nFROM b\nRUN pip install a", &[]),
            ("RUN PIP_NO_CACHE_DIR=off pip install a", &[]),
            ("ENV PIP_NO_CACHE_DIR=true\nFROM b:1\nRUN pip install a", &[4]),
            ("FROM a:1 AS b\nENV PIP_NO_CACHE_DIR=1\nFROM b\nRUN pip install a", &[]),
            ("RUN PIP_NO_CACHE_DIR=1 pip install a", &[]),
            ("RUN export PIP_NO_CACHE_DIR=yes; pip install a", &[]),
            ("RUN --mount=type=cache,target=/root/.cache/pip pip install a", &[]),
            ("RUN --mount=type=cache,target=/x pip install a", &[2]),
            ("RUN pipx install a", &[]),
            ("RUN pipenv install a", &[]),
            ("RUN python -m pip install a", &[2]),
            ("RUN python -m pipenv install a", &[]),
            ("RUN pip install --no-cache a", &[2]),
            ("RUN pip download a", &[]),
            ("RUN pip3 install -r a", &[2]),
            ("ONBUILD RUN pip install a", &[2]),
            ("ENV PIP_NO_CACHE_DIR=1\nONBUILD RUN pip install a", &[]),
            ("RUN pip install a && pip install --no-cache-dir b", &[2]),
            ("FROM a:1\nARG PIP_NO_CACHE_DIR=1\nRUN pip install a", &[]),
        ],
    );
}

#[test]
fn the_cache_of_yarn_does_not_stay() {
    check(
        "MVI3060",
        &[
            ("RUN yarn install", &[2]),
            ("RUN yarn install && yarn cache clean", &[]),
            ("RUN yarn cache clean && yarn install", &[2]),
            ("RUN yarn", &[]),
            ("RUN --mount=type=cache,target=/root/.cache/yarn yarn install", &[]),
            ("FROM a:1 AS b\nRUN yarn install\nFROM c:1\nCOPY --from=b a /a", &[]),
            ("FROM a:1 AS b\nRUN yarn install\nFROM b", &[2]),
            ("ONBUILD RUN yarn install", &[2]),
            ("RUN yarn --cwd a install", &[2]),
            ("RUN yarn add x", &[]),
            ("RUN yarn install && yarn run clean", &[]),
            ("RUN npm install && yarn cache clean", &[]),
        ],
    );
}
