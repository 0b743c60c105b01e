//! The sentences that findings are put together from: labels at spans, notes, and titles of suggestions.
//!
//! Grouped by use. A label is a phrase without a full stop; it stands beside the marked text. Each
//! constant's documentation is its English template.

use super::Text;

macro_rules! words {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(
            #[doc = concat!("`", $en, "`")]
            pub static $name: Text = Text { en: $en, ja: $ja };
        )*

        /// All sentences, for tests and translators.
        pub static ALL: &[&Text] = &[$(&$name),*];
    };
}

words! {
    // --- labels: what a marked piece of text is or does
    ALWAYS_BECOMES: "always becomes `{sees}`", "常に `{sees}` になります";
    MATCHES_MANY: "this rule matches many paths", "このルールは多くのパスに一致します";
    EVERYTHING_BELOW: "everything below `{path}`", "`{path}` 以下のすべて";
    THIS_PATH: "this path", "このパス";
    THIS_RULE: "this rule", "このルール";
    THIS_HOST: "this host", "このホスト";
    THIS_VALUE: "this value", "この値";
    THIS_KEY: "this key", "このキー";
    THIS_ANNOTATION: "this annotation", "このアノテーション";
    THIS_SERVICE: "this Service", "この Service";
    THIS_SELECTOR: "this selector", "このセレクター";
    THESE_LABELS: "these labels", "これらのラベル";
    COMPARED_AS_TEXT: "compared as text, not as a pattern", "パターンではなく文字列として比較されます";
    NOT_A_PATTERN_HERE: "with this `pathType`, the path is plain text", "この `pathType` ではパスはただの文字列です";
    LITERAL_ASTERISK: "`*` is taken literally", "`*` は文字そのものとして扱われます";
    GROUP_MISSING: "`${group}` is not a group of path `{path}`", "`${group}` に当たるグループがパス `{path}` にありません";
    GROUPS_OF_PATH: "this path has {count} capture groups", "このパスのキャプチャグループは {count} 個です";
    PATTERN_FAILS: "fails at column {column}: {reason}", "{column} 文字目で失敗します: {reason}";
    TURNS_ON_REGEX: "makes every path of host `{host}` a case-insensitive pattern", "ホスト `{host}` のすべてのパスを、大文字小文字を区別しないパターンにします";
    BECOMES_PATTERN: "is therefore matched as `{pattern}`", "そのため `{pattern}` として照合されます";
    ALSO_MATCHES: "also matches `{example}`", "`{example}` にも一致します";
    EXACT_ONLY: "`Exact`: nothing but this path", "`Exact`: このパス以外には一致しません";
    IN_EFFECT: "in effect", "有効";
    IN_EFFECT_SINCE: "in effect: older ({since})", "有効: こちらが古い（{since}）";
    ON_LIST: "{subject} is in {list}", "{subject} は {list} に含まれます";
    NOT_ON_LIST: "{subject} is not in {list}", "{subject} は {list} に含まれません";
    RATE_EXCEEDED: "{subject} has {count} requests to its account, this one included; {limit} is allowed", "{subject} のリクエストはこのリクエストを含めて {count} 件に達しています（上限: {limit}）";
    CONNECTIONS_EXCEEDED: "{subject} has {count} requests under way, this one included; {limit} is allowed", "{subject} の処理中のリクエストはこのリクエストを含めて {count} 件です（上限: {limit}）";
    BLOCKED_BY: "{subject} is blocked by `{list}` of the ConfigMap", "{subject} は ConfigMap の `{list}` によって拒否されます";
    TRUSTS_EVERYBODY: "trusts everybody", "すべての接続元を信用しています";
    ANY_NODE: "any node passes connections on, under its own address", "どのノードも、自分のアドレスで接続を転送します";
    ACTS_ON_ADDRESS: "acts on the client's address", "クライアントのアドレスに対して働きます";
    NO_HEADER_ASKED_FOR: "none of these makes the balancer send a PROXY header", "ロードバランサーに PROXY ヘッダーを送らせるものがありません";
    ASKS_FOR_HEADER: "asks for a PROXY header", "PROXY ヘッダーを求めています";
    SENDS_HEADER: "makes the balancer send a PROXY header", "ロードバランサーに PROXY ヘッダーを送らせます";
    ASKS_FOR_NO_HEADER: "asks for none", "PROXY ヘッダーを求めていません";
    ASKED_FROM_INSIDE: "asked from inside the cluster", "クラスター内から要求されます";
    CHECKED_BY_HTTP: "checked by an HTTP request for `/`", "`/` への HTTP リクエストで確認されます";
    SPEAKS: "speaks {protocol}", "{protocol} を話します";
    TLS_ENDS_BEFORE: "ends TLS at the balancer", "ロードバランサーで TLS を終端します";
    HEADER_AWAITED: "port {port} waits for a PROXY header; {what} came instead", "ポート {port} は PROXY ヘッダーを待っていますが、{what} が届きました";
    HEADER_BROKEN: "the PROXY header that came to port {port} breaks the format", "ポート {port} に届いた PROXY ヘッダーの形式が正しくありません";
    HEADER_UNASKED: "a PROXY header came to port {port}, which asks for none", "PROXY ヘッダーを求めていないポート {port} に PROXY ヘッダーが届きました";
    CAME_IN: "it came in on port {port}", "ポート {port} への接続です";
    TLS_HANDSHAKE: "a TLS handshake", "TLS ハンドシェイク";
    PLAIN_TEXT: "plain HTTP, or another protocol of text", "平文の HTTP などのテキスト";
    SOMETHING_ELSE: "something else", "別のもの";
    LIST_PROXIES: "list the networks of your load balancer in `proxy-real-ip-cidr`", "`proxy-real-ip-cidr` にロードバランサーのネットワークを書いてください";
    IGNORED: "ignored", "無視されます";
    IGNORED_FOR: "ignored: {winner} is in effect", "無視されます: {winner} が有効です";
    ALSO_HERE: "also here", "ここにもあります";
    FIRST_HERE: "first given here", "最初の指定はここです";
    WINS: "this one wins", "こちらが優先されます";
    LOSES: "never reached: for example, `{witness}` goes to the other rule", "到達しません: たとえば `{witness}` は別のルールに渡ります";
    TAKES_ITS_REQUESTS: "takes its requests", "リクエストはこちらに渡ります";
    NOT_READ_HERE: "this prefix is not read", "この接頭辞は読まれません";
    UNKNOWN_NAME: "no such name", "この名前はありません";
    UNKNOWN_FIELD: "no such field in {kind}", "{kind} にこのフィールドはありません";
    DID_YOU_MEAN: "did you mean `{name}`?", "`{name}` の間違いではありませんか";
    WANTED_FORM: "expected {expected}", "{expected} を書いてください";
    NOT_A_STRING: "YAML reads this as {type}, not as a string", "YAML はこれを文字列ではなく {type} として読みます";
    OTHER_CONTROLLER: "served by another controller, not here", "ほかのコントローラーが担当し、ここでは扱いません";
    NO_EFFECT: "has no effect", "効果がありません";
    NO_EFFECT_BECAUSE: "has no effect: {reason}", "効果がありません: {reason}";
    WRONG_KIND_OF_OBJECT: "not read from a {kind}", "{kind} からは読まれません";
    NEEDS_PARTNER: "counts only together with `{partner}`", "`{partner}` と一緒のときだけ有効です";
    CHARACTER_IS: "this is {name}, not `{looks_like}`", "これは `{looks_like}` ではなく {name} です";
    OUT_OF_RANGE: "outside {min} to {max}", "{min} から {max} の範囲外です";
    NOT_A_FULL_NAME: "it is not `namespace/name`", "`namespace/name` の形ではありません";
    OTHER_NAMESPACE: "it is in another namespace than the Ingress", "Ingress とは別の名前空間にあります";
    NOT_CERTIFICATES: "`{key}` of this Secret is missing, or not PEM that can be read", "この Secret に `{key}` がないか、読み取れる PEM ではありません";
    THIS_SECRET: "this Secret", "この Secret";
    KEY_IS_ABSENT: "`{key}` is missing or empty", "`{key}` がないか、空です";
    ENCODED_TWICE: "`{key}` is encoded in base64 twice", "`{key}` が base64 で二重にエンコードされています";
    NO_CERTIFICATE_IN_PEM: "`tls.crt` holds no certificate in PEM that can be read", "`tls.crt` に、読み取れる PEM 形式の証明書がありません";
    NO_KEY_IN_PEM: "`tls.key` holds no private key in PEM that can be read", "`tls.key` に、読み取れる PEM 形式の秘密鍵がありません";
    PAIR_NOT_SUPPORTED: "the pair cannot be used: {reason}", "この組は使えません: {reason}";
    CERTIFICATE_IS_FOR: "its certificate is for {names}", "この証明書の対象: {names}";
    COMMON_NAME_ONLY: "`{host}` is only the common name of its certificate, which clients ignore", "`{host}` は証明書の共通名（CN）にしかなく、クライアントはこれを無視します";
    EXPIRED_ON: "expired on {date}", "{date} に失効しました";
    VALID_FROM: "is not valid before {date}", "{date} から有効になります";
    EXPIRES_ON: "expires on {date}", "{date} に失効します";
    ISSUER_IS_MISSING: "the certificate of its issuer, `{issuer}`, is not in `tls.crt`", "発行者 `{issuer}` の証明書が `tls.crt` にありません";
    SIGNED_BY_ANOTHER: "certificate {number} in `tls.crt` is not signed by the one after it", "`tls.crt` の {number} 番目の証明書は、その次の証明書で署名されたものではありません";
    TEMPORARY_CERTIFICATE: "cert-manager's temporary certificate", "cert-manager の一時的な証明書です";
    AWAITS_CERTIFICATE: "cert-manager has not filled it yet", "cert-manager がまだ証明書を入れていません";
    AWAITS_SECRET: "cert-manager has not made it yet", "cert-manager がまだ作成していません";
    NOT_FOUND: "not found", "見つかりません";
    NOT_FOUND_NAMED: "there is no {object}", "{object} は存在しません";
    NO_SUCH_PORT: "the Service has no port `{port}`", "この Service にポート `{port}` はありません";
    PORTS_ARE: "its ports: {ports}", "存在するポート: {ports}";
    CONTAINER_PORT: "{port} is the container's port; the Service's is {service_port}", "{port} はコンテナのポートです。Service のポートは {service_port} です";
    SELECTS_NOTHING: "selects no Pods", "どの Pod も選択しません";
    LABELS_DIFFER: "labelled `{labels}`", "ラベルは `{labels}` です";
    NO_CONTAINER_PORT: "no container port is called `{port}`", "`{port}` という名前のコンテナポートはありません";
    LOCALHOST_ONLY: "reachable only from inside the Pod", "Pod の内側からしか接続できません";
    NO_READINESS_PROBE: "has no readiness probe", "readiness probe がありません";
    NO_TLS_HERE: "no `tls` entry lists this host", "このホストを含む `tls` エントリーがありません";
    NO_RULE_HAS_THESE_HOSTS: "no rule of this Ingress has any of its hosts", "この Ingress のどのルールにも、このエントリーのホストがありません";
    NOT_A_RULE_HOST: "in no rule", "どのルールにもありません";
    MISSING_FIELD: "`{field}` is missing", "`{field}` がありません";
    REMOVED_VERSION: "not served since Kubernetes {version}", "Kubernetes {version} 以降は提供されていません";
    OLD_FORM: "form of v1beta1", "v1beta1 の書き方です";
    REDIRECTS_FIRST: "answers first: {status} to `{location}`", "先に応答します: {status} で `{location}` へ";
    SLASH_REDIRECT: "`{path}` without the slash gets {status}", "末尾のスラッシュがない `{path}` には {status} を返します";
    LIMIT_HERE: "limit {limit}", "上限 {limit}";
    SET_HERE: "set here", "ここで設定されています";
    DEFAULT_IS: "default: {value}", "既定値: {value}";
    NEWER_UNREADABLE: "the newer version cannot be read", "新しいバージョンを読み取れません";
    UNREADABLE: "cannot be read: {reason}", "読み取れません: {reason}";

    // --- notes
    REMOVE_ONE: "remove one of the two, or give one another name", "どちらかを削除するか、別の名前にしてください";
    CORRECT_PATTERN: "correct the pattern; until then this path matches nothing", "パターンを直してください。それまで、このパスは何にも一致しません";
    READING_KEPT: "the last version that could be read keeps serving", "最後に読み取れたバージョンが引き続き使われます";
    DEFAULT_USED: "the default, {value}, is in effect", "既定値の {value} が有効です";
    NO_AUTHORITY: "its Secret has no `ca.crt` to verify with", "検証に使う `ca.crt` が Secret にありません";
    DEFAULT_HOLDS: "this setting keeps its default; everything else works", "この設定は既定値のままです。ほかはすべて動作します";
    ROUTE_CLOSED: "this setting protects the route; until it can be applied the route answers 503", "この設定はルートを保護するものです。適用できるまで、このルートは 503 を返します";
    REST_WORKS: "the rest of this {kind} keeps working", "この {kind} の残りの部分はそのまま動作します";
    CLOSEST_IS: "closest: `{name}`", "最も近いもの: `{name}`";
    NAMES_THERE_ARE: "there are: {names}", "存在するもの: {names}";
    DEFAULT_CERTIFICATE_IS: "`--default-ssl-certificate` names it, for every host without a certificate of its own", "`--default-ssl-certificate` で、独自の証明書がないすべてのホストに指定されています";
    SAME_NAME_ELSEWHERE: "{object} exists", "{object} は存在します";
    COMPATIBLE_MODE: "class `{class}` is matched as ingress-nginx does", "クラス `{class}` は ingress-nginx と同じ方法で照合されます";
    REASON: "{reason}", "{reason}";
    ID_IS_LOST: "the id is lost", "id が失われます";
    REST_IS_LOST: "the rest of the path is lost", "パスの残りが失われます";

    // --- what a request is refused for
    BAD_PATH: "its path leaves the root, or has a bad escape", "パスがルートの外に出るか、エスケープが正しくありません";
    BAD_SYNTAX: "it breaks the syntax or framing of HTTP", "HTTP の構文またはフレーミングに反しています";
    BAD_VERSION: "its version of HTTP is not spoken here", "この HTTP バージョンには対応していません";
    NOT_IMPLEMENTED: "its method or transfer coding is not implemented", "このメソッドまたは転送コーディングは実装されていません";
    LONG_TARGET: "the request line is too long", "リクエスト行が長すぎます";
    LONG_FIELDS: "the header fields are too large or too many", "ヘッダーが大きすぎるか、多すぎます";
    NO_ROOM: "the proxy has no memory, file space or descriptors left for it", "プロキシにメモリー、ファイル領域、または記述子の余裕がありません";
    SHUTTING_DOWN: "the proxy is shutting down", "プロキシは終了処理中です";

    // --- titles of suggestions
    BEGIN_WITH_SLASH: "begin the target with a slash", "target をスラッシュで始めてください";
    REMOVE_ANNOTATION: "remove the annotation", "アノテーションを削除してください";
    SERVES_ITSELF_REMOVE: "the application serves {path} itself; remove the annotation", "アプリケーション自身が {path} を処理しているため、アノテーションを削除してください";
    KEEP_THE_REST: "to strip the prefix and keep the rest, capture it in a group", "接頭辞だけを取り除いて残りを渡すには、残りをグループでキャプチャしてください";
    PLAIN_PATH: "write the plain path; `Prefix` already covers everything below it", "パターンを使わずにパスを書いてください。`Prefix` はその下のすべてに一致します";
    USE_REGEX: "add `use-regex: \"true\"`", "`use-regex: \"true\"` を追加してください";
    USE_PREFIX: "use `pathType: Prefix`", "`pathType: Prefix` を使ってください";
    ADD_GROUP: "give the path the group that `rewrite-target` uses", "`rewrite-target` が使うグループをパスに追加してください";
    RENAME_TO: "write `{name}`", "`{name}` と書いてください";
    QUOTE_IT: "quote the value", "値を引用符で囲んでください";
    WRITE_VALUE: "write `{value}`", "`{value}` と書いてください";
    SET_FIELD: "set `{field}: {value}`", "`{field}: {value}` を設定してください";
    REMOVE_ENTRY: "remove this entry", "この項目を削除してください";
    REMOVE_FIELD: "remove `{field}`", "`{field}` を削除してください";
    ADD_ANNOTATION: "add `{name}: \"{value}\"`", "`{name}: \"{value}\"` を追加してください";
    ADD_HOST: "add host `{host}`", "ホスト `{host}` を追加してください";
    MOVE_TO: "move it to the {place}", "{place} に移してください";
    SPLIT_INGRESS: "give path `{path}` an Ingress of its own, without the annotation", "パス `{path}` を、このアノテーションのない別の Ingress に分けてください";

    // --- what a replay showed
    ANSWERED_ONE: "with this patch the request above is answered {statuses}", "この修正を適用すると、上のリクエストへの応答は {statuses} になります";
    ANSWERED_MANY: "with this patch the {count} requests above are answered {statuses}", "この修正を適用すると、上の {count} 件のリクエストへの応答は順に {statuses} になります";
    SEEN_AS_MANY: "with this patch the backend sees {paths}", "この修正を適用すると、バックエンドには {paths} が届きます";
    FINDING_GONE: "with this patch the finding is gone and no new one appears", "この修正を適用すると、この指摘は消え、新しい指摘も生じません";
    NO_BACKEND_TO_ASK: "no backend to ask", "問い合わせるバックエンドがありません";
    NEEDS_YOUR_INTENT: "it depends on what you meant", "意図によって変わります";
    NEEDS_NAME: "it needs a name only you know", "利用者だけが知っている名前が必要です";
}
