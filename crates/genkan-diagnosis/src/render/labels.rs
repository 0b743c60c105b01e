//! The fixed words around findings and traces. Severities, codes, stages and reasons stay the same in
//! every language; these are translated.

use crate::phrase::Text;

macro_rules! labels {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(pub(super) static $name: Text = Text { en: $en, ja: $ja };)*

        #[cfg(test)]
        pub(super) static ALL: &[&Text] = &[$(&$name),*];
    };
}

labels! {
    TRIED: "tried", "試行";
    SET_BY: "set by", "設定元";
    NOTE: "note", "補足";
    HELP: "help", "対処";
    CHECKED: "checked", "確認済み";
    NOT_CHECKED: "not checked", "未確認";
    EXPLAIN: "explain", "説明";
    BACKEND_SEES: "backend sees", "バックエンド側";
    ANSWERED: "{maker} answered {status}", "{maker} が {status} を応答";
    ANSWERED_ALLOW: "{maker} answered {status}, Allow: {allow}", "{maker} が {status} を応答、Allow: {allow}";
    FIX_BRINGS_IN: "the change would bring in {codes}", "この変更は {codes} を引き起こします";
    FIX_DOES_NOT_HELP: "the change does not remove the finding", "この変更ではこの指摘は消えません";
    HELM_RELEASE: "Helm release `{name}`", "Helm リリース `{name}`";
    ARGO_APPLICATION: "Argo CD application `{name}`", "Argo CD アプリケーション `{name}`";
    FLUX: "Flux {name}", "Flux {name}";
    MANAGER: "manager \"{name}\"", "マネージャー \"{name}\"";
    CONSEQUENCES_ONE: "+1 consequence, `--all` to show", "ほかに派生する指摘が 1 件あります（`--all` で表示）";
    CONSEQUENCES: "+{count} consequences, `--all` to show", "ほかに派生する指摘が {count} 件あります（`--all` で表示）";
    NO_FINDINGS: "no findings", "指摘はありません";
    ERRORS_ONE: "1 error", "error 1 件";
    ERRORS: "{count} errors", "error {count} 件";
    WARNINGS_ONE: "1 warning", "warning 1 件";
    WARNINGS: "{count} warnings", "warning {count} 件";
    NOTES_ONE: "1 note", "note 1 件";
    NOTES: "{count} notes", "note {count} 件";

    COMMA: ", ", "、";

    // pages of codes
    MEANING: "What it means", "意味";
    REMEDY: "What to do", "対処";
    DETECTION: "How it is found", "検出方法";
    BROKEN: "Broken", "誤った例";
    FIXED: "Fixed", "直した例";

    // narrated text
    AT: "at {place}", "{place}";
    ALSO_AT: "also at {place}", "関連: {place}";
    LINE_COLUMN: "{file}, line {line}, column {column}", "{file} の {line} 行 {column} 文字目";
    REMOVE_LINE: "remove line {line} of {file}", "{file} の {line} 行目を削除";
    ADD_LINE: "add to {file} at line {line}", "{file} の {line} 行目に追加";

    // traces
    NONE: "none", "なし";
    UNKNOWN: "unknown", "不明";
    NO_SERVER_NAME: "no server name", "サーバー名なし";
    NO_ENTRY: "no entry", "エントリーなし";
    PRESENTED: "presented", "提示";
    DEFAULT_CERTIFICATE: "default certificate", "既定の証明書";
    GENERATED_CERTIFICATE: "generated", "自動生成";
    CANDIDATES: "candidates", "候補";
    NO_CANDIDATES: "no candidates", "候補なし";
    CHOSEN: "chosen", "採用";
    REJECTED: "rejected", "不採用";
    PATTERN_STOPPED: "matched {matched}, then found {found}", "{matched} まで一致、続きは {found}";
    NO_HOST: "no Ingress has this host", "このホストを持つ Ingress はありません";
    NOTHING_CONFIGURED: "none configured", "設定なし";
    REFUSED: "refused", "拒否";
    CONSTANT_REWRITE: "{annotation} is a constant", "{annotation} が定数です";
    READY_ONE: "1 ready endpoint", "準備できたエンドポイント 1 個";
    READY: "{count} ready endpoints", "準備できたエンドポイント {count} 個";
    CONNECT: "connect {ms} ms", "接続 {ms} ms";
    VERIFIED_AS: "verified as {name}", "{name} として検証";
    INSTEAD_OF: "in the place of the answer {status}", "{status} の応答の代わり";
    REWRITES: "its answer is rewritten: {rewrites}", "応答を書き換え: {rewrites}";
    NOT_VERIFIED: "not verified", "検証なし";
    REUSED: "kept connection", "既存の接続を再利用";
    FAILED_ATTEMPT: "failed: {reason}", "失敗: {reason}";
    IN_MS: "{status} in {ms} ms", "{status}（{ms} ms）";
    MADE_BY: "made by the {maker}", "応答元: {maker}";
    SIMULATED: "unknown: nothing was sent", "不明: 実際には送信していません";
    PEER: "peer {peer}", "接続元 {peer}";
    PROXY_HEADER: "PROXY header: {source} to {destination}", "PROXY ヘッダー: {source} から {destination}";
    PROXY_HEADER_ANONYMOUS: "PROXY header that names nobody", "接続元を示さない PROXY ヘッダー";
    CHECK_LISTED: "{subject} is in {by}", "{subject} は {by} に含まれます";
    CHECK_NOT_LISTED: "{subject} is not in {by}", "{subject} は {by} に含まれません";
    CHECK_COUNTED: "{by} for {subject}: number {count}", "{subject} に対して {by}: {count} 件目";
    CLIENT_FROM_HEADER: "named by {header} of the trusted proxy {peer}", "信用するプロキシ {peer} の {header} によります";
    CLIENT_FROM_PROXY: "named by the PROXY header of the trusted proxy {peer}", "信用するプロキシ {peer} の PROXY ヘッダーによります";
    CLIENT_HEADERS_NOT_TRUSTED: "the peer: {header} is not trusted (`use-forwarded-headers` is off)", "接続元です。{header} は信用されません（`use-forwarded-headers` が無効です）";
    CLIENT_PEER_NOT_TRUSTED: "the peer: it is not in `proxy-real-ip-cidr`, so its {header} does not count", "接続元です。`proxy-real-ip-cidr` に含まれないため、その {header} は使われません";
    CLIENT_UNREADABLE: "the peer: the last entry of {header} is not an address", "接続元です。{header} の最後の要素がアドレスではありません";
    CLIENT: "client {client}", "クライアント {client}";
    NORMALISED: "matched as {path}", "{path} として照合";
    PRIMARY: "primary {code}", "主因 {code}";
    THEN: "then {codes}", "次に {codes}";
    WOULD_WORK: "would work", "成功する変更";
    DRY_RUN: "dry run: {request} -> {answer}", "試算: {request} -> {answer}";

    // conclusions of traces
    REFUSED_AFTER_REWRITE: "your application refused {method} on `{after}`, because the annotation on {object} turned {before} into `{after}`.", "アプリケーションが `{after}` への {method} を拒否しました。{object} のアノテーションが {before} を `{after}` に変えたためです。";
    ANSWERED_AFTER_REWRITE: "your application answered this for `{after}`: the annotation on {object} turned {before} into `{after}`.", "アプリケーションは `{after}` に対してこの応答を返しました。{object} のアノテーションが {before} を `{after}` に変えています。";
    METHOD_REFUSED: "your application refused {method} on `{path}`; the proxy changed nothing.", "アプリケーションが `{path}` への {method} を拒否しました。プロキシは何も変更していません。";
    BACKEND_ANSWERED: "your application answered this for {method} `{path}`.", "アプリケーションが {method} `{path}` に対してこの応答を返しました。";
    STATIC_ANSWERED: "{object} answered this for {method} `{path}`.", "{object} が {method} `{path}` に対してこの応答を返しました。";
    AUTH_ANSWERED: "the authentication service answered; your application was not asked.", "認証サービスが応答しました。アプリケーションには問い合わせていません。";
    ERROR_PAGE_ANSWERED: "the error backend replaced the original answer.", "エラー用のバックエンドが元の応答を置き換えました。";
    REDIRECTED: "the proxy redirects to {location}; no backend is asked.", "プロキシが {location} にリダイレクトします。バックエンドには問い合わせません。";
    HOST_UNKNOWN: "no Ingress has host `{host}`; the built-in default backend answered.", "ホスト `{host}` を持つ Ingress がないため、組み込みのデフォルトバックエンドが応答しました。";
    PATH_UNKNOWN_ONE: "host `{host}` is served, but its one path does not match {path}.", "ホスト `{host}` は登録されていますが、ただ 1 つのパスは {path} に一致しません。";
    PATH_UNKNOWN_NONE: "host `{host}` is served, but no path is written for it.", "ホスト `{host}` は登録されていますが、パスが 1 つも書かれていません。";
    NOBODYS_RULE: "no rule: the host's own 404", "ルールではなく、ホスト自身の 404";
    PATH_UNKNOWN: "host `{host}` is served, but none of its {count} paths matches {path}.", "ホスト `{host}` は登録されていますが、{count} 個のパスのどれも {path} に一致しません。";
    ACCESS_REFUSED: "the proxy refused the request: {check}.", "プロキシがリクエストを拒否しました: {check}。";
    NO_ENDPOINT: "Service {service} has no ready endpoint.", "Service {service} に準備のできたエンドポイントがありません。";
    ATTEMPTS_FAILED: "every attempt at Service {service} failed.", "Service {service} への試行がすべて失敗しました。";
    REQUEST_REFUSED: "the proxy refused the request before it looked for a host: {title}.", "プロキシはホストを調べる前にリクエストを拒否しました: {title}。";
    HEALTH_ANSWERED: "the proxy answers its own health path; no rule is asked.", "プロキシ自身のヘルスチェック用パスに応答しました。ルールは使われません。";
    PROXY_ANSWERED_BECAUSE: "the proxy answered this itself. {title}.", "プロキシ自身がこの応答を返しました。{title}。";
    PROXY_ANSWERED: "the proxy answered this itself.", "プロキシ自身がこの応答を返しました。";
    WOULD_REACH: "the request would reach Service {service} as {method} `{path}`; what it answers is not known.", "リクエストは {method} `{path}` として Service {service} に届きます。応答は分かりません。";
    CANNOT_TELL: "what happens to this request cannot be told from what is known.", "分かっている情報だけでは、このリクエストの行き先を判断できません。";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phrase::places;

    #[test]
    fn both_languages_have_the_same_places() {
        for text in ALL {
            let sorted = |template| {
                let mut places: Vec<_> = places(template).collect();
                places.sort_unstable();
                places.dedup();
                places
            };
            assert_eq!(sorted(text.en), sorted(text.ja), "{:?}", text.en);
        }
    }
}
