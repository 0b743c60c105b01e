//! GK0100–GK0106: which class serves an Ingress, and which host a request meets.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0100,
        name: "NoIngressClass",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Nobody serves this Ingress: no class and no default class",
            ja: "この Ingress を処理するコントローラーがありません（クラスの指定がなく、既定のクラ\
                 スもありません）",
        },
        headline: Some(Text {
            en: "nobody serves {object}: it names no class and there is no default class",
            ja: "{object} を処理するコントローラーがありません: クラスの指定がなく、既定のクラスも\
                 ありません",
        }),
        meaning: Text {
            en: "The Ingress exists, but no controller picks it up. Controllers take only \
                 Ingresses that name their class, or that name none while their class is the \
                 default.",
            ja: "Ingress は存在しますが、どのコントローラーにも選ばれていません。コントローラーが\
                 扱うのは、自分のクラスを指定した Ingress か、自分のクラスが既定のときのクラス指定\
                 のない Ingress だけです。",
        },
        remedy: Text {
            en: "Name the class.",
            ja: "クラスを指定してください。",
        },
        detection: Text {
            en: "No `ingressClassName`, no class annotation, and no IngressClass is marked as \
                 default.",
            ja: "`ingressClassName` もクラスのアノテーションもなく、既定に指定された IngressClass \
                 もありません。",
        },
        example: example(
            r"
spec:
  rules:
  - host: app.example.com
",
            r"
spec:
  ingressClassName: genkan
  rules:
  - host: app.example.com
",
        ),
    },
    Entry {
        code: Code::GK0101,
        name: "UnknownIngressClass",
        severity: Error,
        phase: Both,
        title: Text {
            en: "The named IngressClass does not exist or belongs to another controller",
            ja: "指定された IngressClass が存在しないか、別のコントローラーのものです",
        },
        headline: Some(Text {
            en: "IngressClass `{class}` does not exist or belongs to another controller",
            ja: "IngressClass `{class}` は存在しないか、別のコントローラーのものです",
        }),
        meaning: Text {
            en: "An Ingress is served by the controller that its class names. If there is no \
                 class of this name, or its `spec.controller` is not running, nobody serves it.",
            ja: "Ingress を処理するのは、そのクラスが示すコントローラーです。その名前のクラスがな\
                 いか、`spec.controller` のコントローラーが動いていなければ、誰も処理しません。",
        },
        remedy: Text {
            en: "Correct the name.",
            ja: "名前を直してください。",
        },
        detection: Text {
            en: "`ingressClassName` or the class annotation names no known IngressClass, or one \
                 whose controller is not this one. The nearest name is offered.",
            ja: "`ingressClassName` またはクラスのアノテーションが、既知の IngressClass、またはこ\
                 のコントローラーのクラスを指していません。最も近い名前を示します。",
        },
        example: example(
            r"
spec:
  ingressClassName: ngnix
",
            r"
spec:
  ingressClassName: nginx
",
        ),
    },
    Entry {
        code: Code::GK0102,
        name: "ClassGivenTwice",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Class annotation and `ingressClassName` disagree",
            ja: "クラスのアノテーションと `ingressClassName` が食い違っています",
        },
        headline: Some(Text {
            en: "the class is given twice: annotation `{annotation}`, field `{class}`",
            ja: "クラスが 2 か所で指定されています: アノテーション `{annotation}`、フィールド \
                 `{class}`",
        }),
        meaning: Text {
            en: "The old annotation `kubernetes.io/ingress.class` and the field are both set. \
                 Controllers differ in which of them they obey.",
            ja: "古いアノテーション `kubernetes.io/ingress.class` とフィールドの両方が設定されてい\
                 ます。どちらに従うかはコントローラーによって異なります。",
        },
        remedy: Text {
            en: "Keep the field.",
            ja: "フィールドだけを残してください。",
        },
        detection: Text {
            en: "Both are present and their values differ, or the annotation stands alone and no \
                 class has that name.",
            ja: "両方があって値が異なるか、アノテーションだけがあり、その名前のクラスがありませ\
                 ん。",
        },
        example: example(
            r"
metadata:
  annotations:
    kubernetes.io/ingress.class: nginx
spec:
  ingressClassName: genkan
",
            r"
spec:
  ingressClassName: genkan
",
        ),
    },
    Entry {
        code: Code::GK0103,
        name: "SeveralDefaultClasses",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "More than one default IngressClass",
            ja: "既定の IngressClass が 2 つ以上あります",
        },
        headline: Some(Text {
            en: "IngressClasses {names} are all marked as default",
            ja: "IngressClass {names} がすべて既定に指定されています",
        }),
        meaning: Text {
            en: "With two defaults, an Ingress without class cannot be assigned: its creation is \
                 refused, or chance decides.",
            ja: "既定が 2 つあると、クラス指定のない Ingress の行き先が決まりません。作成が拒否さ\
                 れるか、どちらになるか予測できなくなります。",
        },
        remedy: Text {
            en: "Remove the mark from all but one.",
            ja: "1 つを残して、既定の指定を外してください。",
        },
        detection: Text {
            en: "Two or more IngressClasses carry \
                 `ingressclass.kubernetes.io/is-default-class: \"true\"`.",
            ja: "2 つ以上の IngressClass に \
                 `ingressclass.kubernetes.io/is-default-class: \"true\"` が付いています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0104,
        name: "UnknownHost",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "No Ingress has this host: default backend answered",
            ja: "このホストを持つ Ingress がありません（デフォルトバックエンドが応答しました）",
        },
        headline: Some(Text {
            en: "no Ingress has host `{host}`",
            ja: "ホスト `{host}` を持つ Ingress がありません",
        }),
        meaning: Text {
            en: "No rule mentions the host of this request, so the default backend answered. \
                 Shown beside it: the nearest hosts, and Ingresses that have the host but are not \
                 in effect.",
            ja: "このリクエストのホストに触れたルールがないため、デフォルトバックエンドが応答しま\
                 した。近い名前のホストと、このホストを持ちながら有効になっていない Ingress を併せ\
                 て示します。",
        },
        remedy: Text {
            en: "Correct the host in the Ingress, in DNS or in the client.",
            ja: "Ingress、DNS、クライアントのいずれかでホスト名を直してください。",
        },
        detection: Text {
            en: "404 by the proxy and the host is unknown.",
            ja: "ホストが未登録で、プロキシが 404 を返しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0105,
        name: "WildcardCoversOneLabel",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Wildcard host covers exactly one label",
            ja: "ワイルドカードのホストが一致するのは 1 ラベルだけです",
        },
        headline: Some(Text {
            en: "`{wildcard}` does not cover `{host}`",
            ja: "`{wildcard}` は `{host}` に一致しません",
        }),
        meaning: Text {
            en: "`*.example.com` covers `a.example.com`, but neither `a.b.example.com` nor \
                 `example.com`.",
            ja: "`*.example.com` は `a.example.com` に一致しますが、`a.b.example.com` にも \
                 `example.com` にも一致しません。",
        },
        remedy: Text {
            en: "Add the host.",
            ja: "ホストを追加してください。",
        },
        detection: Text {
            en: "A deeper name or the bare domain is asked for while only the wildcard exists.",
            ja: "ワイルドカードしかないのに、それより深い名前や、ドメインそのものが使われていま\
                 す。",
        },
        example: example(
            r#"
  - host: "*.example.com"
"#,
            r#"
  - host: "*.example.com"
  - host: "*.test.example.com"
"#,
        ),
    },
    Entry {
        code: Code::GK0106,
        name: "SpecificHostHidesPaths",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "A specific host hides paths defined for the wildcard or for all hosts",
            ja: "個別のホストが、ワイルドカードや全ホスト向けのパスを隠しています",
        },
        headline: Some(Text {
            en: "host `{host}` has rules of its own, so path `{path}` of `{other}` does not apply \
                 to it",
            ja: "ホスト `{host}` には独自のルールがあるため、`{other}` のパス `{path}` は適用され\
                 ません",
        }),
        meaning: Text {
            en: "Once `app.example.com` has rules of its own, requests for it no longer look at \
                 the rules for `*.example.com` or for no host.",
            ja: "`app.example.com` に独自のルールがあると、そのホストへのリクエストでは \
                 `*.example.com` やホスト指定のないルールは参照されません。",
        },
        remedy: Text {
            en: "Repeat the path under the specific host.",
            ja: "個別のホストにも同じパスを書いてください。",
        },
        detection: Text {
            en: "A path exists for the wildcard or for all hosts, but not for a host that has its \
                 own rule.",
            ja: "ワイルドカードや全ホスト向けにはあるパスが、独自のルールを持つホストにはありませ\
                 ん。",
        },
        example: None,
    },
];
