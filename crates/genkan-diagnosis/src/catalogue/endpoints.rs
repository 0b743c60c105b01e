//! GK0307–GK0311: what stands behind a Service, and fallbacks.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0307,
        name: "TargetPortNotInContainer",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`targetPort` is not a port of the container",
            ja: "`targetPort` がコンテナのポートにありません",
        },
        headline: Some(Text {
            en: "targetPort `{port}` of Service `{service}` is not a port of the container",
            ja: "Service `{service}` の targetPort `{port}` がコンテナのポートにありません",
        }),
        meaning: Text {
            en: "A named `targetPort` needs a container port of that name; without one there are \
                 no endpoints. A number that nothing listens on is refused.",
            ja: "名前で書いた `targetPort` には、同じ名前のコンテナポートが必要です。なければエン\
                 ドポイントができません。番号で書いた場合、待ち受けるものがなければ接続は拒否され\
                 ます。",
        },
        remedy: Text {
            en: "Give both the same name or number.",
            ja: "両方を同じ名前または番号にしてください。",
        },
        detection: Text {
            en: "A named `targetPort` matches no container port of the selected Pods; a number \
                 that none declares is a warning.",
            ja: "名前の `targetPort` が、選択された Pod のどのコンテナポートとも一致しません。どの\
                 コンテナも宣言していない番号は警告です。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0308,
        name: "ExternalNameNeedsAttention",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "ExternalName Service: Host, TLS and DNS need attention",
            ja: "ExternalName の Service では Host、TLS、DNS に注意が必要です",
        },
        headline: Some(Text {
            en: "ExternalName Service `{service}`: {reason}",
            ja: "ExternalName の Service `{service}`: {reason}",
        }),
        meaning: Text {
            en: "The request goes to another name but still carries the client's `Host`, so the \
                 other side answers its own 404 or another site; TLS and DNS have the same trap. \
                 Loopback, link-local and metadata addresses are refused.",
            ja: "リクエストは別の名前に送られますが、`Host` はクライアントのもののままです。そのた\
                 め相手は独自の 404 や別のサイトを返します。TLS と DNS にも同じ落とし穴がありま\
                 す。ループバック、リンクローカル、メタデータのアドレスは拒否されます。",
        },
        remedy: Text {
            en: "Set the host that the other side expects, and `backend-protocol: HTTPS` for port \
                 443.",
            ja: "相手が期待するホスト名を設定し、443 番ポートなら `backend-protocol: HTTPS` も設定\
                 してください。",
        },
        detection: Text {
            en: "A backend Service has type ExternalName and no `upstream-vhost`, port 443 \
                 without HTTPS, an address instead of a name, a name of this cluster, or a name \
                 that cannot be resolved.",
            ja: "バックエンドの Service が ExternalName 型で、`upstream-vhost` がない、443 番なの\
                 に HTTPS でない、名前ではなくアドレスである、クラスター内の名前である、または名前\
                 解決できない、のいずれかです。",
        },
        example: example(
            r"
metadata:
  annotations: {}
",
            r"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/upstream-vhost: my.private.com
",
        ),
    },
    Entry {
        code: Code::GK0309,
        name: "EndpointSliceDoesNotJoin",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Service without selector has no EndpointSlice, or the slice's port name differs",
            ja: "セレクターのない Service に EndpointSlice がないか、ポート名が異なります",
        },
        headline: Some(Text {
            en: "no EndpointSlice joins port `{port}` of Service `{service}`",
            ja: "Service `{service}` のポート `{port}` に対応する EndpointSlice がありません",
        }),
        meaning: Text {
            en: "The endpoints of this Service are kept by hand. A slice joins only if it carries \
                 the label `kubernetes.io/service-name` and its port has the same name as the \
                 Service's port.",
            ja: "この Service のエンドポイントは手動で管理されています。EndpointSlice が対応するの\
                 は、`kubernetes.io/service-name` ラベルがあり、ポートの名前が Service のポートと\
                 同じ場合だけです。",
        },
        remedy: Text {
            en: "Give the slice the label, and both ports the same name.",
            ja: "EndpointSlice にラベルを付け、両方のポートを同じ名前にしてください。",
        },
        detection: Text {
            en: "A Service without selector has no slice labelled for it, or the names of the \
                 ports differ.",
            ja: "セレクターのない Service に対応する EndpointSlice がないか、ポートの名前が異なり\
                 ます。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0310,
        name: "ShortGapInEndpoints",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Short 503 while a port was renamed or the last Pod was replaced",
            ja: "ポートの改名または最後の Pod の入れ替え中に、短時間 503 になりました",
        },
        headline: Some(Text {
            en: "for a short time Service `{service}` had no endpoint: {reason}",
            ja: "短時間、Service `{service}` にエンドポイントがありませんでした: {reason}",
        }),
        meaning: Text {
            en: "Between two changes no endpoint matched the port that the Ingress asks for, and \
                 the proxy answered 503.",
            ja: "2 つの変更の間、Ingress の指定するポートに合うエンドポイントがなく、プロキシは \
                 503 を返しました。",
        },
        remedy: Text {
            en: "Refer to ports by number, or add the new name as a second port first.",
            ja: "ポートを番号で指定するか、新しい名前を先に 2 つ目のポートとして追加してください。",
        },
        detection: Text {
            en: "503 by the proxy within 10 seconds of a change that removed all matching \
                 endpoints.",
            ja: "一致するエンドポイントがすべてなくなる変更から 10 秒以内に、プロキシが 503 を返し\
                 ました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0311,
        name: "FallbackCannotServe",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Fallback backend cannot serve",
            ja: "予備のバックエンドが応答できません",
        },
        headline: Some(Text {
            en: "the fallback Service `{service}` cannot serve: {reason}",
            ja: "予備の Service `{service}` は応答できません: {reason}",
        }),
        meaning: Text {
            en: "The Service meant for requests that nothing else takes, or for errors, is \
                 missing or has no ports. The built-in answer is given instead.",
            ja: "ほかのどこにも渡らないリクエストやエラーのための Service が、存在しないかポートを\
                 持ちません。代わりに組み込みの応答を返します。",
        },
        remedy: Text {
            en: "Correct the Service it names.",
            ja: "指定された Service を直してください。",
        },
        detection: Text {
            en: "The Service of `spec.defaultBackend` or of the `default-backend` annotation is \
                 missing or has no ports.",
            ja: "`spec.defaultBackend` または `default-backend` アノテーションの Service が存在し\
                 ないか、ポートを持ちません。",
        },
        example: None,
    },
];
