//! The classes of services that there are templates for. One class is one entry of the table and one file of text.

/// A class of services.
#[derive(Debug, PartialEq, Eq)]
pub struct Class {
    /// Key: `go`.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Row of the standard whose base and target it takes: `go-static`.
    pub row: &'static str,
    /// Whether that row is about this class, so that its template and target are the class's own.
    pub of_row: bool,
    /// Where the builder's base is found.
    pub builder: BuilderBase,
    /// Whether builders run on the machine's own platform and compile for others.
    pub crosses: bool,
    /// Port it listens on unless another is stated.
    pub port: u16,
    /// What is built or started unless another is stated; `@` stands for the name.
    pub entry: &'static str,
    /// What `entry` is, in words.
    pub entry_is: &'static str,
    /// Seconds until it must be healthy.
    pub start_s: u16,
    /// Memory it may take, MB.
    pub memory_mb: u16,
    /// What the build wants to find beside the Dockerfile.
    pub needs: &'static [&'static str],
    /// The command of the second debugging way, each word quoted.
    pub(super) shell: &'static str,
    pub(super) shell_why: &'static str,
    pub(super) ignored: &'static str,
    pub(super) text: &'static str,
    /// Other files: path and text.
    pub(super) files: &'static [(&'static str, &'static str)],
}

/// Where the base of the stages that build is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuilderBase {
    /// It is that of the runtime.
    Runtime,
    /// It is the standard's builder base of this repository, or else this one, which no standard vouches for.
    Of {
        /// `golang`.
        repository: &'static str,
        /// `golang:1.22-alpine`.
        otherwise: &'static str,
    },
}

/// The class with this key.
#[must_use]
pub fn class(id: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.id == id)
}

const GO: BuilderBase = BuilderBase::Of { repository: "golang", otherwise: "golang:1.22-alpine" };

/// Every class, in the order of the standard's rows.
pub const CLASSES: &[Class] = &[
    Class {
        id: "go",
        title: "Go static binary",
        row: "go-static",
        of_row: true,
        builder: GO,
        crosses: false,
        port: 8080,
        entry: ".",
        entry_is: "the package with `main`",
        start_s: 5,
        memory_mb: 128,
        needs: &["go.mod", "go.sum", "GET /health"],
        shell: r#""wget", "-q", "-O", "-", "http://127.0.0.1:@{port}/debug/pprof/goroutine?debug=1""#,
        shell_why: "the runtime's own profiles, where the program serves net/http/pprof",
        ignored: "bin\ndist\n*_test.go\n*.out",
        text: include_str!("../../data/template/go.Dockerfile"),
        files: &[],
    },
    Class {
        id: "go-multiarch",
        title: "Go static binary for several platforms",
        row: "go-multistage",
        of_row: true,
        builder: GO,
        crosses: true,
        port: 8080,
        entry: ".",
        entry_is: "the package with `main`",
        start_s: 5,
        memory_mb: 128,
        needs: &["go.mod", "go.sum", "GET /health"],
        shell: r#""wget", "-q", "-O", "-", "http://127.0.0.1:@{port}/debug/pprof/goroutine?debug=1""#,
        shell_why: "the runtime's own profiles, where the program serves net/http/pprof",
        ignored: "bin\ndist\n*_test.go\n*.out",
        text: include_str!("../../data/template/go.Dockerfile"),
        files: &[],
    },
    Class {
        id: "python-service",
        title: "Python service",
        row: "python-service",
        of_row: true,
        builder: BuilderBase::Runtime,
        crosses: false,
        port: 8000,
        entry: "main:app",
        entry_is: "MODULE:APPLICATION for uvicorn, which requirements.txt names",
        start_s: 10,
        memory_mb: 256,
        needs: &["requirements.txt with hashes", "GET /health"],
        shell: r#""python3""#,
        shell_why: "a Python beside it that sees its network, its processes and the same packages",
        ignored: ".venv\nvenv\n**/__pycache__\n**/*.pyc\n.pytest_cache\n.mypy_cache\ntests",
        text: include_str!("../../data/template/python-service.Dockerfile"),
        files: &[],
    },
    Class {
        id: "python-ml",
        title: "Python with heavy machine learning",
        row: "python-ml",
        of_row: true,
        builder: BuilderBase::Runtime,
        crosses: false,
        port: 8000,
        entry: "main:app",
        entry_is: "MODULE:APPLICATION for uvicorn, which requirements.txt names",
        start_s: 60,
        memory_mb: 4096,
        needs: &["requirements.txt with hashes", "GET /health", "a justification, as the row says"],
        shell: r#""python3""#,
        shell_why: "a Python beside it that sees its network, its processes and the same packages",
        ignored: ".venv\nvenv\n**/__pycache__\n**/*.pyc\n.pytest_cache\n.mypy_cache\ntests\n**/*.ipynb",
        text: include_str!("../../data/template/python-service.Dockerfile"),
        files: &[],
    },
    Class {
        id: "node-portal",
        title: "Node portal",
        row: "node-portal",
        of_row: true,
        builder: BuilderBase::Runtime,
        crosses: false,
        port: 3000,
        entry: "dist/server.js",
        entry_is: "the script that serves, in dist/",
        start_s: 10,
        memory_mb: 512,
        needs: &["package.json with a `build` that fills dist/", "package-lock.json", "GET /health"],
        shell: r#""sh", "-c", "exec node inspect -p $$(pgrep -o -x node)""#,
        shell_why: "Node's own debugger, attached to the service",
        ignored: "node_modules\ndist\nbuild\n.next\ncoverage\nnpm-debug.log*",
        text: include_str!("../../data/template/node-portal.Dockerfile"),
        files: &[],
    },
    Class {
        id: "static-web",
        title: "Static pages",
        row: "static-web",
        of_row: true,
        builder: BuilderBase::Runtime,
        crosses: true,
        port: 8080,
        entry: "public",
        entry_is: "the folder of pages",
        start_s: 3,
        memory_mb: 64,
        needs: &["public/"],
        shell: r#""nginx", "-T""#,
        shell_why: "the configuration as nginx understands it",
        ignored: "node_modules",
        text: include_str!("../../data/template/static-web.Dockerfile"),
        files: &[("nginx.conf", include_str!("../../data/template/static-web.nginx.conf"))],
    },
    Class {
        id: "dns",
        title: "DNS resolver",
        row: "dns-resolver",
        of_row: true,
        builder: GO,
        crosses: true,
        port: 1053,
        entry: "/coredns",
        entry_is: "always /coredns",
        start_s: 3,
        memory_mb: 128,
        needs: &[],
        shell: r#""dig", "@127.0.0.1", "-p", "@{port}", "health.local""#,
        shell_why: "a question, asked from where the service is",
        ignored: "*_test.go",
        text: include_str!("../../data/template/dns.Dockerfile"),
        files: &[
            ("Corefile", include_str!("../../data/template/dns.Corefile")),
            ("healthcheck/main.go", include_str!("../../data/template/dns.main.go")),
            ("healthcheck/go.mod", include_str!("../../data/template/dns.go.mod.txt")),
        ],
    },
    Class {
        id: "rust",
        title: "Rust binary",
        row: "go-static",
        of_row: false,
        builder: BuilderBase::Of { repository: "rust", otherwise: "rust:1.83-alpine3.21" },
        crosses: false,
        port: 8080,
        entry: "@",
        entry_is: "the binary target",
        start_s: 5,
        memory_mb: 128,
        needs: &["Cargo.toml", "Cargo.lock", "GET /health"],
        shell: r#""sh""#,
        shell_why: "a shell that sees its network and its processes",
        ignored: "target\n**/*.rs.bk",
        text: include_str!("../../data/template/rust.Dockerfile"),
        files: &[],
    },
    Class {
        id: "erlang-release",
        title: "Erlang release",
        row: "go-static",
        of_row: false,
        builder: BuilderBase::Of { repository: "ghcr.io/emqx/erlang", otherwise: "ghcr.io/emqx/erlang:28.3.1-alpine" },
        crosses: false,
        port: 8080,
        entry: "@",
        entry_is: "the release",
        start_s: 60,
        memory_mb: 512,
        needs: &["rebar.config with a `prod` profile", "rebar.lock", "rebar.lock.sha256"],
        shell: r#""/opt/@{entry}/bin/@{entry}", "remote_console""#,
        shell_why: "the remote shell of OTP, with the cookie and the node name of the release",
        ignored: "_build\nebin\nerl_crash.dump\n*.plt",
        text: include_str!("../../data/template/erlang-release.Dockerfile"),
        files: &[],
    },
    Class {
        id: "java",
        title: "Java service",
        row: "go-static",
        of_row: false,
        builder: BuilderBase::Of { repository: "maven", otherwise: "maven:3.9-eclipse-temurin-21-alpine" },
        crosses: false,
        port: 8080,
        entry: "@.jar",
        entry_is: "the jar in target/, with all it needs inside",
        start_s: 30,
        memory_mb: 512,
        needs: &["pom.xml", "src/", "GET /health"],
        shell: r#""sh""#,
        shell_why: "a shell that sees its network and its processes; `kill -3` makes Java print its threads",
        ignored: "target\n.mvn/wrapper/*.jar\n**/*.class",
        text: include_str!("../../data/template/java.Dockerfile"),
        files: &[],
    },
];
