//! GK0250–GK0299: API objects, YAML, admission.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0250,
        name: "ApiVersionRemoved",
        severity: Error,
        phase: Both,
        title: Text {
            en: "API version no longer served",
            ja: "提供が終了した API バージョンです",
        },
        headline: Some(Text {
            en: "`{api_version}` {kind} is no longer served",
            ja: "`{api_version}` の {kind} は提供されていません",
        }),
        meaning: Text {
            en: "Clusters no longer know this version of the object; Ingress v1beta1 was removed \
                 in Kubernetes 1.22.",
            ja: "このバージョンのオブジェクトは、もうクラスターに受け付けられません。Ingress の \
                 v1beta1 は Kubernetes 1.22 で削除されました。",
        },
        remedy: Text {
            en: "Convert the object to the current version.",
            ja: "現在のバージョンに変換してください。",
        },
        detection: Text {
            en: "`apiVersion` is one of the removed versions.",
            ja: "`apiVersion` が削除されたバージョンです。",
        },
        example: example(
            r"
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
",
            r"
apiVersion: networking.k8s.io/v1
kind: Ingress
",
        ),
    },
    Entry {
        code: Code::GK0251,
        name: "PathTypeMissing",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`pathType` missing",
            ja: "`pathType` がありません",
        },
        headline: Some(Text {
            en: "path `{path}` has no `pathType`",
            ja: "パス `{path}` に `pathType` がありません",
        }),
        meaning: Text {
            en: "Every path of a v1 Ingress needs a `pathType`; the API server refuses the object \
                 without it.",
            ja: "v1 の Ingress では、すべてのパスに `pathType` が必要です。なければ API サーバーに\
                 拒否されます。",
        },
        remedy: Text {
            en: "Add `pathType: Prefix`, or the type that is meant.",
            ja: "`pathType: Prefix`、または意図する種類を追加してください。",
        },
        detection: Text {
            en: "The field is absent in a v1 Ingress.",
            ja: "v1 の Ingress にこのフィールドがありません。",
        },
        example: example(
            r"
      - path: /
        backend: {service: {name: web, port: {number: 80}}}
",
            r"
      - path: /
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
",
        ),
    },
    Entry {
        code: Code::GK0252,
        name: "BackendInOldForm",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Backend written in the old form",
            ja: "バックエンドが古い形式で書かれています",
        },
        headline: Some(Text {
            en: "the backend is written in the form of v1beta1",
            ja: "バックエンドが v1beta1 の形式で書かれています",
        }),
        meaning: Text {
            en: "In v1 a backend is `service: {name, port: {number}}` or `{name}` for the port. \
                 The old fields are dropped, and the backend is empty.",
            ja: "v1 のバックエンドは `service: {name, port: {number}}` の形で、ポートは `name` で\
                 も指定できます。古いフィールドは捨てられ、バックエンドが空になります。",
        },
        remedy: Text {
            en: "Convert it.",
            ja: "新しい形式に変換してください。",
        },
        detection: Text {
            en: "`serviceName` or `servicePort` in a v1 Ingress, a bare number as `service.port`, \
                 or both `name` and `number`.",
            ja: "v1 の Ingress に `serviceName` や `servicePort` がある、`service.port` が数値のま\
                 ま、または `name` と `number` の両方があります。",
        },
        example: example(
            r"
        backend:
          serviceName: web
          servicePort: 80
",
            r"
        backend:
          service:
            name: web
            port:
              number: 80
",
        ),
    },
    Entry {
        code: Code::GK0253,
        name: "WebhookUnreachable",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Admission webhook cannot be reached or trusted",
            ja: "Admission webhook に到達できないか、信頼できません",
        },
        headline: Some(Text {
            en: "admission webhook `{webhook}` cannot be asked: {reason}",
            ja: "Admission webhook `{webhook}` に問い合わせできません: {reason}",
        }),
        meaning: Text {
            en: "The manifest is not the problem: the API server could not ask a webhook that \
                 must agree. Often it is a left-over of a controller that is gone.",
            ja: "マニフェストの問題ではありません。同意を得るべき webhook に API サーバーが問い合\
                 わせできませんでした。すでに削除したコントローラーの残りであることがよくありま\
                 す。",
        },
        remedy: Text {
            en: "Open the port, renew the bundle, or delete the left-over configuration.",
            ja: "ポートを開けるか、CA バンドルを更新するか、残った設定を削除してください。",
        },
        detection: Text {
            en: "A webhook configuration with `failurePolicy: Fail` whose Service has no ready \
                 endpoint, or whose `caBundle` does not sign the certificate it serves.",
            ja: "`failurePolicy: Fail` の webhook 設定で、Service に準備のできたエンドポイントがな\
                 いか、`caBundle` が実際の証明書に署名していません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0254,
        name: "YamlReadsDifferently",
        severity: Error,
        phase: Both,
        title: Text {
            en: "YAML reads this differently from what you meant",
            ja: "YAML は意図と異なる読み方をします",
        },
        headline: Some(Text {
            en: "this cannot be read as meant: {reason}",
            ja: "意図したとおりに読み取れません: {reason}",
        }),
        meaning: Text {
            en: "The text is not the YAML it looks like: `*.example.com` without quotes is an \
                 alias, a duplicate key replaces the first, a tab cannot indent, a wrongly \
                 indented block belongs to something else. Or there is no text: the file is a link \
                 that leads nowhere, too large, or closed to the user that runs Genkan. What cannot \
                 be read is not served. A running gateway goes on serving the last version that it \
                 could read; after a restart there is none.",
            ja: "見た目と YAML としての意味が異なります。引用符のない `*.example.com` はエイリアス\
                 になり、重複したキーは先のものを置き換え、タブはインデントに使えず、字下げを誤っ\
                 たブロックは別のものに属します。または、リンク切れ、大きすぎる、Genkan を実行する\
                 ユーザーに権限がないなどの理由で、ファイルそのものを読み取れません。読み取れないも\
                 のは適用されません。動作中のゲートウェイは最後に読み取れたバージョンを使い続けます\
                 が、再起動後には残りません。",
        },
        remedy: Text {
            en: "Quote or re-indent the text, as it says at the marked place. A file that cannot be \
                 read at all: mend the link, give the user that runs Genkan the right to read it, \
                 split it, or remove it. The change is taken over as soon as the file is good.",
            ja: "示された箇所の説明に従って、引用符で囲むか、字下げを直してください。ファイルそのも\
                 のを読み取れない場合は、リンクを直す、Genkan を実行するユーザーに読み取りを許可す\
                 る、分割する、または削除してください。ファイルが正しくなれば、変更はすぐに適用され\
                 ます。",
        },
        detection: Text {
            en: "The YAML reader refuses the text, a value has another type than its field needs, \
                 or the operating system does not let the file be read.",
            ja: "YAML として読み取れない、値の型がフィールドに合わない、またはオペレーティングシス\
                 テムがファイルの読み取りを拒否しています。",
        },
        example: example(
            r"
  - host: *.example.com
",
            r#"
  - host: "*.example.com"
"#,
        ),
    },
    Entry {
        code: Code::GK0255,
        name: "WholeIngressRefused",
        severity: Error,
        phase: Both,
        title: Text {
            en: "One bad annotation kept the whole Ingress out (ingress-nginx behaviour)",
            ja: "1 つの不正なアノテーションのために、Ingress 全体が除外されます（ingress-nginx の\
                 動作）",
        },
        headline: Some(Text {
            en: "ingress-nginx would refuse all of {object} because of `{annotation}`",
            ja: "ingress-nginx は `{annotation}` のために {object} 全体を拒否します",
        }),
        meaning: Text {
            en: "ingress-nginx 1.12 and later stops reading an Ingress at its first invalid or \
                 \"too risky\" annotation: nothing of it takes effect, and only the controller's \
                 log says so. Genkan applies the rest and marks this one.",
            ja: "ingress-nginx 1.12 以降は、不正または「リスクが高すぎる」アノテーションが 1 つあ\
                 ると Ingress を読むのをやめます。何も適用されず、その事実はコントローラーのログに\
                 しか出ません。Genkan は残りを適用し、このアノテーションだけを指摘します。",
        },
        remedy: Text {
            en: "Correct the annotation named here.",
            ja: "示されたアノテーションを直してください。",
        },
        detection: Text {
            en: "The value is one that ingress-nginx's validators refuse, or the annotation is \
                 above its allowed risk level.",
            ja: "ingress-nginx の検証が拒否する値か、許可されたリスクレベルを超えるアノテーション\
                 です。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0256,
        name: "OlderVersionServed",
        severity: Warning,
        phase: Runtime,
        title: Text {
            en: "Serving an older generation of this object",
            ja: "このオブジェクトの古いバージョンで動作しています",
        },
        headline: Some(Text {
            en: "{object} is served in an older version: what stands at {place} cannot be read",
            ja: "{object} は古いバージョンで動作しています: {place} にあるものを読み取れません",
        }),
        meaning: Text {
            en: "The newest version of the object could not be taken over, so the one before it \
                 is still in effect.",
            ja: "最新のバージョンを取り込めなかったため、その前のバージョンが引き続き有効です。",
        },
        remedy: Text {
            en: "Follow the finding about that place.",
            ja: "その箇所についての指摘に従ってください。",
        },
        detection: Text {
            en: "The object or file could not be read, and a version that could be was there before.",
            ja: "オブジェクトまたはファイルを読み取れず、以前に読み取れたバージョンがあります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0257,
        name: "UnsupportedField",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Resource backend or unknown field is not supported",
            ja: "対応していないリソースバックエンドまたは未知のフィールドです",
        },
        headline: Some(Text {
            en: "`{field}` is not supported: {reason}",
            ja: "`{field}` には対応していません: {reason}",
        }),
        meaning: Text {
            en: "The field is unknown, or names a resource backend of a kind that Genkan does not \
                 serve, so it has no effect. A path whose backend is empty answers 503.",
            ja: "フィールドが未知であるか、Genkan が扱わない種類のリソースバックエンドを指している\
                 ため、効果がありません。バックエンドが空のパスは 503 を返します。",
        },
        remedy: Text {
            en: "Use a Service or a StaticSite as backend; correct the name of the field.",
            ja: "バックエンドには Service または StaticSite を使ってください。フィールドの名前も確\
                 認してください。",
        },
        detection: Text {
            en: "`backend.resource` of an unknown kind, an unknown field, or an empty backend.",
            ja: "未知の種類の `backend.resource`、未知のフィールド、または空のバックエンドがありま\
                 す。",
        },
        example: None,
    },
];
