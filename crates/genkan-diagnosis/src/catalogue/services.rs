//! GK0300–GK0306: Services, their ports and selectors.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime};
use crate::code::Severity::Error;

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0300,
        name: "ServiceNotFound",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Service not found",
            ja: "Service が見つかりません",
        },
        headline: Some(Text {
            en: "Service `{service}` does not exist",
            ja: "Service `{service}` が存在しません",
        }),
        meaning: Text {
            en: "The Ingress sends to a Service that does not exist in its namespace. The proxy \
                 answers 503.",
            ja: "Ingress の送り先の Service が、その名前空間に存在しません。プロキシは 503 を返し\
                 ます。",
        },
        remedy: Text {
            en: "Correct the name, or create the Service.",
            ja: "名前を直すか、Service を作成してください。",
        },
        detection: Text {
            en: "The backend Service is absent from the namespace of the Ingress; near names \
                 there, and equal names elsewhere, are offered.",
            ja: "バックエンドの Service が Ingress の名前空間にありません。同じ名前空間の似た名前\
                 と、別の名前空間の同名の Service を示します。",
        },
        example: example(
            r"
            service:
              name: api-svc
",
            r"
            service:
              name: api
",
        ),
    },
    Entry {
        code: Code::GK0301,
        name: "ServiceInOtherNamespace",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Service is in another namespace",
            ja: "Service が別の名前空間にあります",
        },
        headline: Some(Text {
            en: "Service `{service}` is in namespace `{other}`, the Ingress in `{namespace}`",
            ja: "Service `{service}` は名前空間 `{other}` にあり、Ingress は `{namespace}` にあり\
                 ます",
        }),
        meaning: Text {
            en: "An Ingress can send only to Services of its own namespace.",
            ja: "Ingress は、自分と同じ名前空間の Service にしか送れません。",
        },
        remedy: Text {
            en: "Put the Ingress into the namespace of the Service, or use an HTTPRoute with a \
                 ReferenceGrant.",
            ja: "Ingress を Service の名前空間に置くか、HTTPRoute と ReferenceGrant を使ってくださ\
                 い。",
        },
        detection: Text {
            en: "The name is absent here and exists in exactly one other namespace, or is written \
                 like `api.other.svc`.",
            ja: "その名前がここになく、別の名前空間 1 つにだけあるか、`api.other.svc` のように書か\
                 れています。",
        },
        example: example(
            r"
metadata:
  name: web
  namespace: web
",
            r"
metadata:
  name: web
  namespace: backend
",
        ),
    },
    Entry {
        code: Code::GK0302,
        name: "ServiceHasNoSuchPort",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Service has no such port",
            ja: "Service にそのポートがありません",
        },
        headline: Some(Text {
            en: "Service `{service}` has no port `{port}`",
            ja: "Service `{service}` にポート `{port}` がありません",
        }),
        meaning: Text {
            en: "The Ingress asks for a port, by number or name, that the Service does not list. \
                 The proxy answers 503.",
            ja: "Ingress が指定した番号または名前のポートが Service にありません。プロキシは 503 \
                 を返します。",
        },
        remedy: Text {
            en: "Use a port of the Service.",
            ja: "Service にあるポートを指定してください。",
        },
        detection: Text {
            en: "`port.number` or `port.name` is not among the Service's `spec.ports`; those that \
                 exist are listed.",
            ja: "`port.number` または `port.name` が Service の `spec.ports` にありません。存在す\
                 るポートを列挙します。",
        },
        example: example(
            r"
              port:
                number: 8080
",
            r"
              port:
                number: 80
",
        ),
    },
    Entry {
        code: Code::GK0303,
        name: "ContainerPortInIngress",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Ingress names the container's port instead of the Service's",
            ja: "Ingress が Service ではなくコンテナのポートを指定しています",
        },
        headline: Some(Text {
            en: "{port} is the container's port; Service `{service}` has port {service_port}",
            ja: "{port} はコンテナのポートです。Service `{service}` のポートは {service_port} です",
        }),
        meaning: Text {
            en: "The Service translates its own port to that of the container (`targetPort`). The \
                 Ingress must name the Service's port.",
            ja: "Service は自分のポートをコンテナのポート（`targetPort`）に変換します。Ingress に\
                 書くのは Service のポートです。",
        },
        remedy: Text {
            en: "Use the port of the Service.",
            ja: "Service のポートを指定してください。",
        },
        detection: Text {
            en: "The Service has no such port, and the number is the `targetPort` of one.",
            ja: "Service にそのポートはなく、その番号がいずれかのポートの `targetPort` と一致しま\
                 す。",
        },
        example: example(
            r"
              port:
                number: 8080
",
            r"
              port:
                number: 80
",
        ),
    },
    Entry {
        code: Code::GK0304,
        name: "ServiceSelectsNothing",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Service selects no Pods",
            ja: "Service が Pod を 1 つも選択していません",
        },
        headline: Some(Text {
            en: "Service `{service}` selects no Pods",
            ja: "Service `{service}` が Pod を 1 つも選択していません",
        }),
        meaning: Text {
            en: "No Pod carries the labels that the Service looks for, so it has no endpoints and \
                 the proxy answers 503. Often one label differs by a few letters.",
            ja: "Service が探すラベルを持つ Pod がないため、エンドポイントがなく、プロキシは 503 \
                 を返します。ラベルが数文字だけ違うことがよくあります。",
        },
        remedy: Text {
            en: "Align the labels.",
            ja: "ラベルを揃えてください。",
        },
        detection: Text {
            en: "The selector matches no Pod template in the manifests, or no Pod in the cluster; \
                 the nearest labels are shown.",
            ja: "セレクターがマニフェストのどの Pod テンプレートにも、クラスターのどの Pod にも一\
                 致しません。最も近いラベルを示します。",
        },
        example: example(
            r"
kind: Service
spec:
  selector:
    app: web
",
            r"
kind: Service
spec:
  selector:
    app: website
",
        ),
    },
    Entry {
        code: Code::GK0305,
        name: "NoReadyEndpoint",
        severity: Error,
        phase: Runtime,
        title: Text {
            en: "No ready endpoint",
            ja: "準備のできたエンドポイントがありません",
        },
        headline: Some(Text {
            en: "Service `{service}` has no ready endpoint",
            ja: "Service `{service}` に準備のできたエンドポイントがありません",
        }),
        meaning: Text {
            en: "The Service exists, but none of its endpoints is ready to take requests, so the \
                 proxy answers 503. Pods may be starting, failing their readiness probe, or be \
                 scaled to zero.",
            ja: "Service はありますが、リクエストを受けられるエンドポイントがないため、プロキシは \
                 503 を返します。Pod が起動中か、readiness probe に失敗しているか、0 個にスケール\
                 されている可能性があります。",
        },
        remedy: Text {
            en: "Look at the Pods: correct the probe or the application. Without a cluster, list \
                 addresses in `genkan.io/endpoints` or in an EndpointSlice.",
            ja: "Pod の状態を確認し、probe またはアプリケーションを直してください。クラスターなし\
                 で使う場合は、`genkan.io/endpoints` か EndpointSlice にアドレスを書いてください。",
        },
        detection: Text {
            en: "503 by the proxy, and the endpoints of the Service are empty or all unready.",
            ja: "プロキシが 503 を返し、Service のエンドポイントが空か、すべて準備できていません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0306,
        name: "ServiceSelectsOtherApplication",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Service selects Pods of another application",
            ja: "Service が別のアプリケーションの Pod を選択しています",
        },
        headline: Some(Text {
            en: "Service `{service}` selects Pods of {other}",
            ja: "Service `{service}` が {other} の Pod を選択しています",
        }),
        meaning: Text {
            en: "The selected Pods do not listen on the target port, while another workload, with \
                 the Service's own name or labels, does. Every connection is refused.",
            ja: "選択された Pod はターゲットのポートで待ち受けておらず、Service と同じ名前やラベル\
                 を持つ別のワークロードが待ち受けています。接続はすべて拒否されます。",
        },
        remedy: Text {
            en: "Correct the selector.",
            ja: "セレクターを直してください。",
        },
        detection: Text {
            en: "The selector matches Pods of which no container declares the target port, and \
                 another workload of that name does.",
            ja: "セレクターに一致する Pod のどのコンテナもターゲットのポートを宣言しておらず、その\
                 名前の別のワークロードが宣言しています。",
        },
        example: example(
            r"
kind: Service
spec:
  selector:
    app: discovery-server
",
            r"
kind: Service
spec:
  selector:
    app: gateway-server
",
        ),
    },
];
