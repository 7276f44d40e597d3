//! Packages without a version, by package manager.

use crate::check;

#[test]
fn what_apt_get_installs_has_a_version() {
    check(
        "MVI3008",
        &[
            ("RUN apt-get install a", &[2]),
            ("RUN apt-get install a=1", &[]),
            ("RUN apt-get install a=1 b", &[2]),
            ("RUN apt-get install ./a.deb", &[]),
            ("RUN apt-get install a/stable", &[]),
            ("RUN apt-get -y install a", &[2]),
            ("RUN apt-get install -t stretch a=1", &[]),
            ("RUN apt-get install -t stretch", &[]),
            ("RUN apt-get install --target-release x a", &[2]),
            ("RUN apt-get install", &[]),
            ("RUN apt-get install -y $P", &[2]),
            ("RUN apt-get install a=$V", &[]),
            ("RUN apt-get update", &[]),
            ("ONBUILD RUN apt-get install a", &[2]),
            ("RUN [\"apt-get\", \"install\", \"a\"]", &[2]),
            ("RUN <<EOF\napt-get install a\nEOF", &[2]),
            ("RUN apt-get install `cat x`", &[2]),
            ("RUN apt-get install $(cat /x)", &[]),
            ("RUN apt-get install {a,b}", &[2]),
            ("RUN sudo apt-get install a", &[]),
            ("RUN a && apt-get \\\n  install \\\n# comment\n  b", &[2]),
            ("RUN apt-get install -o A=b c=1", &[]),
            ("RUN apt-get -o A=b install c", &[2]),
            ("RUN if x; then apt-get install a; fi", &[2]),
            ("RUN DEBIAN_FRONTEND=n apt-get install a", &[2]),
            ("RUN apt-get install -- a", &[2]),
            ("RUN apt-get install a- ", &[2]),
            ("RUN apt-get install linux-$(uname -r)", &[2]),
            ("SHELL [\"/bin/bash\", \"-c\"]\nRUN apt-get install a", &[3]),
            ("RUN bash -c 'apt-get install a'", &[]),
            ("RUN sh -c \"apt-get install a\"", &[]),
            ("RUN \"apt-get\" 'install' \"a\"", &[2]),
            ("CMD apt-get install a", &[]),
        ],
    );
}

#[test]
fn what_pip_installs_has_a_version() {
    check(
        "MVI3013",
        &[
            ("RUN pip install a", &[2]),
            ("RUN pip install a==1", &[]),
            ("RUN pip install 'a>=1'", &[]),
            ("RUN pip install a~=1", &[]),
            ("RUN pip3 install a", &[2]),
            ("RUN python3 -m pip install a", &[2]),
            ("RUN pip install -r a.txt", &[]),
            ("RUN pip install --requirement a.txt", &[]),
            ("RUN pip install --requirement=a.txt", &[]),
            ("RUN pip install -ra.txt", &[]),
            ("RUN pip install .", &[]),
            ("RUN pip install -e .", &[]),
            ("RUN pip install -e a", &[]),
            ("RUN pip install .[dev]", &[2]),
            ("RUN pip install ./a", &[]),
            ("RUN pip install git+https://x/y.git", &[2]),
            ("RUN pip install git+https://x/y.git@1", &[]),
            ("RUN pip install a.whl", &[]),
            ("RUN pip install a.tar.gz", &[]),
            ("RUN pip install --upgrade pip", &[2]),
            ("RUN pip install -U pip setuptools wheel", &[2]),
            ("RUN pip install -c c.txt a", &[]),
            ("RUN pip install --constraint c.txt a", &[]),
            ("RUN pip install --index-url http://x a==1", &[]),
            ("RUN pip install --index-url=http://x a", &[2]),
            ("RUN pip install -i x a==1", &[]),
            ("RUN pip install --prefix /a b==1", &[]),
            ("RUN pip install -t a b==1", &[]),
            ("RUN pip install --no-cache-dir a", &[2]),
            ("RUN pip install gitpython", &[2]),
            ("RUN pip install", &[]),
            ("RUN pip install $A", &[2]),
            ("RUN pip install a==$V", &[]),
            ("RUN pip install \"a[b]==1\"", &[]),
            ("RUN pip install a[b]", &[2]),
            ("RUN pipenv install a", &[]),
            ("RUN pipx install a", &[2]),
            ("RUN pip install $(grep a b)", &[2]),
            ("RUN pip install `cat a`", &[2]),
            ("RUN pip download a", &[]),
            ("RUN pip install --extra-index-url http://x --trusted-host y a==1", &[]),
            ("RUN pip install -q a", &[2]),
            ("RUN pip install -b x a==1", &[]),
            ("ONBUILD RUN pip install a", &[2]),
            ("RUN pip2.7 install a", &[2]),
            ("RUN python -m pip install --user a", &[2]),
            ("RUN python -m pip --no-cache-dir install a", &[]),
            ("RUN pip install hg+https://x@1", &[]),
            ("RUN pip install --find-links=/a b", &[2]),
            ("RUN pip install --find-links /a b==1", &[]),
        ],
    );
}

#[test]
fn what_pip_installs_has_a_version_in_any_form() {
    check(
        "MVI3013",
        &[
            ("RUN pip install -f /a b==2", &[]),
            ("RUN pip install 'a<2' b", &[2]),
            ("RUN pip install https://x/y.zip", &[]),
            ("RUN pip install --no-binary :all: a==1", &[]),
            ("RUN uv pip install a", &[]),
        ],
    );
}

#[test]
fn what_npm_installs_has_a_version() {
    check(
        "MVI3016",
        &[
            ("RUN npm install", &[]),
            ("RUN npm install a", &[2]),
            ("RUN npm install a@1", &[]),
            ("RUN npm install @a/b", &[2]),
            ("RUN npm install @a/b@1", &[]),
            ("RUN npm install -g a", &[2]),
            ("RUN npm install --global a@1 b", &[2]),
            ("RUN npm i a", &[2]),
            ("RUN npm ci", &[]),
            ("RUN npm install git+https://x/y", &[2]),
            ("RUN npm install git+https://x/y#1", &[]),
            ("RUN npm install git://x#1", &[]),
            ("RUN npm install ./a", &[]),
            ("RUN npm install a.tgz", &[]),
            ("RUN npm install --loglevel error a@1", &[]),
            ("RUN npm --loglevel error install a", &[2]),
            ("RUN npm --registry http://x install a", &[2]),
            ("RUN npm --registry=http://x install a", &[2]),
            ("RUN npm install $A", &[2]),
            ("RUN npm install a@$V", &[]),
            ("RUN npm run install a", &[]),
            ("RUN npm set x && npm install a", &[2]),
            ("RUN npm install a/b", &[2]),
            ("RUN npm install ~/a", &[]),
            ("RUN npm install -g npm@latest", &[]),
            ("ONBUILD RUN npm install a", &[2]),
            ("RUN npm --prefix x install a", &[]),
            ("RUN npm install --prefix x a@1", &[2]),
        ],
    );
}

#[test]
fn what_apk_installs_has_a_version() {
    check(
        "MVI3018",
        &[
            ("RUN apk add a", &[2]),
            ("RUN apk add a=1", &[]),
            ("RUN apk add 'a~1'", &[]),
            ("RUN apk add a~=1", &[]),
            ("RUN apk add 'a>1'", &[]),
            ("RUN apk add a.apk", &[]),
            ("RUN apk add --no-cache a", &[2]),
            ("RUN apk add --virtual .b a=1", &[]),
            ("RUN apk add -t .b a=1", &[]),
            ("RUN apk add --virtual=.b a", &[2]),
            ("RUN apk add --repository http://x a=1", &[]),
            ("RUN apk add -X http://x a=1", &[]),
            ("RUN apk --no-cache add a", &[2]),
            ("RUN apk add -U a", &[2]),
            ("RUN apk add $A", &[2]),
            ("RUN apk add a=$V", &[]),
            ("RUN apk add a=${V}", &[]),
            ("RUN apk update", &[]),
            ("RUN apk add $(cat x)", &[2]),
            ("RUN apk add --no-cache --virtual .c \\\n  a=1 \\\n  b", &[2]),
            ("ONBUILD RUN apk add a", &[2]),
            ("RUN apk --update add a", &[2]),
            ("RUN apk add !b a=1", &[2]),
            ("RUN apk add -tx a", &[]),
            ("RUN apk add .x=20 a=1", &[]),
        ],
    );
}

#[test]
fn what_gem_installs_has_a_version() {
    check(
        "MVI3028",
        &[
            ("RUN gem install a", &[2]),
            ("RUN gem install a:1", &[]),
            ("RUN gem install a -v 1", &[]),
            ("RUN gem install a --version 1", &[]),
            ("RUN gem install a --version=1", &[]),
            ("RUN gem install a --version '~> 1'", &[]),
            ("RUN gem i a", &[2]),
            ("RUN gem install a b:1", &[2]),
            ("RUN gem install a:1 -- --with-x=y", &[]),
            ("RUN gem install a:1 -- b", &[]),
            ("RUN gem install --no-document a", &[2]),
            ("RUN gem install a --no-document", &[2]),
            ("RUN gem install --source http://x a:1", &[]),
            ("RUN gem update", &[]),
            ("RUN bundle install", &[]),
            ("RUN gem install -N a", &[2]),
            ("RUN gem install a:$V", &[]),
            ("RUN gem install ./a.gem", &[]),
            ("ONBUILD RUN gem install a", &[2]),
        ],
    );
}

#[test]
fn what_yum_installs_has_a_version() {
    check(
        "MVI3033",
        &[
            ("RUN yum install -y a", &[2]),
            ("RUN yum install -y a-1", &[]),
            ("RUN yum install -y a-b", &[2]),
            ("RUN yum install -y a-b-1.2", &[]),
            ("RUN yum install -y a.rpm", &[2]),
            ("RUN yum install -y a-b.rpm", &[]),
            ("RUN yum install -y http://x/a-1.rpm", &[]),
            ("RUN yum install -y a-$V", &[2]),
            ("ENV V=1\nRUN yum install -y a-${V}", &[]),
            ("FROM a:1\nARG V\nRUN yum install -y a-${V}", &[]),
            ("ENV V=1\nRUN yum install -y a-$V", &[]),
            ("RUN yum module install -y a", &[2]),
            ("RUN yum module install -y a:1", &[]),
            ("RUN yum install -y a-1 b", &[2]),
            ("ENV V=1\nFROM b:1\nRUN yum install -y a-${V}", &[4]),
            ("FROM a:1 AS b\nENV V=1\nFROM b\nRUN yum install -y a-${V}", &[]),
            ("RUN yum -y install a-1*", &[2]),
            ("RUN yum install -y a-1:2.3~rc^x_1+b", &[]),
            ("RUN yum install -y $A", &[2]),
            ("RUN yum remove a", &[]),
            ("RUN yum install -y java-1.8.0-openjdk", &[]),
            ("RUN yum install -y epel-release", &[2]),
            ("RUN yum groupinstall -y x", &[]),
            ("ENV V=1\nONBUILD RUN yum install -y a-${V}", &[]),
            ("ONBUILD ENV V=1\nONBUILD RUN yum install -y a-${V}", &[]),
            ("FROM a:1\nARG V=1\nONBUILD RUN yum install -y a-${V}", &[3]),
            ("ONBUILD ENV V=1\nRUN yum install -y a-${V}", &[3]),
        ],
    );
}

#[test]
fn what_zypper_installs_has_a_version() {
    check(
        "MVI3037",
        &[
            ("RUN zypper install a", &[2]),
            ("RUN zypper install a=1", &[]),
            ("RUN zypper in 'a>=1'", &[]),
            ("RUN zypper in 'a>1'", &[]),
            ("RUN zypper in a.rpm", &[]),
            ("RUN zypper in a b=1", &[2]),
            ("RUN zypper in $A", &[2]),
            ("ONBUILD RUN zypper in a", &[2]),
            ("RUN zypper rm a", &[]),
        ],
    );
}

#[test]
fn what_dnf_installs_has_a_version() {
    check(
        "MVI3041",
        &[
            ("RUN dnf install -y a", &[2]),
            ("RUN dnf install -y a-1", &[]),
            ("RUN microdnf install a", &[2]),
            ("RUN dnf module install a", &[2]),
            ("RUN dnf module install a:1", &[]),
            ("RUN dnf group install a", &[]),
            ("RUN dnf install @a", &[2]),
            ("RUN dnf install -y a-b-1.2.el8", &[]),
            ("RUN dnf install a.rpm", &[2]),
            ("RUN dnf install -y x-${V}", &[2]),
            ("FROM a:1\nARG V=1\nRUN dnf install -y x-${V}", &[]),
            ("ENV V=1\nRUN dnf install -y x-${V}", &[]),
            ("RUN dnf reinstall a", &[]),
            ("RUN dnf in a", &[]),
            ("RUN dnf install 'dnf-command(x)'", &[2]),
            ("ONBUILD RUN dnf install a", &[2]),
            ("RUN dnf install --setopt=a=b c-1", &[]),
            ("RUN dnf --releasever 9 install c-1", &[2]),
        ],
    );
}

#[test]
fn what_go_installs_has_a_version() {
    check(
        "MVI3062",
        &[
            ("RUN go install a", &[2]),
            ("RUN go install a@v1", &[]),
            ("RUN go install a@latest", &[2]),
            ("RUN go install ./a", &[]),
            ("RUN go install .", &[]),
            ("RUN go install ./...", &[]),
            ("RUN go install /a", &[]),
            ("RUN go get a", &[2]),
            ("RUN go get -u a@v1", &[]),
            ("RUN go run a", &[2]),
            ("RUN go run a@v1 b", &[]),
            ("RUN go run .", &[]),
            ("RUN go run main.go", &[2]),
            ("RUN go run x@v1 && go install y", &[]),
            ("RUN go install -v a", &[2]),
            ("RUN go install -tags x a@v1", &[2]),
            ("RUN go build a", &[]),
            ("RUN go get", &[]),
            ("RUN go install a@$V", &[]),
            ("RUN go get -tool a", &[2]),
            ("RUN go install", &[]),
            ("RUN go install a@v1 b", &[2]),
            ("ONBUILD RUN go install a", &[2]),
            ("RUN go mod tidy", &[]),
            ("RUN go install -ldflags '-s -w' a@v1", &[]),
            ("RUN go run -mod=mod a", &[2]),
            ("RUN go install github.com/a/b/cmd/...@v1", &[]),
        ],
    );
}
