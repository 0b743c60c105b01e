//! GK0450–GK0499: the client's address, load balancers, the network in front.

use super::{Code, Entry, Text, example};
use crate::code::Phase::Both;
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0452,
        name: "ForwardedHeadersTrustedFromEveryone",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Forwarded headers: trusted from everyone, or from nobody",
            ja: "転送ヘッダーを誰からでも信用しているか、誰からも信用していません",
        },
        headline: Some(Text {
            en: "anyone can pretend to be any client by sending `{header}`",
            ja: "`{header}` を送れば、誰でも任意のクライアントになりすませます",
        }),
        meaning: Text {
            en: "The client's address is taken from a header, and the list of proxies whose word \
             counts holds every address. Allow lists, limits and logs then act on what the client \
             itself wrote.",
            ja: "クライアントのアドレスをヘッダーから取っていますが、信用するプロキシの一覧がすべてのアド\
             レスを含んでいます。許可リスト、流量制限、ログは、クライアント自身が書いた値に従うこと\
             になります。",
        },
        remedy: Text {
            en: "List the networks of the load balancer in `proxy-real-ip-cidr`.",
            ja: "`proxy-real-ip-cidr` にロードバランサーのネットワークを書いてください。",
        },
        detection: Text {
            en: "`use-forwarded-headers` or `enable-real-ip` is on, and `proxy-real-ip-cidr` is absent \
             or holds `0.0.0.0/0` or `::/0`.",
            ja: "`use-forwarded-headers` または `enable-real-ip` が有効で、`proxy-real-ip-cidr` がない\
             か、`0.0.0.0/0` または `::/0` を含んでいます。",
        },
        example: example(
            r#"
data:
  use-forwarded-headers: "true"
"#,
            r#"
data:
  use-forwarded-headers: "true"
  proxy-real-ip-cidr: 10.0.0.0/8
"#,
        ),
    },
    Entry {
        code: Code::GK0453,
        name: "AddressRefused",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Address list refused a request (403)",
            ja: "アドレスの一覧によりリクエストが拒否されました（403）",
        },
        headline: Some(Text {
            en: "a list refused {subject}",
            ja: "{subject} は一覧により拒否されました",
        }),
        meaning: Text {
            en: "An allow list, a deny list or a block list of the configuration keeps this \
                 request out. The address that counts is the one that `explain` shows as the \
                 client's: often that of a node or a load balancer, not the visitor's.",
            ja: "許可リスト、拒否リスト、またはブロックリストがこのリクエストを拒否しています。使われる\
                 のは `explain` がクライアントとして示すアドレスです。訪問者ではなく、ノードやロードバ\
                 ランサーのアドレスであることがよくあります。",
        },
        remedy: Text {
            en: "Make the client's own address arrive first (`proxy-real-ip-cidr`, PROXY protocol, \
                 `externalTrafficPolicy: Local`), then correct the list.",
            ja: "まずクライアント自身のアドレスが届くようにし（`proxy-real-ip-cidr`、PROXY プロトコル、\
                 `externalTrafficPolicy: Local`）、その後で一覧を直してください。",
        },
        detection: Text {
            en: "The proxy answered 403 itself; the trace names the address, where it came from, \
                 and the entry or list that decided.",
            ja: "プロキシ自身が 403 を返しました。トレースは、アドレスとその由来、判定に使われた項目や\
                 一覧を示します。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/whitelist-source-range: "93.71.5.10"
"#,
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/whitelist-source-range: "93.71.5.10/32,2001:db8::/48"
"#,
        ),
    },
];
