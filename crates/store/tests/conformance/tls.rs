//! A PostgreSQL on another machine, as far as a test can have one: reached over TCP, with TLS only.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use store::{Location, Migration, Options, Store, StoreError};
use tempfile::TempDir;
use testkit::PostgresServer;

const MIGRATIONS: &[Migration] =
    &[Migration { name: "tls.0001", sql: "create table note (id INT64 primary key, text TEXT not null);" }];

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server whose certificate names `localhost` only, and the files of its authority and of a strange one.
struct Stage {
    server: PostgresServer,
    files: TempDir,
    database: String,
}

impl Stage {
    fn new() -> Self {
        let (own, strange) = (authority(), authority());
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &own).unwrap();
        let server = PostgresServer::with_tls(&certificate.pem(), &key.serialize_pem());
        let files = TempDir::new().unwrap();
        std::fs::write(files.path().join("own.pem"), own.pem()).unwrap();
        std::fs::write(files.path().join("strange.pem"), strange.pem()).unwrap();
        std::fs::write(files.path().join("empty.pem"), "no certificate").unwrap();
        let Location::Postgres(url) = server.fresh_database() else { panic!("a PostgreSQL has an address") };
        let database = url.expose().rsplit_once('/').unwrap().1.to_owned();
        Self { server, files, database }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn open(&self, host: &str, query: &str) -> Result<Store, StoreError> {
        let url = format!("postgres://postgres@{host}:{}/{}{query}", self.server.port(), self.database);
        Store::open(&Location::parse(&url)?, "notes", &[MIGRATIONS], Options::default())
    }

    fn open_by_tls(&self, host: &str, mode: &str, authorities: &str) -> Result<Store, StoreError> {
        self.open(host, &format!("?sslmode={mode}&sslrootcert={}", self.file(authorities).display()))
    }
}

#[test]
fn postgres_is_reached_by_tls_and_by_nothing_else() {
    let stage = Stage::new();
    for mode in ["verify-full", "require"] {
        let store = stage.open_by_tls("localhost", mode, "own.pem").unwrap();
        let encrypted: bool = store
            .read("tls.encrypted", |tx| {
                let rows = tx.query("-- tls.encrypted\nselect ssl from pg_stat_ssl where pid = pg_backend_pid()", &[])?;
                rows[0].get(0)
            })
            .unwrap();
        assert!(encrypted, "{mode}");
        let note = "-- tls.note\ninsert into note (id, text) values ($1, $2) on conflict do nothing";
        store.write("tls.note", |tx| tx.execute(note, &[1_i64.into(), "a".into()])).unwrap();
    }
    let refused = |opened: Result<Store, StoreError>, wanted: &str| {
        let line = opened.err().unwrap_or_else(|| panic!("{wanted}: it opened")).to_string();
        assert!(line.contains(wanted), "{line}");
    };
    refused(stage.open("localhost", ""), "no encryption");
    refused(stage.open("localhost", "?sslmode=disable"), "no encryption");
    refused(stage.open_by_tls("localhost", "verify-full", "strange.pem"), "invalid peer certificate");
    refused(stage.open_by_tls("localhost", "require", "strange.pem"), "invalid peer certificate");
    refused(stage.open_by_tls("127.0.0.1", "verify-full", "own.pem"), "not valid for name");
    refused(stage.open_by_tls("localhost", "verify-full", "empty.pem"), "no certificate in it");
    refused(stage.open_by_tls("localhost", "verify-full", "missing.pem"), "missing.pem");
}

/// A server that cannot do TLS is not spoken to in clear, whatever it answers.
#[test]
fn postgres_without_tls_is_not_used_when_tls_is_wanted() {
    let stage = Stage::new();
    let plain = PostgresServer::shared().fresh_database();
    let Location::Postgres(url) = plain else { panic!("a PostgreSQL has an address") };
    let url = format!("{}?sslmode=require&sslrootcert={}", url.expose(), stage.file("own.pem").display());
    let opened = Store::open(&Location::parse(&url).unwrap(), "notes", &[MIGRATIONS], Options::default());
    assert!(opened.is_err(), "the rows went in clear");
}
