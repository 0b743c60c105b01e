//! GK0400–GK0449: TLS towards the client.

use super::{Code, Entry, Text, example};
use crate::code::Phase::{Both, Runtime, Static};
use crate::code::Severity::{Error, Note, Warning};

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        code: Code::GK0400,
        name: "TlsSecretNotFound",
        severity: Error,
        phase: Both,
        title: Text {
            en: "TLS Secret not found in the Ingress's namespace",
            ja: "Ingress の名前空間に TLS Secret がありません",
        },
        headline: Some(Text {
            en: "TLS Secret `{secret}` does not exist",
            ja: "TLS Secret `{secret}` が存在しません",
        }),
        meaning: Text {
            en: "An Ingress reads only Secrets of its own namespace. Without its Secret, the \
                 hosts get the default certificate and clients refuse the connection.",
            ja: "Ingress は自分と同じ名前空間の Secret だけを読みます。Secret がなければホストには\
                 既定の証明書が使われ、クライアントは接続を拒否します。",
        },
        remedy: Text {
            en: "Create the Secret there; with cert-manager, put the Certificate there.",
            ja: "その名前空間に Secret を作成してください。cert-manager を使う場合は、Certificate \
                 をそこに置いてください。",
        },
        detection: Text {
            en: "The Secret named in `tls[].secretName` is absent; an equal name in another \
                 namespace is pointed out.",
            ja: "`tls[].secretName` の Secret がありません。別の名前空間に同名のものがあれば示しま\
                 す。",
        },
        example: example(
            r"
kind: Secret
metadata:
  name: web-tls
  namespace: default
",
            r"
kind: Secret
metadata:
  name: web-tls
  namespace: shop
",
        ),
    },
    Entry {
        code: Code::GK0401,
        name: "TlsSecretUnusable",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Secret is not a usable key pair",
            ja: "Secret が証明書と鍵の組として使えません",
        },
        headline: Some(Text {
            en: "Secret `{secret}` is not a usable key pair: {reason}",
            ja: "Secret `{secret}` は証明書と鍵の組として使えません: {reason}",
        }),
        meaning: Text {
            en: "The hosts get the default certificate and clients refuse the connection. \
                 Other hosts are served as before.",
            ja: "ホストには既定の証明書が使われ、クライアントは接続を拒否します。ほかのホスト\
                 はこれまでどおり動作します。",
        },
        remedy: Text {
            en: "Put the certificate with its chain into `tls.crt` and its key into \
                 `tls.key`, both in PEM: `kubectl create secret tls` does that.",
            ja: "証明書とそのチェーンを `tls.crt` に、鍵を `tls.key` に、どちらも PEM で入れて\
                 ください。`kubectl create secret tls` で作成できます。",
        },
        detection: Text {
            en: "`tls.crt` or `tls.key` is missing, empty, not PEM, encoded twice, or of a \
                 kind that the TLS library does not support.",
            ja: "`tls.crt` または `tls.key` がない、空である、PEM ではない、二重にエンコードさ\
                 れている、または TLS ライブラリが対応していない種類です。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0402,
        name: "CertificateForOtherHosts",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Certificate does not cover the host",
            ja: "証明書がホストを対象としていません",
        },
        headline: Some(Text {
            en: "the certificate in Secret `{secret}` does not cover host `{host}`",
            ja: "Secret `{secret}` の証明書はホスト `{host}` を対象としていません",
        }),
        meaning: Text {
            en: "Clients compare the host with the names in the certificate. A wildcard \
                 covers one label, and not the domain itself. The host gets the default \
                 certificate, which clients refuse.",
            ja: "クライアントはホストと証明書の名前を比較します。ワイルドカードは 1 つのラベル\
                 だけに一致し、ドメインそのものには一致しません。ホストには既定の証明書が使わ\
                 れ、クライアントに拒否されます。",
        },
        remedy: Text {
            en: "Issue the certificate again with this host among its names, or name the \
                 Secret whose certificate has it.",
            ja: "このホストを名前に含む証明書を発行し直すか、このホストを対象とする証明書の Secret を\
                 指定してください。",
        },
        detection: Text {
            en: "No subject alternative name of the certificate covers a host of its `tls` \
                 entry.",
            ja: "`tls` エントリーのホストが、証明書のどのサブジェクト代替名（SAN）にも一致しま\
                 せん。",
        },
        example: example(
            r#"
  dnsNames:
  - "*.example.com"
"#,
            r#"
  dnsNames:
  - example.com
  - "*.example.com"
"#,
        ),
    },
    Entry {
        code: Code::GK0403,
        name: "CertificateOutOfDate",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Certificate expired, not yet valid, or about to expire",
            ja: "証明書の有効期限切れ、有効期間前、または期限間近です",
        },
        headline: Some(Text {
            en: "the certificate in Secret `{secret}` {state}",
            ja: "Secret `{secret}` の証明書: {state}",
        }),
        meaning: Text {
            en: "It is presented all the same, as ingress-nginx does; clients refuse it \
                 outside of its dates.",
            ja: "ingress-nginx と同じく、この証明書はそのまま提示されますが、有効期間外ではク\
                 ライアントに拒否されます。",
        },
        remedy: Text {
            en: "Renew the certificate and put it into the Secret together with its key; it \
                 is taken up without a restart.",
            ja: "証明書を更新し、鍵とともに Secret に入れてください。再起動なしで反映されます。",
        },
        detection: Text {
            en: "The dates in the certificate; a warning from 20 days before the end, of \
                 short lives from the last third.",
            ja: "証明書の日付によります。期限の 20 日前から、有効期間が短いものは最後の 3 分の 1 か\
                 ら警告します。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0404,
        name: "CertificateChainIncomplete",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Certificate chain is incomplete",
            ja: "証明書チェーンが不完全です",
        },
        headline: Some(Text {
            en: "the certificate chain in Secret `{secret}` is incomplete: {reason}",
            ja: "Secret `{secret}` の証明書チェーンが不完全です: {reason}",
        }),
        meaning: Text {
            en: "Clients need every certificate between the host's own and a root that they \
                 know (RFC 8446 4.4.2). Browsers that have seen the missing one may still \
                 connect; curl and most programs do not.",
            ja: "クライアントには、ホストの証明書から既知のルートまでの間にあるすべての証明書\
                 が必要です（RFC 8446 4.4.2）。不足している証明書を知っているブラウザーは接続\
                 できることがありますが、curl や多くのプログラムは接続できません。",
        },
        remedy: Text {
            en: "Append the missing certificates to `tls.crt`, the host's own first, each \
                 followed by its issuer's.",
            ja: "不足している証明書を `tls.crt` に追加してください。ホストの証明書を先頭に、そ\
                 れぞれの次に発行者の証明書を並べます。",
        },
        detection: Text {
            en: "The issuer of a certificate that is alone and says where its issuer's is \
                 found, or two neighbours of which the second did not sign the first.",
            ja: "発行者の証明書の入手先を示しているのに単独で置かれている証明書、または、隣り\
                 合う 2 つの証明書で後のものが前のものに署名していない場合です。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0405,
        name: "KeyOfAnotherCertificate",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Private key does not belong to the certificate",
            ja: "秘密鍵が証明書と対応していません",
        },
        headline: Some(Text {
            en: "the key in Secret `{secret}` does not belong to its certificate",
            ja: "Secret `{secret}` の鍵は、その証明書のものではありません",
        }),
        meaning: Text {
            en: "Nobody can prove to own this certificate with this key, so the hosts get the \
                 default certificate. Often the two were mixed at a renewal.",
            ja: "この鍵ではこの証明書の所有を証明できないため、ホストには既定の証明書が使われ\
                 ます。更新のときに取り違えられていることがよくあります。",
        },
        remedy: Text {
            en: "Replace `tls.crt` and `tls.key` together.",
            ja: "`tls.crt` と `tls.key` を一緒に置き換えてください。",
        },
        detection: Text {
            en: "The public key in the certificate is not that of `tls.key`.",
            ja: "証明書の公開鍵が `tls.key` のものと異なります。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0406,
        name: "HostWithoutTls",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Host is routed but has no TLS entry",
            ja: "ホストにルールはありますが、TLS のエントリーがありません",
        },
        headline: Some(Text {
            en: "host `{host}` is routed but listed in no `tls` entry",
            ja: "ホスト `{host}` にはルールがありますが、`tls` エントリーにありません",
        }),
        meaning: Text {
            en: "HTTPS clients of this host see the proxy's default certificate and refuse it.",
            ja: "このホストに HTTPS で接続するクライアントには、プロキシの既定の証明書が渡り、拒否\
                 されます。",
        },
        remedy: Text {
            en: "List the host under `tls`.",
            ja: "ホストを `tls` に追加してください。",
        },
        detection: Text {
            en: "No `tls.hosts` of any Ingress covers the host, while other hosts of the same \
                 Ingress have TLS.",
            ja: "同じ Ingress のほかのホストには TLS があるのに、どの Ingress の `tls.hosts` にも\
                 このホストがありません。",
        },
        example: example(
            r"
  tls:
  - hosts:
    - www.example.com
",
            r"
  tls:
  - hosts:
    - www.example.com
    - api.example.com
",
        ),
    },
    Entry {
        code: Code::GK0407,
        name: "TlsEntryWithoutEffect",
        severity: Warning,
        phase: Static,
        title: Text {
            en: "`tls` entry without effect",
            ja: "効果のない `tls` エントリーです",
        },
        headline: Some(Text {
            en: "this `tls` entry has no effect: {reason}",
            ja: "この `tls` エントリーには効果がありません: {reason}",
        }),
        meaning: Text {
            en: "The entry gives no host its certificate: its hosts are those of no rule of the \
                 Ingress, often `example.com` against `www.example.com`. The hosts of the rules \
                 get the default certificate.",
            ja: "このエントリーの証明書はどのホストにも使われません。ホストがこの Ingress のどのル\
                 ールにも現れないためです（`example.com` と `www.example.com` の違いなど）。ルール\
                 のホストには既定の証明書が使われます。",
        },
        remedy: Text {
            en: "Name the same host in `tls` and in the rule.",
            ja: "`tls` とルールに同じホストを書いてください。",
        },
        detection: Text {
            en: "`tls.hosts` names hosts, but none of a rule of the same Ingress.",
            ja: "`tls.hosts` にホストがありますが、同じ Ingress のルールのホストが一つもありません。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0408,
        name: "NoServerName",
        severity: Note,
        phase: Runtime,
        title: Text {
            en: "Client sent no server name (SNI): default certificate",
            ja: "クライアントがサーバー名（SNI）を送らず、既定の証明書が使われました",
        },
        headline: Some(Text {
            en: "the handshake does not name host `{host}`, so its certificate is not presented",
            ja: "ハンドシェイクにホスト `{host}` の名前がないため、その証明書は使われません",
        }),
        meaning: Text {
            en: "The certificate is chosen from the server name of the handshake, before the \
                 request and its `Host` are read. A client that connects to an address, or to \
                 another name, is presented the default certificate, whatever its `Host` says.",
            ja: "証明書は、リクエストとその `Host` を読む前に、ハンドシェイクのサーバー名から選ばれま\
                 す。アドレスや別の名前に接続したクライアントには、`Host` が何であっても既定の証明\
                 書が渡ります。",
        },
        remedy: Text {
            en: "Connect by name: `curl --resolve app.example.com:443:ADDRESS \
                 https://app.example.com/`.",
            ja: "名前で接続してください: `curl --resolve app.example.com:443:ADDRESS \
                 https://app.example.com/`。",
        },
        detection: Text {
            en: "A handshake without server name, or with one that no host has, and a request for \
                 a host that has a certificate of its own.",
            ja: "サーバー名のない、またはどのホストのものでもない名前のハンドシェイクで、独自の証明\
                 書を持つホストへのリクエストが届きました。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0409,
        name: "ConnectionForAnotherHost",
        severity: Warning,
        phase: Runtime,
        title: Text {
            en: "One connection used for two hosts",
            ja: "1 つの接続が 2 つのホストに使われました",
        },
        headline: None,
        meaning: Text {
            en: "The request asks for a host that checks client certificates, on a connection \
                 that was made for another server name. Whatever was checked there was checked \
                 for the other name, so the answer is 421. Browsers connect anew; other clients \
                 may show an error.",
            ja: "クライアント証明書を確認するホストへのリクエストが、別のサーバー名のために作られた\
                 接続で届きました。そこで確認されたのは別の名前についてのものなので、421 を返しま\
                 す。ブラウザーは接続し直しますが、ほかのクライアントはエラーになることがあります。",
        },
        remedy: Text {
            en: "Ask for the host by its own name in the handshake (SNI), or give hosts with \
                 different rules different certificates, so that clients do not share a \
                 connection.",
            ja: "ハンドシェイクの SNI にはそのホストの名前を使ってください。または、規則の異なるホス\
                 トには別の証明書を使い、クライアントが接続を共有しないようにしてください。",
        },
        detection: Text {
            en: "The server name of the handshake belongs to a host, and is not the host asked \
                 for, which checks client certificates.",
            ja: "ハンドシェイクのサーバー名があるホストのもので、リクエストのホストとは異なり、その\
                 ホストがクライアント証明書を確認しています。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0411,
        name: "ClientCertificateRequired",
        severity: Error,
        phase: Both,
        title: Text {
            en: "Client certificate required",
            ja: "クライアント証明書が必要です",
        },
        headline: Some(Text {
            en: "client certificates cannot be checked with Secret `{secret}`",
            ja: "Secret `{secret}` ではクライアント証明書を確認できません",
        }),
        meaning: Text {
            en: "The host lets in only clients with a certificate of its authority. A client \
                 without one, or with one that cannot be verified, gets 400; one whose subject is \
                 not let in, 403. Where the authority itself cannot be read, nobody is let in.",
            ja: "このホストは、その認証局の証明書を持つクライアントだけを受け入れます。証明書がない、\
                 または検証できないクライアントには 400、サブジェクトが許可されていないものには \
                 403 を返します。認証局そのものが読み取れないときは、だれも受け入れません。",
        },
        remedy: Text {
            en: "For the client: send a certificate. For the host: `auth-tls-secret` is \
                 `namespace/name` of a Secret in the namespace of the Ingress, with the \
                 authority's certificates in `ca.crt`.",
            ja: "クライアント側では証明書を送ってください。ホスト側では、`auth-tls-secret` に \
                 Ingress と同じ名前空間の Secret を `namespace/name` の形で指定し、その `ca.crt` に\
                 認証局の証明書を入れてください。",
        },
        detection: Text {
            en: "The Secret is absent, in another namespace, or without a readable `ca.crt` or \
                 `ca.crl`; at run time, the handshake of a client.",
            ja: "Secret がない、別の名前空間にある、または読み取れる `ca.crt` や `ca.crl` がありませ\
                 ん。実行時には、クライアントのハンドシェイクです。",
        },
        example: None,
    },
    Entry {
        code: Code::GK0412,
        name: "CertificateNotIssued",
        severity: Warning,
        phase: Both,
        title: Text {
            en: "Certificate is not issued yet",
            ja: "証明書がまだ発行されていません",
        },
        headline: Some(Text {
            en: "the certificate in Secret `{secret}` is not issued yet",
            ja: "Secret `{secret}` の証明書はまだ発行されていません",
        }),
        meaning: Text {
            en: "cert-manager is to put a certificate into this Secret and has not done so. \
                 Until then the hosts get the default certificate, or a temporary one that no \
                 client trusts.",
            ja: "cert-manager がこの Secret に証明書を入れることになっていますが、まだ入ってい\
                 ません。それまでホストには既定の証明書か、どのクライアントも信頼しない一時的\
                 な証明書が使われます。",
        },
        remedy: Text {
            en: "Look at the Certificate and its Order and Challenge (`kubectl describe \
                 certificate`). A challenge over HTTP must be answered on port 80.",
            ja: "Certificate とその Order、Challenge を確認してください（`kubectl describe certificate`）。HTTP の\
                 チャレンジにはポート 80 で応答する必要があります。",
        },
        detection: Text {
            en: "The Secret is absent and the Ingress is annotated for cert-manager, it is \
                 cert-manager's and empty, or it holds cert-manager's temporary certificate.",
            ja: "Ingress に cert-manager 用のアノテーションがあるのに Secret がない、cert-manager の Secret が\
                 空である、または cert-manager の一時的な証明書が入っています。",
        },
        example: None,
    },
];
