//! GK0206–GK0213: annotations without the effect they promise, and the ConfigMap.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Static};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0206,
        name: "SnippetNotRun",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Snippet annotation is not run",
            ja: "スニペットのアノテーションは実行されません",
        },
        headline: Some(Text {
            en: "`{annotation}` is not run",
            ja: "`{annotation}` は実行されません",
        }),
        meaning: Text {
            en: "Snippets are raw nginx configuration, and Genkan has no nginx to run them. \
                 ingress-nginx blocks them by default since 1.9, and since 1.12 refuses the whole \
                 Ingress by risk level.",
            ja: "スニペットは nginx の設定そのものですが、Genkan にはそれを実行する nginx がありま\
                 せん。ingress-nginx も 1.9 以降は既定で禁止し、1.12 以降はリスクレベルによって \
                 Ingress 全体を拒否します。",
        },
        remedy: Text {
            en: "Write what the snippet does with the annotations there are: headers, redirects, \
                 access lists, size limits.",
            ja: "スニペットの内容を、ヘッダー、リダイレクト、アクセス制限、サイズ上限など、用意さ\
                 れたアノテーションで書いてください。",
        },
        detection: Text {
            en: "One of the snippet annotations is present.",
            ja: "スニペットのアノテーションのいずれかがあります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0207,
        name: "AnnotationWithoutEffect",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Annotation is known but has no effect in Genkan",
            ja: "アノテーションは既知ですが、Genkan では効果がありません",
        },
        headline: Some(Text {
            en: "`{annotation}` is known but has no effect: {reason}",
            ja: "`{annotation}` は既知ですが、効果がありません: {reason}",
        }),
        meaning: Text {
            en: "The annotation is recognised and not implemented. If it belongs to a family that \
                 protects the route (authentication, client certificates, address lists, limits), \
                 the route answers 503 rather than being open.",
            ja: "アノテーションは認識されていますが、実装されていません。認証、クライアント証明\
                 書、アドレスの許可・拒否、流量制限など、ルートを保護するものであれば、開いたまま\
                 にせず 503 を返します。",
        },
        remedy: Text {
            en: "Remove it, or accept that it does nothing.",
            ja: "削除するか、効果がないことを了承してください。",
        },
        detection: Text {
            en: "The table of annotations marks it as not supported, with the reason.",
            ja: "アノテーションの一覧に、理由とともに未対応と記されています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0208,
        name: "AnnotationNeedsPartner",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Annotation needs a partner that is missing",
            ja: "対になるアノテーションがありません",
        },
        headline: Some(Text {
            en: "`{annotation}` counts only together with `{partner}`",
            ja: "`{annotation}` は `{partner}` と一緒のときだけ有効です",
        }),
        meaning: Text {
            en: "Some annotations only refine others: `cors-allow-origin` counts only with \
                 `enable-cors: \"true\"`, `canary-weight` only with `canary: \"true\"`, \
                 `auth-signin` only with `auth-url`. Alone they have no effect.",
            ja: "ほかの設定を補うだけのアノテーションがあります。`cors-allow-origin` は \
                 `enable-cors: \"true\"`、`canary-weight` は `canary: \"true\"`、`auth-signin` は \
                 `auth-url` があって初めて有効です。単独では効果がありません。",
        },
        remedy: Text {
            en: "Add the partner.",
            ja: "対になるアノテーションを追加してください。",
        },
        detection: Text {
            en: "The annotation is present without the one it refines.",
            ja: "補う対象のアノテーションがないまま、このアノテーションだけがあります。",
        },
        example: example(
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/cors-allow-origin: https://example.com
",
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: https://example.com
"#,
        ),
    },
    Entry {
        code: Code::GK0209,
        name: "CanaryAnnotationIgnored",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Annotations of a canary Ingress are ignored",
            ja: "canary の Ingress のアノテーションは無視されます",
        },
        headline: Some(Text {
            en: "`{annotation}` of a canary Ingress is ignored",
            ja: "canary の Ingress にある `{annotation}` は無視されます",
        }),
        meaning: Text {
            en: "A canary takes everything except balancing and affinity from its main Ingress.",
            ja: "canary は、負荷分散とアフィニティー以外のすべてを本体の Ingress から引き継ぎま\
                 す。",
        },
        remedy: Text {
            en: "Move the setting to the main Ingress.",
            ja: "設定を本体の Ingress に移してください。",
        },
        detection: Text {
            en: "`canary: \"true\"` stands together with annotations other than `load-balance`, \
                 `upstream-hash-by` and affinity.",
            ja: "`canary: \"true\"` とともに、`load-balance`、`upstream-hash-by`、アフィニティー以\
                 外のアノテーションがあります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0210,
        name: "PassthroughDisablesHttp",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "TLS passthrough switches off every HTTP annotation",
            ja: "TLS パススルーにより、HTTP のアノテーションがすべて無効になります",
        },
        headline: Some(Text {
            en: "with ssl-passthrough, `{annotation}` is not applied",
            ja: "ssl-passthrough があるため、`{annotation}` は適用されません",
        }),
        meaning: Text {
            en: "With passthrough the proxy forwards encrypted bytes by server name and sees \
                 neither paths nor headers. Authentication, rewrites and address lists of this \
                 Ingress are not enforced.",
            ja: "パススルーでは、プロキシは暗号化されたバイト列をサーバー名だけで転送し、パスもヘ\
                 ッダーも見えません。この Ingress の認証、rewrite、アドレス制限は働きません。",
        },
        remedy: Text {
            en: "Drop passthrough and use `backend-protocol: HTTPS`, or drop the other \
                 annotations.",
            ja: "パススルーをやめて `backend-protocol: HTTPS` を使うか、ほかのアノテーションを外し\
                 てください。",
        },
        detection: Text {
            en: "`ssl-passthrough: \"true\"` together with an annotation about HTTP, a path other \
                 than `/`, or a wildcard host.",
            ja: "`ssl-passthrough: \"true\"` とともに、HTTP に関するアノテーション、`/` 以外のパ\
                 ス、ワイルドカードのホストのいずれかがあります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0211,
        name: "LookAlikeCharacter",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Invisible or look-alike character in a key, host or path",
            ja: "キー、ホスト、パスに、見えない文字または見間違えやすい文字があります",
        },
        headline: Some(Text {
            en: "{name} at column {column} of `{text}` looks like `{looks_like}` but is another \
                 character",
            ja: "`{text}` の {column} 文字目は `{looks_like}` に見えますが、{name} という別の文字\
                 です",
        }),
        meaning: Text {
            en: "The text looks right but is another name: a typographic hyphen, a no-break \
                 space, a zero-width character or curly quotes came in by copy and paste.",
            ja: "見た目は正しくても、別の名前になっています。組版用のハイフン、ノーブレークスペー\
                 ス、ゼロ幅文字、曲線の引用符などが、コピーと貼り付けで紛れ込んだものです。",
        },
        remedy: Text {
            en: "Type the text again.",
            ja: "文字を打ち直してください。",
        },
        detection: Text {
            en: "An annotation key, host, path or name has a character outside ASCII, or a tab.",
            ja: "アノテーションのキー、ホスト、パス、名前に、ASCII 以外の文字またはタブがありま\
                 す。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0212,
        name: "UnknownConfigKey",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Unknown key in the proxy's ConfigMap",
            ja: "プロキシの ConfigMap に未知のキーがあります",
        },
        headline: Some(Text {
            en: "ConfigMap key `{key}` has no effect: {reason}",
            ja: "ConfigMap のキー `{key}` には効果がありません: {reason}",
        }),
        meaning: Text {
            en: "The key is not a setting of this proxy, or one that it does not implement, so \
                 the default is in effect.",
            ja: "このキーはこのプロキシの設定にないか、実装されていないため、既定値が有効です。",
        },
        remedy: Text {
            en: "Rename or remove it.",
            ja: "名前を直すか、削除してください。",
        },
        detection: Text {
            en: "A key under `data` is not in the table of supported settings; names at a small \
                 distance are offered.",
            ja: "`data` のキーが対応する設定の一覧にありません。よく似た名前を示します。",
        },
        example: example(
            r#"
data:
  proxy-send-imeout: "600"
"#,
            r#"
data:
  proxy-send-timeout: "600"
"#,
        ),
    },
    Entry {
        code: Code::GK0213,
        name: "ValueOutOfRange",
        severity: Note,
        phase: Static,
        title: Text {
            en: "Numeric limit or timeout is outside what makes sense",
            ja: "数値の上限またはタイムアウトが妥当な範囲を外れています",
        },
        headline: Some(Text {
            en: "`{annotation}: {value}` is outside what makes sense: {reason}",
            ja: "`{annotation}: {value}` は妥当な範囲を外れています: {reason}",
        }),
        meaning: Text {
            en: "The value is legal but does not do what it seems to: \
                 `proxy-connect-timeout: \"3600\"` does not help slow answers, it only makes \
                 unreachable Pods hang. The timeout for answers is `proxy-read-timeout`.",
            ja: "値としては正しいものの、期待した働きをしません。\
                 `proxy-connect-timeout: \"3600\"` は応答の遅さには効かず、到達できない Pod を待ち\
                 続けるだけです。応答のタイムアウトは `proxy-read-timeout` です。",
        },
        remedy: Text {
            en: "Lower it, or use the setting that is meant.",
            ja: "値を小さくするか、意図に合う設定を使ってください。",
        },
        detection: Text {
            en: "A connect timeout over 75 seconds, a read timeout of 0, or no size limit on a \
                 public host.",
            ja: "接続のタイムアウトが 75 秒を超える、読み取りのタイムアウトが 0、または公開ホスト\
                 でサイズの上限がありません。",
        },
        example: None,
    },
];
