//! GK0150–GK0199: conflicts between rules, and which one wins.

use super::{Code, Entry, Text};
use crate::code::Phase::Both;
use crate::code::Severity::{Error, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0150,
        name: "DuplicateRule",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Same host and path in two Ingresses",
            ja: "2 つの Ingress に同じホストとパスがあります",
        },
        headline: Some(Text {
            en: "`{host}{path}` is defined twice: {winner} is in effect, {loser} is ignored",
            ja: "`{host}{path}` が 2 か所で定義されています: {winner} が有効で、{loser} は無視され\
                 ます",
        }),
        meaning: Text {
            en: "Two Ingresses of one class define the same host, path and path type. The older \
                 one is in effect; between equals, namespace and name decide.",
            ja: "同じクラスの 2 つの Ingress が、同じホスト、パス、パスの種類を定義しています。古\
                 いほうが有効です。同時刻なら名前空間と名前の順で決まります。",
        },
        remedy: Text {
            en: "Remove or change one of them. When renaming, delete the old one first.",
            ja: "どちらかを削除するか変更してください。名前を変える場合は、古いほうを先に削除しま\
                 す。",
        },
        detection: Text {
            en: "Host, path, `pathType` and class are equal, and the two are not a canary pair.",
            ja: "ホスト、パス、`pathType`、クラスが等しく、canary の組でもありません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0151,
        name: "DuplicatePath",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Same path twice inside one Ingress",
            ja: "1 つの Ingress に同じパスが 2 回あります",
        },
        headline: Some(Text {
            en: "path `{path}` is given twice; the second never receives a request",
            ja: "パス `{path}` が 2 回あります。2 番目にはリクエストが届きません",
        }),
        meaning: Text {
            en: "The first entry wins; the second never receives a request.",
            ja: "最初の項目が有効です。2 番目にはリクエストが届きません。",
        },
        remedy: Text {
            en: "Remove one of them.",
            ja: "どちらかを削除してください。",
        },
        detection: Text {
            en: "Two entries of one rule are equal once a trailing slash of `Prefix` is set aside.",
            ja: "`Prefix` の末尾のスラッシュを無視すると、1 つのルールの 2 つの項目が等しくなりま\
                 す。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0152,
        name: "UnreachablePath",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "This path can never be reached",
            ja: "このパスには到達できません",
        },
        headline: Some(Text {
            en: "path `{path}` can never be reached: {winner} takes its requests",
            ja: "パス `{path}` には到達できません: リクエストは {winner} に渡ります",
        }),
        meaning: Text {
            en: "For every URL this path could serve, another rule wins. With patterns on a host \
                 this happens easily: `/foo/bar/bar` always goes to `/foo/bar/[A-Z0-9]{3}`, \
                 because the longer pattern is tried first.",
            ja: "このパスが受け持つはずのどの URL でも、別のルールが優先されます。ホストに正規表現\
                 があると起こりやすく、たとえば `/foo/bar/bar` は常に `/foo/bar/[A-Z0-9]{3}` に渡\
                 ります。長いパターンが先に試されるためです。",
        },
        remedy: Text {
            en: "Put the specific rule first by making the pattern narrower, anchor it, or split \
                 it into two rules.",
            ja: "パターンを狭めるか、終端を固定するか、2 つのルールに分けて、個別のルールが先に選\
                 ばれるようにしてください。",
        },
        detection: Text {
            en: "Each probe URL of the path is won by another rule; one of them is shown as \
                 witness.",
            ja: "このパスの確認用 URL がすべて別のルールに渡ります。そのうち 1 つを例として示しま\
                 す。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0153,
        name: "HostSettingGivenTwice",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Host-wide setting given by several Ingresses; only the first counts",
            ja: "ホスト全体の設定が複数の Ingress にあり、最初のものだけが有効です",
        },
        headline: Some(Text {
            en: "`{setting}` holds for the whole host `{host}`; the value of {winner} counts",
            ja: "`{setting}` はホスト `{host}` 全体に適用されます。有効なのは {winner} の値です",
        }),
        meaning: Text {
            en: "Settings such as client certificates, aliases, TLS options and passthrough exist \
                 once per host. When several Ingresses of the host give them, those of the oldest \
                 are used for all.",
            ja: "クライアント証明書、別名、TLS オプション、パススルーなどの設定は、ホストごとに 1 \
                 つしか持てません。同じホストの複数の Ingress が指定した場合、最も古いものの値が全\
                 体に使われます。",
        },
        remedy: Text {
            en: "Give the setting in one place.",
            ja: "設定を 1 か所にまとめてください。",
        },
        detection: Text {
            en: "Several Ingresses of one host give the same host-wide setting with different \
                 values.",
            ja: "同じホストの複数の Ingress が、ホスト全体の同じ設定に異なる値を指定しています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0154,
        name: "HostWithTwoSecrets",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Same host with different TLS Secrets",
            ja: "同じホストに異なる TLS Secret が指定されています",
        },
        headline: Some(Text {
            en: "host `{host}` has different TLS Secrets: that of {winner} is served",
            ja: "ホスト `{host}` に異なる TLS Secret が指定されています: 使われるのは {winner} の\
                 ものです",
        }),
        meaning: Text {
            en: "One host has one certificate: that of the older Ingress is served.",
            ja: "1 つのホストの証明書は 1 つです。古いほうの Ingress の証明書が使われます。",
        },
        remedy: Text {
            en: "Name the same Secret in both.",
            ja: "両方に同じ Secret を指定してください。",
        },
        detection: Text {
            en: "Two Ingresses list one host with a different `secretName` or from different \
                 namespaces.",
            ja: "2 つの Ingress が同じホストに、異なる `secretName`、または異なる名前空間の \
                 Secret を指定しています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0155,
        name: "TwoControllers",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Two controllers act on this Ingress",
            ja: "2 つのコントローラーがこの Ingress を扱っています",
        },
        headline: Some(Text {
            en: "both {first} and {second} write the status of {object}",
            ja: "{first} と {second} の両方が {object} の status を書いています",
        }),
        meaning: Text {
            en: "Two controllers claim the same class. The address of the Ingress flips between \
                 their values, and DNS follows.",
            ja: "2 つのコントローラーが同じクラスを引き受けています。Ingress のアドレスが両者の値\
                 の間で入れ替わり、DNS もそれに従います。",
        },
        remedy: Text {
            en: "Give each its own class (`spec.controller`), then restart the one that was wrong.",
            ja: "それぞれに別のクラス（`spec.controller`）を割り当て、誤っていたほうを再起動してく\
                 ださい。",
        },
        detection: Text {
            en: "The managed fields of the object show two writers of its status, or two running \
                 controllers claim the class.",
            ja: "オブジェクトの managedFields に status の書き手が 2 つあるか、動作中の 2 つのコン\
                 トローラーが同じクラスを引き受けています。",
        },
        example: None,
    },
];
