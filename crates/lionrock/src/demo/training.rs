//! Training of the demonstration: one session tomorrow, and one officer who has learnt something already.

use flows::Platform;
use installation::seed::{SeedError, act, failed, post_of};
use kernel::{Day, Id, Instant, kinds};
use people::{ManageTraining, Role, SignedIn, authorise};
use training::{PlanSession, QuizError, Venue, begin_quiz, course, hand_in, plan_session};

/// The security officer holds a workshop on the day after `today` at ten; the privacy officer has passed the quiz about personal data.
pub fn add(
    platform: &Platform,
    department: Id<kinds::Department>,
    (security, privacy): (Id<kinds::Officer>, Id<kinds::Officer>),
    today: Day,
) -> Result<(), SeedError> {
    let signed_in = |officer, role: Role| SignedIn::at_console(officer, department, vec![role], post_of(role));
    let grant = authorise::<ManageTraining>(&signed_in(security, Role::SecurityOfficer), None).map_err(failed("seed.grant"))?;
    let plan = PlanSession {
        course: "incident-response".into(),
        begins: Instant::at(today.plus(1), 600),
        minutes: 90,
        venue: Venue { room: Some("Demonstration Training Room, 12/F".into()), link: Some("https://meet.example.hk/workshop".into()) },
        capacity: 40,
    };
    act(platform, "seed.training_session", grant.actor(), move |work| plan_session(work, &grant, &plan).map(drop))?;
    let (who, grant) = (signed_in(privacy, Role::PrivacyOfficer), authorise::<ManageTraining>(&signed_in(privacy, Role::PrivacyOfficer), None));
    let actor = grant.map_err(failed("seed.grant"))?.actor();
    act(platform, "seed.training_record", actor, move |work| {
        let begun = begin_quiz(work, &who, "personal-data")?;
        let key = course("personal-data").ok_or(QuizError::Course)?.quiz.key(begun.seed);
        hand_in(work, &who, (begun.id, &key)).map(drop)
    })
}
