//! GK0900–GK0949: who answered; facts attached to every explanation.

use super::{Code, Entry, Text};
use crate::code::Phase::Runtime;
use crate::code::Severity::Note;

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0900,
        name: "MadeByBackend",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "The backend made this response",
            ja: "この応答はバックエンドが返しました",
        },
        headline: Some(Text {
            en: "the backend made this response: {endpoint} answered {status}",
            ja: "この応答はバックエンドが返しました: {endpoint} が {status} を返しています",
        }),
        meaning: Text {
            en: "The proxy passed on what the backend answered.",
            ja: "プロキシは、バックエンドの応答をそのまま渡しました。",
        },
        remedy: Text {
            en: "Nothing to do here; look at the application.",
            ja: "ここで行うことはありません。アプリケーションを確認してください。",
        },
        detection: Text {
            en: "The status line came from an endpoint.",
            ja: "ステータス行がエンドポイントから届いています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0901,
        name: "MadeByProxy",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "The proxy made this response",
            ja: "この応答はプロキシが返しました",
        },
        headline: Some(Text {
            en: "the proxy made this response at stage `{stage}`",
            ja: "この応答はプロキシが `{stage}` の段階で返しました",
        }),
        meaning: Text {
            en: "No backend was asked, or all attempts failed. The stage says where it was \
                 decided.",
            ja: "バックエンドに問い合わせていないか、すべての試行が失敗しました。段階は、どこで決\
                 まったかを示します。",
        },
        remedy: Text {
            en: "See the code beside it.",
            ja: "併せて示されたコードを確認してください。",
        },
        detection: Text {
            en: "There was no attempt at a backend, or every attempt failed.",
            ja: "バックエンドへの試行がないか、すべて失敗しました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0902,
        name: "ChangedOnTheWay",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Something between proxy and client changed the response",
            ja: "プロキシとクライアントの間で応答が変更されました",
        },
        headline: None,
        meaning: Text {
            en: "The response does not carry the id of this proxy, or carries the name of another \
                 server: it was made or changed in front of here.",
            ja: "応答にこのプロキシの ID がないか、別のサーバーの名前があります。ここより手前で作\
                 られたか、変更されたものです。",
        },
        remedy: Text {
            en: "Look at what stands in front: CDN, firewall, corporate proxy.",
            ja: "CDN、ファイアウォール、社内プロキシなど、手前にあるものを確認してください。",
        },
        detection: Text {
            en: "A response that was shown to us has no request id of ours, or a foreign `Server` \
                 or `Via`.",
            ja: "提示された応答にこちらのリクエスト ID がないか、別の `Server` や `Via` がありま\
                 す。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0903,
        name: "NeverArrived",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "The request never arrived",
            ja: "リクエストが届いていません",
        },
        headline: Some(Text {
            en: "no request `{id}` is remembered here",
            ja: "リクエスト `{id}` の記録はここにありません",
        }),
        meaning: Text {
            en: "No request with this id or URL was seen here, or it is too old to be remembered. \
                 If it is recent, DNS, a balancer or a firewall sent it elsewhere.",
            ja: "この ID または URL のリクエストは届いていないか、古くて記録に残っていません。最近\
                 のものであれば、DNS、ロードバランサー、ファイアウォールのいずれかで別の場所に向\
                 かっています。",
        },
        remedy: Text {
            en: "Compare what DNS answers with the address of the proxy, then look at the \
                 balancer.",
            ja: "DNS の応答とプロキシのアドレスを比べ、次にロードバランサーを確認してください。",
        },
        detection: Text {
            en: "The id or URL is not among the traces that are kept.",
            ja: "保存されたトレースに、この ID または URL がありません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0904,
        name: "ChangedRequestWouldWork",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Automatic retry with a changed request suggested",
            ja: "少し変えれば成功するリクエストがあります",
        },
        headline: Some(Text {
            en: "`{request}` would work: {change}",
            ja: "`{request}` であれば成功します: {change}",
        }),
        meaning: Text {
            en: "A dry run of the request with one change (host, slash, prefix, no rewrite) \
                 reaches a backend.",
            ja: "ホスト、スラッシュ、接頭辞、rewrite の有無のどれか 1 つを変えて試算すると、バック\
                 エンドに届きます。",
        },
        remedy: Text {
            en: "Make the change that is shown, in the client or in the manifest.",
            ja: "示された変更を、クライアントまたはマニフェストに加えてください。",
        },
        detection: Text {
            en: "Up to three variants with one change each are decided by the same router; \
                 nothing is sent.",
            ja: "1 か所だけ変えたものを最大 3 通り、同じルーターで判定します。実際には送信しませ\
                 ん。",
        },
        example: None,
    },
];
