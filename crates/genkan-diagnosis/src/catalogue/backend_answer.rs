//! GK0357–GK0364: answers that fail, come late, or come back to us.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0357,
        name: "ResponseTimeout",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "Backend did not answer in time",
            ja: "バックエンドが時間内に応答しませんでした",
        },
        headline: Some(Text {
            en: "{endpoint} did not answer within {timeout}",
            ja: "{endpoint} が {timeout} 以内に応答しませんでした",
        }),
        meaning: Text {
            en: "The connection stood, but no part of the answer came within the time allowed. \
                 The proxy answers 504.",
            ja: "接続はできましたが、許された時間内に応答がありませんでした。プロキシは 504 を返し\
                 ます。",
        },
        remedy: Text {
            en: "Make the application faster, or raise the limit of this route and of any \
                 balancer in front.",
            ja: "アプリケーションを速くするか、このルートと手前のロードバランサーのタイムアウトを\
                 延ばしてください。",
        },
        detection: Text {
            en: "504 by the proxy after `proxy-read-timeout` or `proxy-send-timeout` passed.",
            ja: "`proxy-read-timeout` または `proxy-send-timeout` が過ぎ、プロキシが 504 を返しま\
                 した。",
        },
        example: example(
            r"
metadata:
  annotations: {}
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "300"
"#,
        ),
    },
    Entry {
        code: Code::GK0358,
        name: "ResponseBreaksFraming",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "Backend's response breaks HTTP framing",
            ja: "バックエンドの応答が HTTP のフレーミングに違反しています",
        },
        headline: Some(Text {
            en: "the response of {endpoint} breaks HTTP framing: {reason}",
            ja: "{endpoint} の応答が HTTP のフレーミングに違反しています: {reason}",
        }),
        meaning: Text {
            en: "The answer says in two ways where its body ends, or ends elsewhere than it says. \
                 Older proxies let this pass; it is unsafe, and the proxy answers 502.",
            ja: "応答の本文の終わりが 2 通りに示されているか、示された位置と異なります。古いプロキ\
                 シは見逃していましたが、危険なため、プロキシは 502 を返します。",
        },
        remedy: Text {
            en: "In the application, leave `Transfer-Encoding` and `Content-Length` to the server.",
            ja: "アプリケーションで `Transfer-Encoding` と `Content-Length` を設定せず、サーバーに\
                 任せてください。",
        },
        detection: Text {
            en: "`Transfer-Encoding` twice or beside `Content-Length`, conflicting lengths, \
                 illegal bytes in the head, or a body shorter than promised.",
            ja: "`Transfer-Encoding` の重複、`Content-Length` との併用、矛盾する長さ、ヘッダーの不\
                 正なバイト、または示された長さより短い本文があります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0360,
        name: "ClientLeft",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "The client left before the answer (499)",
            ja: "応答の前にクライアントが切断しました（499）",
        },
        headline: Some(Text {
            en: "the client left after {elapsed}",
            ja: "クライアントが {elapsed} 後に切断しました",
        }),
        meaning: Text {
            en: "The client closed its connection before the answer was complete. When many do so \
                 after the same time, the limit is in the client or in a balancer in front, not \
                 here.",
            ja: "応答が終わる前に、クライアントが接続を閉じました。同じ時間で切断するものが多い場\
                 合、原因はここではなく、クライアントか手前のロードバランサーのタイムアウトです。",
        },
        remedy: Text {
            en: "Raise the outer limit, or answer faster.",
            ja: "外側のタイムアウトを延ばすか、応答を速くしてください。",
        },
        detection: Text {
            en: "The client closed first; logged with status 499.",
            ja: "クライアントが先に接続を閉じました。ステータス 499 で記録します。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0361,
        name: "RetryHidFailure",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "A retry hid a failing Pod",
            ja: "再試行によって Pod の障害が隠れています",
        },
        headline: Some(Text {
            en: "served by {endpoint} after {failed} failed",
            ja: "{failed} が失敗した後、{endpoint} が応答しました",
        }),
        meaning: Text {
            en: "The client got its answer, but not at the first try: another endpoint failed \
                 before.",
            ja: "クライアントには応答が返りましたが、最初の試行ではありません。その前に別のエンド\
                 ポイントが失敗しています。",
        },
        remedy: Text {
            en: "Look at the Pod that failed.",
            ja: "失敗した Pod を確認してください。",
        },
        detection: Text {
            en: "A final answer from the backend after at least one failed attempt.",
            ja: "1 回以上の失敗の後に、バックエンドから最終的な応答がありました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0362,
        name: "ErrorsDuringRollout",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Errors while Pods are being replaced",
            ja: "Pod の入れ替え中にエラーが発生します",
        },
        headline: Some(Text {
            en: "Pods of {workload} end before all proxies have removed them",
            ja: "すべてのプロキシから外れる前に {workload} の Pod が終了します",
        }),
        meaning: Text {
            en: "A Pod that is told to end stops listening at once, while requests are still on \
                 their way to it. Without a readiness probe, a new Pod gets requests before it \
                 listens.",
            ja: "終了を指示された Pod は、リクエストが向かっている途中でも待ち受けをやめます。ま\
                 た readiness probe がなければ、新しい Pod は待ち受けを始める前にリクエストを受け\
                 てしまいます。",
        },
        remedy: Text {
            en: "Let the Pod linger before it stops, and give it a readiness probe.",
            ja: "Pod が止まる前に猶予を設け、readiness probe を追加してください。",
        },
        detection: Text {
            en: "The workload has no readiness probe, no `preStop` hook, or one replica that may \
                 be unavailable. At run time: refused connections to Pods that are being deleted.",
            ja: "ワークロードに readiness probe や `preStop` フックがないか、レプリカが 1 つで停止\
                 が許されています。実行時には、削除中の Pod への接続が拒否されます。",
        },
        example: example(
            r"
      containers:
      - name: web
",
            r"
      containers:
      - name: web
        lifecycle:
          preStop:
            sleep: {seconds: 10}
",
        ),
    },
    Entry {
        code: Code::GK0363,
        name: "ProxyLoop",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Proxy loop: the backend is the proxy itself",
            ja: "プロキシのループです（バックエンドがプロキシ自身を指しています）",
        },
        headline: Some(Text {
            en: "the backend {endpoint} is this proxy itself",
            ja: "バックエンド {endpoint} はこのプロキシ自身です",
        }),
        meaning: Text {
            en: "The request comes back to the proxy that sent it, again and again: the backend \
                 is a name that this proxy serves, or its own Service. The proxy answers 508.",
            ja: "リクエストが、送り出したプロキシ自身に何度も戻ってきます。バックエンドが、このプ\
                 ロキシの公開する名前か、プロキシ自身の Service です。プロキシは 508 を返します。",
        },
        remedy: Text {
            en: "Name the Service inside the cluster instead of the public host.",
            ja: "公開ホストではなく、クラスター内の Service を指定してください。",
        },
        detection: Text {
            en: "A backend resolves to an address of the proxy, or a request arrives with our own \
                 id more than once.",
            ja: "バックエンドがプロキシ自身のアドレスに解決されるか、同じ ID のリクエストが 2 回以\
                 上届いています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0364,
        name: "ListensOnLocalhost",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Application listens on 127.0.0.1 only",
            ja: "アプリケーションが 127.0.0.1 だけで待ち受けています",
        },
        headline: Some(Text {
            en: "{workload} listens on localhost only",
            ja: "{workload} は localhost だけで待ち受けています",
        }),
        meaning: Text {
            en: "Inside the Pod the application answers on localhost; the proxy comes from \
                 outside the Pod and is refused.",
            ja: "アプリケーションは Pod の内側の localhost でだけ応答します。プロキシは Pod の外か\
                 ら接続するため、拒否されます。",
        },
        remedy: Text {
            en: "Listen on `0.0.0.0`, and on `::` for IPv6.",
            ja: "`0.0.0.0`、IPv6 では `::` で待ち受けてください。",
        },
        detection: Text {
            en: "Arguments or environment of a container say `127.0.0.1` or `localhost` as the \
                 address to listen on.",
            ja: "コンテナの引数または環境変数が、待ち受けるアドレスとして `127.0.0.1` または \
                 `localhost` を指定しています。",
        },
        example: example(
            r#"
args: ["--host", "127.0.0.1"]
"#,
            r#"
args: ["--host", "0.0.0.0"]
"#,
        ),
    },
];
