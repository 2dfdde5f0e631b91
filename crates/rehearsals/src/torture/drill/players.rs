//! What players do: answer, pin and speak, each act with words that no other act has, so that it is found again.

use drill::Seat;
use kernel::{Id, kinds};
use seal::sha256;
use serde_json::{Value, json};

use super::pack::{LINES, QUESTIONS};
use crate::drill_hall::Hall;

/// An act that was answered.
pub struct Sent {
    /// Its words.
    pub act: String,
    /// The status of the answer.
    pub status: u16,
    /// The last entry when it was answered.
    pub entry: Option<u64>,
}

/// Everybody, by seat.
pub struct Players {
    seed: u64,
    drill: Id<kinds::Drill>,
    seats: Vec<Place>,
    facilitator: String,
}

struct Place {
    officer: String,
    /// The number within the team, and how many the team has.
    number: usize,
    team: usize,
}

impl Players {
    /// Those of a hall.
    pub fn new(seed: u64, hall: &Hall) -> Self {
        let place = |team: usize, number: usize, seat: &Seat| Place { officer: officer(seat), number, team };
        let of_team = |team: &Vec<Seat>| -> Vec<Place> {
            team.iter().enumerate().map(|(number, seat)| place(team.len(), number, seat)).collect()
        };
        Self { seed, drill: hall.id, seats: hall.players.iter().flat_map(of_team).collect(), facilitator: officer(&hall.facilitator) }
    }

    /// The exercise.
    pub const fn drill(&self) -> Id<kinds::Drill> {
        self.drill
    }

    /// An act of the facilitator.
    pub fn control(&self, act: &Value) -> Value {
        json!({"drill": self.drill.to_string(), "officer": self.facilitator, "act": act})
    }

    /// Act `number`, by one of the players who use this connection: nobody acts twice at once. A question is answered by one player
    /// of its team and a line pinned by one, so that an act that is sent again follows nobody else's.
    pub fn act(&self, number: usize, (client, clients): (usize, usize)) -> (String, Value) {
        let own = (client..self.seats.len()).step_by(clients.max(1));
        let count = own.clone().count();
        let chosen = own.clone().nth(self.draw(number, "who", count)).or_else(|| own.clone().next()).unwrap_or(0);
        let Some(place) = self.seats.get(chosen) else { return (String::new(), Value::Null) };
        let words = format!("act {number}");
        let ours = |most: usize| (place.number..most).step_by(place.team.max(1));
        let pick = |most: usize| ours(most).nth(self.draw(number, "which", ours(most).count())).unwrap_or(place.number % most);
        let act = match self.draw(number, "what", 10) {
            0 => json!({"say": {"text": words}}),
            1 | 2 => json!({"pin": {"line": format!("lines:{}", pick(LINES) + 1), "note": words}}),
            _ => {
                let right = self.draw(number, "right", 3) == 0;
                let given = if right { vec![words.clone(), "right".to_owned()] } else { vec![words.clone()] };
                json!({"answer": {"question": format!("question-{}", pick(QUESTIONS)), "given": given, "lines": ["lines:1"]}})
            }
        };
        (words, json!({"drill": self.drill.to_string(), "officer": place.officer, "act": act}))
    }

    fn draw(&self, number: usize, what: &str, below: usize) -> usize {
        let bytes = sha256(&[&self.seed.to_be_bytes(), what.as_bytes(), &number.to_be_bytes()]);
        let drawn = bytes.iter().take(7).fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        drawn.checked_rem(below).unwrap_or(0)
    }
}

fn officer(seat: &Seat) -> String {
    match seat.sitter() {
        drill::Sitter::Officer(officer) => officer.to_string(),
        drill::Sitter::Guest(guest) => guest.to_string(),
    }
}
