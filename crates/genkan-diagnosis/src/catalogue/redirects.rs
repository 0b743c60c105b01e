//! GK0050–GK0099: redirects and slashes.

use super::{Code, Entry, Text, example};
use crate::code::Phase::Both;
use crate::code::Severity::{Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0053,
        name: "ImplicitSlashRedirect",
        severity: Note,
        phase: Both,
        title: Text {
            en: "Missing trailing slash is redirected without being asked",
            ja: "末尾のスラッシュがないリクエストが、指定なしにリダイレクトされます",
        },
        headline: Some(Text {
            en: "`{path}` without its trailing slash is redirected, though nothing asks for it",
            ja: "末尾のスラッシュがない `{path}` は、設定がなくてもリダイレクトされます",
        }),
        meaning: Text {
            en: "ingress-nginx answers 301 for `/my-path` when only `/my-path/` exists. The \
                 Ingress API does not ask for that; strict mode answers 404 for `Exact` and \
                 serves the request for `Prefix`.",
            ja: "`/my-path/` しか定義されていない場合、ingress-nginx は `/my-path` に 301 を返しま\
                 す。これは Ingress API が求める動作ではありません。strict モードでは、`Exact` な\
                 ら 404 を返し、`Prefix` ならそのまま処理します。",
        },
        remedy: Text {
            en: "Declare both forms if clients use both.",
            ja: "クライアントが両方を使うなら、両方のパスを定義してください。",
        },
        detection: Text {
            en: "In nginx-compatible mode a path ends in a slash, no pattern is on the host, and \
                 no rule has the same path without the slash.",
            ja: "nginx 互換モードで、パスがスラッシュで終わり、ホストに正規表現がなく、スラッシュ\
                 のない同じパスのルールもありません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0058,
        name: "SslRedirectWithoutTls",
        severity: Note,
        phase: Both,
        title: Text {
            en: "`ssl-redirect` does nothing: this host has no certificate here",
            ja: "`ssl-redirect` は効果がありません（このホストの証明書がここにありません）",
        },
        headline: Some(Text {
            en: "ssl-redirect does nothing: host `{host}` has no `tls` entry",
            ja: "ssl-redirect は効果がありません: ホスト `{host}` に `tls` エントリーがありません",
        }),
        meaning: Text {
            en: "The redirect applies only to hosts for which TLS is configured on the proxy. \
                 Where TLS ends elsewhere, `force-ssl-redirect` is the annotation that works.",
            ja: "このリダイレクトは、プロキシ側で TLS が設定されたホストにだけ適用されます。TLS を\
                 別の場所で終端している場合に働くのは `force-ssl-redirect` です。",
        },
        remedy: Text {
            en: "Add TLS, or use the other annotation; make sure first that the proxy knows which \
                 requests arrived by HTTPS, or it redirects for ever.",
            ja: "TLS を追加するか、もう一方のアノテーションを使ってください。その前に、HTTPS で届\
                 いたリクエストをプロキシが見分けられることを確認してください。見分けられないとリ\
                 ダイレクトが止まらなくなります。",
        },
        detection: Text {
            en: "`ssl-redirect: \"true\"` and the host is in no `tls` entry.",
            ja: "`ssl-redirect: \"true\"` が設定され、ホストがどの `tls` エントリーにも含まれてい\
                 ません。",
        },
        example: example(
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
"#,
            r#"
metadata:
  annotations:
    nginx.ingress.kubernetes.io/force-ssl-redirect: "true"
"#,
        ),
    },
    Entry {
        code: Code::GK0059,
        name: "ContradictingRedirects",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Redirect annotations contradict each other",
            ja: "リダイレクトのアノテーションが矛盾しています",
        },
        headline: Some(Text {
            en: "`{winner}` and `{loser}` contradict each other; `{winner}` wins",
            ja: "`{winner}` と `{loser}` が矛盾しています。`{winner}` が優先されます",
        }),
        meaning: Text {
            en: "Only one of the annotations can have its effect: `temporal-redirect` wins over \
                 `permanent-redirect`, `force-ssl-redirect` over `ssl-redirect: \"false\"`, and a \
                 redirect over `rewrite-target`, because nothing reaches the backend any more.",
            ja: "効果を持つのは 1 つだけです。`temporal-redirect` は `permanent-redirect` に、\
                 `force-ssl-redirect` は `ssl-redirect: \"false\"` に優先します。リダイレクトがあ\
                 るとバックエンドには何も届かないため、`rewrite-target` は働きません。",
        },
        remedy: Text {
            en: "Keep the one that is meant.",
            ja: "意図したほうだけを残してください。",
        },
        detection: Text {
            en: "Two annotations of one Ingress ask for different answers to the same request.",
            ja: "1 つの Ingress の 2 つのアノテーションが、同じリクエストに異なる応答を求めていま\
                 す。",
        },
        example: None,
    },
];
