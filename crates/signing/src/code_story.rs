//! Why nobody compares a short code here. A signing service in use shows the resident four digits and lets them compare the digits on
//! two screens; integrators published how the digits are made: nibbles of MD5 over SHA-512 of the document's hash and the resident's
//! name at the service, each modulo ten (here SHA-256 stands for both). Ten thousand documents are enough to find another one with the same digits.

use crate::rehearsal::{City, Passkey, plain_pdf, prepared};
use crate::{ActError, Form, SignError};

/// The digits come from a public digest of public values, four nibbles of it; which digest it is changes nothing.
fn four_digits(document: &[u8], name_at_service: &str) -> [u8; 4] {
    digits(seal::sha256(&[&seal::sha256(&[document]), name_at_service.as_bytes()]))
}

fn digits(mixed: [u8; 32]) -> [u8; 4] {
    [mixed[0] >> 4, mixed[0] & 15, mixed[1] >> 4, mixed[1] & 15].map(|nibble| nibble % 10)
}

/// What whoever sits between the resident and the service looks for: a document of theirs that shows the same digits.
fn forge(shown: &[u8], digits: impl Fn(&[u8]) -> [u8; 4]) -> (Vec<u8>, usize) {
    let wanted = digits(shown);
    let forged = |tries: usize| plain_pdf(&format!("Pay 900 to Mallory, reference {tries}"));
    let tries = (1..1_000_000).find(|tries| digits(&forged(*tries)) == wanted).unwrap();
    (forged(tries), tries)
}

#[test]
fn four_digits_are_forged_in_a_moment_and_an_act_of_ours_is_not() {
    let (city, passkey, shown) = (City::new(21), Passkey::new(), plain_pdf("Pay 100 to Alice"));
    let theirs = |document: &[u8]| four_digits(document, "a resident's name at this service");
    let (forged, tries) = forge(&shown, theirs);
    assert_ne!(shown, forged);
    assert!(tries < 200_000, "{tries} documents were tried");
    assert_eq!(theirs(&shown), theirs(&forged));
    // Here the passkey signs the document and every picture that was shown. The forged document has other bytes.
    let act = passkey.agree(&city.statement(Form::Pdf, &shown, prepared(&shown).digest));
    let refused = city.desk(None).sign_pdf("CHAN Tai Man", prepared(&forged), &act);
    assert!(matches!(refused, Err(SignError::Other)));
    let mut patched = act.clone();
    patched.statement = city.statement(Form::Pdf, &forged, prepared(&forged).digest).text();
    assert_eq!(patched.check(), Err(ActError::Challenge));
    let mut patched = act.clone();
    patched.statement = act.statement.replace("page 07", "page 08");
    assert_eq!(patched.check(), Err(ActError::Challenge), "another picture was shown");
    assert!(city.desk(None).sign_pdf("CHAN Tai Man", prepared(&shown), &act).is_ok());
    // And nothing shorter than the whole digest is compared: one that begins with the same digits is refused as well.
    let begins = |document: &[u8]| digits(prepared(document).digest);
    let (alike, _) = forge(&shown, begins);
    assert_eq!(begins(&shown), begins(&alike));
    assert!(matches!(city.desk(None).sign_pdf("CHAN Tai Man", prepared(&alike), &act), Err(SignError::Other)));
}
