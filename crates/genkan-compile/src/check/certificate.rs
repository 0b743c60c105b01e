//! Certificates that clients cannot believe, and Secrets that hold none.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, Message, Severity, words};
use genkan_objects::{
    ObjectStore, Resource,
    kind::{Ingress, IngressTls, Secret, Timestamp},
};
use genkan_route::tls::CertificateName;

use crate::{
    claims::Claims,
    mark::{self, Part},
    options::{Options, World},
    tls::{
        Certificates,
        certificate::{Certificate, Coverage, Unusable},
        default_name,
        issuers::Gap,
        validity::Age,
    },
};

/// Names of a certificate that are shown.
const NAMES_SHOWN_MAX: usize = 5;

/// GK0401 to GK0405 and GK0412 wherever an Ingress, or the flag for the default, names a Secret.
pub(crate) fn findings(
    certificates: &Certificates,
    claims: &Claims,
    objects: &ObjectStore,
    now: Timestamp,
    options: &Options,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let subject = |name: &CertificateName| {
        let secret = objects.secrets.get(&name.namespace, &name.name)?;
        Some(Subject {
            name: name.clone(),
            read: certificates.of(name)?.as_ref(),
            secret,
            now,
        })
    };
    for (_, object) in claims.all().filter(|(claim, _)| claim.is_served()) {
        let entries = object.spec.tls.iter().enumerate();
        for (index, entry) in entries.filter(|(_, entry)| is_of_a_rule(object, entry)) {
            let Some(secret) = &entry.secret_name else {
                continue;
            };
            let name = CertificateName {
                namespace: object.meta.namespace().into(),
                name: (&*secret.value).into(),
            };
            if let Some(subject) = subject(&name) {
                let found = subject.findings(&Reference::Entry(object, index));
                findings.extend(found);
                findings.extend(subject.uncovered(object, index, entry));
            }
        }
    }
    if let Some(name) = default_name(options) {
        match subject(&name) {
            Some(subject) => findings.extend(subject.findings(&Reference::Default)),
            None if options.world == World::Closed => findings.push(
                Finding::new(Code::GK0400)
                    .arg("secret", name.to_string())
                    .note(&words::DEFAULT_CERTIFICATE_IS),
            ),
            None => {}
        }
    }
    findings
}

/// Entries that concern no rule are GK0407, and their certificates nobody's business.
fn is_of_a_rule(object: &Resource<Ingress>, entry: &IngressTls) -> bool {
    entry.hosts.is_empty()
        || entry
            .hosts
            .iter()
            .any(|host| is_rule_host(object, &host.value))
}

fn is_rule_host(object: &Resource<Ingress>, host: &str) -> bool {
    let mut hosts = object
        .spec
        .rules
        .iter()
        .filter_map(|rule| rule.host.as_ref());
    hosts.any(|ruled| ruled.value.eq_ignore_ascii_case(host))
}

/// Who refers to a Secret.
enum Reference<'a> {
    /// The entry of `spec.tls` with this number.
    Entry(&'a Resource<Ingress>, usize),
    /// `--default-ssl-certificate`.
    Default,
}

/// A Secret that is referred to.
struct Subject<'a> {
    name: CertificateName,
    read: Result<&'a Arc<Certificate>, &'a Unusable>,
    secret: &'a Resource<Secret>,
    now: Timestamp,
}

impl Subject<'_> {
    fn findings(&self, reference: &Reference<'_>) -> Vec<Finding> {
        match self.read {
            Err(unusable) => vec![self.unusable(unusable, reference)],
            Ok(certificate) => {
                let temporary = certificate.is_temporary.then(|| {
                    let finding = self.finding(Code::GK0412);
                    self.place(finding, reference, &words::TEMPORARY_CERTIFICATE)
                });
                let aged = self.aged(certificate, reference);
                let gap = certificate.gap.as_ref();
                let gap = gap
                    .filter(|_| !certificate.is_temporary)
                    .map(|gap| self.gap(gap, reference));
                temporary.into_iter().chain(aged).chain(gap).collect()
            }
        }
    }

    fn finding(&self, code: Code) -> Finding {
        Finding::new(code).arg("secret", self.name.to_string())
    }

    /// At the line that refers to the Secret, and at the Secret.
    fn place(
        &self,
        finding: Finding,
        reference: &Reference<'_>,
        label: impl Into<Message>,
    ) -> Finding {
        let certificate = self.pointer("tls.crt");
        match reference {
            Reference::Entry(object, index) => {
                let pointer = format!("/spec/tls/{index}/secretName");
                let finding = mark::at(finding, object, &pointer, Part::Value, label);
                let secret = self.secret;
                mark::also(
                    finding,
                    secret,
                    &certificate,
                    Part::Key,
                    &words::THIS_SECRET,
                )
            }
            Reference::Default => mark::at(finding, self.secret, &certificate, Part::Key, label)
                .note(&words::DEFAULT_CERTIFICATE_IS),
        }
    }

    /// Of a key of the Secret, in whichever of its two maps it is.
    fn pointer(&self, key: &str) -> String {
        let text = format!("/stringData/{key}");
        match self.secret.place.origin().key(&text) {
            Some(_) => text,
            None => format!("/data/{key}"),
        }
    }

    fn unusable(&self, unusable: &Unusable, reference: &Reference<'_>) -> Finding {
        let reason: Message = match unusable {
            Unusable::OtherKey(names) => {
                let label = words::CERTIFICATE_IS_FOR.arg("names", listed(names));
                return self.place(self.finding(Code::GK0405), reference, label);
            }
            Unusable::Absent(_) if self.is_awaited() => {
                let finding = self.finding(Code::GK0412);
                return self.place(finding, reference, &words::AWAITS_CERTIFICATE);
            }
            Unusable::Absent(key) => words::KEY_IS_ABSENT.arg("key", *key),
            Unusable::EncodedTwice(key) => words::ENCODED_TWICE.arg("key", *key),
            Unusable::NoCertificate => (&words::NO_CERTIFICATE_IN_PEM).into(),
            Unusable::NoKey => (&words::NO_KEY_IN_PEM).into(),
            Unusable::NotSupported(reason) => {
                words::PAIR_NOT_SUPPORTED.arg("reason", reason.as_str())
            }
        };
        let finding = self.finding(Code::GK0401).arg("reason", reason.clone());
        let finding = self.place(finding, reference, reason);
        let keys: Vec<_> = self.secret.spec.data.iter().map(|(key, _)| key).collect();
        match unusable {
            Unusable::Absent(_) if !keys.is_empty() => {
                let keys: Vec<_> = keys.iter().map(|key| format!("`{}`", key.value)).collect();
                finding.note(words::NAMES_THERE_ARE.arg("names", keys.join(", ")))
            }
            _ => finding,
        }
    }

    /// Whether cert-manager fills it.
    fn is_awaited(&self) -> bool {
        let annotations = &self.secret.meta.annotations;
        let mut keys = annotations.iter().map(|annotation| &annotation.key.value);
        keys.any(|key| &**key == "cert-manager.io/certificate-name")
    }

    /// GK0403.
    fn aged(&self, certificate: &Certificate, reference: &Reference<'_>) -> Option<Finding> {
        let validity = certificate.validity;
        let (state, severity) = match validity.age(self.now) {
            Age::Valid => return None,
            Age::NotYet => (
                words::VALID_FROM.arg("date", date(validity.from)),
                Severity::Error,
            ),
            Age::Expired => (
                words::EXPIRED_ON.arg("date", date(validity.until)),
                Severity::Error,
            ),
            Age::Ending => (
                words::EXPIRES_ON.arg("date", date(validity.until)),
                Severity::Warning,
            ),
        };
        let finding = self.finding(Code::GK0403).severity_is(severity);
        let label = words::CERTIFICATE_IS_FOR.arg("names", listed(&certificate.names()));
        Some(self.place(finding.arg("state", state), reference, label))
    }

    /// GK0404.
    fn gap(&self, gap: &Gap, reference: &Reference<'_>) -> Finding {
        let reason = match gap {
            Gap::Issuer(issuer) => words::ISSUER_IS_MISSING.arg("issuer", issuer.as_str()),
            Gap::Order(number) => words::SIGNED_BY_ANOTHER.arg("number", *number),
        };
        let finding = self.finding(Code::GK0404).arg("reason", reason.clone());
        self.place(finding, reference, reason)
    }

    /// GK0402 for each host that the entry gives the certificate to; for an entry without hosts, when it
    /// is for none of the rules.
    fn uncovered(
        &self,
        object: &Resource<Ingress>,
        index: usize,
        entry: &IngressTls,
    ) -> Vec<Finding> {
        let Ok(certificate) = self.read else {
            return Vec::new();
        };
        let listed_hosts = entry.hosts.iter().map(|host| &host.value);
        let mut hosts: Vec<&str> = listed_hosts
            .map(|host| &**host)
            .filter(|host| is_rule_host(object, host))
            .collect();
        if entry.hosts.is_empty() {
            let rules = object
                .spec
                .rules
                .iter()
                .filter_map(|rule| rule.host.as_ref());
            hosts = rules.map(|host| &*host.value).collect();
            if hosts
                .iter()
                .any(|host| certificate.covers(host) == Coverage::Name)
            {
                return Vec::new();
            }
            hosts.truncate(1);
        }
        let finding = |host: &&str| {
            let label = match certificate.covers(&host.to_ascii_lowercase()) {
                Coverage::Name => return None,
                Coverage::CommonName => words::COMMON_NAME_ONLY.arg("host", *host),
                Coverage::None => {
                    words::CERTIFICATE_IS_FOR.arg("names", listed(&certificate.names()))
                }
            };
            let finding = self.finding(Code::GK0402).arg("host", *host).value(*host);
            Some(self.place(finding, &Reference::Entry(object, index), label))
        };
        hosts.iter().filter_map(finding).collect()
    }
}

/// A few names in backquotes.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMES_SHOWN_MAX);
    let mut shown: Vec<_> = shown.map(|name| format!("`{name}`")).collect();
    if names.len() > NAMES_SHOWN_MAX {
        shown.push("…".to_owned());
    }
    if shown.is_empty() {
        shown.push("–".to_owned());
    }
    shown.join(", ")
}

/// The day, in UTC.
fn date(moment: Timestamp) -> String {
    let text = moment.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
