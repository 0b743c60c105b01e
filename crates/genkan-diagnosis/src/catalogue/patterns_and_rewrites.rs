//! GK0001–GK0004: patterns that are none, and rewrites that lose the path.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0001,
        name: "RegexInPlainPath",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Regular expression in a `Prefix` or `Exact` path",
            ja: "`Prefix` または `Exact` のパスに正規表現が書かれています",
        },
        headline: Some(Text {
            en: "path `{path}` looks like a regular expression, but `{path_type}` compares text",
            ja: "パス `{path}` は正規表現のようですが、`{path_type}` は文字列として比較します",
        }),
        meaning: Text {
            en: "`Prefix` and `Exact` compare text, not patterns. `/todos/(.*)` matches only a \
                 URL that really contains the characters `(.*)`. Most likely everything below \
                 `/todos` was meant, and `Prefix` with the plain path already does that.",
            ja: "`Prefix` と `Exact` はパターンではなく文字列を比較します。`/todos/(.*)` に一致す\
                 るのは、`(.*)` という文字を実際に含む URL だけです。`/todos` 以下のすべてを指定し\
                 たいのであれば、パスをそのまま書いた `Prefix` で足ります。",
        },
        remedy: Text {
            en: "Write the plain path with `Prefix`. Only if a pattern is really needed, use \
                 `ImplementationSpecific` together with `use-regex: \"true\"`.",
            ja: "パスをそのまま書き、`Prefix` を使ってください。どうしてもパターンが必要な場合だ\
                 け、`ImplementationSpecific` と `use-regex: \"true\"` を組み合わせます。",
        },
        detection: Text {
            en: "A `Prefix` or `Exact` path contains one of `( ) [ ] { } * + ? ^ $ | \\`. At run \
                 time: 404 by the proxy for every URL the author meant.",
            ja: "`Prefix` または `Exact` のパスに `( ) [ ] { } * + ? ^ $ | \\` のいずれかが含まれ\
                 ています。実行時には、意図した URL のすべてにプロキシが 404 を返します。",
        },
        example: example(
            r"
      - path: /todos/(.*)
        pathType: Prefix
",
            r"
      - path: /todos
        pathType: Prefix
",
        ),
    },
    Entry {
        code: Code::GK0002,
        name: "ConstantRewriteTarget",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`rewrite-target` is a constant: every request reaches the backend as the same \
                 path",
            ja: "`rewrite-target` が定数のため、どのリクエストも同じパスでバックエンドに届きます",
        },
        headline: Some(Text {
            en: "rewrite-target is a constant: every request reaches the backend as `{sees}`",
            ja: "rewrite-target が定数のため、どのリクエストも `{sees}` としてバックエンドに届きま\
                 す",
        }),
        meaning: Text {
            en: "Whatever the client asks for, the backend is asked for one fixed path. With \
                 `rewrite-target: /` on `/todos`, `GET /todos/1` arrives as `GET /`: the part \
                 after `/todos` is lost, and the application cannot know which item was meant.",
            ja: "クライアントが何を要求しても、バックエンドには決まった 1 つのパスしか届きません。\
                 `/todos` に `rewrite-target: /` を付けると、`GET /todos/1` は `GET /` として届き\
                 ます。`/todos` より後ろが失われるため、アプリケーションはどの項目のことか判断でき\
                 ません。",
        },
        remedy: Text {
            en: "If the application itself serves `/todos`, remove the rewrite. If it serves at \
                 `/`, keep the rest of the path with a capture group.",
            ja: "アプリケーション自身が `/todos` を処理しているなら、rewrite を削除してください。\
                 `/` で処理しているなら、キャプチャグループを使ってパスの残りを渡してください。",
        },
        detection: Text {
            en: "Several probe paths (the rule's path, with a slash, a child, a grandchild) are \
                 sent through the rewrite; two different ones come out the same. A rewrite to the \
                 rule's own path is not reported, and for an `Exact` path this is only a note.",
            ja: "ルールのパス、末尾にスラッシュを付けたもの、その子、孫のパスを rewrite に通し、異\
                 なるパスが同じ結果になるかを調べます。ルールと同じパスへの rewrite は報告しませ\
                 ん。`Exact` のパスでは note になります。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /
spec:
  rules:
  - http:
      paths:
      - path: /todos
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
      - path: /todos(/|$)(.*)
        pathType: ImplementationSpecific
"#,
        ),
    },
    Entry {
        code: Code::GK0003,
        name: "RewriteCausedMethodNotAllowed",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "The backend answered 405 because the rewrite changed the path it saw",
            ja: "rewrite によってパスが変わったため、バックエンドが 405 を返しました",
        },
        headline: Some(Text {
            en: "the backend answered 405 because the rewrite turned `{path}` into `{sees}`",
            ja: "rewrite が `{path}` を `{sees}` に変えたため、バックエンドが 405 を返しました",
        }),
        meaning: Text {
            en: "The 405 comes from the application, not from the proxy. The annotation changed \
                 the path, and the application knows the changed path but not with this method: \
                 `DELETE /todos/1` arrived as `DELETE /`, where only GET is allowed.",
            ja: "この 405 はプロキシではなくアプリケーションが返したものです。アノテーションによっ\
                 てパスが変わり、変わった先のパスをアプリケーションは知っていますが、そのメソッド\
                 は許可していません。`DELETE /todos/1` は `DELETE /` として届き、そこでは GET しか\
                 許可されていませんでした。",
        },
        remedy: Text {
            en: "Repair the rewrite (GK0002). Do not add methods to the application's `/` route.",
            ja: "rewrite を直してください（GK0002）。アプリケーションの `/` にメソッドを追加しても\
                 解決になりません。",
        },
        detection: Text {
            en: "Status 405 made by the backend, and the path sent upstream differs from the path \
                 received. The `Allow` header of the answer confirms it.",
            ja: "バックエンドが 405 を返し、受け取ったパスと上流に送ったパスが異なります。応答の \
                 `Allow` ヘッダーで裏付けられます。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /
",
            r"
metadata:
  annotations: {}
",
        ),
    },
    Entry {
        code: Code::GK0004,
        name: "RewriteGroupMissing",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "`rewrite-target` uses a group the path does not have",
            ja: "`rewrite-target` が使うグループがパスにありません",
        },
        headline: Some(Text {
            en: "rewrite-target uses `${group}`, but path `{path}` has no such group",
            ja: "rewrite-target は `${group}` を使っていますが、パス `{path}` にそのグループがあり\
                 ません",
        }),
        meaning: Text {
            en: "`rewrite-target: /$1` means \"slash plus the first group\". A path without \
                 groups makes `$1` empty, so the result is always `/`: the same effect as a \
                 constant rewrite.",
            ja: "`rewrite-target: /$1` は「スラッシュと 1 番目のグループ」という意味です。パスにグ\
                 ループがなければ `$1` は空になり、結果は常に `/` です。定数の rewrite と同じこと\
                 になります。",
        },
        remedy: Text {
            en: "Give the path the groups, drop the annotation, or move this path to an Ingress \
                 of its own.",
            ja: "パスにグループを追加するか、アノテーションを外すか、このパスを別の Ingress に分け\
                 てください。",
        },
        detection: Text {
            en: "The highest `$N` of `rewrite-target` is larger than the number of capture groups \
                 in a path of the same Ingress.",
            ja: "`rewrite-target` で最も大きい `$N` が、同じ Ingress のパスにあるキャプチャグルー\
                 プの数を超えています。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$1
spec:
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$1
spec:
  rules:
  - http:
      paths:
      - path: /(.*)
        pathType: ImplementationSpecific
",
        ),
    },
];
