use registration::{BirthForm, PersonForm};
use webkit::Values;
use webkit::parts::DateValue;

use super::Step;
use crate::draft::Draft;

/// Takes what the page sent into the draft, as typed: nothing is judged here, so nothing is lost.
pub(super) fn absorb(draft: &mut Draft, values: &Values) {
    let typed = |field: &str| bounded(values.get(field));
    let form = &mut draft.form;
    match draft.step {
        Step::Identity => {
            form.id_number = typed("id_number");
            form.birth = birth(values);
        }
        Step::Name => form.name = typed("name"),
        Step::Address => draft.query = typed("query"),
        Step::Choose => {
            let choice = typed("choice");
            form.address.key = if choice == NOT_LISTED { String::new() } else { choice };
        }
        Step::Unit => {
            form.address.flat = typed("flat");
            form.address.floor = typed("floor");
        }
        Step::Manual => {
            form.address.key.clear();
            form.address.text = typed("text");
            form.address.district = typed("district");
            form.address.flat = typed("flat");
            form.address.floor = typed("floor");
        }
        Step::Mobile => form.mobile = typed("mobile"),
        Step::Member(index) => {
            let member = PersonForm { id_number: typed("id_number"), birth: birth(values) };
            match form.members.get_mut(index) {
                Some(place) => *place = member,
                None => form.members.push(member),
            }
        }
        Step::Members | Step::Check => {}
    }
}

/// The choice "my address is not in this list".
pub(super) const NOT_LISTED: &str = "none";

fn birth(values: &Values) -> BirthForm {
    let DateValue { day, month, year } = DateValue::of(values, "birth");
    BirthForm::Boxes { day: bounded(&day), month: bounded(&month), year: bounded(&year) }
}

/// Enough for the parser to say what is wrong; a form is no place to store a book.
fn bounded(text: &str) -> String {
    text.trim().chars().take(300).collect()
}
