//! A small city's authorities, a passkey, and documents, for the tests of this crate.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::asn1::OctetString;
use kernel::{Instant, Random};
use seal::{CertificateKey, Es256Signer, JosePublic, sha256};
use serde_json::json;
use testkit::SeededRandom;
use x509_cert::certificate::Certificate;

use crate::cms::{Message, attribute};
use crate::pdf::{Fields, Prepared, prepare};
use crate::{Act, Addresses, Authority, Form, Made, PasskeyKey, Person, Root, SignError, StampError, StampingAuthority, Statement};
use crate::{Desk, Timestamps, Trust, oid, room, to_der};

/// 14 July 2026, noon in Hong Kong.
pub const NOW: Instant = Instant::from_millis(1_784_001_600_000);
pub const SITE: &str = "https://id.example.hk";

/// Root, issuing authority and time-stamping authority.
pub struct City {
    pub root: Certificate,
    pub root_list: Vec<u8>,
    pub authority: Authority,
    pub stamping: StampingAuthority,
    pub random: SeededRandom,
}

impl City {
    pub fn new(seed: u64) -> Self {
        let random = SeededRandom::new(seed);
        let addresses = Addresses { base: "http://localhost:8080".into() };
        let keys = [0, 1, 2].map(|_| Arc::new(Es256Signer::generate().unwrap()));
        let [root_key, issuing_key, stamping_key] = keys;
        let root = Root::make(&*root_key, ("Lionrock", &addresses), &random, NOW).unwrap();
        let issuing = root.certify_issuing(CertificateKey::public_point(&*issuing_key), &random, NOW).unwrap();
        let stamping = root.certify_stamping(CertificateKey::public_point(&*stamping_key), &random, NOW).unwrap();
        let root_list = root.list(1, 365, &[], NOW).unwrap();
        let root = root.certificate().clone();
        let (root_der, issuing) = (to_der(&root).unwrap(), to_der(&issuing).unwrap());
        let authority = Authority::open(issuing_key, &root_der, &issuing, &addresses).unwrap();
        let stamping = StampingAuthority::open(stamping_key, &to_der(&stamping).unwrap()).unwrap();
        Self { root, root_list, authority, stamping, random }
    }

    /// A certificate for one act, and its key.
    pub fn person(&self, name: &str) -> (Es256Signer, Certificate) {
        let key = Es256Signer::generate().unwrap();
        let person = Person { name, point: CertificateKey::public_point(&key), statement: [1; 32], passkey: [2; 32] };
        let certificate = self.authority.issue(person, &self.random, NOW).unwrap();
        (key, certificate)
    }

    pub fn trust(&self) -> Trust {
        Trust { roots: vec![self.root.clone()], stamping: Vec::new(), revoked: Vec::new(), site: SITE.into() }
    }

    pub fn statement(&self, form: Form, document: &[u8], covered: [u8; 32]) -> Statement {
        let (mut nonce, document) = ([0; 32], sha256(&[document]));
        self.random.fill(&mut nonce);
        Statement {
            site: SITE.into(),
            transaction: self.random.bytes16(),
            service: "tax.example.hk".into(),
            form,
            document,
            covered,
            renderer: "pdftoppm 22.12.0".into(),
            resolution: 110,
            pages: vec![sha256(&[b"picture"]), [7; 32]],
            nonce,
        }
    }

    pub fn desk<'a>(&'a self, timestamps: Option<&'a dyn Timestamps>) -> Desk<'a> {
        Desk { authority: &self.authority, timestamps, random: &self.random, now: NOW }
    }

    /// What the holder of the authority's key makes of somebody's act: a message over bytes of its own choosing, with a certificate bound
    /// to whatever it likes (digests of a statement and of a passkey).
    pub fn forge(&self, act: &Act, covered: [u8; 32], (statement, passkey): ([u8; 32], [u8; 32])) -> Vec<u8> {
        let key = Es256Signer::generate().unwrap();
        let person = Person { name: "CHAN Tai Man", point: CertificateKey::public_point(&key), statement, passkey };
        let certificate = self.authority.issue(person, &self.random, NOW).unwrap();
        let json = OctetString::new(act.to_json()).unwrap();
        let message = Message {
            digest: covered,
            kind: oid::DATA,
            content: None,
            time: Some(NOW),
            attributes: vec![attribute(oid::ACT, &json).unwrap()],
            signer: &certificate,
            above: std::slice::from_ref(self.authority.issuing()),
        };
        message.sign(&key).unwrap()
    }

    /// Signs a document with a passkey, with a timestamp.
    pub fn sign(&self, passkey: &Passkey, document: &[u8]) -> Result<Made, SignError> {
        let prepared = prepared(document);
        let act = passkey.agree(&self.statement(Form::Pdf, document, prepared.digest));
        let clock = Clock(self, NOW);
        self.desk(Some(&clock)).sign_pdf("CHAN Tai Man 陳大文", prepared, &act)
    }
}

/// The city's time-stamping authority at a moment.
pub struct Clock<'a>(pub &'a City, pub Instant);

impl Timestamps for Clock<'_> {
    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        Ok(self.0.stamping.token(digest, &self.0.random, self.1)?)
    }
}

pub fn prepared(document: &[u8]) -> Prepared {
    let fields = Fields { name: "CHAN Tai Man 陳大文", reason: "Tax return 報稅表", time: NOW, room: room(2) };
    prepare(document, &fields).unwrap()
}

/// A passkey in memory.
pub struct Passkey {
    pub key: Es256Signer,
    pub flags: u8,
    pub origin: &'static str,
}

impl Passkey {
    pub fn new() -> Self {
        Self { key: Es256Signer::generate().unwrap(), flags: 5, origin: SITE }
    }

    /// Answers the challenge of a statement.
    pub fn agree(&self, statement: &Statement) -> Act {
        let client = json!({
            "type": "webauthn.get",
            "challenge": URL_SAFE_NO_PAD.encode(statement.challenge()),
            "origin": self.origin,
            "crossOrigin": false,
        });
        let client = client.to_string();
        let host = crate::host(self.origin).unwrap();
        let data = [sha256(&[host.as_bytes()]).as_slice(), &[self.flags, 0, 0, 0, 1]].concat();
        let signature = self.key.sign_der(&[data.as_slice(), &sha256(&[client.as_bytes()])].concat()).unwrap();
        let answer = json!({"response": {
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature),
        }});
        let (x, y) = self.key.public_point();
        Act::of_answer(statement, PasskeyKey::of(&JosePublic::P256 { x, y }), &answer).unwrap()
    }
}

fn page(text: &str) -> (String, String) {
    let content = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    let page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>>";
    (page.to_owned(), format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()))
}

const FONT: &str = "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>";

/// A document as it was written in 1993, with a table.
pub fn plain_pdf(text: &str) -> Vec<u8> {
    testkit::pdf(&[text])
}

/// The same with another catalogue.
pub fn pdf_with(catalogue: &str, text: &str) -> Vec<u8> {
    testkit::pdf_with(catalogue, &[text])
}

/// A document of today: packed objects, and a packed table with a prediction.
pub fn packed_pdf(text: &str) -> Vec<u8> {
    let (page, content) = page(text);
    let packed = [(1, "<</Type /Catalog /Pages 2 0 R>>"), (2, "<</Type /Pages /Kids [3 0 R] /Count 1>>"), (3, &page), (5, FONT)];
    let (mut head, mut body) = (String::new(), String::new());
    for (number, object) in packed {
        write!(head, "{number} {} ", body.len()).unwrap();
        body += object;
        body.push(' ');
    }
    let mut out = b"%PDF-1.7\n".to_vec();
    let at_content = out.len();
    out.extend(format!("4 0 obj\n{content}\nendobj\n").bytes());
    let at_packed = out.len();
    let bytes = deflate((head.clone() + &body).as_bytes());
    let (first, length) = (head.len(), bytes.len());
    out.extend(format!("6 0 obj\n<</Type /ObjStm /N 4 /First {first} /Filter /FlateDecode /Length {length}>>\nstream\n").bytes());
    out.extend(bytes);
    out.extend(b"\nendstream\nendobj\n");
    let start = out.len();
    let row = |kind: u8, place: usize, third: u8| [vec![kind], u16::try_from(place).unwrap().to_be_bytes().to_vec(), vec![third]].concat();
    let rows = [row(0, 0, 0), row(2, 6, 0), row(2, 6, 1), row(2, 6, 2), row(1, at_content, 0), row(2, 6, 3), row(1, at_packed, 0), row(1, start, 0)];
    let (mut above, mut predicted) = (vec![0; 4], Vec::new());
    for row in rows {
        predicted.push(2);
        predicted.extend(row.iter().zip(&above).map(|(byte, up): (&u8, &u8)| byte.wrapping_sub(*up)));
        above = row;
    }
    let bytes = deflate(&predicted);
    let parameters = "/Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 4>>";
    let length = bytes.len();
    out.extend(format!("7 0 obj\n<</Type /XRef /Size 8 /Root 1 0 R /W [1 2 1] {parameters} /Length {length}>>\nstream\n").bytes());
    out.extend(bytes);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
