use super::*;
use crate::{Channel, shipped};

const FIXTURES: [(&str, &[u8]); 3] = [
    ("test_file_1.xlsx", include_bytes!("../../tests/fixtures/openaev-msel/test_file_1.xlsx")),
    ("test_file_2.xlsx", include_bytes!("../../tests/fixtures/openaev-msel/test_file_2.xlsx")),
    ("scenario-3-vendor-breach.md", include_bytes!("../../tests/fixtures/tabletop/scenario-3-vendor-breach.md")),
];

fn pack_of((name, bytes): (&str, &[u8])) -> (Pack, Vec<String>) {
    let imported = import(name, bytes).unwrap();
    let file = |wanted: &str| imported.files.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.clone().into_bytes());
    let pack = Pack::read(&file).unwrap();
    let list = to_do(&pack, &imported.files[0].1);
    (pack, list)
}

fn moments(pack: &Pack) -> Vec<String> {
    pack.scenario.injects.iter().map(|inject| format!("{:?}", inject.when)).collect()
}

#[test]
fn both_shared_sheets_become_packs_without_a_hand() {
    let (relative, list) = pack_of(FIXTURES[0]);
    assert_eq!((relative.scenario.injects.len(), relative.scenario.questions.len()), (3, 2));
    assert_eq!(moments(&relative), ["At(Span(0))", "At(Span(2592000))", "At(Span(2592000))"], "thirty days apart");
    let first = &relative.scenario.injects[0];
    assert_eq!((first.title.en.as_str(), first.body.en.as_str(), first.channel), ("Send an SMS", "message1\n\ndescription", Channel::Telephone));
    assert_eq!((relative.scenario.questions[0].prompt.en.as_str(), relative.scenario.questions[0].points), ("expectation", 100));
    for expected in [
        "Row 1 was for `team1`; here every team gets it.",
        "Row 3: `???` names no way in which an inject comes; it comes as a mail.",
        "Inject `send-an-sms`, its title: to be translated.",
        "Inject `inject`, what it says: to be written.",
        "The situation: to be written.",
        "No question is about `prevent`: that part of the score stays empty.",
        "There is no evidence: players have nothing to search and no lines to cite.",
    ] {
        assert!(list.iter().any(|line| line == expected), "{expected} is missing in\n{}", list.join("\n"));
    }

    let (absolute, list) = pack_of(FIXTURES[1]);
    assert_eq!(moments(&absolute), ["At(Span(0))", "At(Span(300))", "At(Span(300))", "At(Span(600))"], "in the order of their times");
    assert_eq!((absolute.scenario.length.to_string(), absolute.scenario.questions.len()), ("1h10m".to_owned(), 3));
    assert!(list.iter().all(|line| !line.contains("no time that can be read")), "{}", list.join("\n"));
}

#[test]
fn the_tabletop_kit_becomes_a_pack_and_what_only_facilitators_read_stays_theirs() {
    let (pack, list) = pack_of(FIXTURES[2]);
    assert_eq!((pack.scenario.injects.len(), pack.scenario.questions.len(), pack.scenario.length.to_string()), (5, 5, "1h30m".to_owned()));
    assert_eq!(pack.scenario.injects[1].title.en, "The Situation Gets Worse");
    assert!(pack.scenario.injects[0].body.en.starts_with("It is Monday at 7:45 AM."), "{}", pack.scenario.injects[0].body.en);
    let key = pack.key(&pack.scenario.questions[0].name).unwrap();
    assert!(key.is_open() && key.why.en.starts_with("Classification as at minimum High"), "{}", key.why.en);
    assert_eq!(pack.scenario.discussion.len(), 30, "every probing question is a topic");
    assert!(list.iter().any(|line| line.starts_with("The source says no moments")));
    let (_, bytes) = FIXTURES[2];
    let files = import("scenario-3-vendor-breach.md", bytes).unwrap().files;
    assert!(!files[0].1.contains("suffers a ransomware attack") && files[1].1.contains("# MedCaribe's cloud-based EHR provider, CloudMed, suffers"));
}

#[test]
fn what_is_no_exercise_is_refused_and_a_finished_pack_has_nothing_to_do() {
    assert!(matches!(import("a.docx", b"x"), Err(ImportError::Kind(name)) if name == "a.docx"));
    assert!(matches!(import("a.xlsx", b"no zip"), Err(ImportError::Unreadable(_))));
    assert_eq!(import("a.md", b"# Nothing happens\n\n## Notes\n"), Err(ImportError::Empty));
    assert_eq!(import("a.md", &vec![b' '; LARGEST + 1]), Err(ImportError::Large));
    for name in crate::SHIPPED {
        assert_eq!(to_do(&shipped(name).unwrap().unwrap(), ""), Vec::<String>::new(), "{name}");
    }
    let hostile = "# A \"quoted\" \u{7f} title\\n\n## INJECT 1: ]] # \"\"\"\n**Read aloud:**\n\"\\u0000 [[inject]]\"\n**Primary question:** \"'''\"\n";
    let (pack, _) = pack_of(("evil.md", hostile.as_bytes()));
    assert_eq!((pack.scenario.injects.len(), pack.scenario.injects[0].body.en.as_str()), (1, "\\u0000 [[inject]]"), "text stays text");
}
