//! GK0400–GK0449: TLS towards the client.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime, Static};
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
    Entry {
        code: Code::GK0409,
        name: "ConnectionForAnotherHost",
        severity: Warning,
        phase: Runtime,
        title: Text {
            en: "One connection used for two hosts",
            ja: "1 つの接続が 2 つのホストに使われました",
        },
        headline: None,
        meaning: Text {
            en: "The request asks for a host that checks client certificates, on a connection \
                 that was made for another server name. Whatever was checked there was checked \
                 for the other name, so the answer is 421. Browsers connect anew; other clients \
                 may show an error.",
            ja: "クライアント証明書を確認するホストへのリクエストが、別のサーバー名のために作られた\
                 接続で届きました。そこで確認されたのは別の名前についてのものなので、421 を返しま\
                 す。ブラウザーは接続し直しますが、ほかのクライアントはエラーになることがあります。",
        },
        remedy: Text {
            en: "Ask for the host by its own name in the handshake (SNI), or give hosts with \
                 different rules different certificates, so that clients do not share a \
                 connection.",
            ja: "ハンドシェイクの SNI にはそのホストの名前を使ってください。または、規則の異なるホス\
                 トには別の証明書を使い、クライアントが接続を共有しないようにしてください。",
        },
        detection: Text {
            en: "The server name of the handshake belongs to a host, and is not the host asked \
                 for, which checks client certificates.",
            ja: "ハンドシェイクのサーバー名があるホストのもので、リクエストのホストとは異なり、その\
                 ホストがクライアント証明書を確認しています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0411,
        name: "ClientCertificateRequired",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Client certificate required",
            ja: "クライアント証明書が必要です",
        },
        headline: Some(Text {
            en: "client certificates cannot be checked with Secret `{secret}`",
            ja: "Secret `{secret}` ではクライアント証明書を確認できません",
        }),
        meaning: Text {
            en: "The host lets in only clients with a certificate of its authority. A client \
                 without one, or with one that cannot be verified, gets 400; one whose subject is \
                 not let in, 403. Where the authority itself cannot be read, nobody is let in.",
            ja: "このホストは、その認証局の証明書を持つクライアントだけを受け入れます。証明書がない、\
                 または検証できないクライアントには 400、サブジェクトが許可されていないものには \
                 403 を返します。認証局そのものが読み取れないときは、だれも受け入れません。",
        },
        remedy: Text {
            en: "For the client: send a certificate. For the host: `auth-tls-secret` is \
                 `namespace/name` of a Secret in the namespace of the Ingress, with the \
                 authority's certificates in `ca.crt`.",
            ja: "クライアント側では証明書を送ってください。ホスト側では、`auth-tls-secret` に \
                 Ingress と同じ名前空間の Secret を `namespace/name` の形で指定し、その `ca.crt` に\
                 認証局の証明書を入れてください。",
        },
        detection: Text {
            en: "The Secret is absent, in another namespace, or without a readable `ca.crt` or \
                 `ca.crl`; at run time, the handshake of a client.",
            ja: "Secret がない、別の名前空間にある、または読み取れる `ca.crt` や `ca.crl` がありませ\
                 ん。実行時には、クライアントのハンドシェイクです。",
        },
        example: None,
    },
];
