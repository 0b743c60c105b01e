//! GK0107–GK0112: rules for all hosts, aliases, what is watched, addresses.

use super::{Code, Entry, Text, example};
use crate::code::Phase::Both;
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0107,
        name: "RuleForAllHosts",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Rule without host applies to every host",
            ja: "ホストのないルールはすべてのホストに適用されます",
        },
        headline: Some(Text {
            en: "this rule names no host: it takes every name that no other rule claims",
            ja: "このルールにはホストがないため、ほかのルールに該当しない名前をすべて受け付けます",
        }),
        meaning: Text {
            en: "The rule takes all names that no other rule claims, including scans by IP \
                 address.",
            ja: "このルールは、ほかのルールに該当しない名前をすべて受け付けます。IP アドレスでの探\
                 索も含まれます。",
        },
        remedy: Text {
            en: "Name the host, unless a catch-all is intended.",
            ja: "意図した受け皿でなければ、ホストを指定してください。",
        },
        detection: Text {
            en: "A rule has no `host`.",
            ja: "ルールに `host` がありません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0108,
        name: "InvalidHost",
        severity: Error,
        phase: Both,
        title: Text {
            en: "`host` is not a plain DNS name",
            ja: "`host` が DNS 名ではありません",
        },
        headline: Some(Text {
            en: "`{host}` is not a host name: {reason}",
            ja: "`{host}` はホスト名ではありません: {reason}",
        }),
        meaning: Text {
            en: "`host` must be a lower-case DNS name, optionally with `*.` in front. Ports are \
                 not part of it: a request with `Host: name:8080` is matched without the port.",
            ja: "`host` は小文字の DNS 名でなければならず、先頭に `*.` を付けることもできます。\
                 ポートは含みません。`Host: name:8080` のリクエストはポートを除いて照合されます。",
        },
        remedy: Text {
            en: "Write the plain name.",
            ja: "名前だけを書いてください。",
        },
        detection: Text {
            en: "The value has a port, a scheme, a path, upper case, an underscore, an IP \
                 address, a wildcard elsewhere, a dot at the end, or blanks.",
            ja: "値に、ポート、スキーム、パス、大文字、アンダースコア、IP アドレス、先頭以外のワイ\
                 ルドカード、末尾のドット、空白のいずれかがあります。",
        },
        example: example(
            r"
  - host: https://App.example.com:443
",
            r"
  - host: app.example.com
",
        ),
    },
    Entry {
        code: Code::GK0109,
        name: "RuleWithoutPaths",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Rule without paths, or only `defaultBackend`",
            ja: "パスのないルール、または `defaultBackend` だけの Ingress です",
        },
        headline: Some(Text {
            en: "the rule for host `{host}` has no paths",
            ja: "ホスト `{host}` のルールにパスがありません",
        }),
        meaning: Text {
            en: "A rule with a host but no `http:` section sends nothing to a Service of yours. \
                 With only `defaultBackend`, no host is bound to the certificate.",
            ja: "ホストがあっても `http:` がないルールは、Service に何も送りません。\
                 `defaultBackend` だけの場合、証明書はどのホストにも結び付きません。",
        },
        remedy: Text {
            en: "Add an explicit rule.",
            ja: "ルールを明示的に書いてください。",
        },
        detection: Text {
            en: "`rules[].http` is missing, or `tls` is given but no rule has a host.",
            ja: "`rules[].http` がないか、`tls` があるのにホストを持つルールがありません。",
        },
        example: example(
            r"
  - host: app.example.com
",
            r"
  - host: app.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
",
        ),
    },
    Entry {
        code: Code::GK0110,
        name: "ServerAliasIgnored",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "`server-alias` is ignored: another Ingress owns that host or set aliases first",
            ja: "`server-alias` は無視されます（別の Ingress がそのホストを持つか、先に別名を設定\
                 しています）",
        },
        headline: Some(Text {
            en: "alias `{alias}` is ignored: {winner} has it",
            ja: "別名 `{alias}` は無視されます: {winner} が使用しています",
        }),
        meaning: Text {
            en: "A host of a rule wins over an alias. Among Ingresses that set aliases for one \
                 host, the oldest wins; later ones are skipped.",
            ja: "ルールのホストは別名に優先します。同じホストに別名を設定する Ingress が複数あれ\
                 ば、最も古いものが有効で、後のものは無視されます。",
        },
        remedy: Text {
            en: "Write the alias as a host of a normal rule.",
            ja: "別名を通常のルールのホストとして書いてください。",
        },
        detection: Text {
            en: "The alias equals the host of a rule elsewhere, or two Ingresses of one host both \
                 carry the annotation.",
            ja: "別名がほかのルールのホストと同じか、同じホストの 2 つの Ingress が両方ともこのア\
                 ノテーションを持っています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0111,
        name: "OutsideWatch",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Namespace or object is outside what the proxy watches",
            ja: "名前空間またはオブジェクトがプロキシの監視対象外です",
        },
        headline: Some(Text {
            en: "{object} is outside what this installation watches",
            ja: "{object} はこの環境の監視対象外です",
        }),
        meaning: Text {
            en: "This installation watches only some namespaces, and this one is not among them. \
                 For its hosts the default backend answers.",
            ja: "この環境は一部の名前空間だけを監視しており、この名前空間は含まれていません。その\
                 ホストへのリクエストにはデフォルトバックエンドが応答します。",
        },
        remedy: Text {
            en: "Label the namespace, or widen what is watched.",
            ja: "名前空間にラベルを付けるか、監視対象を広げてください。",
        },
        detection: Text {
            en: "The namespace list or selector of the installation excludes it.",
            ja: "環境に設定された名前空間の一覧またはセレクターから外れています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0112,
        name: "NoAddress",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Ingress has no address yet",
            ja: "Ingress にまだアドレスがありません",
        },
        headline: Some(Text {
            en: "{object} has no address yet: {reason}",
            ja: "{object} にまだアドレスがありません: {reason}",
        }),
        meaning: Text {
            en: "Routing is ready, but the status of the Ingress shows no address, so DNS tools \
                 and deployment tools wait. On bare metal a Service of type LoadBalancer gets \
                 none without something like MetalLB.",
            ja: "ルーティングの準備はできていますが、Ingress の status にアドレスがないため、DNS \
                 やデプロイのツールが待ち続けます。ベアメタルでは、MetalLB などがなければ \
                 LoadBalancer 型の Service にアドレスが割り当てられません。",
        },
        remedy: Text {
            en: "Provide a load balancer, or set a fixed address to publish.",
            ja: "ロードバランサーを用意するか、公開するアドレスを固定で設定してください。",
        },
        detection: Text {
            en: "`status.loadBalancer.ingress` stays empty for more than two minutes.",
            ja: "`status.loadBalancer.ingress` が 2 分を超えて空のままです。",
        },
        example: example(
            r#"
args: ["run", "--kubernetes"]
"#,
            r#"
args: ["run", "--kubernetes", "--publish-address=203.0.113.10"]
"#,
        ),
    },
];
