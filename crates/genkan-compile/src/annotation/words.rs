//! Texts about annotations and ConfigMap keys, in both languages: expected forms, what is wrong with a
//! value, and why something has no effect.

use genkan_diagnosis::Text;

macro_rules! words {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        $(
            #[doc = concat!("`", $en, "`")]
            pub(crate) static $name: Text = Text { en: $en, ja: $ja };
        )*
    };
}

words! {
    // --- expected forms, after "expected"
    FLAG: "`true` or `false`", "`true` または `false`";
    INTEGER: "a whole number", "整数";
    SECONDS: "a whole number of seconds without unit, such as `60`", "単位のない秒数（例: `60`）";
    COUNT: "a whole number that is not negative", "0 以上の整数";
    SIZE: "a size such as `8k`, `10m` or `1g`", "サイズ（例: `8k`、`10m`、`1g`）";
    ONE_OF: "one of {words}", "{words} のいずれか";
    ANY_TEXT: "any text", "任意の文字列";
    BASIC: "letters, digits and `-._~/:`", "英数字と `-._~/:`";
    EXTENDED: "letters, digits, spaces and `-._~/:,`", "英数字、空白、`-._~/:,`";
    SPACED: "letters, digits, spaces and `-._~/:`", "英数字、空白、`-._~/:`";
    URL: "a URL of letters, digits and `-._~/:,?&=`", "英数字と `-._~/:,?&=` からなる URL";
    URL_VARIABLE: "a URL of letters, digits and `-._~/:,?&=$`", "英数字と `-._~/:,?&=$` からなる URL";
    REGEX: "letters, digits, `-._~/:` and the characters of regular expressions", "英数字、`-._~/:`、正規表現の記号";
    NGINX_VARIABLE: "letters, digits and `-_${}`", "英数字と `-_${}`";
    HEADER_LIST: "header names with commas between them", "カンマ区切りのヘッダー名";
    CAPTURE_PATH: "a path of letters, digits, `-._~/:` and `$1` to `$9`", "英数字、`-._~/:`、`$1`～`$9` からなるパス";
    NAME: "letters, digits, `-` and `_`", "英数字、`-`、`_`";
    ABSOLUTE_PATH: "an absolute path such as `/app`", "絶対パス（例: `/app`）";
    HOST_NAMES: "host names with commas between them", "カンマ区切りのホスト名";
    SERVICE_WITH_PORT: "a Service of the Ingress's namespace with a port", "Ingress と同じ名前空間にあり、ポートを持つ Service";
    SERVICE_NAME: "the name of a Service", "Service の名前";
    PERMANENT_CODE: "a status from 300 to 308", "300 から 308 のステータス";
    TEMPORAL_CODE: "a status from 300 to 307", "300 から 307 のステータス";
    HTTP_URL: "a URL that begins with `http://` or `https://`", "`http://` または `https://` で始まる URL";
    CIPHERS: "an OpenSSL cipher string", "OpenSSL の暗号スイート文字列";
    CONFIG_MAP: "`namespace/name` of a ConfigMap that can be used", "使用できる ConfigMap の `namespace/name`";
    SECRET: "`namespace/name` of a Secret", "Secret の `namespace/name`";
    BACKEND_SECRET: "a Secret of the Ingress's namespace with `tls.crt` and `tls.key`, `ca.crt`, or all three", "Ingress と同じ名前空間にあり、`tls.crt` と `tls.key`、`ca.crt`、またはその 3 つを持つ Secret";
    ERROR_PAGE: "a URL, a path or `@name`", "URL、パス、または `@name`";
    COMMON_NAME: "`CN=` and a regular expression", "`CN=` に続く正規表現";
    TLS_VERSIONS: "`TLSv1.2`, `TLSv1.3` or both", "`TLSv1.2`、`TLSv1.3`、またはその両方";
    URL_WITH_HOST: "a URL with a host", "ホストを含む URL";
    CONDITIONS: "words such as `error timeout http_502`", "`error timeout http_502` のような語";
    ADDRESSES: "addresses and networks with commas between them, such as `10.0.0.0/8,192.0.2.1`", "カンマ区切りのアドレスやネットワーク（例: `10.0.0.0/8,192.0.2.1`）";
    ORIGINS: "origins with commas between them, or `*`", "カンマ区切りのオリジン、または `*`";
    METHODS: "methods with commas between them", "カンマ区切りのメソッド";
    EXPOSED: "header names with commas between them, or `*`", "カンマ区切りのヘッダー名、または `*`";
    FILE_NAME: "a file name", "ファイル名";
    STATUSES: "statuses from 400 to 599 with commas between them", "カンマ区切りの 400 から 599 のステータス";
    GLOBAL_STATUSES: "statuses from 300 to 599 with commas between them", "カンマ区切りの 300 から 599 のステータス";
    ERROR_STATUS: "a status from 400 to 599", "400 から 599 のステータス";
    VARIABLES: "text with nginx's variables", "nginx の変数を含むテキスト";
    DURATION: "a time such as `60s`, `10m` or `1h`", "時間（例: `60s`、`10m`、`1h`）";
    BUFFERS: "a number and a size, such as `4 8k`", "数とサイズ（例: `4 8k`）";
    REDIRECT_CODE: "301, 302, 307 or 308", "301、302、307、308 のいずれか";
    RISK: "one of `Low`, `Medium`, `High`, `Critical`", "`Low`、`Medium`、`High`、`Critical` のいずれか";

    FIELD_NAME: "the name of a header", "ヘッダー名";

    // --- what is wrong with a value
    NOT_ALLOWED: "`{character}` is not allowed here", "`{character}` は使えません";
    NOT_A_FLAG: "`{value}` is not a boolean", "`{value}` は真偽値ではありません";
    NO_UNIT: "a unit (`{unit}`) is not allowed", "単位（`{unit}`）は付けられません";
    NOT_A_VARIABLE: "`${value}` has no value here", "`${value}` にはここでは値がありません";
    NOT_A_NUMBER: "`{value}` is not a whole number", "`{value}` は整数ではありません";
    NEGATIVE: "`{value}` is negative", "`{value}` は負の数です";
    TOO_LARGE: "`{value}` is too large", "`{value}` は大きすぎます";
    NOT_A_UNIT: "`{value}` is not a unit of size", "`{value}` はサイズの単位ではありません";
    NOT_A_SIZE: "`{value}` is not a size", "`{value}` はサイズではありません";
    NONE_OF_THEM: "`{value}` is none of them", "`{value}` はどれにも当たりません";
    EMPTY: "the value is empty", "値が空です";
    NO_SLASH: "it does not begin with `/`", "`/` で始まっていません";
    NOT_A_SERVICE: "it is not the name of a Service", "Service の名前として使えません";
    NOT_A_CODE: "{value} is not a status that redirects may have", "{value} はリダイレクトに使えるステータスではありません";
    NO_SCHEME: "it has no scheme `http` or `https`", "スキーム `http` または `https` がありません";
    NO_HOST: "it has no host", "ホストがありません";
    NOT_A_HOST: "`{value}` is not a host", "`{value}` はホストではありません";
    FOREIGN_SECRET: "it is in another namespace than the Ingress", "Ingress とは別の名前空間にあります";
    NO_PEM: "`{key}` of this Secret is not PEM", "この Secret の `{key}` は PEM ではありません";
    HALF_A_PAIR: "this Secret has only one of `tls.crt` and `tls.key`", "この Secret には `tls.crt` と `tls.key` の一方しかありません";
    NOTHING_TO_SHOW: "this Secret has neither `tls.crt` and `tls.key` nor `ca.crt`", "この Secret には `tls.crt` と `tls.key` も `ca.crt` もありません";
    NOT_NAMESPACED: "it is not `namespace/name`", "`namespace/name` の形ではありません";
    USERS: "a Secret with users, `name` or `namespace/name`", "ユーザーを持つ Secret（`name` または `namespace/name`）";
    NO_SECRET: "there is no Secret `{value}`", "Secret `{value}` は存在しません";
    NO_AUTH_FILE: "Secret `{value}` has no key `auth`", "Secret `{value}` にキー `auth` がありません";
    REALM: "letters, digits, blanks and `-._~/:`", "英数字、空白、`-._~/:`";
    REALM_OFF: "`off` would switch authentication off", "`off` は認証を無効にしてしまいます";
    CROSS_NAMESPACE: "`proxy-ssl-secret` stays within its namespace", "`proxy-ssl-secret` は同じ名前空間に限られます";
    NO_DIGEST: "digest authentication is not built yet", "ダイジェスト認証にはまだ対応していません";
    NO_CN: "it does not begin with `CN=`", "`CN=` で始まっていません";
    NO_TLS_VERSION: "`{value}` is no version of TLS", "`{value}` は TLS のバージョンではありません";
    NO_CONDITION: "`{value}` is no reason to try again", "`{value}` は再試行の条件ではありません";
    HEAD_SIZE: "a response head needs between 1 byte and 16m", "レスポンスヘッダーのサイズは 1 バイトから 16m までです";
    NOT_AN_ADDRESS: "`{value}` is neither an address nor a network", "`{value}` はアドレスでもネットワークでもありません";
    NOT_A_PATTERN: "`{value}` is not a valid pattern", "`{value}` は有効なパターンではありません";
    NO_EXPRESSION: "it is no regular expression: {value}", "正規表現ではありません: {value}";
    NOT_AN_ORIGIN: "`{value}` is not an origin such as `https://app.example.com`", "`{value}` はオリジンではありません（例: `https://app.example.com`）";
    NOT_A_NAME: "`{value}` is no host name: {reason}", "`{value}` はホスト名ではありません: {reason}";
    NOT_A_PAIR: "`{value}` is neither `off` nor two words", "`{value}` は `off` でも 2 語でもありません";
    NO_VARIABLES: "`{value}` holds a variable, and none is filled in here", "`{value}` に変数がありますが、ここでは展開されません";
    NO_SERVICE: "there is no Service `{value}`", "Service `{value}` がありません";
    NO_PORTS: "Service `{value}` has no ports", "Service `{value}` にポートがありません";
    NOT_A_METHOD: "`{value}` is not a method", "`{value}` はメソッドではありません";
    NOT_A_STATUS: "`{value}` is not such a status", "`{value}` は該当するステータスではありません";
    NOT_A_DURATION: "`{value}` is not a time", "`{value}` は時間ではありません";
    NOT_BUFFERS: "`{value}` is not a number and a size", "`{value}` は数とサイズの組ではありません";

    NOT_A_REFERENCE: "`{value}` is not `namespace/name`", "`{value}` は `namespace/name` の形ではありません";
    NO_CONFIG_MAP: "there is no ConfigMap `{value}`", "ConfigMap `{value}` がありません";
    HEADER_NAME: "`{value}` is not the name of a header", "`{value}` はヘッダー名として使えません";
    HEADER_FRAMES: "`{value}` belongs to the connection and cannot be set", "`{value}` は接続を制御するヘッダーなので設定できません";
    HEADER_VALUE: "the value of `{value}` cannot be sent", "`{value}` の値は送信できません";
    HEADER_NOT_ALLOWED: "`global-allowed-response-headers` does not list `{value}`", "`global-allowed-response-headers` に `{value}` がありません";

    // --- why something has no effect
    NO_REDIRECT_TARGET: "it needs `proxy-redirect-to`", "`proxy-redirect-to` が必要です";
    ERROR_BACKEND_EMPTY: "it has no endpoints", "エンドポイントがありません";
    NO_ERROR_BACKEND: "`custom-http-errors` replaces this answer, and no Service is there to give another", "`custom-http-errors` がこの応答を置き換えますが、代わりに応答する Service がありません";
    COUNTERPART_TAKEN: "the other name is the host of a rule", "もう一方の名前はルールのホストです";
    COUNTERPART_OF_WILDCARD: "a wildcard host has no other name", "ワイルドカードのホストにはもう一方の名前がありません";
    NOT_YET: "Genkan does not implement it yet", "Genkan はまだ実装していません";
    NO_CANARY: "canaries are not served yet: this Ingress takes no traffic, all of it goes to the main one", "カナリアはまだ提供していません。この Ingress にはトラフィックを流さず、すべてメインの Ingress に渡します";
    OLD_TLS: "only TLS 1.2 and 1.3 are spoken; the other versions are left out", "使えるのは TLS 1.2 と 1.3 だけです。ほかのバージョンは使いません";
    NO_MODERN_CIPHER: "only suites with forward secrecy and AEAD are spoken, and it names none of them: all of them are offered; name one, or leave `ssl-ciphers` out", "前方秘匿性のある AEAD の暗号スイートだけを使います。その中のものが 1 つも指定されていないため、すべてを提示します。1 つ指定するか、`ssl-ciphers` を外してください";
    NO_GROUP: "`{value}` names no group that is spoken", "`{value}` には使えるグループがありません";
    OTHER_GROUPS: "spoken are X25519MLKEM768, X25519, P-256 and P-384; the others are left out", "使えるのは X25519MLKEM768、X25519、P-256、P-384 です。ほかのグループは使いません";
    NO_DHE: "suites with finite-field Diffie-Hellman are not spoken; `ssl-ecdh-curve` chooses the groups", "有限体の Diffie-Hellman を使うスイートはありません。グループは `ssl-ecdh-curve` で選びます";
    RECORD_SIZE: "a record is as long as what is written at once", "レコードの長さは一度に書き出す量で決まります";
    NO_FCGI: "FastCGI is not spoken with backends; the route is closed instead of sending plain HTTP", "バックエンドとの FastCGI には対応していません。平文の HTTP を送る代わりにルートを閉じます";
    MODERN_CIPHERS: "only suites with forward secrecy and AEAD are spoken, and it names none of them; all of them are offered", "前方秘匿性のある AEAD の暗号スイートだけを使います。その中のものが 1 つも指定されていないため、すべてを提示します";
    MODERN_TLS: "only TLS 1.2 and 1.3 are spoken; TLS 1.2 is offered", "使えるのは TLS 1.2 と 1.3 だけです。TLS 1.2 を提示します";
    UNCHECKED_PAGE: "a page of the application would get requests that nobody has checked; they are answered 400", "アプリケーションのページに、確認されていないリクエストが届いてしまいます。代わりに 400 を返します";
    NO_PUSH: "browsers and nginx have removed HTTP/2 push", "HTTP/2 プッシュはブラウザーからも nginx からも削除されました";
    NGINX_ONLY: "it tunes the inside of nginx", "nginx の内部を調整するための設定です";
    DEAD: "ingress-nginx no longer reads it", "ingress-nginx ももう読んでいません";
    GLOBAL_CLOSED: "it is not applied yet; every route that it protects answers 503", "まだ適用できないため、これが保護するすべてのルートは 503 を返します";
    TOO_RISKY: "its risk is {risk}, and `annotations-risk-level` allows at most {allowed}; the whole Ingress is refused", "リスクは {risk} ですが、`annotations-risk-level` の上限は {allowed} です。Ingress 全体を拒否します";
    OBJECT_REFUSED: "ingress-nginx refuses the whole Ingress because of this value, and so does class `nginx` here: none of its paths is served", "ingress-nginx はこの値を理由に Ingress 全体を拒否し、ここでもクラス `nginx` は同様に扱います。この Ingress のパスはどれも提供されません";
    CLOSED_BESIDE_PROTECTION: "ingress-nginx refuses the whole Ingress because of this value; since another annotation of it protects its paths, they answer 503 instead of being left to other Ingresses", "ingress-nginx はこの値を理由に Ingress 全体を拒否します。この Ingress の別のアノテーションがパスを保護しているため、他の Ingress に委ねず 503 を返します";
    FORBIDDEN_WORD: "`annotation-value-word-blocklist` forbids `{word}`; the whole Ingress is refused", "`annotation-value-word-blocklist` は `{word}` を禁じています。Ingress 全体を拒否します";
    CONTROLS_ACCESS: "`{directive}` in it decides who is let in, so the route answers 503", "この中の `{directive}` はアクセスを制御するため、ルートは 503 を返します";
    NO_SUCH_KEY: "there is no such key", "このようなキーはありません";

    // --- what to use instead of a removed name
    USE_BACKEND_HTTPS: "use `backend-protocol: \"HTTPS\"`", "`backend-protocol: \"HTTPS\"` を使ってください";
    USE_BACKEND_GRPC: "use `backend-protocol: \"GRPC\"`", "`backend-protocol: \"GRPC\"` を使ってください";
    USE_PROXY_SSL: "use `proxy-ssl-secret` and `proxy-ssl-verify`", "`proxy-ssl-secret` と `proxy-ssl-verify` を使ってください";
    RELATIVE_LINKS: "let the application write relative links", "アプリケーション側で相対リンクを使ってください";
    NO_HASH: "the cookie needs no hash any more", "Cookie のハッシュはもう不要です";
    USE_MIRROR_TARGET: "use `mirror-target`", "`mirror-target` を使ってください";
    USE_METRICS: "use the Prometheus metrics", "Prometheus のメトリクスを使ってください";
    NO_REPLACEMENT: "there is no replacement", "代わりになるものはありません";
    USE_LIMITS: "use `limit-rps` or `limit-rpm`", "`limit-rps` または `limit-rpm` を使ってください";
    USE_OPENTELEMETRY: "use the `opentelemetry` annotations", "`opentelemetry` のアノテーションを使ってください";
}
