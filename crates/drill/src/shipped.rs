use crate::pack::{Pack, PackFlaw};

/// The names of the packs that come with the product.
pub const SHIPPED: [&str; 4] = ["defacement", "ransomware", "contractor-leak", "denial-of-service"];

/// One of them; nothing when there is none of this name.
pub fn shipped(name: &str) -> Option<Result<Pack, Vec<PackFlaw>>> {
    let files = FILES.iter().find(|(pack, _)| *pack == name)?.1;
    let file = |wanted: &str| files.iter().find(|(path, _)| *path == wanted).map(|(_, bytes)| bytes.to_vec());
    Some(Pack::read(&file))
}

type Files = &'static [(&'static str, &'static [u8])];

macro_rules! pack {
    ($name:literal: $($file:literal),+) => {
        ($name, &[$(($file, include_bytes!(concat!("../packs/", $name, "/", $file)))),+])
    };
}

const FILES: [(&str, Files); SHIPPED.len()] = [
    pack!("defacement": "pack.toml", "marking.toml", "evidence/connections.jsonl", "evidence/processes.jsonl", "evidence/audit.jsonl"),
    pack!("ransomware": "pack.toml", "marking.toml", "evidence/logins.jsonl", "evidence/programmes.jsonl", "evidence/files.jsonl",
        "evidence/proxy.jsonl", "evidence/register.jsonl", "evidence/backups.jsonl"),
    pack!("contractor-leak": "pack.toml", "marking.toml", "evidence/access.jsonl", "evidence/changes.jsonl", "evidence/files.jsonl",
        "evidence/packages.jsonl", "evidence/mail.jsonl"),
    pack!("denial-of-service": "pack.toml", "marking.toml", "evidence/checks.jsonl", "evidence/access.log", "evidence/errors.log",
        "evidence/connections.jsonl", "evidence/settings.conf"),
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::Instant;

    use super::*;
    use crate::{Answer, Channel, Exercise, Question, Refusal, Span, Team, Trigger};

    #[test]
    fn every_pack_that_ships_is_whole() {
        for name in SHIPPED {
            let pack = shipped(name).unwrap().unwrap_or_else(|flaws| panic!("{name}: {flaws:?}"));
            assert_eq!(pack.scenario.name.as_str(), name);
        }
        assert!(shipped("nothing").is_none());
    }

    #[test]
    fn who_answers_by_the_key_at_once_has_every_point_that_a_key_gives() {
        for name in SHIPPED {
            let pack = Arc::new(shipped(name).unwrap().unwrap());
            let teams = vec![Team { name: "Department".into(), in_room: 1, remote: 0 }];
            let mut now = Instant::from_millis(1_679_450_400_000);
            let mut exercise = Exercise::start(Arc::clone(&pack), teams, now).unwrap();
            let mut waiting: Vec<&Question> = pack.scenario.questions.iter().collect();
            loop {
                exercise.send_due(now);
                waiting.retain(|question| {
                    let key = pack.key(&question.name).unwrap();
                    let right = key.right.iter().map(|spellings| spellings[0].clone());
                    let answer = Answer::new(right, key.lines.iter().take(key.enough).cloned());
                    let score = exercise.answer(now, (0, 0), &question.name, answer).map(|_| exercise.state().score(0, &question.name));
                    let whole = if key.is_open() { 0 } else { u64::from(question.points) * 1_000 };
                    assert!(score == Ok(whole) || score == Err(Refusal::NotOpen), "{name}, {}: {score:?}", question.name);
                    score.is_err()
                });
                let Some(next) = exercise.next_due() else { break };
                now = next;
            }
            assert!(waiting.is_empty(), "{name}: {waiting:?}");
        }
    }

    #[test]
    fn a_pack_is_a_morning_of_work_by_every_channel_and_its_records_are_small() {
        for name in SHIPPED {
            let pack = shipped(name).unwrap().unwrap();
            let count = |channel| pack.scenario.injects.iter().filter(|inject| inject.channel == channel).count();
            assert!((7..=14).contains(&pack.scenario.injects.len()) && count(Channel::Telephone) > 0 && count(Channel::Mail) > 0, "{name}");
            assert!((8..=11).contains(&pack.scenario.questions.len()), "{name}: {}", pack.scenario.questions.len());
            let by_hand = pack.scenario.questions.iter().filter(|question| pack.key(&question.name).unwrap().is_open()).count();
            assert!((1..=2).contains(&by_hand) && pack.scenario.discussion.len() >= 3, "{name}");
            let fixed = pack.scenario.injects.iter().filter_map(|inject| if let Trigger::At(at) = inject.when { Some(at) } else { None });
            assert!(fixed.max().unwrap_or(Span::default()) < pack.scenario.length, "{name}: something comes after the end");
            let bytes = FILES.iter().find(|(known, _)| *known == name).unwrap().1.iter().map(|(_, bytes)| bytes.len());
            assert!(bytes.clone().max().unwrap() < 200_000 && bytes.sum::<usize>() < 450_000, "{name}");
        }
    }
}
