//! One agent a host, as trusted certificates are a matter of hosts. An agent keeps its connections.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use crate::error::RegistryError;
use crate::options::{Patience, RegistryOptions};
use crate::trust::tls_config;

/// Bytes of the header of an answer.
const HEADER_BYTES: usize = 64 << 10;
/// What we call ourselves.
const USER_AGENT: &str = concat!("mvi/", env!("CARGO_PKG_VERSION"));

/// The agents made so far, by host and whether they speak TLS.
#[derive(Default)]
pub(crate) struct Agents {
    made: Mutex<HashMap<(String, bool), Agent>>,
}

impl Agents {
    /// The agent for a host.
    pub(super) fn agent(&self, options: &RegistryOptions, host: &str, tls: bool) -> Result<Agent, RegistryError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = made.get(&(host.to_owned(), tls)) {
            return Ok(agent.clone());
        }
        let trust = if tls { tls_config(&options.trust, host)? } else { nobody() };
        let agent = config(&options.patience).tls_config(trust).proxy(proxy(options, host)?).build().new_agent();
        made.insert((host.to_owned(), tls), agent.clone());
        Ok(agent)
    }
}

/// For plain HTTP: should TLS be spoken all the same, no certificate is trusted.
fn nobody() -> TlsConfig {
    TlsConfig::builder().root_certs(RootCerts::from([])).build()
}

/// What every agent has in common; also for those that do not use the network.
pub(crate) fn config(patience: &Patience) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(HEADER_BYTES)
        .user_agent(USER_AGENT)
        .timeout_connect(Some(patience.connect))
        .timeout_per_read(Some(patience.idle))
        .timeout_per_write(Some(patience.idle))
        .timeout_recv_response(Some(patience.document))
        .proxy(None)
}

fn proxy(options: &RegistryOptions, host: &str) -> Result<Option<ureq::Proxy>, RegistryError> {
    let Some(proxy) = &options.proxy else { return Ok(None) };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let mut except = proxy.except.split(',').map(|word| word.trim().trim_start_matches('.')).filter(|w| !w.is_empty());
    let is_local = name == "localhost" || name.starts_with("127.") || name == "[::1]";
    let inside = |word: &str| name == word || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'));
    if is_local || except.any(|word| word == "*" || inside(word)) {
        return Ok(None);
    }
    // The address may hold a password and is not repeated.
    let why = "the proxy's address is none; it is http://[USER:PASSWORD@]HOST[:PORT]";
    let proxy = ureq::Proxy::new(&proxy.url);
    proxy.map(Some).map_err(|_| RegistryError::Reference { text: "HTTPS_PROXY".into(), why })
}
