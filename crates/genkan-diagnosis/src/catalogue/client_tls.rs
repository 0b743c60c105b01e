//! GK0400–GK0449: TLS towards the client.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Static};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0400,
        name: "TlsSecretNotFound",
        severity: Error,
        phase: Both,
        title: Text {
            en: "TLS Secret not found in the Ingress's namespace",
            ja: "Ingress の名前空間に TLS Secret がありません",
        },
        headline: Some(Text {
            en: "TLS Secret `{secret}` does not exist",
            ja: "TLS Secret `{secret}` が存在しません",
        }),
        meaning: Text {
            en: "An Ingress reads only Secrets of its own namespace. Without its Secret, the \
                 hosts get the default certificate and clients refuse the connection.",
            ja: "Ingress は自分と同じ名前空間の Secret だけを読みます。Secret がなければホストには\
                 既定の証明書が使われ、クライアントは接続を拒否します。",
        },
        remedy: Text {
            en: "Create the Secret there; with cert-manager, put the Certificate there.",
            ja: "その名前空間に Secret を作成してください。cert-manager を使う場合は、Certificate \
                 をそこに置いてください。",
        },
        detection: Text {
            en: "The Secret named in `tls[].secretName` is absent; an equal name in another \
                 namespace is pointed out.",
            ja: "`tls[].secretName` の Secret がありません。別の名前空間に同名のものがあれば示しま\
                 す。",
        },
        example: example(
            r"
kind: Secret
metadata:
  name: web-tls
  namespace: default
",
            r"
kind: Secret
metadata:
  name: web-tls
  namespace: shop
",
        ),
    },
    Entry {
        code: Code::GK0406,
        name: "HostWithoutTls",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Host is routed but has no TLS entry",
            ja: "ホストにルールはありますが、TLS のエントリーがありません",
        },
        headline: Some(Text {
            en: "host `{host}` is routed but listed in no `tls` entry",
            ja: "ホスト `{host}` にはルールがありますが、`tls` エントリーにありません",
        }),
        meaning: Text {
            en: "HTTPS clients of this host see the proxy's default certificate and refuse it.",
            ja: "このホストに HTTPS で接続するクライアントには、プロキシの既定の証明書が渡り、拒否\
                 されます。",
        },
        remedy: Text {
            en: "List the host under `tls`.",
            ja: "ホストを `tls` に追加してください。",
        },
        detection: Text {
            en: "No `tls.hosts` of any Ingress covers the host, while other hosts of the same \
                 Ingress have TLS.",
            ja: "同じ Ingress のほかのホストには TLS があるのに、どの Ingress の `tls.hosts` にも\
                 このホストがありません。",
        },
        example: example(
            r"
  tls:
  - hosts:
    - www.example.com
",
            r"
  tls:
  - hosts:
    - www.example.com
    - api.example.com
",
        ),
    },
    Entry {
        code: Code::GK0407,
        name: "TlsEntryWithoutEffect",
        severity: Warning,
        phase: Static,
        title: Text {
            en: "`tls` entry without effect",
            ja: "効果のない `tls` エントリーです",
        },
        headline: Some(Text {
            en: "this `tls` entry has no effect: {reason}",
            ja: "この `tls` エントリーには効果がありません: {reason}",
        }),
        meaning: Text {
            en: "The entry gives no host its certificate: its hosts are those of no rule of the \
                 Ingress, often `example.com` against `www.example.com`. The hosts of the rules \
                 get the default certificate.",
            ja: "このエントリーの証明書はどのホストにも使われません。ホストがこの Ingress のどのル\
                 ールにも現れないためです（`example.com` と `www.example.com` の違いなど）。ルール\
                 のホストには既定の証明書が使われます。",
        },
        remedy: Text {
            en: "Name the same host in `tls` and in the rule.",
            ja: "`tls` とルールに同じホストを書いてください。",
        },
        detection: Text {
            en: "`tls.hosts` names hosts, but none of a rule of the same Ingress.",
            ja: "`tls.hosts` にホストがありますが、同じ Ingress のルールのホストが一つもありません。",
        },
        example: None,
    },
];
