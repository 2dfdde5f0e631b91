//! Mail through a submission server (RFC 6409), over TLS.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kernel::{Clock, Secret};
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error as SmtpError, SmtpTransport};
use lettre::Transport;
use notify::{CarrierError, MailCarrier, OutgoingMail, Sent};

use crate::ConnectorError;

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The server.
    pub url: MailUrl,
    /// The authorities whose certificates are trusted (PEM); needed unless the line is plain.
    pub authorities: Option<PathBuf>,
    /// The address that mail comes from.
    pub from: String,
    /// Name and password of our account, if the server wants them.
    pub login: Option<(String, Secret<String>)>,
    /// How long one mail may take. Keep it under half a minute, the delivery's own limit.
    pub timeout: Duration,
}

/// The address of a mail server: `smtps://HOST:465` (TLS from the first byte), `smtp://HOST:587` (STARTTLS, without which nothing
/// is sent), or `smtp+plain://127.0.0.1:2525` (no TLS; this machine only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailUrl {
    host: String,
    port: u16,
    line: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Tls,
    StartTls,
    Plain,
}

/// A text that is no such address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMailUrl {
    /// It has another form.
    #[error("is like smtps://mail.example:465 or smtp://mail.example:587 (which must offer STARTTLS)")]
    Form,
    /// Names and passwords would travel in clear.
    #[error("smtp+plain is for a loopback address (demonstrations and tests): anywhere else mail goes over TLS")]
    PlainElsewhere,
}

impl FromStr for MailUrl {
    type Err = NotAMailUrl;

    fn from_str(text: &str) -> Result<Self, NotAMailUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(NotAMailUrl::Form)?;
        let (line, usual) = match scheme {
            "smtps" => (Line::Tls, 465),
            "smtp" => (Line::StartTls, 587),
            "smtp+plain" => (Line::Plain, 25),
            _ => return Err(NotAMailUrl::Form),
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| NotAMailUrl::Form)?),
            None => (rest, usual),
        };
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if host.is_empty() || !host.chars().all(named) || port == 0 {
            return Err(NotAMailUrl::Form);
        }
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if line == Line::Plain && !here {
            return Err(NotAMailUrl::PlainElsewhere);
        }
        Ok(Self { host: host.to_owned(), port, line })
    }
}

impl fmt::Display for MailUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.line {
            Line::Tls => "smtps",
            Line::StartTls => "smtp",
            Line::Plain => "smtp+plain",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl MailUrl {
    /// Whether the line is not protected.
    pub const fn is_plain(&self) -> bool {
        matches!(self.line, Line::Plain)
    }
}

/// A mail submission server.
pub struct SmtpServer {
    transport: SmtpTransport,
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

impl SmtpServer {
    /// A client for this server. Nothing is sent yet.
    pub fn new(config: &MailConfig, clock: Arc<dyn Clock>) -> Result<Self, ConnectorError> {
        let from: Address = config.from.parse().map_err(|_| ConnectorError::NotAMailbox(config.from.clone()))?;
        let mut builder = SmtpTransport::builder_dangerous(config.url.host.as_str())
            .port(config.url.port)
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .timeout(Some(config.timeout))
            .tls(tls(config)?);
        if let Some((name, password)) = &config.login {
            builder = builder.credentials(Credentials::new(name.clone(), password.expose().clone()));
        }
        Ok(Self { transport: builder.build(), from: Mailbox::new(Some("Lionrock".to_owned()), from), clock })
    }

    fn message(&self, mail: &OutgoingMail) -> Result<Message, CarrierError> {
        // Never the address itself: what is said here reaches the log.
        let to: Address = mail.to.expose().parse().map_err(|_| refused("the address is not a mail address"))?;
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let date: SystemTime = UNIX_EPOCH + Duration::from_millis(millis);
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(date)
            .message_id(Some(format!("<{}@{}>", mail.idempotency, self.from.email.domain())))
            .subject(mail.subject.as_str())
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::Base64)
            .body(mail.text.clone())
            .map_err(|_| refused("the mail cannot be written"))?;
        // RFC 3834: no holiday notice answers it.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        if let Some(address) = &mail.unsubscribe {
            // RFC 2369 and RFC 8058: a mail program ends the subscription with one press.
            let mut add = |name, value: String| message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
            add("List-Unsubscribe", format!("<{address}>"));
            add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
        }
        Ok(message)
    }
}

impl MailCarrier for SmtpServer {
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
        let message = self.message(mail)?;
        self.transport.send(&message).map(|_| Sent).map_err(|error| judge(&error))
    }
}

fn tls(config: &MailConfig) -> Result<Tls, ConnectorError> {
    if config.url.is_plain() {
        return Ok(Tls::None);
    }
    let path = config.authorities.clone().unwrap_or_default();
    let pem = std::fs::read(&path)
        .map_err(|error| ConnectorError::Unreadable { path: path.clone(), reason: error.to_string() })?;
    let not_pem = || ConnectorError::NotPem { path: path.clone(), wanted: "certificate" };
    let trusted = Certificate::from_pem(&pem).map_err(|_| not_pem())?;
    let parameters = TlsParameters::builder(config.url.host.clone())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(trusted)
        .build_rustls()
        .map_err(|_| not_pem())?;
    Ok(if config.url.line == Line::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}

/// What a server's answer means. Refused is for this mail for ever; what is wrong with our account or their machine may be mended.
fn judge(error: &SmtpError) -> CarrierError {
    let code = error.status().map(|code| code.to_string());
    match code.as_deref() {
        // Authentication, and its lack: our account, not this mail.
        Some("530" | "534" | "535" | "538") => CarrierError::Later("the account was not accepted".into()),
        Some(code) if error.is_permanent() => CarrierError::Refused(format!("SMTP {code}")),
        Some(code) => CarrierError::Later(format!("SMTP {code}")),
        None if error.is_tls() => CarrierError::Later("the line could not be protected".into()),
        None => CarrierError::Later("no answer".into()),
    }
}

fn refused(why: &str) -> CarrierError {
    CarrierError::Refused(why.to_owned())
}

/// The mail of a demonstration: there is no server, and the list shows what is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoMail;

impl MailCarrier for DemoMail {
    fn send(&self, _: &OutgoingMail) -> Result<Sent, CarrierError> {
        Ok(Sent)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use rustls::ServerConfig;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tempfile::TempDir;
    use testkit::{MailLine, MailServer, MovableClock, ReceivedMail};

    use super::*;
    use crate::{TestPki, make_test_pki};

    struct Stage {
        pki: TestPki,
        _folder: TempDir,
    }

    impl Stage {
        fn new() -> Self {
            let folder = TempDir::new().unwrap();
            Self { pki: make_test_pki(folder.path()).unwrap(), _folder: folder }
        }

        fn server_tls(&self) -> Arc<ServerConfig> {
            let chain = CertificateDer::pem_file_iter(&self.pki.server_certificate).unwrap().map(Result::unwrap).collect();
            let key = PrivateKeyDer::from_pem_file(&self.pki.server_key).unwrap();
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
            Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
        }

        fn client(&self, url: &str) -> SmtpServer {
            let config = MailConfig {
                url: url.parse().unwrap(),
                authorities: Some(self.pki.authority.clone()),
                from: "lionrock@register.example".into(),
                login: Some(("account".into(), Secret::new("pass word".into()))),
                timeout: Duration::from_secs(5),
            };
            SmtpServer::new(&config, Arc::new(MovableClock::at("2023-02-01T09:00"))).unwrap()
        }
    }

    fn mail(to: &str, subject: &str) -> OutgoingMail {
        OutgoingMail {
            to: Secret::new(to.into()),
            subject: subject.into(),
            text: "資料租約將於7日後屆滿。\n.\n..\n.hidden\n".into(),
            idempotency: "msg_01".into(),
            unsubscribe: None,
        }
    }

    fn header<'m>(mail: &'m ReceivedMail, name: &str) -> &'m str {
        let found = mail.content.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("{name}: {}", mail.content))
    }

    fn body(mail: &ReceivedMail) -> String {
        let encoded: String = mail.content.split_once("\n\n").unwrap().1.split_whitespace().collect();
        String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
    }

    #[test]
    fn a_mail_arrives_over_both_kinds_of_tls_with_its_text_whole() {
        let stage = Stage::new();
        for (line, scheme) in [(MailLine::Tls(stage.server_tls()), "smtps"), (MailLine::StartTls(stage.server_tls()), "smtp")] {
            let server = MailServer::start(line);
            let client = stage.client(&format!("{scheme}://localhost:{}", server.port()));
            assert_eq!(client.send(&mail("sm.chan@forms.example.hk", "Lease / 租約")), Ok(Sent));
            let mails = server.mails();
            let [got] = mails.as_slice() else { panic!("{mails:?}") };
            assert!(got.tls);
            assert_eq!((got.from.as_str(), got.to.as_slice()), ("lionrock@register.example", &["sm.chan@forms.example.hk".to_owned()][..]));
            assert_eq!(got.login.as_deref(), Some(STANDARD.encode("\0account\0pass word").as_str()));
            assert_eq!(header(got, "Message-ID"), "<msg_01@register.example>");
            assert_eq!(header(got, "Auto-Submitted"), "auto-generated");
            assert!(header(got, "Date").starts_with("Wed, 01 Feb 2023 01:00:00"), "{}", header(got, "Date"));
            assert!(!got.content.contains("List-Unsubscribe"), "nobody in office unsubscribes");
            assert_eq!(body(got).replace("\r\n", "\n"), "資料租約將於7日後屆滿。\n.\n..\n.hidden\n");
        }
    }

    #[test]
    fn a_subscribers_mail_names_the_address_that_ends_it_in_one_press() {
        let stage = Stage::new();
        let server = MailServer::start(MailLine::Tls(stage.server_tls()));
        let address = "https://register.example/en/advisories/subscription/0f".to_owned();
        let mail = OutgoingMail { unsubscribe: Some(address.clone()), ..mail("a@b.hk", "s") };
        stage.client(&format!("smtps://localhost:{}", server.port())).send(&mail).unwrap();
        let mails = server.mails();
        assert_eq!(header(&mails[0], "List-Unsubscribe"), format!("<{address}>"));
        assert_eq!(header(&mails[0], "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    }

    #[test]
    fn nothing_is_sent_where_the_line_is_not_protected_or_the_certificate_is_not_trusted() {
        let stage = Stage::new();
        let plain = MailServer::start(MailLine::Plain);
        let stripped = stage.client(&format!("smtp://localhost:{}", plain.port())).send(&mail("a@b.hk", "s"));
        assert!(matches!(stripped, Err(CarrierError::Later(_))), "a server without STARTTLS: {stripped:?}");
        let server = MailServer::start(MailLine::Tls(Stage::new().server_tls()));
        let foreign = stage.client(&format!("smtps://localhost:{}", server.port())).send(&mail("a@b.hk", "s"));
        assert!(matches!(foreign, Err(CarrierError::Later(_))), "another authority: {foreign:?}");
        assert!(plain.mails().is_empty() && server.mails().is_empty());
    }

    #[test]
    fn a_subject_or_an_address_cannot_begin_another_header() {
        let stage = Stage::new();
        let server = MailServer::start(MailLine::Plain);
        let client = stage.client(&format!("smtp+plain://127.0.0.1:{}", server.port()));
        for subject in ["Lease\r\nBcc: thief@evil.example", "Lease\nBcc: thief@evil.example", "租約\r\n\r\nbody", "租約\u{2028}x"] {
            // Whether it is refused or folded into the subject: never another header, never another recipient.
            let _ = client.send(&mail("sm.chan@forms.example.hk", subject));
        }
        for mail in server.mails() {
            assert_eq!(mail.to, ["sm.chan@forms.example.hk"]);
            assert!(!mail.headers().iter().any(|line| line.to_lowercase().starts_with("bcc")), "{}", mail.content);
        }
        let before = server.mails().len();
        for address in ["a@b.hk\r\nRCPT TO:<thief@evil.example>", "a@b.hk>\r\nDATA", "a@b.hk, thief@evil.example", "no address", ""] {
            let sent = client.send(&mail(address, "s"));
            assert!(matches!(&sent, Err(CarrierError::Refused(why)) if !why.contains("thief")), "{address}: {sent:?}");
        }
        assert_eq!(server.mails().len(), before);
    }

    #[test]
    fn a_subject_in_chinese_travels_as_encoded_words() {
        let stage = Stage::new();
        let server = MailServer::start(MailLine::Plain);
        let client = stage.client(&format!("smtp+plain://127.0.0.1:{}", server.port()));
        let subject = "A data lease ends in 7 days / 資料租約將於7日後屆滿，其後必須刪除所有資料並提交聲明";
        client.send(&mail("sm.chan@forms.example.hk", subject)).unwrap();
        let mails = server.mails();
        let content = &mails[0].content;
        let from = content.find("Subject: ").unwrap() + "Subject: ".len();
        let mut lines = content[from..].lines();
        let mut folded = lines.next().unwrap().to_owned();
        for line in lines.take_while(|line| line.starts_with(' ')) {
            folded.push_str(line);
        }
        assert!(mails[0].headers().iter().all(|line| line.is_ascii() && line.len() <= 78), "{content}");
        assert_eq!(decoded(&folded), subject);
    }

    /// RFC 2047: encoded words that follow each other are one text; the space between them is not part of it.
    fn decoded(line: &str) -> String {
        let mut out = String::new();
        let mut after_encoded = false;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let encoded = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
            let joined = after_encoded && encoded.is_some();
            if !out.is_empty() && !joined {
                out.push(' ');
            }
            match encoded {
                Some(text) => out.push_str(&String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()),
                None => out.push_str(word),
            }
            after_encoded = encoded.is_some();
        }
        out
    }

    #[test]
    fn a_servers_answer_says_whether_to_ask_again() {
        let stage = Stage::new();
        let server = MailServer::start(MailLine::Plain);
        let client = stage.client(&format!("smtp+plain://127.0.0.1:{}", server.port()));
        for (command, answer, again) in [
            ("RCPT", "550 no such mailbox", false),
            ("RCPT", "450 mailbox busy", true),
            ("AUTH", "535 who are you", true),
            ("MAIL", "421 closing down", true),
            ("DATA", "554 not this one", false),
        ] {
            server.answer(command, answer);
            match client.send(&mail("sm.chan@forms.example.hk", "s")) {
                Err(CarrierError::Later(why)) => assert!(again && !why.contains("chan"), "{answer}"),
                Err(CarrierError::Refused(why)) => assert!(!again && !why.contains("chan"), "{answer}"),
                Ok(Sent) => panic!("{answer}"),
            }
        }
        server.recover();
        assert_eq!(client.send(&mail("sm.chan@forms.example.hk", "s")), Ok(Sent));
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = silent.local_addr().unwrap().port();
        drop(silent);
        let gone = stage.client(&format!("smtp+plain://127.0.0.1:{nobody}")).send(&mail("a@b.hk", "s"));
        assert!(matches!(gone, Err(CarrierError::Later(_))), "{gone:?}");
    }

    #[test]
    fn an_address_says_how_the_line_is_protected() {
        let parsed = |text: &str| text.parse::<MailUrl>().map(|url| url.to_string());
        assert_eq!(parsed("smtps://mail.example"), Ok("smtps://mail.example:465".into()));
        assert_eq!(parsed("smtp://mail.example:2587"), Ok("smtp://mail.example:2587".into()));
        assert_eq!(parsed("smtp+plain://localhost:2525"), Ok("smtp+plain://localhost:2525".into()));
        assert_eq!(parsed("smtp+plain://mail.example"), Err(NotAMailUrl::PlainElsewhere));
        assert_eq!(parsed("smtp+plain://127.0.0.1.evil.example"), Err(NotAMailUrl::PlainElsewhere));
        for bad in ["", "mail.example", "https://mail.example", "smtp://", "smtp://a b", "smtp://user@host", "smtp://h:0", "smtp://h:x"] {
            assert_eq!(parsed(bad), Err(NotAMailUrl::Form), "{bad}");
        }
    }
}
