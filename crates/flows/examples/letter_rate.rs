//! How fast letters with PINs are printed: `cargo run --release -p flows --example letter_rate [LETTERS]`.
//!
//! Draws 100,000 letters to the shipped addresses in batches of a thousand on two threads, packs each batch and encrypts it to a print
//! bureau's key, as `flows::print_letters` does with what it has opened. Then it decrypts the first batches, in which every shipped address
//! stands once in Chinese and once in English, and looks with `pdftotext` whether each name and each line of each address is there.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant as Watch;

use hongkong::{Premises, Unit, format_lines, names};
use kernel::{Day, Id, Instant, Language, Secret, Text};
use notify::{LetterFont, PinLetter, PinLetters, pin_letters_pdf};
use processors::{ContractorKeys, Form, Lease, LeaseState, Package, Selection, Sheaf, pack_letters};
use seal::age_files;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const BATCH: usize = 1_000;
const THREADS: usize = 2;

fn main() -> Result<(), Failure> {
    let letters = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse::<usize>())?;
    let premises = hongkong::shipped_premises()?;
    let font = LetterFont::open(Path::new(FONT))?;
    let (secret, recipient) = age_files::generate_identity();
    let keys = ContractorKeys { signing: [7; 32], recipient };
    let batches = letters.div_ceil(BATCH);
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let begun = Watch::now();
    std::thread::scope(|scope| {
        let work = || -> Result<(), Failure> {
            loop {
                let batch = next.fetch_add(1, Ordering::Relaxed);
                if batch >= batches {
                    return Ok(());
                }
                let package = print(&premises, batch, &font, &keys)?;
                made.lock().map_err(|error| error.to_string())?.push((batch, package));
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread stopped")?)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut made = made.into_inner().map_err(|error| error.to_string())?;
    made.sort_unstable_by_key(|(batch, _)| *batch);
    let bytes: usize = made.iter().map(|(_, package)| package.bytes.len()).sum();
    let count = f64::from(u32::try_from(batches * BATCH)?);
    println!("{} letters in {batches} encrypted batches in {seconds:.1} s: {:.0} an hour", batches * BATCH, count * 3600.0 / seconds);
    println!("{} bytes a letter", bytes / (batches * BATCH));
    let all = (2 * premises.len()).div_ceil(BATCH).min(batches);
    let mut lines = 0;
    for (batch, package) in made.iter().take(all) {
        lines += check(&premises, *batch, &age_files::decrypt(&secret, &package.bytes)?)?;
    }
    println!("pdftotext found {lines} lines of names and addresses in {} letters, and missed none", all * BATCH);
    Ok(())
}

/// The letters of a batch: each address once in Chinese and once in English, with a synthetic name.
fn window(premises: &[Premises], number: usize) -> Option<Vec<String>> {
    let one = premises.get((number / 2) % premises.len())?;
    let language = if number.is_multiple_of(2) { Language::ZhHant } else { Language::En };
    let surname = names::surnames().get(number % names::surnames().len())?;
    let given = names::given_characters().get(number % names::given_characters().len())?;
    let name = match language {
        Language::En => format!("{} {}", surname.romanised.to_uppercase(), given.romanised),
        _ => format!("{}{}", surname.zh_hant, given.zh_hant),
    };
    let unit = Unit { flat: "B".to_owned(), floor: "12".to_owned(), block: String::new() };
    Some(std::iter::once(name).chain(format_lines(one, &unit, language)).collect())
}

fn print(premises: &[Premises], batch: usize, font: &LetterFont, keys: &ContractorKeys) -> Result<Package, Failure> {
    let common = PinLetters {
        sender: Text::new("Innovation Services Department", "創新服務署", "创新服务署"),
        service: Text::new("Resident account", "市民帳戶", "市民账户"),
        page: "account.example.gov.hk/pin".to_owned(),
        date: Day::from_civil(2022, 1, 3).ok_or("no such day")?,
        until: Day::from_civil(2022, 1, 24).ok_or("no such day")?,
    };
    let letter = |number: usize| {
        Ok(PinLetter {
            language: if number.is_multiple_of(2) { Language::ZhHant } else { Language::En },
            window: window(premises, number).ok_or("no such address")?,
            pin: Secret::new(format!("{:08}", number * 997 % 100_000_000)),
            link: Secret::new(format!("https://account.example.gov.hk/zh-hant/account/pin?letter={number:032x}")),
            barcode: format!("{number:012}"),
        })
    };
    let letters = (batch * BATCH..(batch + 1) * BATCH).map(letter).collect::<Result<Vec<_>, Failure>>()?;
    let (pdf, refused) = pin_letters_pdf(&common, &letters, font)?;
    if let Some(letter) = refused.first().and_then(|place| letters.get(*place)) {
        return Err(format!("{} letters do not fit: {:?}", refused.len(), letter.window).into());
    }
    let lease = lease();
    let sheaf = Sheaf { lease: &lease, batch: Id::from_bytes([1; 16]), clauses: [0; 32], pdf: &pdf, letters: letters.len() };
    Ok(pack_letters(&sheaf, keys, Instant::from_millis(1_641_200_000_000))?)
}

/// How many lines of a batch `pdftotext` finds; an error when it misses one.
fn check(premises: &[Premises], batch: usize, tar: &Secret<Vec<u8>>) -> Result<usize, Failure> {
    let at = tar.expose().windows(5).position(|window| window == b"%PDF-").ok_or("no document")?;
    let pdf = tar.expose().get(at..).unwrap_or_default();
    let mut child =
        Command::new("pdftotext").args(["-layout", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(pdf));
        child.wait_with_output()
    })?;
    let text = String::from_utf8(output.stdout)?;
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let pages: Vec<String> = text.split('\u{c}').map(squeezed).collect();
    let mut found = 0;
    for (number, page) in (batch * BATCH..(batch + 1) * BATCH).zip(&pages) {
        for line in window(premises, number).ok_or("no such address")? {
            if !page.contains(&squeezed(&line)) {
                return Err(format!("{line} is missing in letter {number}").into());
            }
            found += 1;
        }
    }
    Ok(found)
}

fn lease() -> Lease {
    let (id, day) = ([2; 16], Instant::from_millis(1_641_200_000_000).day());
    Lease {
        id: Id::from_bytes(id),
        contractor: Id::from_bytes(id),
        contract: Id::from_bytes(id),
        department: Id::from_bytes(id),
        service: Id::from_bytes(id),
        officer: Id::from_bytes(id),
        purpose: "identity".to_owned(),
        groups: Vec::new(),
        selection: Selection::All,
        records: 0,
        form: Form::HandOver,
        daily_most: 0,
        granted: Instant::from_millis(0),
        until: day,
        retention: day,
        number: 0,
        key_expiry: day,
        earlier_expiries: Vec::new(),
        state: LeaseState::Active,
        ended: None,
        key_died: None,
        due: None,
        statement: None,
        clean: Vec::new(),
        rounds: 0,
        probe: None,
        resumed: 0,
        closed: None,
        aftercare: 0,
        inspected: None,
    }
}
