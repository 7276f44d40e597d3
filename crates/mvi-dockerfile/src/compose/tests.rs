//! What services mean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use super::*;

const FILE: &str = r#"name: shop
x-limits: &limits
  deploy:
    resources:
      limits: {memory: 256M, cpus: "0.5"}
services:
  web:
    <<: *limits
    image: "registry.example/shop/web:${TAG:-1.4}"
    build:
      context: ./web
      target: runtime
      args: [A=1, B]
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
    depends_on: {db: {condition: service_healthy}}
    environment: [KEY=value, OTHER]
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
      - {type: bind, source: /etc, target: /etc}
  db:
    image: postgres:${PG_VERSION}
    mem_limit: 1g
    healthcheck: {disable: true}
  debug:
    extends: {service: web}
    build: {target: debug}
    profiles: [debug]
    cap_add: [SYS_PTRACE]
    privileged: yes
    network_mode: "service:web"
    healthcheck: {test: curl -f http://localhost}
"#;

#[test]
fn services_are_read_with_their_spans() {
    let compose = Compose::parse(FILE.as_bytes());
    assert_eq!(compose.problems(), &[]);
    let web = compose.service("web").unwrap();
    let image = web.image.as_ref().unwrap();
    assert_eq!(image.known(), Some("registry.example/shop/web:1.4"));
    assert_eq!(image.span.of(compose.text()), "\"registry.example/shop/web:${TAG:-1.4}\"");
    assert_eq!(compose.lines().position(web.name_span.start).line, 7);
    let build = web.build.as_ref().unwrap();
    assert_eq!(build.context.as_ref().unwrap().text, "./web");
    assert_eq!(
        build.args.iter().map(|(name, value)| (name.as_str(), value.is_some())).collect::<Vec<_>>(),
        [("A", true), ("B", false)]
    );
    assert_eq!(web.healthcheck.as_ref().unwrap().test[0].text, "curl");
    assert_eq!(web.depends_on[0].text, "db");
    assert_eq!(web.memory_limit.as_ref().unwrap().text, "256M");
    assert_eq!(
        web.mounts.iter().map(|mount| mount.text.as_str()).collect::<Vec<_>>(),
        ["/var/run/docker.sock", "/etc"]
    );
    assert_eq!(web.environment.len(), 1);
}

#[test]
fn what_only_the_environment_knows_stays_unknown() {
    let compose = Compose::parse(FILE.as_bytes());
    let image = compose.service("db").unwrap().image.clone().unwrap();
    assert_eq!(image.known(), None);
    assert_eq!(image.unknown, ["PG_VERSION"]);
    assert!(compose.service("db").unwrap().healthcheck.as_ref().unwrap().disabled);
}

#[test]
fn a_service_has_what_it_extends() {
    let compose = Compose::parse(FILE.as_bytes());
    let debug = compose.service("debug").unwrap();
    assert_eq!(debug.build.as_ref().unwrap().target.as_ref().unwrap().text, "debug");
    assert_eq!(debug.build.as_ref().unwrap().context.as_ref().unwrap().text, "./web");
    assert_eq!(debug.memory_limit.as_ref().unwrap().text, "256M");
    assert!(debug.is_aside() && debug.privileged.unwrap().0);
    assert_eq!(debug.healthcheck.as_ref().unwrap().test[0].text, "curl -f http://localhost");
}

#[test]
fn circles_strangers_and_other_files_are_told() {
    let check = |text: &str, wanted: &[&str]| {
        let compose = Compose::parse(text.as_bytes());
        let found: Vec<_> = compose.problems().iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, wanted);
        compose
    };
    check("services:\n a: {extends: b}\n b: {extends: a}\n", &["`b` extends itself", "`a` extends itself"]);
    check("services:\n a: {extends: {service: z}}\n", &["there is no service `z` to extend"]);
    check("services:\n a:\n b: [1]\n", &["the service `a` is no mapping", "the service `b` is no mapping"]);
    check("version: '3'\n", &["a Compose file without `services`"]);
    let other = check("services:\n a: {extends: {service: z, file: base.yaml}}\n", &[]);
    assert_eq!(other.services[0].extends_files[0].text, "base.yaml");
}

#[test]
fn variables_are_filled_in_where_they_have_defaults() {
    let check = |text: &str, wanted: &str, unknown: &[&str]| {
        let found = interpolate(text);
        assert_eq!(
            (found.text.as_str(), found.unknown.iter().map(String::as_str).collect::<Vec<_>>()),
            (wanted, unknown.to_vec())
        );
    };
    check("a:${V:-1}", "a:1", &[]);
    check("a:${V-1}${W:-${X:-2}}", "a:12", &[]);
    check("${V}/$W/$$X/$", "${V}/$W/$X/$", &["V", "W"]);
    check("${V:?must be set}", "${V:?must be set}", &["V"]);
    check("a${V:+b}", "a", &[]);
    check("${unclosed", "${unclosed", &[]);
    check(&"${A:-".repeat(100), &"${A:-".repeat(100), &[]);
}

#[test]
fn compose_files_are_known_by_their_names() {
    for name in [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yml",
        "docker-compose.prod.yaml",
        "compose.override.yml",
        "docker-compose-dev.yml",
    ] {
        assert!(Compose::is_name(name), "{name}");
    }
    for name in ["composer.yaml", "compose.json", "docker.yml", "my-compose.yaml"] {
        assert!(!Compose::is_name(name), "{name}");
    }
}
