//! GK0454–GK0499: load balancers and the network in front.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Static};
use crate::code::Severity::{Error, Note};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0454,
        name: "HealthCheckFails",
        severity: Error,
        phase: Static,
        title: Text {
            en: "Load balancer's health check fails",
            ja: "ロードバランサーのヘルスチェックが失敗します",
        },
        headline: Some(Text {
            en: "the balancer of Service `{service}` checks `{path}`, which is answered 404",
            ja: "Service `{service}` のロードバランサーは `{path}` を確認しますが、応答は 404 になります",
        }),
        meaning: Text {
            en: "Because of `appProtocol` Azure checks ports with an HTTP request, and without an \
             annotation asks for `/`. On a host that no Ingress has that is answered 404, so it takes \
             every node out, and clients run into a timeout.",
            ja: "`appProtocol` があると Azure は HTTP リクエストでポートを確認し、アノテーションがなければ `/` を\
             要求します。どの Ingress にもないホストへの応答は 404 なので、すべてのノードが外され、クライアント\
             はタイムアウトします。",
        },
        remedy: Text {
            en: "Point the check to the health path by the annotation \
             `service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path`.",
            ja: "アノテーション `service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path` で\
             ヘルスチェック用のパスを指定してください。",
        },
        detection: Text {
            en: "The Service of the controller is one of Azure, has a port with `appProtocol` `http` or \
             `https`, and says neither another path nor another protocol for the check; `/` of an \
             unknown host is answered 404.",
            ja: "コントローラーの Service が Azure のもので、`appProtocol` が `http` または `https` のポートを\
             持ち、確認用のパスもプロトコルも指定していません。そして、未知のホストの `/` への応答は 404 です。",
        },
        example: example(
            r#"
metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-internal: "true"
"#,
            r#"
metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-internal: "true"
    service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path: /healthz
"#,
        ),
    },
    Entry {
        code: Code::GK0455,
        name: "SchemeOfPortDiffers",
        severity: Error,
        phase: Both,
        title: Text {
            en: "HTTPS port of the balancer leads to our plain port, or the reverse",
            ja: "ロードバランサーの HTTPS ポートが平文のポートにつながっているか、その逆です",
        },
        headline: Some(Text {
            en: "{sender} speaks {spoken} to a port that speaks {expected}",
            ja: "{sender} は、{expected} のポートに {spoken} で接続しています",
        }),
        meaning: Text {
            en: "One side of the connection begins with a TLS handshake and the other does not expect \
             it, or waits for it in vain. Clients see a handshake error or `The plain HTTP \
             request was sent to HTTPS port`.",
            ja: "接続の一方が TLS ハンドシェイクを始め、他方はそれを想定していないか、来ないハンドシェイクを待って\
             います。クライアントにはハンドシェイクのエラーか「The plain HTTP request was sent to HTTPS port」が\
             返ります。",
        },
        remedy: Text {
            en: "Let the port lead to the listener that speaks the same: `targetPort: https` where the \
             balancer passes TLS on, `targetPort: http` where it ends TLS itself.",
            ja: "同じプロトコルのリスナーにつないでください。ロードバランサーが TLS をそのまま渡すなら \
             `targetPort: https`、ロードバランサーが TLS を終端するなら `targetPort: http` です。",
        },
        detection: Text {
            en: "The Service of the controller leads port 443 to the plain port although nothing ends \
             TLS before, or leads it to the TLS port although an annotation makes the balancer end it; \
             or a connection began with the wrong one.",
            ja: "コントローラーの Service が、手前で TLS を終端するものがないのにポート 443 を平文のポートに\
             つないでいるか、アノテーションでロードバランサーが終端するのに TLS のポートにつないでいます。\
             または、接続が誤ったプロトコルで始まりました。",
        },
        example: example(
            r#"
ports:
- name: https
  port: 443
  targetPort: http
"#,
            r#"
ports:
- name: https
  port: 443
  targetPort: https
"#,
        ),
    },
    Entry {
        code: Code::GK0456,
        name: "InsideSkipsBalancer",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Request from inside the cluster skips the load balancer",
            ja: "クラスター内からのリクエストはロードバランサーを経由しません",
        },
        headline: Some(Text {
            en: "requests to `{host}` from inside the cluster arrive without a PROXY header",
            ja: "クラスター内から `{host}` へのリクエストは PROXY ヘッダーなしで届きます",
        }),
        meaning: Text {
            en: "kube-proxy short-cuts the balancer's address inside the cluster, so nobody adds the \
             PROXY header that the listener waits for, and the connection is closed: the check of an \
             ACME challenge, or an authentication service asked by its public name, fails.",
            ja: "クラスター内では kube-proxy がロードバランサーのアドレスを近道するため、リスナーが待つ PROXY \
             ヘッダーを誰も付けず、接続は閉じられます。ACME チャレンジの自己確認や、公開名で呼ばれる認証サービ\
             スが失敗します。",
        },
        remedy: Text {
            en: "Let peers of the Pod network leave the header out (`--proxy-protocol-optional`), use a \
             name inside the cluster, or the balancer's host name mode.",
            ja: "Pod ネットワークの接続元にヘッダーの省略を許す（`--proxy-protocol-optional`）か、クラスター内の\
             名前を使うか、ロードバランサーのホスト名モードを使ってください。",
        },
        detection: Text {
            en: "`use-proxy-protocol` is on, no peer may leave the header out, and cert-manager is asked \
             for a certificate of a host served here, or `auth-url` names one.",
            ja: "`use-proxy-protocol` が有効で、ヘッダーを省略できる接続元がなく、ここで提供するホストの証明書を \
             cert-manager に求めているか、`auth-url` がそのホストを指しています。",
        },
        example: None,
    },
];
