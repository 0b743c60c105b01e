//! GK0200–GK0205: annotations that are not what they seem.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Static};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0200,
        name: "AnnotationPrefixNotRead",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Known annotation under a prefix this controller does not read",
            ja: "既知のアノテーションですが、このコントローラーが読まない接頭辞が付いています",
        },
        headline: Some(Text {
            en: "`{annotation}` is not read here: the prefix should be `{prefix}`",
            ja: "`{annotation}` はここでは読まれません: 接頭辞は `{prefix}` です",
        }),
        meaning: Text {
            en: "The name is known, its prefix is not: `ingress.kubernetes.io/` was the prefix \
                 before ingress-nginx 0.10, and `nginx.org/` belongs to another controller whose \
                 annotations have other names and meanings. The behaviour it stands for is absent.",
            ja: "名前は知られていますが、接頭辞が違います。`ingress.kubernetes.io/` は \
                 ingress-nginx 0.10 より前の接頭辞で、`nginx.org/` は別のコントローラーのものであ\
                 り、名前も意味も異なります。期待した動作は行われません。",
        },
        remedy: Text {
            en: "Use the right key.",
            ja: "正しいキーを使ってください。",
        },
        detection: Text {
            en: "The last part of the key is a known annotation and the prefix is a foreign or an \
                 old one.",
            ja: "キーの最後の部分が既知のアノテーションで、接頭辞が別のコントローラーのものか、古\
                 いものです。",
        },
        example: example(
            r"
metadata:
  annotations:
    ingress.kubernetes.io/rewrite-target: /$2
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
",
        ),
    },
    Entry {
        code: Code::GK0201,
        name: "UnknownAnnotation",
        severity: Warning,
        phase: Static,
        title: Text {
            en: "Unknown annotation; nearest known name",
            ja: "未知のアノテーションです（最も近い名前を示します）",
        },
        headline: Some(Text {
            en: "unknown annotation `{annotation}`",
            ja: "未知のアノテーション `{annotation}`",
        }),
        meaning: Text {
            en: "The key has a prefix of this controller but is not one of its annotations. \
                 Unknown annotations have no effect.",
            ja: "キーの接頭辞はこのコントローラーのものですが、そのようなアノテーションはありませ\
                 ん。未知のアノテーションには効果がありません。",
        },
        remedy: Text {
            en: "Rename it, or remove it.",
            ja: "名前を直すか、削除してください。",
        },
        detection: Text {
            en: "A key under a prefix of this controller is not in the table; names at a small \
                 distance are offered.",
            ja: "このコントローラーの接頭辞を持つキーが一覧にありません。よく似た名前を示します。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-sizes: 20m
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 20m
",
        ),
    },
    Entry {
        code: Code::GK0202,
        name: "InvalidAnnotationValue",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Annotation value cannot be read",
            ja: "アノテーションの値を読み取れません",
        },
        headline: Some(Text {
            en: "`{annotation}: {value}` cannot be read: expected {expected}",
            ja: "`{annotation}: {value}` を読み取れません: {expected} を書いてください",
        }),
        meaning: Text {
            en: "The value does not have the form this annotation needs; `proxy-read-timeout`, \
                 for example, is a plain number of seconds without a unit. ingress-nginx silently \
                 keeps the default, or since 1.12 drops the whole Ingress. Genkan keeps the \
                 Ingress, and this one setting takes its default; a setting that protects the \
                 route closes it with 503 instead.",
            ja: "値がこのアノテーションの形式に合っていません。たとえば `proxy-read-timeout` は単\
                 位のない秒数です。ingress-nginx は何も知らせずに既定値を使うか、1.12 以降では \
                 Ingress 全体を無視します。Genkan は Ingress を残し、この設定だけを既定値にしま\
                 す。ただし、ルートを保護する設定であれば、ルートを閉じて 503 を返します。",
        },
        remedy: Text {
            en: "Correct the value.",
            ja: "値を直してください。",
        },
        detection: Text {
            en: "Every value is parsed by its type: boolean, seconds, size, address list, one of \
                 several words, URL, pattern.",
            ja: "すべての値を、真偽値、秒数、サイズ、アドレスの一覧、決められた語、URL、パターンと\
                 いった型に従って解析します。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: 60s
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "60"
"#,
        ),
    },
    Entry {
        code: Code::GK0203,
        name: "AnnotationNotString",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Annotation value is not a string in the YAML",
            ja: "アノテーションの値が YAML の文字列になっていません",
        },
        headline: Some(Text {
            en: "the value of `{annotation}` is not a string",
            ja: "`{annotation}` の値が文字列ではありません",
        }),
        meaning: Text {
            en: "YAML reads `true`, `yes` and `1200` as booleans and numbers, but annotations \
                 must be strings. The API server refuses the object; old versions dropped all of \
                 its annotations.",
            ja: "YAML は `true`、`yes`、`1200` を真偽値や数値として読みますが、アノテーションは文\
                 字列でなければなりません。API サーバーはオブジェクトを拒否します。古いバージョン\
                 では、そのオブジェクトのアノテーションがすべて失われました。",
        },
        remedy: Text {
            en: "Quote the value.",
            ja: "値を引用符で囲んでください。",
        },
        detection: Text {
            en: "A value under `metadata.annotations` resolves to a boolean, a number, null, a \
                 map or a list; `yes`, `no`, `on` and `off` count as booleans.",
            ja: "`metadata.annotations` の値が、真偽値、数値、null、マップ、リストのいずれかに解釈\
                 されます。`yes`、`no`、`on`、`off` も真偽値です。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: false
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "false"
"#,
        ),
    },
    Entry {
        code: Code::GK0204,
        name: "AnnotationOnWrongKind",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Annotation is on the wrong kind of object",
            ja: "アノテーションが別の種類のオブジェクトに付いています",
        },
        headline: Some(Text {
            en: "`{annotation}` has no effect on a {kind}",
            ja: "`{annotation}` は {kind} に付けても効果がありません",
        }),
        meaning: Text {
            en: "`nginx.ingress.kubernetes.io/` annotations are read from Ingresses only. In the \
                 ConfigMap the same setting is a key under `data`.",
            ja: "`nginx.ingress.kubernetes.io/` のアノテーションは Ingress からだけ読まれます。\
                 ConfigMap では、同じ設定を `data` のキーとして書きます。",
        },
        remedy: Text {
            en: "Move it.",
            ja: "正しい場所に移してください。",
        },
        detection: Text {
            en: "An annotation for Ingresses is on a Service, ConfigMap, Namespace, Pod template \
                 or Gateway, or a key of the ConfigMap is written as annotation.",
            ja: "Ingress 用のアノテーションが Service、ConfigMap、Namespace、Pod テンプレート、\
                 Gateway に付いているか、ConfigMap のキーがアノテーションとして書かれています。",
        },
        example: example(
            r"
kind: ConfigMap
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 10m
",
            r"
kind: ConfigMap
data:
  proxy-body-size: 10m
",
        ),
    },
    Entry {
        code: Code::GK0205,
        name: "AnnotationRemoved",
        severity: Warning,
        phase: Static,
        title: Text {
            en: "Annotation was removed or renamed",
            ja: "アノテーションが廃止または改名されています",
        },
        headline: Some(Text {
            en: "`{annotation}` was removed: {reason}",
            ja: "`{annotation}` は廃止されました: {reason}",
        }),
        meaning: Text {
            en: "ingress-nginx removed or renamed this annotation. It has no effect any more: \
                 `secure-backends`, for example, went in 0.21 in favour of `backend-protocol`.",
            ja: "ingress-nginx がこのアノテーションを廃止または改名したため、もう効果がありませ\
                 ん。たとえば `secure-backends` は 0.21 で廃止され、`backend-protocol` に替わりま\
                 した。",
        },
        remedy: Text {
            en: "Replace it.",
            ja: "後継のものに置き換えてください。",
        },
        detection: Text {
            en: "The key is in the table of removed names.",
            ja: "キーが廃止された名前の一覧にあります。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/secure-backends: "true"
"#,
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: "HTTPS"
"#,
        ),
    },
];
