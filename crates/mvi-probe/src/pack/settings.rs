//! What a container of the image runs, and how that becomes a configuration document (OCI image-spec 1.1, `config.md`).

use serde_json::{Map, Value, json};

use super::error::PackError;

/// Settings that were given; what was not stays as the base has it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Command and arguments that are always run.
    pub entrypoint: Option<Vec<String>>,
    /// Default arguments.
    pub cmd: Option<Vec<String>>,
    /// `NAME=value`; a name that the base has gets the new value.
    pub env: Vec<String>,
    /// User and group.
    pub user: Option<String>,
    /// Folder to start in.
    pub workdir: Option<String>,
    /// Ports, `8080` or `8080/udp`.
    pub expose: Vec<String>,
    /// Paths of volumes.
    pub volumes: Vec<String>,
    /// `NAME=value`.
    pub labels: Vec<String>,
    /// A command for a shell, a JSON array, or `NONE`; Docker's, and no part of OCI's document.
    pub healthcheck: Option<String>,
    /// The signal that asks it to stop.
    pub stop_signal: Option<String>,
    /// `NAME=value` for the manifest.
    pub annotations: Vec<String>,
}

impl Settings {
    /// A command as it is written: a JSON array of strings, or one word for a program without arguments.
    ///
    /// # Errors
    /// [`PackError::Written`].
    pub fn command(text: &str) -> Result<Vec<String>, PackError> {
        if text.trim_start().starts_with('[') {
            return serde_json::from_str(text)
                .map_err(|error| PackError::written(text, "command", format!("as a JSON array of strings: {error}")));
        }
        if text.chars().any(char::is_whitespace) {
            let why = "words need a JSON array, as in [\"/app\", \"serve\"]; without a shell nobody splits them";
            return Err(PackError::written(text, "command", why));
        }
        Ok(if text.is_empty() { Vec::new() } else { vec![text.to_owned()] })
    }

    /// Name and value of what is written `NAME=value`.
    pub(super) fn pair<'t>(text: &'t str, what: &'static str) -> Result<(&'t str, &'t str), PackError> {
        let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
        pair.ok_or_else(|| PackError::written(text, what, "it is NAME=value"))
    }

    /// Writes the settings over those of `config`, the `config` object of the document.
    pub(super) fn apply(&self, config: &mut Map<String, Value>) -> Result<(), PackError> {
        if let Some(entrypoint) = &self.entrypoint {
            config.insert("Entrypoint".into(), json!(entrypoint));
            // Arguments of another command mean nothing to this one; Docker drops them too.
            config.remove("Cmd");
        }
        if let Some(cmd) = &self.cmd {
            config.insert("Cmd".into(), json!(cmd));
        }
        self.apply_env(config)?;
        let texts = [("User", &self.user), ("WorkingDir", &self.workdir), ("StopSignal", &self.stop_signal)];
        for (name, value) in texts {
            if let Some(value) = value {
                config.insert(name.into(), json!(value));
            }
        }
        for port in &self.expose {
            put(config, "ExposedPorts", port_name(port)?, json!({}));
        }
        for volume in &self.volumes {
            if !volume.starts_with('/') {
                return Err(PackError::written(volume, "volume", "it is an absolute path"));
            }
            put(config, "Volumes", volume.clone(), json!({}));
        }
        for label in &self.labels {
            let (name, value) = Self::pair(label, "label")?;
            put(config, "Labels", name.to_owned(), json!(value));
        }
        if let Some(test) = &self.healthcheck {
            config.insert("Healthcheck".into(), json!({ "Test": health(test)? }));
        }
        Ok(())
    }

    fn apply_env(&self, config: &mut Map<String, Value>) -> Result<(), PackError> {
        let mut env: Vec<String> =
            config.get("Env").and_then(|env| serde_json::from_value(env.clone()).ok()).unwrap_or_default();
        for pair in &self.env {
            let (name, _) = Self::pair(pair, "variable")?;
            let same = |old: &String| old.split_once('=').is_some_and(|(old, _)| old == name);
            match env.iter().position(same) {
                Some(place) => pair.clone_into(&mut env[place]),
                None => env.push(pair.clone()),
            }
        }
        if !env.is_empty() {
            config.insert("Env".into(), json!(env));
        }
        Ok(())
    }
}

/// Puts a value into the object under a name; a new object where there is none, or something else.
fn put(map: &mut Map<String, Value>, name: &str, key: String, value: Value) {
    match map.get_mut(name) {
        Some(Value::Object(inner)) => {
            inner.insert(key, value);
        }
        _ => {
            map.insert(name.into(), Value::Object(Map::from_iter([(key, value)])));
        }
    }
}

fn port_name(port: &str) -> Result<String, PackError> {
    let bad = || PackError::written(port, "port", "it is 1 to 65535, with /tcp, /udp or /sctp behind it if wanted");
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let number: u16 = number.parse().map_err(|_| bad())?;
    if number == 0 || !["tcp", "udp", "sctp"].contains(&protocol) {
        return Err(bad());
    }
    Ok(format!("{number}/{protocol}"))
}

fn health(test: &str) -> Result<Vec<String>, PackError> {
    Ok(match test {
        "NONE" => vec!["NONE".to_owned()],
        array if array.trim_start().starts_with('[') => {
            std::iter::once("CMD".to_owned()).chain(Settings::command(array)?).collect()
        }
        shell => vec!["CMD-SHELL".to_owned(), shell.to_owned()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(base: Value, settings: &Settings) -> Value {
        let Value::Object(mut config) = base else { panic!("an object") };
        settings.apply(&mut config).unwrap();
        Value::Object(config)
    }

    #[test]
    fn settings_go_over_those_of_the_base() {
        let base = json!({"Cmd": ["old"], "Env": ["A=1", "B=2"], "Labels": {"x": "1"}, "Shell": ["/bin/ash"]});
        let settings = Settings {
            entrypoint: Some(vec!["/app".into()]),
            env: vec!["B=3".into(), "C=".into()],
            expose: vec!["80".into(), "53/udp".into()],
            labels: vec!["y=2=3".into()],
            healthcheck: Some("wget -q localhost".into()),
            ..Settings::default()
        };
        let expected = json!({
            "Entrypoint": ["/app"], "Env": ["A=1", "B=3", "C="], "Labels": {"x": "1", "y": "2=3"},
            "Shell": ["/bin/ash"], "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
            "Healthcheck": {"Test": ["CMD-SHELL", "wget -q localhost"]},
        });
        assert_eq!(applied(base, &settings), expected);
    }

    #[test]
    fn what_no_document_should_say_is_refused() {
        let refused = |settings: Settings| settings.apply(&mut Map::new()).is_err();
        assert!(refused(Settings { env: vec!["A".into()], ..Settings::default() }));
        assert!(refused(Settings { env: vec!["=1".into()], ..Settings::default() }));
        assert!(refused(Settings { expose: vec!["0".into()], ..Settings::default() }));
        assert!(refused(Settings { expose: vec!["80/http".into()], ..Settings::default() }));
        assert!(refused(Settings { volumes: vec!["data".into()], ..Settings::default() }));
        assert!(refused(Settings { healthcheck: Some("[1]".into()), ..Settings::default() }));
        assert!(Settings::command("/app serve").is_err() && Settings::command("[\"/app\", 1]").is_err());
        assert_eq!(Settings::command("[\"/app\",\"a b\"]").unwrap(), ["/app", "a b"]);
    }
}
