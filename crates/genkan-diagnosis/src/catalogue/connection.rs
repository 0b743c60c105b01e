//! GK0350–GK0356: opening and keeping connections to the backend.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0350,
        name: "ConnectionRefused",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Connection refused by the Pod",
            ja: "Pod に接続を拒否されました",
        },
        headline: Some(Text {
            en: "{endpoint} refuses connections",
            ja: "{endpoint} が接続を拒否しています",
        }),
        meaning: Text {
            en: "Nothing listens on this address and port: the port differs from the one the \
                 application uses, or the Pod is still starting or already ending. The proxy \
                 answers 502.",
            ja: "このアドレスとポートで待ち受けているものがありません。アプリケーションのポートと\
                 異なるか、Pod が起動中または終了中です。プロキシは 502 を返します。",
        },
        remedy: Text {
            en: "Correct `targetPort`, or the port the application listens on.",
            ja: "`targetPort`、またはアプリケーションの待ち受けポートを直してください。",
        },
        detection: Text {
            en: "The endpoint refused the connection; whether one or all of them do is said \
                 beside it.",
            ja: "エンドポイントが接続を拒否しました。一部かすべてかも併せて示します。",
        },
        example: example(
            r"
kind: Service
spec:
  ports:
  - port: 80
    targetPort: 8888
",
            r"
kind: Service
spec:
  ports:
  - port: 80
    targetPort: 8080
",
        ),
    },
    Entry {
        code: Code::GK0351,
        name: "ConnectTimeout",
        severity: Error,
        phase: Both,
        title: Text {
            en: "No answer to connect: timeout or no route",
            ja: "接続への応答がありません（タイムアウトまたは経路なし）",
        },
        headline: Some(Text {
            en: "no answer from {endpoint} within {timeout}",
            ja: "{endpoint} から {timeout} 以内に応答がありません",
        }),
        meaning: Text {
            en: "No packet came back. Often a NetworkPolicy selects the Pods and does not admit \
                 the proxy's namespace, or the address belongs to a node that is gone. The proxy \
                 answers 504 or 502.",
            ja: "パケットが 1 つも返ってきませんでした。NetworkPolicy が Pod を対象にしながらプロ\
                 キシの名前空間を許可していないか、すでにないノードのアドレスであることがよくあり\
                 ます。プロキシは 504 または 502 を返します。",
        },
        remedy: Text {
            en: "Admit the proxy's namespace.",
            ja: "プロキシの名前空間からの通信を許可してください。",
        },
        detection: Text {
            en: "The connect timeout passed, or the network reported that there is no route.",
            ja: "接続のタイムアウトが過ぎたか、経路がないとネットワークから通知されました。",
        },
        example: example(
            r"
kind: NetworkPolicy
spec:
  ingress: []
",
            r"
kind: NetworkPolicy
spec:
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: genkan
",
        ),
    },
    Entry {
        code: Code::GK0352,
        name: "BackendExpectsTls",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Backend expects TLS but is spoken to in plain HTTP",
            ja: "バックエンドは TLS を待っていますが、平文の HTTP で接続しています",
        },
        headline: Some(Text {
            en: "{endpoint} expects TLS but is spoken to in plain HTTP",
            ja: "{endpoint} は TLS を待っていますが、平文の HTTP で接続しています",
        }),
        meaning: Text {
            en: "The Pod speaks HTTPS on this port. The application answers 400 with a text about \
                 plain HTTP, or a TLS alert comes back and the proxy answers 502.",
            ja: "Pod はこのポートで HTTPS を話します。アプリケーションが平文の HTTP に関する 400 \
                 を返すか、TLS アラートが返ってプロキシが 502 を返します。",
        },
        remedy: Text {
            en: "Say that the backend speaks HTTPS.",
            ja: "バックエンドが HTTPS を使うことを指定してください。",
        },
        detection: Text {
            en: "The port is 443 or 8443, or is named `https`, and `backend-protocol` does not \
                 say HTTPS. At run time: the typical 400, or first bytes of a TLS alert.",
            ja: "ポートが 443 か 8443、または名前が `https` で、`backend-protocol` に HTTPS の指定\
                 がありません。実行時には、典型的な 400 か、TLS アラートで始まる応答が現れます。",
        },
        example: example(
            r"
metadata:
  annotations: {}
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: "HTTPS"
"#,
        ),
    },
    Entry {
        code: Code::GK0353,
        name: "BackendWithoutTls",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "TLS to the backend was tried and failed",
            ja: "バックエンドとの TLS 接続に失敗しました",
        },
        headline: Some(Text {
            en: "{endpoint} did not complete a TLS handshake",
            ja: "{endpoint} が TLS ハンドシェイクを完了しませんでした",
        }),
        meaning: Text {
            en: "The route speaks TLS with its backend. What came back was no TLS, often plain \
                 HTTP, or an alert: no version or cipher suite in common, or a client certificate \
                 is wanted. The proxy answers 502.",
            ja: "このルートはバックエンドと TLS で通信します。しかし返ってきたのは TLS ではないデー\
                 タ（多くは平文の HTTP）か、アラートでした。共通のバージョンや暗号スイートがないか、\
                 クライアント証明書が求められています。プロキシは 502 を返します。",
        },
        remedy: Text {
            en: "Use the Service's TLS port, or remove `backend-protocol`; for an alert, compare \
                 `proxy-ssl-protocols` and `proxy-ssl-ciphers` with the backend, and name a client \
                 certificate in `proxy-ssl-secret`.",
            ja: "Service の TLS ポートを使うか、`backend-protocol` を外してください。アラートの場合\
                 は、`proxy-ssl-protocols` と `proxy-ssl-ciphers` をバックエンドの設定と照合し、\
                 `proxy-ssl-secret` にクライアント証明書を指定してください。",
        },
        detection: Text {
            en: "The handshake ended in an error or an alert of the backend.",
            ja: "ハンドシェイクがエラー、またはバックエンドのアラートで終わりました。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: "HTTPS"
"#,
            r"
metadata:
  annotations: {}
",
        ),
    },
    Entry {
        code: Code::GK0354,
        name: "BackendCertificateNotAccepted",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Backend's certificate was not accepted",
            ja: "バックエンドの証明書を受け入れられませんでした",
        },
        headline: Some(Text {
            en: "the certificate of {endpoint} cannot be accepted",
            ja: "{endpoint} の証明書を受け入れられません",
        }),
        meaning: Text {
            en: "`proxy-ssl-verify` is on. The backend's certificate is not signed by an \
                 authority in `ca.crt` of the Secret, is out of date, or is for another name than \
                 `proxy-ssl-name`; or there is no `ca.crt` at all, and the route is closed (503) \
                 because nothing can be verified.",
            ja: "`proxy-ssl-verify` が有効です。バックエンドの証明書が Secret の `ca.crt` の認証局に\
                 よって署名されていないか、有効期間外か、`proxy-ssl-name` と異なる名前のものです。\
                 `ca.crt` がない場合は何も検証できないため、ルートを閉じて 503 を返します。",
        },
        remedy: Text {
            en: "Put the authority into `ca.crt`, and name the backend as its certificate does.",
            ja: "認証局の証明書を `ca.crt` に入れ、バックエンドの証明書にある名前を指定してください。",
        },
        detection: Text {
            en: "The Secret named in `proxy-ssl-secret` has no `ca.crt`; at run time, the \
                 verification failed during the handshake.",
            ja: "`proxy-ssl-secret` の Secret に `ca.crt` がありません。実行時には、ハンドシェイク中\
                 の検証に失敗しました。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-ssl-secret: default/grpc-tls
    nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
"#,
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-ssl-secret: default/grpc-tls
    nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
    nginx.ingress.kubernetes.io/proxy-ssl-name: grpc.default.svc
"#,
        ),
    },
    Entry {
        code: Code::GK0355,
        name: "ResponseHeadersTooLarge",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Response headers are larger than the limit",
            ja: "レスポンスヘッダーが上限を超えています",
        },
        headline: Some(Text {
            en: "the response head is larger than the limit of {limit}",
            ja: "レスポンスヘッダーが上限の {limit} を超えています",
        }),
        meaning: Text {
            en: "The head of the backend's answer does not fit into its buffer, and the proxy \
                 answers 502. Often a login puts a large `Set-Cookie` there.",
            ja: "バックエンドの応答のヘッダーがバッファーに収まらず、プロキシは 502 を返します。ロ\
                 グイン時の大きな `Set-Cookie` が原因であることがよくあります。",
        },
        remedy: Text {
            en: "Raise the limit, or make the cookies smaller.",
            ja: "上限を上げるか、Cookie を小さくしてください。",
        },
        detection: Text {
            en: "The head did not end within `proxy-buffer-size`.",
            ja: "ヘッダーが `proxy-buffer-size` に収まりませんでした。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-buffer-size: 4k
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-buffer-size: 16k
",
        ),
    },
    Entry {
        code: Code::GK0356,
        name: "KeptConnectionClosed",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Backend closed a kept-open connection just as it was used",
            ja: "再利用しようとした接続を、バックエンドが閉じました",
        },
        headline: Some(Text {
            en: "{endpoint} closed a connection that had been idle for {idle}",
            ja: "{endpoint} が、{idle} 使われていなかった接続を閉じました",
        }),
        meaning: Text {
            en: "The application closes idle connections sooner than the proxy does, and the two \
                 met: the request was sent while the connection was being closed. What cannot be \
                 repeated safely is answered with 502.",
            ja: "アプリケーションがプロキシより早く接続を閉じるため、閉じる瞬間とリクエストの送信\
                 が重なりました。安全に再送できないリクエストには 502 を返します。",
        },
        remedy: Text {
            en: "Make the application's idle timeout longer than the proxy's.",
            ja: "アプリケーションのアイドルタイムアウトを、プロキシより長くしてください。",
        },
        detection: Text {
            en: "Reset or end of stream before any byte of the answer, on a connection that was \
                 used before.",
            ja: "以前に使われた接続で、応答の最初のバイトより前に切断されました。",
        },
        example: example(
            r#"
command: ["gunicorn", "--keep-alive", "2", "app:app"]
"#,
            r#"
command: ["gunicorn", "--keep-alive", "75", "app:app"]
"#,
        ),
    },
];
