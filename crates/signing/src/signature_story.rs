//! Signed documents as others see them, and everything that must be refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use kernel::Instant;
use serde_json::Value;
use verifier::{Flaw, Reason as Refusal, SignedEvidence};

use crate::cms::Signed;
use crate::ocsp::State;
use crate::pdf::{PdfError, Prepared};
use crate::rehearsal::{City, Clock, NOW, Passkey, packed_pdf, pdf_with, plain_pdf, prepared};
use crate::{ActError, Form, Reason, Revoked, SignError, SignedAt, Unsound, Verdict, judge_detached, judge_pdf, to_der};

/// What pyHanko says; `cargo xtask test` puts it into `target/judges`.
fn pyhanko(folder: &Path, line: &str) -> Value {
    let house = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let python: PathBuf = house.join("target/judges/bin/python");
    assert!(python.exists(), "pyHanko is missing: run `cargo xtask test`, which installs it into target/judges");
    let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judge.py"));
    let output = Command::new(python).arg(script).args(line.split_whitespace()).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

fn pdfsig(folder: &Path, document: &str) -> String {
    let output = Command::new("pdfsig").args(["-nocert", document]).current_dir(folder).output();
    let output = output.expect("pdfsig is missing: apt-get install poppler-utils, or run `cargo xtask test` as root");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the verifier says, which shares no code with this crate.
fn verified(city: &City, document: &[u8], message: Option<&[u8]>, list: Option<&[u8]>) -> Result<String, Flaw> {
    let root = to_der(&city.root).unwrap();
    match verifier::check_signature(&SignedEvidence { document, message, root: &root, list }) {
        Ok(report) => Ok(report.text(verifier::Language::En)),
        Err(Refusal::Signed(flaw)) => Err(flaw),
        Err(other) => panic!("{other:?}"),
    }
}

fn judged(city: &City, document: &[u8]) -> Result<Verdict, Unsound> {
    judge_pdf(document, &city.trust(), NOW, |_| State::Good)
}

#[test]
fn a_signed_document_is_valid_and_whole_for_two_foreign_judges() {
    let (city, folder, passkey) = (City::new(11), tempfile::tempdir().unwrap(), Passkey::new());
    let folder = folder.path();
    std::fs::write(folder.join("root"), to_der(&city.root).unwrap()).unwrap();
    std::fs::write(folder.join("list1"), &city.root_list).unwrap();
    let seconds = NOW.millis() / 1000;
    for document in [plain_pdf("A tax return"), packed_pdf("A tax return")] {
        let made = city.sign(&passkey, &document).unwrap();
        assert!(made.bytes.starts_with(&document), "what was brought is not touched");
        let list = |revoked: &[Revoked]| std::fs::write(folder.join("list2"), city.authority.list(2, 7, revoked, NOW).unwrap()).unwrap();
        list(&[]);
        std::fs::write(folder.join("signed.pdf"), &made.bytes).unwrap();
        let line = format!("pdf signed.pdf root {seconds} list1 list2");
        let said = pyhanko(folder, &line);
        assert_eq!((&said["bottom_line"], &said["coverage"], &said["stamped"]), (&true.into(), &"ENTIRE_FILE".into(), &true.into()), "{said}");
        let said = pdfsig(folder, "signed.pdf");
        assert!(said.contains("Signature is Valid.") && said.contains("Total document signed"), "{said}");
        list(&[Revoked { serial: made.serial.clone(), at: NOW.plus_secs(-60), reason: Reason::Disowned }]);
        let said = pyhanko(folder, &line);
        assert_eq!((&said["bottom_line"], &said["intact"]), (&false.into(), &true.into()), "a revoked certificate: {said}");
        let list = |revoked: &[Revoked]| city.authority.list(3, 7, revoked, NOW).unwrap();
        let said = verified(&city, &made.bytes, None, Some(&list(&[]))).unwrap();
        for words in ["CHAN Tai Man 陳大文", "2026-07-14 04:00:00 UTC", "pdftoppm 22.12.0", "not revoked", "service tax.example.hk"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        let revoked = list(&[Revoked { serial: made.serial.clone(), at: NOW, reason: Reason::Disowned }]);
        assert_eq!(verified(&city, &made.bytes, None, Some(&revoked)), Err(Flaw::Revoked("2026-07-14 04:00:00 UTC".into())));
        assert_eq!(verified(&city, &made.bytes, None, Some(&city.root_list)), Err(Flaw::List));
        assert_eq!(verified(&City::new(10), &made.bytes, None, None), Err(Flaw::Untrusted));
        assert_eq!(verified(&city, &document, None, None), Err(Flaw::Unsigned));
        let verdict = judged(&city, &made.bytes).unwrap();
        assert_eq!((verdict.name.as_str(), verdict.time), ("CHAN Tai Man 陳大文", SignedAt::Stamped(NOW)));
        assert_eq!(verdict.statement.service, "tax.example.hk");
    }
}

#[test]
fn a_detached_signature_is_valid_for_a_foreign_judge() {
    let (city, folder, passkey) = (City::new(12), tempfile::tempdir().unwrap(), Passkey::new());
    let (folder, document) = (folder.path(), plain_pdf("A tax return"));
    let act = passkey.agree(&city.statement(Form::Detached, &document, seal::sha256(&[&document])));
    for timestamps in [None, Some(&Clock(&city, NOW) as &dyn crate::Timestamps)] {
        let made = city.desk(timestamps).sign_detached("CHAN Tai Man", &document, &act).unwrap();
        for (name, bytes) in [("root", &to_der(&city.root).unwrap()), ("document", &document), ("message", &made.bytes)] {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let said = pyhanko(folder, &format!("cms document message root {}", NOW.millis() / 1000));
        assert_eq!((&said["bottom_line"], &said["stamped"]), (&true.into(), &timestamps.is_some().into()), "{said}");
        let verdict = judge_detached(&document, &made.bytes, &city.trust(), NOW, |_| State::Good).unwrap();
        assert_eq!(matches!(verdict.time, SignedAt::Stamped(_)), timestamps.is_some());
        let said = verified(&city, &document, Some(&made.bytes), None).unwrap();
        assert_eq!(said.contains("time-stamping authority below"), timestamps.is_some(), "{said}");
        let other = plain_pdf("Another tax return");
        assert_eq!(verified(&city, &other, Some(&made.bytes), None), Err(Flaw::Altered));
        let refused = judge_detached(&other, &made.bytes, &city.trust(), NOW, |_| State::Good);
        assert!(matches!(refused, Err(Unsound::Altered)));
        let late = judge_detached(&document, &made.bytes, &city.trust(), NOW.plus_secs(86_400), |_| State::Good);
        assert_eq!(late.is_ok(), timestamps.is_some(), "only a timestamp outlives the certificate's hour");
    }
}

#[test]
fn one_flipped_bit_anywhere_is_refused() {
    let (city, document) = (City::new(13), plain_pdf("A tax return"));
    let made = city.sign(&Passkey::new(), &document).unwrap();
    let hole = prepared(&document).hole().clone();
    let whole = judged(&city, &made.bytes).unwrap();
    let digits = made.bytes[hole.clone()].iter().rposition(|byte| *byte != b'0' && *byte != b'>').unwrap();
    for at in (0..hole.start + digits).chain(hole.end..made.bytes.len()) {
        // Every byte outside, and some digits of the signature itself: what is not signed there is certificates and stamps.
        if at > hole.start && at < hole.end && at % 97 != 0 {
            continue;
        }
        let mut altered = made.bytes.clone();
        altered[at] ^= 1;
        let offline = verified(&city, &altered, None, None).is_err();
        assert!(offline || at > hole.start + digits / 2 && at < hole.end, "byte {at} of {} offline", made.bytes.len());
        match judged(&city, &altered) {
            Err(_) => {}
            // The stamp's envelope is another authority's to write; whatever it says, the verdict is the same.
            Ok(verdict) => {
                assert!(at > hole.start + digits / 2 && at < hole.end, "byte {at} of {}", made.bytes.len());
                assert_eq!((verdict.time, &verdict.act), (whole.time, &whole.act));
            }
        }
    }
}

#[test]
fn bytes_before_after_and_between_are_refused() {
    let (city, document) = (City::new(14), plain_pdf("A tax return"));
    let made = city.sign(&Passkey::new(), &document).unwrap();
    let with = |more: &[u8]| [made.bytes.as_slice(), more].concat();
    for more in [b"\n".as_slice(), b"% harmless\n", b"\n1 0 obj\n<<>>\nendobj\n", &[0]] {
        assert!(matches!(judged(&city, &with(more)), Err(Unsound::Pdf(PdfError::Uncovered))), "{more:?}");
        assert_eq!(verified(&city, &with(more), None, None), Err(Flaw::Uncovered));
    }
    assert!(judged(&city, &[b"\n", made.bytes.as_slice()].concat()).is_err());
    let hole = prepared(&document).hole().clone();
    let mut filled = made.bytes.clone();
    filled[hole.end - 3] = b'7';
    assert!(judged(&city, &filled).is_err(), "something hidden in what fills the place");
    // A second update that shows other pages, with a table of its own: the range no longer reaches the end.
    let at = made.bytes.len();
    let update = format!("4 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\nxref\n4 1\n{at:010} 00000 n \ntrailer\n<</Size 9 /Root 1 0 R /Prev 9>>\nstartxref\n{}\n%%EOF\n", at + 47);
    assert!(judged(&city, &with(update.as_bytes())).is_err());
}

#[test]
fn an_assertion_fits_no_other_document_and_no_other_act() {
    let (city, passkey) = (City::new(15), Passkey::new());
    let (shown, forged) = (plain_pdf("Pay 100"), plain_pdf("Pay 900"));
    let (mine, theirs) = (prepared(&shown), prepared(&forged));
    let act = passkey.agree(&city.statement(Form::Pdf, &shown, mine.digest));
    let desk = city.desk(None);
    let refused = desk.sign_pdf("CHAN Tai Man", theirs.clone(), &act);
    assert!(matches!(refused, Err(SignError::Other)), "a swapped document");
    assert!(matches!(desk.sign_detached("CHAN Tai Man", &shown, &act), Err(SignError::Other)), "another form");
    // The statement rewritten to fit the forged document: the passkey never saw it.
    let mut rewritten = act.clone();
    rewritten.statement = city.statement(Form::Pdf, &forged, theirs.digest).text();
    assert!(matches!(desk.sign_pdf("CHAN Tai Man", theirs, &rewritten), Err(SignError::Act(ActError::Challenge))));
    // The signature lifted out of one document and put into another.
    let made = desk.sign_pdf("CHAN Tai Man", mine.clone(), &act).unwrap();
    let place = mine.hole().clone();
    let mut moved = prepared(&forged).bytes;
    assert_eq!(prepared(&forged).hole(), &place);
    moved[place.clone()].copy_from_slice(&made.bytes[place]);
    assert!(matches!(judged(&city, &moved), Err(Unsound::Altered)));
    assert_eq!(verified(&city, &moved, None, None), Err(Flaw::Altered));
}

#[test]
fn a_server_without_the_passkey_makes_nothing_that_holds() {
    let (city, passkey, document) = (City::new(16), Passkey::new(), plain_pdf("Pay 900"));
    let prepared = prepared(&document);
    let statement = city.statement(Form::Pdf, &document, prepared.digest);
    let sign = |act| city.desk(None).sign_pdf("CHAN Tai Man", prepared.clone(), &act).map(|made: crate::Made| made.bytes);
    let refused = |passkey: Passkey| sign(passkey.agree(&statement)).unwrap_err();
    assert!(matches!(refused(Passkey { flags: 1, ..Passkey::new() }), SignError::Act(ActError::Unverified)));
    assert!(matches!(refused(Passkey { flags: 4, ..Passkey::new() }), SignError::Act(ActError::Unverified)));
    assert!(matches!(refused(Passkey { origin: "https://evil.example", ..Passkey::new() }), SignError::Act(ActError::Site)));
    let mut foreign = passkey.agree(&statement);
    foreign.passkey = Passkey::new().agree(&statement).passkey;
    assert!(matches!(sign(foreign), Err(SignError::Act(ActError::Signature))));
    // A whole signature of another site's residents is none of ours.
    let held = sign(passkey.agree(&statement)).unwrap();
    let mut trust = city.trust();
    trust.site = "https://other.example".into();
    assert!(matches!(judge_pdf(&held, &trust, NOW, |_| State::Good), Err(Unsound::OtherSite)));
    assert!(matches!(judge_pdf(&held, &City::new(17).trust(), NOW, |_| State::Good), Err(Unsound::Untrusted)));
}

/// Nor does a server that has a whole act of the resident's and the authority's key: what was agreed to is in the signature, twice.
#[test]
fn an_act_that_is_replayed_by_whoever_holds_the_authoritys_key_holds_for_nothing_else() {
    let (city, passkey) = (City::new(20), Passkey::new());
    let [shown, forged] = ["Pay 100", "Pay 900"].map(plain_pdf);
    let digest = |document: &[u8]| seal::sha256(&[document]);
    let agree = |form| {
        let statement = city.statement(form, &shown, digest(&shown));
        let act = passkey.agree(&statement);
        (act.clone(), (statement.challenge(), act.passkey.thumbprint()))
    };
    let judge = |document: &[u8], message: &[u8]| judge_detached(document, message, &city.trust(), NOW, |_| State::Good).map(drop);
    let offline = |document: &[u8], message: &[u8]| verified(&city, document, Some(message), None).map(drop);
    let (act, own) = agree(Form::Detached);
    let honest = city.forge(&act, digest(&shown), own);
    assert!(judge(&shown, &honest).is_ok() && offline(&shown, &honest).is_ok(), "the check can pass");
    let replayed = city.forge(&act, digest(&forged), own);
    assert!(matches!(judge(&forged, &replayed), Err(Unsound::OtherAct)), "over another document");
    assert_eq!(offline(&forged, &replayed), Err(Flaw::OtherAct));
    let (for_pdf, bound) = agree(Form::Pdf);
    let other_form = city.forge(&for_pdf, digest(&shown), bound);
    assert!(matches!(judge(&shown, &other_form), Err(Unsound::OtherAct)), "as another kind of signature");
    assert_eq!(offline(&shown, &other_form), Err(Flaw::OtherAct));
    assert!(matches!(city.desk(None).sign_detached("CHAN Tai Man", &shown, &for_pdf), Err(SignError::Other)));
    for bound in [([9; 32], own.1), (own.0, [9; 32])] {
        let elsewhere = city.forge(&act, digest(&shown), bound);
        assert!(matches!(judge(&shown, &elsewhere), Err(Unsound::OtherBinding)), "with another act's certificate");
        assert_eq!(offline(&shown, &elsewhere), Err(Flaw::OtherAct));
    }
}

/// A time is one signature's, and within the hour of its certificate, for the judge here and for the one that works offline.
#[test]
fn a_stamp_of_another_signature_or_of_another_hour_is_refused() {
    let (city, passkey, document) = (City::new(22), Passkey::new(), plain_pdf("A tax return"));
    let digest = seal::sha256(&[&document]);
    let statement = city.statement(Form::Detached, &document, digest);
    let act = passkey.agree(&statement);
    let message = city.forge(&act, digest, (statement.challenge(), act.passkey.thumbprint()));
    let own = seal::sha256(&[Signed::read(&message).unwrap().signature()]);
    let stamped = |over: &[u8; 32], at: Instant| {
        let token = city.stamping.token(over, &city.random, at).unwrap();
        Signed::read(&message).unwrap().stamped(&token).unwrap()
    };
    let judge = |message: &[u8]| judge_detached(&document, message, &city.trust(), NOW, |_| State::Good).map(drop);
    let offline = |message: &[u8]| verified(&city, &document, Some(message), None).map(drop);
    let good = stamped(&own, NOW);
    assert!(judge(&good).is_ok() && offline(&good).is_ok(), "the check can pass");
    let lifted = stamped(&[7; 32], NOW);
    assert!(matches!(judge(&lifted), Err(Unsound::Timestamp)));
    assert_eq!(offline(&lifted), Err(Flaw::Timestamp));
    let late = stamped(&own, NOW.plus_secs(2 * 3_600));
    assert!(matches!(judge(&late), Err(Unsound::Untrusted)));
    assert_eq!(offline(&late), Err(Flaw::Untrusted));
}

#[test]
fn a_revoked_certificate_is_refused_unless_the_stamp_is_older() {
    let city = City::new(18);
    let made = city.sign(&Passkey::new(), &plain_pdf("A tax return")).unwrap();
    let judge = |state| judge_pdf(&made.bytes, &city.trust(), NOW, |serial| {
        assert_eq!(serial, made.serial);
        state
    });
    let (before, after) = (NOW.plus_secs(-60), NOW.plus_secs(60));
    assert!(matches!(judge(State::Revoked(before, Reason::Ended)), Err(Unsound::Revoked(..))));
    assert!(matches!(judge(State::Revoked(after, Reason::Disowned)), Err(Unsound::Revoked(..))));
    assert_eq!(judge(State::Revoked(after, Reason::Ended)).unwrap().revoked_since, Some((after, Reason::Ended)));
    assert!(matches!(judge(State::Unknown), Err(Unsound::Unknown)));
}

#[test]
fn what_a_revoked_authority_certified_counts_only_if_the_stamp_is_older() {
    let city = City::new(19);
    let made = city.sign(&Passkey::new(), &plain_pdf("A tax return")).unwrap();
    let judge = |at| {
        let serial = crate::serial(city.authority.issuing()).to_vec();
        let trust = crate::Trust { revoked: vec![crate::Revoked { serial, at, reason: Reason::Compromised }], ..city.trust() };
        judge_pdf(&made.bytes, &trust, NOW, |_| State::Good)
    };
    assert!(judge(NOW.plus_secs(60)).is_ok(), "stamped before");
    assert!(matches!(judge(NOW.plus_secs(-60)), Err(Unsound::Untrusted)));
}

#[test]
fn what_can_show_something_else_tomorrow_is_not_signed() {
    let fields = crate::pdf::Fields { name: "CHAN", reason: "", time: NOW, room: 100 };
    let refused = |document: &[u8]| crate::pdf::prepare(document, &fields).unwrap_err();
    let catalogues = [
        "<</Type /Catalog /Pages 2 0 R /OpenAction <</S /JavaScript /JS (app.alert)>>>>",
        "<</Type /Catalog /Pages 2 0 R /Names <</JavaScript 3 0 R>>>>",
        "<</Type /Catalog /Pages 2 0 R /AcroForm <</XFA 4 0 R /Fields []>>>>",
        "<</Type /Catalog /Pages 2 0 R /OCProperties <<>>>>",
        "<</Type /Catalog /Pages 2 0 R /AA <<>>>>",
    ];
    for catalogue in catalogues {
        assert!(matches!(refused(&pdf_with(catalogue, "x")), PdfError::Active(_)), "{catalogue}");
    }
    let city = City::new(19);
    let made = city.sign(&Passkey::new(), &plain_pdf("A tax return")).unwrap();
    assert_eq!(refused(&made.bytes), PdfError::SignedAlready);
    assert_eq!(refused(b"GIF89a"), PdfError::NoPdf);
    let encrypted = String::from_utf8(plain_pdf("x")).unwrap().replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 5 0 R");
    assert_eq!(refused(encrypted.as_bytes()), PdfError::Encrypted);
    let small = Prepared::fill(prepared(&plain_pdf("x")), &vec![1; 100_000]);
    assert_eq!(small.unwrap_err(), PdfError::NoRoom);
}
