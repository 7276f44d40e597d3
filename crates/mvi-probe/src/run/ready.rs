//! When a container counts as ready: how that is written, and what an image suggests by itself.

use std::str::FromStr;

use mvi_image::RuntimeConfig;
use regex::bytes::Regex;

/// When a container counts as ready.
#[derive(Debug, Clone)]
pub enum Ready {
    /// When it has ended with this exit code.
    Exit(i32),
    /// When a TCP port accepts a connection on its loopback.
    Tcp(u16),
    /// When a port answers HTTP with a status.
    Http {
        /// The port.
        port: u16,
        /// What is asked for, with its slash.
        path: String,
        /// The status; none takes 200 to 399.
        status: Option<u16>,
    },
    /// When it writes a line that fits, to either stream.
    Log(Regex),
    /// When this command, run in it, ends well: the image's HEALTHCHECK.
    Health(Vec<String>),
    /// When its program has been started.
    Running,
}

/// A wish for readiness that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}`: {1}; write exit, exit=CODE, tcp:PORT, http:PORT/PATH[=STATUS], log:REGEX, health or running")]
pub struct BadReady(String, String);

impl Ready {
    /// Reads `exit`, `exit=CODE`, `tcp:PORT`, `http:PORT/PATH[=STATUS]`, `log:REGEX`, `health` or `running`; `health`
    /// takes the check of `config`.
    ///
    /// # Errors
    /// Anything else, and `health` where there is no check.
    pub fn parse(text: &str, config: &RuntimeConfig) -> Result<Self, BadReady> {
        let bad = |why: &str| BadReady(text.to_owned(), why.to_owned());
        fn number<T: FromStr>(text: &str) -> Option<T> {
            text.parse().ok()
        }
        let port = |text: &str| number::<u16>(text).filter(|port| *port > 0).ok_or_else(|| bad("no such port"));
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("running", "") => Ok(Self::Running),
            ("exit", "") => Ok(Self::Exit(0)),
            ("health", "") => health(config).map(Self::Health).ok_or_else(|| bad("the image has no HEALTHCHECK")),
            ("tcp", rest) => Ok(Self::Tcp(port(rest)?)),
            ("log", "") => Err(bad("a regular expression is missing")),
            ("log", rest) => Regex::new(rest).map(Self::Log).map_err(|error| bad(&error.to_string())),
            ("http", rest) => {
                let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
                let whole = format!("/{path}");
                let (path, status) = match whole.rsplit_once('=').map(|(path, status)| (path, number(status))) {
                    Some((path, Some(status @ 100..=599))) => (path.to_owned(), Some(status)),
                    _ => (whole, None),
                };
                if path.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
                    return Err(bad("a path has no spaces"));
                }
                Ok(Self::Http { port: port(place)?, path, status })
            }
            _ => match text.strip_prefix("exit=").map(number::<u8>) {
                Some(Some(code)) => Ok(Self::Exit(code.into())),
                Some(None) => Err(bad("an exit code is a number from 0 to 255")),
                None => Err(bad("no such sign")),
            },
        }
    }

    /// What an image suggests: its HEALTHCHECK, else the lowest TCP port it exposes, else that it ends well.
    #[must_use]
    pub fn of(config: &RuntimeConfig) -> Self {
        if let Some(check) = health(config) {
            return Self::Health(check);
        }
        let tcp = |name: &String| match name.split_once('/') {
            None => name.parse().ok(),
            Some((port, "tcp")) => port.parse().ok(),
            Some(_) => None,
        };
        let lowest = config.exposed_ports.keys().filter_map(tcp).filter(|port: &u16| *port > 0).min();
        lowest.map_or(Self::Exit(0), Self::Tcp)
    }
}

impl std::fmt::Display for Ready {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(0) => out.write_str("exit"),
            Self::Exit(code) => write!(out, "exit={code}"),
            Self::Tcp(port) => write!(out, "tcp:{port}"),
            Self::Http { port, path, status: None } => write!(out, "http:{port}{path}"),
            Self::Http { port, path, status: Some(status) } => write!(out, "http:{port}{path}={status}"),
            Self::Log(regex) => write!(out, "log:{regex}"),
            Self::Health(_) => out.write_str("health"),
            Self::Running => out.write_str("running"),
        }
    }
}

/// The command of a HEALTHCHECK (moby image-spec v1.2, `Healthcheck`).
fn health(config: &RuntimeConfig) -> Option<Vec<String>> {
    let test = &config.healthcheck.as_ref()?.test;
    match (test.first()?.as_str(), test.get(1..)?) {
        ("CMD", [_, ..]) => Some(test[1..].to_vec()),
        ("CMD-SHELL", [line, ..]) => Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> RuntimeConfig {
        serde_json::from_str(text).unwrap()
    }

    fn check(text: &str, expected: Option<&str>) {
        let config = config(r#"{"Healthcheck": {"Test": ["CMD", "true"]}}"#);
        let found = Ready::parse(text, &config).ok().map(|ready| ready.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn signs_are_read_and_written_the_same() {
        for text in [
            "exit",
            "exit=3",
            "tcp:80",
            "http:8080/",
            "http:8080/a/b?c=d",
            "http:80/x=204",
            "log:a.*b",
            "health",
            "running",
        ] {
            check(text, Some(text));
        }
        check("exit=0", Some("exit"));
        check("http:80", Some("http:80/"));
        for text in [
            "",
            "exit=x",
            "exit=256",
            "tcp:0",
            "tcp:http",
            "tcp:70000",
            "http:/x",
            "http:80/a b",
            "log:",
            "log:(",
            "soon",
        ] {
            check(text, None);
        }
        assert!(Ready::parse("health", &RuntimeConfig::default()).is_err());
    }

    fn suggests(text: &str, expected: &str) {
        assert_eq!(Ready::of(&config(text)).to_string(), expected, "{text}");
    }

    #[test]
    fn images_suggest_their_own_sign() {
        suggests(r#"{"Healthcheck": {"Test": ["CMD-SHELL", "true"]}, "ExposedPorts": {"80/tcp": {}}}"#, "health");
        suggests(r#"{"Healthcheck": {"Test": ["NONE"]}, "ExposedPorts": {"8080/tcp": {}, "443/tcp": {}}}"#, "tcp:443");
        suggests(r#"{"ExposedPorts": {"53/udp": {}}}"#, "exit");
        suggests(r#"{"ExposedPorts": {"53/udp": {}, "9000": {}}}"#, "tcp:9000");
        suggests("{}", "exit");
    }
}
