//! Who is believed about the client.

use genkan_diagnosis::{Applicability, Code, Finding, Suggestion, words};
use genkan_objects::{Resource, kind::ConfigMap};
use genkan_route::client::Trust;

use crate::mark::{self, Part};

/// GK0452: a header names the client, and anybody may send it.
pub(crate) fn trust(map: Option<&Resource<ConfigMap>>, trust: &Trust) -> Option<Finding> {
    let believes = trust.use_forwarded_headers || trust.enable_real_ip;
    let everybody = trust
        .proxies
        .iter()
        .find(|network| network.is_everything())?;
    if !believes {
        return None;
    }
    let finding = Finding::new(Code::GK0452).arg("header", trust.forwarded_for.as_str());
    let map = map?;
    let written = |wanted: &str| {
        let mut keys = map.spec.data.iter().map(|(key, _)| &key.value);
        keys.find(|key| key.eq_ignore_ascii_case(wanted))
    };
    let list = written("proxy-real-ip-cidr");
    let switch = written("use-forwarded-headers").or_else(|| written("enable-real-ip"));
    let at = list.or(switch)?;
    let finding = mark::at(
        finding.value(everybody.to_string()),
        map,
        &format!("/data/{at}"),
        Part::Value,
        &words::TRUSTS_EVERYBODY,
    );
    let suggestion = Suggestion::new(&words::LIST_PROXIES, Applicability::Placeholder);
    Some(finding.suggest(suggestion))
}
