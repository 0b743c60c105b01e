//! GK0450–GK0453: the client's address, and lists that act on it.

use super::{Code, Entry, Text, example};
use crate::code::Phase::Both;
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0450,
        name: "ClientAddressLost",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "The client's address is lost",
            ja: "クライアントのアドレスが失われています",
        },
        headline: Some(Text {
            en: "every client seems to be a node: Service `{service}` does not keep addresses",
            ja: "すべてのクライアントがノードに見えます: Service `{service}` はアドレスを保持しません",
        }),
        meaning: Text {
            en: "The Service in front passes connections on from any node, and the address that arrives \
             is the node's. Allow lists and limits act on that address, and logs show it.",
            ja: "手前の Service は任意のノードから接続を転送し、届くアドレスはそのノードのものになります。\
             許可リストや制限はそのアドレスに対して働き、ログにもそれが残ります。",
        },
        remedy: Text {
            en: "Set `externalTrafficPolicy: Local`, or let the balancer name the client: \
             `use-proxy-protocol` on both sides, or a header and `use-forwarded-headers`.",
            ja: "`externalTrafficPolicy: Local` を設定するか、ロードバランサーにクライアントを伝えさせてください。\
             両側で `use-proxy-protocol` を有効にするか、ヘッダーと `use-forwarded-headers` を使います。",
        },
        detection: Text {
            en: "The Service of the controller has type `LoadBalancer` or `NodePort` and not \
             `externalTrafficPolicy: Local`, no setting names the client otherwise, and some setting \
             depends on the client's address.",
            ja: "コントローラーの Service の種類が `LoadBalancer` または `NodePort` で \
             `externalTrafficPolicy: Local` ではなく、ほかにクライアントを伝える設定もないのに、クライアントの\
             アドレスに依存する設定があります。",
        },
        example: example(
            r#"
spec:
  type: LoadBalancer
"#,
            r#"
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
"#,
        ),
    },
    Entry {
        code: Code::GK0451,
        name: "ProxyProtocolMismatch",
        severity: Error,
        phase: Both,
        title: Text {
            en: "PROXY protocol expected but not sent, or sent but not expected",
            ja: "PROXY プロトコルが必要なのに送られていないか、不要なのに送られています",
        },
        headline: Some(Text {
            en: "{sender} and this proxy disagree about the PROXY protocol",
            ja: "{sender} とこのプロキシで PROXY プロトコルの設定が食い違っています",
        }),
        meaning: Text {
            en: "With `use-proxy-protocol` every connection begins with a header that names the client; \
             without it, the same header is no HTTP. When only one side is switched, no request \
             arrives.",
            ja: "`use-proxy-protocol` が有効なら、すべての接続はクライアントを伝えるヘッダーで始まります。無効\
             なら、そのヘッダーは HTTP として解釈できません。片側だけを切り替えると、リクエストは一切届きません。",
        },
        remedy: Text {
            en: "Switch both sides together: the key `use-proxy-protocol` and the annotation of the \
             Service that your cloud asks for. Peers inside the cluster can be let in without the \
             header by `--proxy-protocol-optional`.",
            ja: "両側を同時に切り替えてください。キー `use-proxy-protocol` と、お使いのクラウドが求める Service \
             のアノテーションです。クラスター内の接続元は、`--proxy-protocol-optional` でヘッダーなしでも受け\
             入れられます。",
        },
        detection: Text {
            en: "The key and the annotation of the controller's Service contradict each other; or a \
             connection was closed because its first bytes are a PROXY header where none is asked \
             for, or are none where one is.",
            ja: "キーとコントローラーの Service のアノテーションが矛盾しています。または、最初のバイト列が不要な \
             PROXY ヘッダーだったか、必要な PROXY ヘッダーではなかったため、接続が閉じられました。",
        },
        example: example(
            r#"
metadata:
  annotations:
    service.beta.kubernetes.io/do-loadbalancer-size-unit: "1"
"#,
            r#"
metadata:
  annotations:
    service.beta.kubernetes.io/do-loadbalancer-size-unit: "1"
    service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol: "true"
"#,
        ),
    },
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
