//! Officers who search the evidence, answer and are wrong, and evaluators who read what no key can mark.

use std::collections::BTreeSet;
use std::sync::Arc;

use drill::{Answer, Citation, Event, Exercise, Key, Name, Pack, Question, Refusal, TeamNumber};
use kernel::Instant;
use seal::sha256;

/// Of a thousand rounds so many end with the death of the program.
const DEATHS: u64 = 15;
/// Evaluators: two read everything, the third what they differ about.
const EVALUATORS: u16 = 3;

/// Everybody in it.
pub struct Players {
    seed: u64,
    draws: u64,
    pack: Arc<Pack>,
    last: Instant,
    seen: usize,
    waiting: BTreeSet<(Instant, TeamNumber, Name, u8)>,
}

impl Players {
    pub const fn new(seed: u64, pack: Arc<Pack>, start: Instant) -> Self {
        Self { seed, draws: 0, pack, last: start, seen: 0, waiting: BTreeSet::new() }
    }

    /// When somebody is ready.
    pub fn next(&self) -> Option<Instant> {
        self.waiting.first().map(|(at, ..)| *at)
    }

    /// Whether the program dies now.
    pub fn die(&mut self) -> bool {
        self.below(1_000) < DEATHS
    }

    /// Everybody reads what has come, and who is ready answers.
    pub fn act(&mut self, exercise: &mut Exercise, now: Instant) -> Result<(), Refusal> {
        self.last = now;
        self.read(exercise, now);
        while let Some((at, team, question, attempt)) = self.waiting.first().cloned().filter(|(at, ..)| *at <= now) {
            self.waiting.remove(&(at, team, question.clone(), attempt));
            self.answer(exercise, now, team, &question, attempt)?;
        }
        Ok(())
    }

    /// Evaluators give what is missing: two marks for each answer, and a third where they lie apart.
    pub fn mark_all(&mut self, exercise: &mut Exercise, now: Instant) -> Result<(), Box<dyn std::error::Error>> {
        let teams = u16::try_from(exercise.state().teams.len())?;
        let pack = Arc::clone(&self.pack);
        for team in 0..teams {
            for question in &pack.scenario.questions {
                for evaluator in 0..EVALUATORS {
                    if exercise.state().needs_mark(&pack, team, &question.name) {
                        let points = u32::try_from(self.below(u64::from(question.points) + 1))?;
                        exercise.mark(now, evaluator, team, &question.name, points)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Questions open with injects; each team takes its time over each.
    fn read(&mut self, exercise: &Exercise, now: Instant) {
        let pack = Arc::clone(&self.pack);
        let new: Vec<(TeamNumber, Name)> = exercise.entries().iter().skip(self.seen).filter_map(arrived).collect();
        self.seen = exercise.entries().len();
        for (team, inject) in new {
            for question in pack.scenario.questions.iter().filter(|question| question.opens == inject) {
                let patience = i64::try_from(180 + self.below(3_000)).unwrap_or(0);
                self.waiting.insert((now.plus_secs(patience * 100 / self.skill(team)), team, question.name.clone(), 0));
            }
        }
    }

    fn answer(&mut self, exercise: &mut Exercise, now: Instant, team: TeamNumber, name: &Name, attempt: u8) -> Result<(), Refusal> {
        let pack = Arc::clone(&self.pack);
        let Some((question, key)) = pack.question(name).zip(pack.key(name)) else { return Ok(()) };
        let chance = u64::try_from(self.skill(team)).unwrap_or(0) / 2 + 25 * u64::from(attempt);
        let knows = self.below(100) < chance;
        let given = if knows { right(key) } else { self.guess(question) };
        let lines: Vec<Citation> = key.lines.iter().filter(|_| knows || self.below(3) == 0).cloned().collect();
        let players = exercise.state().teams.get(usize::from(team)).map_or(1, |team| team.in_room + team.remote);
        let player = u16::try_from(self.below(players.into())).unwrap_or(0);
        exercise.answer(now, (team, player), name, Answer::new(given, lines))?;
        if !knows && attempt < 2 {
            let again = i64::try_from(300 + self.below(1_200)).unwrap_or(0);
            self.waiting.insert((now.plus_secs(again), team, name.clone(), attempt + 1));
        }
        Ok(())
    }

    fn guess(&mut self, question: &Question) -> Vec<String> {
        let chosen = question.options.iter().filter(|_| self.below(2) == 0).map(|option| option.name.to_string());
        let chosen: Vec<String> = chosen.collect();
        if chosen.is_empty() { vec![format!("a guess, number {}", self.below(1_000))] } else { chosen }
    }

    /// From 60 to 140 in a hundred.
    fn skill(&self, team: TeamNumber) -> i64 {
        let byte = sha256(&[&self.seed.to_be_bytes(), b"skill", &team.to_be_bytes()]).first().copied().unwrap_or(0);
        60 + i64::from(byte) * 80 / 255
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        let drawn = sha256(&[&self.seed.to_be_bytes(), &self.draws.to_be_bytes()]);
        let number = drawn.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number.checked_rem(bound).unwrap_or(0)
    }
}

fn arrived(entry: &drill::Entry) -> Option<(TeamNumber, Name)> {
    match &entry.event {
        Event::Sent { team, inject, .. } => Some((*team, inject.clone())),
        _ => None,
    }
}

fn right(key: &Key) -> Vec<String> {
    if key.is_open() {
        return vec!["A sentence that an evaluator reads.".to_owned()];
    }
    key.right.iter().filter_map(|spellings| spellings.first().cloned()).collect()
}
