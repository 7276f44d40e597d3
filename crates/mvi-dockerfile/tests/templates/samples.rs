//! Small services, one a class, which answer `GET /health`.

/// Files of a service: path and text.
pub(crate) type Sample = &'static [(&'static str, &'static str)];

pub(crate) const GO: Sample = &[
    ("go.mod", "module portal\n\ngo 1.19\n\nrequire example.com/answer v1.0.0\n"),
    (
        "go.sum",
        "example.com/answer v1.0.0 h1:BqinNwPJxAffADLDvnaTx6Naeeu5HG89oFWkfJWXtTw=\n\
         example.com/answer v1.0.0/go.mod h1:diuvYbkpyCYky6UekCvC4zG66Awd7M6zpgnKNHjhvpM=\n",
    ),
    (
        "main.go",
        r#"package main

import (
	"fmt"
	"net/http"
	"os"

	"example.com/answer"
)

var version string

func main() {
	address := "127.0.0.1:" + os.Getenv("PORT")
	if len(os.Args) > 1 && os.Args[1] == "healthcheck" {
		reply, err := http.Get("http://" + address + "/health")
		if err != nil || reply.StatusCode != 200 {
			os.Exit(1)
		}
		return
	}
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %d %s\n", version, os.Getuid(), answer.Text)
	})
	panic(http.ListenAndServe(address, nil))
}
"#,
    ),
];

pub(crate) const PYTHON: Sample = &[
    (
        "requirements.txt",
        "click==8.1.7 --hash=sha256:ae74fb96c20a0277a1d615f1e4d73c8414f5a98db8b799a7931d1582f3390c28\n\
         h11==0.14.0 --hash=sha256:e3fe4ac4b851c468cc8363d500db52c2ead036020723024a109d37346efaa761\n\
         uvicorn==0.30.6 --hash=sha256:65fd46fe3fda5bdc1b03b94eb634923ff18cd35b2f084813ea79d1f103f711b5\n",
    ),
    (
        "main.py",
        r#"import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        return await send({"type": "lifespan.startup.complete"})
    text = f"{os.environ.get('VERSION', '')} {os.getuid()}\n".encode()
    status = 200 if scope["path"] == "/health" else 404
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": text})
"#,
    ),
];

pub(crate) const NODE: Sample = &[
    (
        "package.json",
        r#"{
  "name": "portal",
  "version": "1.4.0",
  "scripts": { "build": "mkdir -p dist && cp server.js dist/" },
  "dependencies": { "ms": "2.1.3" }
}
"#,
    ),
    (
        "package-lock.json",
        r#"{
  "name": "portal",
  "version": "1.4.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": { "name": "portal", "version": "1.4.0", "dependencies": { "ms": "2.1.3" } },
    "node_modules/ms": {
      "version": "2.1.3",
      "resolved": "https://registry.npmjs.org/ms/-/ms-2.1.3.tgz",
      "integrity": "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
    }
  }
}
"#,
    ),
    (
        "server.js",
        r#"const ms = require('ms');
require('http').createServer((request, answer) => {
  answer.statusCode = request.url === '/health' ? 200 : 404;
  answer.end(`${process.env.NODE_ENV} ${process.getuid()} ${ms('2 days')}\n`);
}).listen(process.env.PORT, '127.0.0.1');
"#,
    ),
];

pub(crate) const PAGES: Sample = &[("public/index.html", "<!doctype html>\n<title>portal</title>\n<p>It works.\n")];

pub(crate) const RUST: Sample = &[
    ("Cargo.toml", "[package]\nname = \"portal\"\nversion = \"1.4.0\"\nedition = \"2021\"\n"),
    ("Cargo.lock", "version = 3\n\n[[package]]\nname = \"portal\"\nversion = \"1.4.0\"\n"),
    (
        "src/main.rs",
        r#"use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let port = std::env::var("PORT").unwrap_or_default();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("the port is free");
    let user = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let user = user.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or("?").trim().to_owned();
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        let body = format!("{} {user}\n", env!("CARGO_PKG_VERSION"));
        let _ = write!(stream, "HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    }
}
"#,
    ),
];

pub(crate) const ERLANG: Sample = &[
    (
        "rebar.config",
        r#"{erl_opts, []}.
{deps, []}.
{relx, [{release, {portal, "1.4.0"}, [portal, sasl]}, {vm_args_src, "config/vm.args.src"}]}.
{profiles, [{prod, [{relx, [{mode, prod}]}]}]}.
"#,
    ),
    ("rebar.lock", "[].\n"),
    // Of the four bytes above.
    ("rebar.lock.sha256", "11147eb50b093a61fe80253dae762d703387f23054d00907217c4ab3dc2d6b8c  rebar.lock\n"),
    ("config/vm.args.src", "-name portal@127.0.0.1\n-setcookie sample\n"),
    (
        "src/portal.app.src",
        r#"{application, portal, [{description, "sample"}, {vsn, "1.4.0"}, {registered, []}, {mod, {portal_app, []}},
  {applications, [kernel, stdlib]}, {env, []}, {modules, []}]}.
"#,
    ),
    (
        "src/portal_app.erl",
        r#"-module(portal_app).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    Port = list_to_integer(os:getenv("PORT")),
    {ok, Listener} = gen_tcp:listen(Port, [binary, {active, false}, {reuseaddr, true}, {ip, {127, 0, 0, 1}}]),
    Pid = spawn_link(fun() -> serve(Listener) end),
    ok = gen_tcp:controlling_process(Listener, Pid),
    {ok, Pid}.

stop(_State) -> ok.

serve(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    _ = gen_tcp:recv(Socket, 0, 1000),
    User = string:trim(os:cmd("id -u")),
    _ = gen_tcp:send(Socket, ["HTTP/1.0 200 OK\r\n\r\nerlang ", User, "\n"]),
    ok = gen_tcp:close(Socket),
    serve(Listener).
"#,
    ),
];
