//! Flags of ingress-nginx that Genkan does not take, each with the reason and what to use instead.
//!
//! A flag is either honoured or refused by name: an installation that is moved over must not believe
//! that a setting is in force when it is not.

use std::ffi::OsString;

/// One refused flag and why.
struct Refused {
    flag: &'static str,
    reason: &'static str,
}

/// The sentence for the first refused flag among the arguments.
pub(super) fn explain(arguments: &[OsString]) -> Option<String> {
    arguments.iter().find_map(|argument| {
        let name = argument.to_str()?.split('=').next()?;
        let row = REFUSED.iter().find(|row| row.flag == name)?;
        Some(format!(
            "{name} is a flag of ingress-nginx that is refused here: {}",
            row.reason
        ))
    })
}

const IN_CLUSTER: &str = "it needs a cluster, and this version serves folders of manifests only";
const NO_NGINX: &str = "there is no nginx process behind Genkan that it could configure";
const NO_TLS: &str = "TLS is not part of this version";

const fn refused(flag: &'static str, reason: &'static str) -> Refused {
    Refused { flag, reason }
}

const REFUSED: &[Refused] = &[
    refused("--kubernetes", IN_CLUSTER),
    refused("--kubeconfig", IN_CLUSTER),
    refused("--apiserver-host", IN_CLUSTER),
    refused("--certificate-authority", IN_CLUSTER),
    refused("--publish-service", IN_CLUSTER),
    refused("--publish-status-address", IN_CLUSTER),
    refused("--report-node-internal-ip-address", IN_CLUSTER),
    refused("--update-status", IN_CLUSTER),
    refused("--update-status-on-shutdown", IN_CLUSTER),
    refused("--status-update-interval", IN_CLUSTER),
    refused("--election-id", IN_CLUSTER),
    refused("--election-ttl", IN_CLUSTER),
    refused("--disable-leader-election", IN_CLUSTER),
    refused("--watch-namespace-selector", IN_CLUSTER),
    refused("--validating-webhook", IN_CLUSTER),
    refused("--validating-webhook-certificate", IN_CLUSTER),
    refused("--validating-webhook-key", IN_CLUSTER),
    refused("--disable-full-test", IN_CLUSTER),
    refused("--disable-sync-events", IN_CLUSTER),
    refused("--sync-period", IN_CLUSTER),
    refused(
        "--sync-rate-limit",
        "changes are applied at once, there is no reload to limit",
    ),
    refused(
        "--dynamic-configuration-retries",
        "changes reach the workers inside one process and cannot fail on the way",
    ),
    refused("--enable-ssl-passthrough", NO_TLS),
    refused("--ssl-passthrough-proxy-port", NO_TLS),
    refused("--enable-ssl-chain-completion", NO_TLS),
    refused(
        "--tcp-services-configmap",
        "TCP services are not part of this version",
    ),
    refused(
        "--udp-services-configmap",
        "UDP services are not part of this version",
    ),
    refused(
        "--enable-topology-aware-routing",
        "topology hints are not read in this version",
    ),
    refused(
        "--enable-annotation-validation",
        "values are always validated; a bad one takes its default, with a finding",
    ),
    refused(
        "--deep-inspect",
        "no configuration text reaches an interpreter, so there is nothing to inspect for",
    ),
    refused("--default-server-port", NO_NGINX),
    refused("--status-port", NO_NGINX),
    refused("--stream-port", NO_NGINX),
    refused("--health-check-timeout", NO_NGINX),
    refused(
        "--healthz-host",
        "the admin port listens on all addresses; use --admin-address",
    ),
    refused("--internal-logger-address", NO_NGINX),
    refused("--profiling", NO_NGINX),
    refused("--profiler-port", NO_NGINX),
    refused("--profiler-address", NO_NGINX),
    refused(
        "--shutdown-grace-period",
        "use the Pod's preStop hook, or --drain-timeout",
    ),
    refused("--post-shutdown-grace-period", NO_NGINX),
    refused("--maxmind-license-key", "GeoIP is not part of this version"),
    refused("--maxmind-edition-ids", "GeoIP is not part of this version"),
    refused("--maxmind-mirror", "GeoIP is not part of this version"),
    refused(
        "--maxmind-retries-count",
        "GeoIP is not part of this version",
    ),
    refused(
        "--maxmind-retries-timeout",
        "GeoIP is not part of this version",
    ),
    refused(
        "--ingress-class-by-name",
        "name the class in the folder, or use --default-class",
    ),
    refused("--exclude-socket-metrics", NO_NGINX),
    refused("--monitor-max-batch-size", NO_NGINX),
    refused(
        "--bucket-factor",
        "native histograms are not part of this version",
    ),
    refused(
        "--max-buckets",
        "native histograms are not part of this version",
    ),
    refused(
        "--time-buckets",
        "the buckets are Prometheus's defaults and fixed in this version",
    ),
    refused("--length-buckets", "the buckets are fixed in this version"),
    refused("--size-buckets", "the buckets are fixed in this version"),
    refused(
        "--report-status-classes",
        "statuses are reported whole in this version",
    ),
    refused(
        "--metrics-per-host",
        "the host label is always present in this version",
    ),
    refused(
        "--metrics-per-undefined-host",
        "hosts that no Ingress defines share one series in this version",
    ),
    refused("--enable-metrics", "metrics are always on"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_of_ingress_nginx_is_refused_with_its_reason() {
        let arguments = ["genkan", "run", "--publish-service=a/b"].map(OsString::from);
        assert_eq!(
            explain(&arguments).as_deref(),
            Some(
                "--publish-service is a flag of ingress-nginx that is refused here: it needs a \
                 cluster, and this version serves folders of manifests only"
            )
        );
    }

    #[test]
    fn a_flag_nobody_has_is_left_to_the_parser() {
        assert_eq!(explain(&[OsString::from("--no-such-flag")]), None);
    }
}
