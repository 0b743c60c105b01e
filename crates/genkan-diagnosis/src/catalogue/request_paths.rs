//! GK0015–GK0020: paths as they arrive, prefixes, refused methods.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0015,
        name: "PathNormalised",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Path was normalised before matching (`//`, `/./`, `/../`)",
            ja: "照合の前にパスが正規化されました（`//`、`/./`、`/../`）",
        },
        headline: Some(Text {
            en: "`{path}` was matched as `{matched}`",
            ja: "`{path}` は `{matched}` として照合されました",
        }),
        meaning: Text {
            en: "`/ip/abc/../../uuid` is matched as `/uuid`. Shown because the rule that served \
                 it is not the one the raw URL suggests.",
            ja: "`/ip/abc/../../uuid` は `/uuid` として照合されます。元の URL から想像されるものと\
                 は別のルールが使われたため、お知らせします。",
        },
        remedy: Text {
            en: "Nothing needs to be done; look at the client if this is unexpected.",
            ja: "対応は不要です。心当たりがなければクライアントを確認してください。",
        },
        detection: Text {
            en: "The raw path and the matched path differ.",
            ja: "元のパスと照合に使ったパスが異なります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0016,
        name: "RewriteSuitsSomePaths",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "One `rewrite-target` for paths that need different ones",
            ja: "1 つの `rewrite-target` が、異なる書き換えを必要とするパスに適用されています",
        },
        headline: Some(Text {
            en: "one rewrite-target for all paths: it suits `{path}` but turns `{other}` into \
                 `{sees}`",
            ja: "rewrite-target はすべてのパスに適用されます: `{path}` には適切ですが、`{other}` \
                 は `{sees}` になります",
        }),
        meaning: Text {
            en: "The annotation applies to every path of its Ingress. It suits `/api(/|$)(.*)` \
                 but turns `/` into a constant.",
            ja: "このアノテーションは Ingress のすべてのパスに適用されます。`/api(/|$)(.*)` には適\
                 切ですが、`/` は定数になってしまいます。",
        },
        remedy: Text {
            en: "Split it: one Ingress with the rewrite, one without.",
            ja: "rewrite のある Ingress と、ない Ingress の 2 つに分けてください。",
        },
        detection: Text {
            en: "An Ingress has several paths, and the groups of `rewrite-target` are filled for \
                 some and empty for others.",
            ja: "Ingress に複数のパスがあり、`rewrite-target` のグループが、あるパスでは埋まり、別\
                 のパスでは空になります。",
        },
        example: example(
            r"
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  rules:
  - http:
      paths:
      - path: /api(/|$)(.*)
        pathType: ImplementationSpecific
      - path: /
        pathType: Prefix
",
            r"
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  rules:
  - http:
      paths:
      - path: /api(/|$)(.*)
        pathType: ImplementationSpecific
---
metadata:
  name: web-plain
spec:
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
",
        ),
    },
    Entry {
        code: Code::GK0017,
        name: "RequestReachedApplication",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Request reached the application; nothing in its log?",
            ja: "リクエストはアプリケーションに届いています（ログに何もない場合）",
        },
        headline: Some(Text {
            en: "the request reached {endpoint}: look there for `{id}`",
            ja: "リクエストは {endpoint} に届いています。そこで `{id}` を探してください",
        }),
        meaning: Text {
            en: "The backend did answer, so the application saw the request. If its log shows \
                 nothing, logging is not set up: Flask under a WSGI server, for example, shows \
                 `app.logger` only when a handler and a level are set, and access lines come from \
                 the server, not from Flask.",
            ja: "バックエンドが応答しているので、アプリケーションはリクエストを受け取っています。\
                 ログに何も出ないなら、ログの設定がされていません。たとえば WSGI サーバー上の \
                 Flask では、ハンドラーとレベルを設定しない限り `app.logger` の出力は表示されませ\
                 ん。アクセスログを出すのも Flask ではなくサーバーです。",
        },
        remedy: Text {
            en: "Log the request id that the proxy sends as `X-Request-ID`.",
            ja: "プロキシが `X-Request-ID` で送るリクエスト ID をログに出力してください。",
        },
        detection: Text {
            en: "A 4xx or 5xx made by the backend.",
            ja: "バックエンドが 4xx または 5xx を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0018,
        name: "ForwardedPrefixIsBoolean",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "`x-forwarded-prefix` is a boolean",
            ja: "`x-forwarded-prefix` が真偽値になっています",
        },
        headline: Some(Text {
            en: "x-forwarded-prefix is `{value}`: the backend gets exactly this text as its prefix",
            ja: "x-forwarded-prefix が `{value}` です: バックエンドにはこの文字列がそのまま接頭辞\
                 として届きます",
        }),
        meaning: Text {
            en: "Since ingress-nginx 0.24 the value is the prefix itself and is sent as it is. \
                 The backend now receives `X-Forwarded-Prefix: true`.",
            ja: "ingress-nginx 0.24 以降、この値は接頭辞そのものであり、そのまま送られます。現状で\
                 は、バックエンドに `X-Forwarded-Prefix: true` が届きます。",
        },
        remedy: Text {
            en: "Write the prefix.",
            ja: "接頭辞を書いてください。",
        },
        detection: Text {
            en: "The value is `\"true\"` or `\"false\"`.",
            ja: "値が `\"true\"` または `\"false\"` です。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/x-forwarded-prefix: "true"
"#,
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/x-forwarded-prefix: /app
",
        ),
    },
    Entry {
        code: Code::GK0019,
        name: "NotAPath",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`path` is not a path",
            ja: "`path` がパスではありません",
        },
        headline: Some(Text {
            en: "`{path}` is not a path: {reason}",
            ja: "`{path}` はパスではありません: {reason}",
        }),
        meaning: Text {
            en: "`path` holds only the part of the URL after the host, from the first slash to \
                 before `?`. Query strings cannot be matched in an Ingress.",
            ja: "`path` に書くのは、URL のホストより後ろ、最初のスラッシュから `?` の手前までで\
                 す。Ingress ではクエリ文字列を照合できません。",
        },
        remedy: Text {
            en: "Begin with a slash and move the host to `host:`. For queries use an HTTPRoute \
                 with `queryParams`.",
            ja: "スラッシュから書き始め、ホストは `host:` に移してください。クエリで振り分けるに\
                 は HTTPRoute の `queryParams` を使います。",
        },
        detection: Text {
            en: "The path is empty with `Exact`, has no slash in front, or contains `?`, `#`, \
                 `://`, a host or blanks.",
            ja: "`Exact` でパスが空、先頭にスラッシュがない、または `?`、`#`、`://`、ホスト名、空\
                 白が含まれています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0020,
        name: "MethodRefusedByBackend",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Method is refused by the backend; no rewrite involved",
            ja: "バックエンドがメソッドを拒否しました（rewrite は関係ありません）",
        },
        headline: Some(Text {
            en: "the backend refuses {method} on `{path}`; the proxy changed nothing",
            ja: "バックエンドが `{path}` への {method} を拒否しました。プロキシは何も変更していま\
                 せん",
        }),
        meaning: Text {
            en: "The application knows this path but not this method; its `Allow` header lists \
                 the methods it accepts. The same answer is to be expected through \
                 `kubectl port-forward`.",
            ja: "アプリケーションはこのパスを知っていますが、このメソッドは受け付けません。受け付\
                 けるメソッドは `Allow` ヘッダーに列挙されています。`kubectl port-forward` で直接\
                 接続しても同じ応答になるはずです。",
        },
        remedy: Text {
            en: "Correct the client or the application.",
            ja: "クライアントまたはアプリケーションを直してください。",
        },
        detection: Text {
            en: "405 by the backend with an unchanged path.",
            ja: "パスは変わっていないのに、バックエンドが 405 を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0021,
        name: "EmptyRewrite",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "The rewrite leaves nothing of the path (500)",
            ja: "rewrite の結果、パスが空になりました（500）",
        },
        headline: Some(Text {
            en: "rewrite-target `{target}` leaves nothing of `{path}`",
            ja: "rewrite-target `{target}` により `{path}` が空になります",
        }),
        meaning: Text {
            en: "A request needs a path that begins with `/`. The target has none of its own, and the \
                 groups it uses were empty for this request. ingress-nginx answers 500 as well.",
            ja: "リクエストには `/` で始まるパスが必要です。target 自身に `/` がなく、このリクエストで\
                 は参照しているグループが空でした。ingress-nginx も 500 を返します。",
        },
        remedy: Text {
            en: "Begin the target with a slash: `/$1`.",
            ja: "target を `/$1` のようにスラッシュで始めてください。",
        },
        detection: Text {
            en: "500 by the proxy at the rewrite stage.",
            ja: "rewrite の段階で、プロキシが 500 を返しました。",
        },
        example: example(
            r"
    nginx.ingress.kubernetes.io/rewrite-target: $1
",
            r"
    nginx.ingress.kubernetes.io/rewrite-target: /$1
",
        ),
    },
    Entry {
        code: Code::GK0022,
        name: "PatternLimit",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "A pattern needed more steps than are allowed (500)",
            ja: "パターンの照合が許された手数を超えました（500）",
        },
        headline: Some(Text {
            en: "a pattern of host `{host}` needs too many steps for `{path}`",
            ja: "ホスト `{host}` のパターンは `{path}` に対して手数がかかりすぎます",
        }),
        meaning: Text {
            en: "Some patterns try very many ways of matching a long path before they give up. The \
                 limits of matching keep one request from holding up all others; the request is \
                 answered 500.",
            ja: "パターンによっては、長いパスに対して非常に多くの組み合わせを試します。1 つのリクエ\
                 ストがほかを待たせないよう手数に上限があり、超えると 500 を返します。",
        },
        remedy: Text {
            en: "Avoid repetitions within repetitions, such as `(a+)+`.",
            ja: "`(a+)+` のような、繰り返しの中の繰り返しを避けてください。",
        },
        detection: Text {
            en: "The engine reported that a limit of steps, depth or memory was reached.",
            ja: "エンジンが、手数、深さ、またはメモリーの上限に達したと報告しました。",
        },
        example: None,
    },
];
