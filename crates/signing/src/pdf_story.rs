//! Documents from strangers: whatever stands in them, an answer comes, soon, and in little memory.

use kernel::Random;
use testkit::SeededRandom;

use crate::pdf::{Fields, PdfError, embedded, prepare};
use crate::rehearsal::{City, NOW, Passkey, packed_pdf, plain_pdf};

const FIELDS: Fields<'static> = Fields { name: "CHAN", reason: "", time: NOW, room: 64 };

fn number(random: &SeededRandom, below: usize) -> usize {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    usize::try_from(u32::from_be_bytes(bytes)).unwrap() % below.max(1)
}

/// Changes a document a little, as chance wants it.
fn mutate(random: &SeededRandom, document: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = document.to_vec();
    for _ in 0..=number(random, 2) {
        let (at, other) = (number(random, out.len()), number(random, out.len()));
        match number(random, 6) {
            0 => out[at] = u8::try_from(number(random, 256)).unwrap(),
            1 => out.truncate(at.max(20)),
            2 => drop(out.splice(at..at, pieces[number(random, pieces.len())].iter().copied())),
            3 => drop(out.drain(at.min(other)..at.max(other).min(at.min(other) + 40))),
            4 => {
                let copied = out[at.min(other)..at.max(other).min(at.min(other) + 200)].to_vec();
                drop(out.splice(at..at, copied));
            }
            _ => out.swap(at, other),
        }
    }
    out
}

#[test]
fn no_document_makes_the_reader_fail() {
    let random = SeededRandom::new(31);
    let signed = City::new(32).sign(&Passkey::new(), &plain_pdf("x")).unwrap().bytes;
    let pieces: [&[u8]; 14] = [
        b"<<", b">>", b"[", b"]", b"(", b")", b"<", b"9999999999999999999", b"-1", b" 0 R", b"/Prev 9", b"/Kids [1 0 R]",
        b"stream\n", b"/Length 5 0 R",
    ];
    let (mut taken, mut refused) = (0, 0);
    for round in 0..3_000 {
        let document = match round % 3 {
            0 => mutate(&random, &plain_pdf("x"), &pieces),
            1 => mutate(&random, &packed_pdf("x"), &pieces),
            _ => mutate(&random, &signed, &pieces),
        };
        match prepare(&document, &FIELDS) {
            Ok(_) => taken += 1,
            Err(_) => refused += 1,
        }
        drop(embedded(&document));
    }
    assert!(taken > 50 && refused > 100, "{taken} taken, {refused} refused");
}

#[test]
fn depth_growth_and_circles_end() {
    let deep = |open: &str| plain_pdf("x").into_iter().chain(open.repeat(100_000).into_bytes()).collect::<Vec<u8>>();
    let nested = |object: &str| {
        let text = String::from_utf8(plain_pdf("x")).unwrap();
        text.replace("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>", object)
    };
    for open in ["[", "<<", "<</A ", "("] {
        let document = nested(&open.repeat(50_000));
        assert!(prepare(document.as_bytes(), &FIELDS).is_err());
        assert!(prepare(&deep(open), &FIELDS).is_err());
    }
    // Two tables that name each other, and pages that are their own children.
    let text = String::from_utf8(plain_pdf("x")).unwrap();
    let start = text.rfind("xref\n0 ").unwrap();
    let circle = text.replace("/Root 1 0 R", &format!("/Root 1 0 R /Prev {start}"));
    assert!(matches!(prepare(circle.as_bytes(), &FIELDS), Err(PdfError::Broken(_))));
    let own = text.replace("/Kids [4 0 R ]", "/Kids [2 0 R ]");
    assert!(matches!(prepare(own.as_bytes(), &FIELDS), Err(PdfError::Broken(_))));
    // A stream of nothing but zeros, a thousandth of its size when packed.
    let bomb = {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 40 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let mut document = b"%PDF-1.7\n".to_vec();
    let at = document.len();
    document.extend(format!("1 0 obj\n<</Type /XRef /Size 2 /W [1 2 1] /Filter /FlateDecode /Length {}>>\nstream\n", bomb.len()).bytes());
    document.extend(bomb);
    document.extend(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n").bytes());
    assert_eq!(prepare(&document, &FIELDS).unwrap_err(), PdfError::TooBig);
    assert_eq!(prepare(&vec![b'%'; 17 << 20], &FIELDS).unwrap_err(), PdfError::TooBig);
}
