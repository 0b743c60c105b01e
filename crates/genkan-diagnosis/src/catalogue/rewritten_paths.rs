//! GK0011–GK0014: paths that meet no rule, or that the backend does not know.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0011,
        name: "NoPathMatches",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "No path of this host matches; nearest miss shown",
            ja: "このホストのどのパスにも一致しません（最も近いものを示します）",
        },
        headline: Some(Text {
            en: "no path of host `{host}` matches `{path}`",
            ja: "ホスト `{host}` に、`{path}` に一致するパスがありません",
        }),
        meaning: Text {
            en: "The host is known, but none of its paths covers the request, so the proxy \
                 answered 404. The nearest miss says what is different: a slash, the boundary of \
                 a path element, `Exact` asked for a child, letter case, or a typing error.",
            ja: "ホストは登録されていますが、どのパスもリクエストに一致しないため、プロキシが 404 \
                 を返しました。最も近い候補との違い（スラッシュ、パス要素の境界、`Exact` に対する\
                 子のパス、大文字小文字、打ち間違い）を示します。",
        },
        remedy: Text {
            en: "Make the one change that the nearest miss asks for.",
            ja: "最も近い候補との違いを 1 つだけ直してください。",
        },
        detection: Text {
            en: "404 by the proxy for a known host; candidates are ranked by how little they \
                 differ.",
            ja: "登録済みのホストにプロキシが 404 を返しました。候補は違いの小さい順に並べます。",
        },
        example: example(
            r"
      - path: /todo
        pathType: Exact
",
            r"
      - path: /todo
        pathType: Prefix
",
        ),
    },
    Entry {
        code: Code::GK0012,
        name: "BackendDoesNotKnowPrefix",
        severity: Error,
        phase: Both,
        title: Text {
            en: "404 came from the backend: it does not know the prefix",
            ja: "404 はバックエンドが返しました（接頭辞を知りません）",
        },
        headline: Some(Text {
            en: "the backend answered 404: it was asked for `{sees}`, prefix included",
            ja: "バックエンドが 404 を返しました: 接頭辞を含む `{sees}` が届いています",
        }),
        meaning: Text {
            en: "Routing works. The request reached the application as `GET /app/login`, and the \
                 application answered 404: it serves `/login`, not `/app/login`. The proxy does \
                 not strip a prefix unless it is told to.",
            ja: "ルーティングは正しく動いています。リクエストは `GET /app/login` としてアプリケー\
                 ションに届き、アプリケーションが 404 を返しました。処理しているのは `/app/login` \
                 ではなく `/login` だからです。指示がない限り、プロキシは接頭辞を取り除きません。",
        },
        remedy: Text {
            en: "Strip the prefix and keep the rest with a capture group, or set the \
                 application's base path.",
            ja: "キャプチャグループで残りを保ったまま接頭辞を取り除くか、アプリケーションのベース\
                 パスを設定してください。",
        },
        detection: Text {
            en: "404 made by the backend, and the path sent upstream begins with the rule's \
                 prefix.",
            ja: "バックエンドが 404 を返し、上流に送ったパスがルールの接頭辞で始まっています。",
        },
        example: example(
            r"
metadata:
  annotations: {}
spec:
  rules:
  - http:
      paths:
      - path: /app
        pathType: Prefix
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  rules:
  - http:
      paths:
      - path: /app(/|$)(.*)
        pathType: ImplementationSpecific
"#,
        ),
    },
    Entry {
        code: Code::GK0013,
        name: "LinksWithoutPrefix",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Application builds links and redirects without the stripped prefix",
            ja: "アプリケーションが、取り除かれた接頭辞なしでリンクやリダイレクトを作っています",
        },
        headline: Some(Text {
            en: "the application does not know that `{prefix}` is stripped, and builds links \
                 without it",
            ja: "アプリケーションは `{prefix}` が取り除かれていることを知らず、接頭辞なしのリンク\
                 を作ります",
        }),
        meaning: Text {
            en: "The page came through `/app`, but it asks the browser for `/static/app.css`, \
                 which no rule covers. The proxy strips the prefix from requests; it does not \
                 change links inside pages.",
            ja: "ページは `/app` 経由で届きましたが、ブラウザーには `/static/app.css` を要求させて\
                 おり、これに一致するルールはありません。プロキシはリクエストから接頭辞を取り除き\
                 ますが、ページ内のリンクは書き換えません。",
        },
        remedy: Text {
            en: "Tell the application its base path, and send it the header too.",
            ja: "アプリケーションにベースパスを設定し、ヘッダーでも接頭辞を伝えてください。",
        },
        detection: Text {
            en: "A rewrite strips a prefix and neither `x-forwarded-prefix` nor a base path is \
                 set. At run time: 404s whose `Referer` is on the stripped route, or a `Location` \
                 without the prefix.",
            ja: "rewrite が接頭辞を取り除いているのに、`x-forwarded-prefix` もベースパスも設定され\
                 ていません。実行時には、`Referer` がそのルートにある 404 や、接頭辞のない \
                 `Location` が現れます。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
    nginx.ingress.kubernetes.io/x-forwarded-prefix: /app
",
        ),
    },
    Entry {
        code: Code::GK0014,
        name: "RewriteDecodesPath",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Rewrite decodes percent-encoding (`%2F` becomes `/`)",
            ja: "rewrite がパーセントエンコーディングを復号します（`%2F` が `/` になります）",
        },
        headline: Some(Text {
            en: "the rewrite decodes `{path}`: the backend sees `{sees}`",
            ja: "rewrite が `{path}` を復号し、バックエンドには `{sees}` が届きます",
        }),
        meaning: Text {
            en: "Matching works on the decoded path, and in nginx-compatible mode the rewritten \
                 path is built from it too. `/api/queues/%2F/q1` reaches the backend as \
                 `/api/queues///q1`.",
            ja: "照合は復号後のパスで行われ、nginx 互換モードでは rewrite 後のパスもそこから作られ\
                 ます。`/api/queues/%2F/q1` は `/api/queues///q1` としてバックエンドに届きます。",
        },
        remedy: Text {
            en: "Remove the rewrite for this path, or use strict mode, which rewrites the raw \
                 path.",
            ja: "このパスの rewrite を外すか、元のパスのまま書き換える strict モードを使ってくださ\
                 い。",
        },
        detection: Text {
            en: "The request path holds an encoded character and the path sent upstream differs \
                 after decoding.",
            ja: "リクエストのパスにエンコードされた文字があり、復号によって上流に送るパスが変わり\
                 ます。",
        },
        example: None,
    },
];
