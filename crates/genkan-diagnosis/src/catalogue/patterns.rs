//! GK0005–GK0010: what patterns match and what they do not.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0005,
        name: "AsteriskInPath",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`*` is not a wildcard in a Kubernetes path",
            ja: "Kubernetes のパスでは `*` はワイルドカードではありません",
        },
        headline: Some(Text {
            en: "`*` in path `{path}` is not a wildcard",
            ja: "パス `{path}` の `*` はワイルドカードではありません",
        }),
        meaning: Text {
            en: "`/create/*` is taken literally: only a URL with an asterisk matches. A `Prefix` \
                 path already covers everything below it.",
            ja: "`/create/*` は文字どおりに解釈され、アスタリスクを含む URL にしか一致しません。\
                 `Prefix` のパスは、その下のすべてに初めから一致します。",
        },
        remedy: Text {
            en: "Write the path without `/*`, with `pathType: Prefix`.",
            ja: "`/*` を取り除き、`pathType: Prefix` を使ってください。",
        },
        detection: Text {
            en: "A path ends in `/*`, or holds a `*` that repeats nothing, and its class does not \
                 define globs.",
            ja: "パスが `/*` で終わっているか、何の繰り返しでもない `*` を含んでいて、クラスがグロ\
                 ブを定義していません。",
        },
        example: example(
            r"
      - path: /user-reg/create/*
        pathType: Prefix
",
            r"
      - path: /user-reg/create
        pathType: Prefix
",
        ),
    },
    Entry {
        code: Code::GK0006,
        name: "RegexNotEnabled",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Looks like a regular expression but is not treated as one",
            ja: "正規表現のように見えますが、正規表現として扱われません",
        },
        headline: Some(Text {
            en: "path `{path}` looks like a regular expression but is compared as plain text",
            ja: "パス `{path}` は正規表現のように見えますが、文字列として比較されます",
        }),
        meaning: Text {
            en: "An `ImplementationSpecific` path is compared as plain text unless \
                 `use-regex: \"true\"` says otherwise.",
            ja: "`use-regex: \"true\"` がない限り、`ImplementationSpecific` のパスはただの文字列と\
                 して比較されます。",
        },
        remedy: Text {
            en: "Add the annotation, or write a plain path.",
            ja: "アノテーションを追加するか、パターンを使わないパスを書いてください。",
        },
        detection: Text {
            en: "An `ImplementationSpecific` path has pattern characters, and nothing turns \
                 patterns on for it.",
            ja: "`ImplementationSpecific` のパスにパターン用の文字があり、正規表現を有効にする設定\
                 がありません。",
        },
        example: example(
            r"
metadata:
  annotations: {}
spec:
  rules:
  - http:
      paths:
      - path: /v[0-9]+/api
        pathType: ImplementationSpecific
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
spec:
  rules:
  - http:
      paths:
      - path: /v[0-9]+/api
        pathType: ImplementationSpecific
"#,
        ),
    },
    Entry {
        code: Code::GK0007,
        name: "InvalidRegex",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Regular expression does not compile, or uses syntax the engine lacks",
            ja: "正規表現がコンパイルできないか、エンジンが対応していない構文を使っています",
        },
        headline: Some(Text {
            en: "the pattern `{pattern}` does not compile: {reason}",
            ja: "パターン `{pattern}` をコンパイルできません: {reason}",
        }),
        meaning: Text {
            en: "The route of this pattern is off; the rest of the Ingress keeps working. In \
                 nginx-compatible mode the engine is PCRE2; in strict mode and Gateway API \
                 look-around, back-references and possessive quantifiers do not exist.",
            ja: "このパターンのルートは無効になりますが、Ingress の残りはそのまま動作します。\
                 nginx 互換モードのエンジンは PCRE2 です。strict モードと Gateway API では、先読み\
                 ・後読み、後方参照、所有量指定子は使えません。",
        },
        remedy: Text {
            en: "Correct the pattern at the column shown. A negative look-ahead can usually be \
                 written as two rules: the exception to its own backend, `/` with `Prefix` for \
                 the rest.",
            ja: "示された位置のパターンを直してください。否定先読みはたいてい 2 つのルールで書けま\
                 す。例外のパスを専用のバックエンドに、残りを `/` の `Prefix` に割り当てます。",
        },
        detection: Text {
            en: "Every path, alias pattern and header pattern is compiled.",
            ja: "すべてのパス、別名のパターン、ヘッダーのパターンを実際にコンパイルします。",
        },
        example: example(
            r"
      - path: /(?!admin).*
        pathType: ImplementationSpecific
",
            r"
      - path: /admin
        pathType: Prefix
      - path: /
        pathType: Prefix
",
        ),
    },
    Entry {
        code: Code::GK0008,
        name: "HostWideRegex",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "One Ingress turns every path of this host into a case-insensitive prefix pattern",
            ja: "1 つの Ingress が、このホストのすべてのパスを大文字小文字を区別しない前方一致パ\
                 ターンに変えています",
        },
        headline: Some(Text {
            en: "{object} turns every path of host `{host}` into a case-insensitive prefix pattern",
            ja: "{object} により、ホスト `{host}` のすべてのパスが大文字小文字を区別しない前方一致\
                 パターンになります",
        }),
        meaning: Text {
            en: "In ingress-nginx, one `use-regex` or rewrite annotation changes matching for the \
                 whole host, in every namespace: `/ba` of another Ingress becomes `^/ba`, which \
                 matches `/banana` too, in any letter case, longest pattern first. Strict mode \
                 keeps the other paths as they are written.",
            ja: "ingress-nginx では、`use-regex` や rewrite のアノテーションが 1 つあるだけで、名\
                 前空間を問わずホスト全体の照合方法が変わります。別の Ingress の `/ba` は `^/ba` \
                 となり、大文字小文字にかかわらず `/banana` にも一致します。照合は長いパターンから\
                 順に行われます。strict モードでは、ほかのパスは書かれたとおりに扱われます。",
        },
        remedy: Text {
            en: "Give the rewritten paths a host of their own, anchor the patterns, or switch \
                 this host to strict matching.",
            ja: "rewrite するパスを別のホストに分けるか、パターンの終端を固定するか、このホストを \
                 strict モードに切り替えてください。",
        },
        detection: Text {
            en: "Some Ingress of the host has `use-regex: \"true\"`, or a `rewrite-target` that \
                 differs from its path; the other `Exact` and `Prefix` paths of that host are \
                 listed.",
            ja: "ホストのいずれかの Ingress に `use-regex: \"true\"` があるか、パスと異なる \
                 `rewrite-target` があります。そのホストのほかの `Exact` と `Prefix` のパスを列挙\
                 します。",
        },
        example: example(
            r"
      - path: /ba
        pathType: Prefix
",
            r"
      - path: /ba(/|$)
        pathType: ImplementationSpecific
",
        ),
    },
    Entry {
        code: Code::GK0009,
        name: "RegexNotAnchored",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Regular expression is not anchored at the end and matches more than it says",
            ja: "正規表現の終端が固定されておらず、見た目より広く一致します",
        },
        headline: Some(Text {
            en: "pattern `{pattern}` also matches `{example}`",
            ja: "パターン `{pattern}` は `{example}` にも一致します",
        }),
        meaning: Text {
            en: "Patterns match from the start of the path but need not reach its end. \
                 `/[A-Z]{3}` takes every path that begins with three letters; in nginx-compatible \
                 mode letter case does not matter either.",
            ja: "パターンはパスの先頭から照合されますが、末尾まで一致する必要はありません。\
                 `/[A-Z]{3}` は 3 文字の英字で始まるパスすべてに一致します。nginx 互換モードでは大\
                 文字小文字も区別されません。",
        },
        remedy: Text {
            en: "Close the pattern with `$` or `(/|$)`.",
            ja: "パターンの末尾を `$` または `(/|$)` で閉じてください。",
        },
        detection: Text {
            en: "A pattern without an anchor at its end matches generated neighbours, such as the \
                 same path with a longer last segment.",
            ja: "終端が固定されていないパターンを、最後の要素を長くしたパスなど、近い形のパスで試\
                 します。",
        },
        example: example(
            r"
      - path: /[A-Z]{3}
        pathType: ImplementationSpecific
",
            r"
      - path: /[A-Z]{3}$
        pathType: ImplementationSpecific
",
        ),
    },
    Entry {
        code: Code::GK0010,
        name: "PathCaseDiffers",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Path differs from a rule only in letter case",
            ja: "パスがルールと大文字小文字だけ異なります",
        },
        headline: Some(Text {
            en: "`{path}` differs from rule `{rule}` only in letter case",
            ja: "`{path}` はルール `{rule}` と大文字小文字だけが異なります",
        }),
        meaning: Text {
            en: "URL paths are case-sensitive: `/Todos` is not `/todos`. ingress-nginx accepted \
                 both only where pattern matching was on for the host.",
            ja: "URL のパスは大文字小文字を区別します。`/Todos` と `/todos` は別のパスです。\
                 ingress-nginx が両方を受け付けたのは、ホストで正規表現の照合が有効な場合だけで\
                 す。",
        },
        remedy: Text {
            en: "Correct the client, or add the second spelling as a path.",
            ja: "クライアントを直すか、もう一方の表記もパスとして追加してください。",
        },
        detection: Text {
            en: "404 by the proxy, and a candidate matches when both are written in lower case.",
            ja: "プロキシが 404 を返し、両方を小文字にすると一致する候補があります。",
        },
        example: None,
    },
];
