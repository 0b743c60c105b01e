//! GK0500–GK0549: sizes, rates, headers.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0500,
        name: "BodyTooLarge",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Body larger than the limit: 413 by the proxy",
            ja: "本文が上限を超えたため、プロキシが 413 を返しました",
        },
        headline: Some(Text {
            en: "the request body is larger than the limit of {limit}",
            ja: "リクエストの本文が上限の {limit} を超えています",
        }),
        meaning: Text {
            en: "The client announced or sent more than the route allows, and the proxy answered \
                 413 without asking the backend. The default is 1 MiB.",
            ja: "クライアントがルートの上限を超える本文を送ろうとしたため、プロキシはバックエンド\
                 に問い合わせず 413 を返しました。既定の上限は 1 MiB です。",
        },
        remedy: Text {
            en: "Raise the limit for this Ingress.",
            ja: "この Ingress の上限を上げてください。",
        },
        detection: Text {
            en: "413 by the proxy; the announced size, the limit and where it was set are shown.",
            ja: "プロキシが 413 を返しました。本文の大きさ、上限、その設定場所を示します。",
        },
        example: example(
            r"
metadata:
  annotations: {}
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 20m
",
        ),
    },
    Entry {
        code: Code::GK0501,
        name: "BodyTooLargeElsewhere",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "413 made by the backend or by something in front",
            ja: "413 はバックエンド、または手前の何かが返しました",
        },
        headline: Some(Text {
            en: "the backend refused the body with 413; the proxy allows {limit}",
            ja: "バックエンドが 413 で本文を拒否しました。プロキシの上限は {limit} です",
        }),
        meaning: Text {
            en: "The proxy let the body pass. The application has a limit of its own, or the \
                 answer never came from here: some networks in front refuse large bodies too.",
            ja: "プロキシは本文を通しています。アプリケーション自身に上限があるか、ここを通る前に\
                 手前のネットワークが大きな本文を拒否しています。",
        },
        remedy: Text {
            en: "Raise the limit of the application, such as `MAX_CONTENT_LENGTH` in Flask or \
                 `express.json({limit})`.",
            ja: "Flask の `MAX_CONTENT_LENGTH` や `express.json({limit})` など、アプリケーションの\
                 上限を上げてください。",
        },
        detection: Text {
            en: "413 with the backend as maker.",
            ja: "バックエンドが 413 を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0502,
        name: "RequestHeadTooLarge",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "Request headers or URL too large (431, 414; nginx says 400)",
            ja: "リクエストヘッダーまたは URL が大きすぎます（431、414。nginx では 400）",
        },
        headline: Some(Text {
            en: "the request head is larger than the limit: {reason}",
            ja: "リクエストヘッダーが上限を超えています: {reason}",
        }),
        meaning: Text {
            en: "One header line, the URL or all headers together are larger than the proxy \
                 accepts. Cookies of the parent domain add up.",
            ja: "ヘッダーの 1 行、URL、またはヘッダー全体が、プロキシの受け付ける大きさを超えてい\
                 ます。親ドメインの Cookie が積み重なっていることがよくあります。",
        },
        remedy: Text {
            en: "Make the cookies smaller, or raise the limit for the listener.",
            ja: "Cookie を減らすか、リスナーの上限を上げてください。",
        },
        detection: Text {
            en: "The head did not fit into its buffers; names and sizes of the largest headers \
                 are shown, never their values.",
            ja: "ヘッダーがバッファーに収まりませんでした。大きいヘッダーの名前と大きさを示しま\
                 す。値は示しません。",
        },
        example: example(
            r#"
data:
  large-client-header-buffers: "4 8k"
"#,
            r#"
data:
  large-client-header-buffers: "4 32k"
"#,
        ),
    },
    Entry {
        code: Code::GK0503,
        name: "RateLimited",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Rate or connection limit",
            ja: "リクエスト数または接続数の上限",
        },
        headline: Some(Text {
            en: "the request was refused by a limit: {reason}",
            ja: "上限によりリクエストが拒否されました: {reason}",
        }),
        meaning: Text {
            en: "More requests or connections came from one address than the route allows. If all \
                 visitors share one address, because a balancer hides theirs, they share the \
                 limit too.",
            ja: "1 つのアドレスから、ルートの上限を超えるリクエストまたは接続がありました。ロード\
                 バランサーによって全員が同じアドレスに見える場合は、上限も全員で共有されます。",
        },
        remedy: Text {
            en: "Make the client's address visible, or raise the limit.",
            ja: "クライアントのアドレスが見えるようにするか、上限を上げてください。",
        },
        detection: Text {
            en: "429 or 503 by the proxy at the limit stage.",
            ja: "流量制限の段階で、プロキシが 429 または 503 を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0504,
        name: "RequestHeaderDropped",
        severity: Warning,
        phase: Runtime,
        title: Text {
            en: "A request header was dropped",
            ja: "リクエストヘッダーが破棄されました",
        },
        headline: Some(Text {
            en: "request header `{header}` was not passed on",
            ja: "リクエストヘッダー `{header}` は転送されませんでした",
        }),
        meaning: Text {
            en: "Names with underscores or with illegal characters are dropped before the request \
                 is sent on, because CGI-style servers cannot tell `X_User` from `X-User`.",
            ja: "アンダースコアや不正な文字を含む名前のヘッダーは、転送の前に破棄されます。CGI 系\
                 のサーバーが `X_User` と `X-User` を区別できないためです。",
        },
        remedy: Text {
            en: "Use hyphens in the name, or allow underscores.",
            ja: "名前にハイフンを使うか、アンダースコアを許可してください。",
        },
        detection: Text {
            en: "A header name has `_` or a character that is not allowed in names.",
            ja: "ヘッダーの名前に `_` か、名前に使えない文字があります。",
        },
        example: example(
            r"
data: {}
",
            r#"
data:
  enable-underscores-in-headers: "true"
"#,
        ),
    },
    Entry {
        code: Code::GK0505,
        name: "BufferingDelaysStream",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Buffering delays a stream",
            ja: "バッファリングによりストリームが遅れます",
        },
        headline: Some(Text {
            en: "buffering delays the stream of `{path}`",
            ja: "バッファリングにより `{path}` のストリームが遅れます",
        }),
        meaning: Text {
            en: "With response buffering on, server-sent events wait until the buffer is full.",
            ja: "応答のバッファリングが有効だと、Server-Sent Events はバッファーがいっぱいになるま\
                 で届きません。",
        },
        remedy: Text {
            en: "Turn buffering off for this route.",
            ja: "このルートのバッファリングを無効にしてください。",
        },
        detection: Text {
            en: "`proxy-buffering: \"on\"` on a route whose answers are streams.",
            ja: "応答がストリームであるルートに `proxy-buffering: \"on\"` が設定されています。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-buffering: "on"
"#,
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-buffering: "off"
"#,
        ),
    },
    Entry {
        code: Code::GK0506,
        name: "InvalidRequest",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "The request itself cannot be served: 400, 501 or 505 by the proxy",
            ja: "リクエストそのものを処理できません（プロキシが 400、501、505 を返しました）",
        },
        headline: Some(Text {
            en: "the request was refused for what it is: {reason}",
            ja: "リクエストそのものが受け付けられませんでした: {reason}",
        }),
        meaning: Text {
            en: "The request breaks the rules of HTTP, could be read in two ways, or uses a method or \
                 version that this proxy does not speak. It was refused before any host or path was \
                 looked up, so no manifest has to do with it.",
            ja: "HTTP の規則に反している、2 通りに解釈できる、またはこのプロキシが対応しないメソッド\
                 やバージョンを使っています。ホストやパスを調べる前に拒否したため、マニフェストは関\
                 係ありません。",
        },
        remedy: Text {
            en: "Look at the client, or at what stands between it and the proxy.",
            ja: "クライアント、またはプロキシとの間にあるものを確認してください。",
        },
        detection: Text {
            en: "400, 501 or 505 by the proxy at the request stage.",
            ja: "リクエストの段階で、プロキシが 400、501、505 を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0507,
        name: "ClientTooSlow",
        severity: Warning,
        phase: Runtime,
        title: Text {
            en: "The client did not send its request in time (408)",
            ja: "クライアントが時間内にリクエストを送り終えませんでした（408）",
        },
        headline: None,
        meaning: Text {
            en: "The head or the body of a request stopped arriving, and the proxy gave up waiting \
                 for it. The network of the client was interrupted, or the client keeps connections \
                 busy on purpose.",
            ja: "リクエストのヘッダーまたは本文が途中で届かなくなり、プロキシは待つのをやめました。\
                 クライアント側の通信が途切れたか、意図的に接続を占有しています。",
        },
        remedy: Text {
            en: "Where clients are slow for a reason, raise `client-body-timeout` or \
                 `client-header-timeout` in the main ConfigMap.",
            ja: "クライアントが遅いことに理由がある場合は、ConfigMap の `client-body-timeout` または \
                 `client-header-timeout` を上げてください。",
        },
        detection: Text {
            en: "408 by the proxy.",
            ja: "プロキシが 408 を返しました。",
        },
        example: None,
    },
];
