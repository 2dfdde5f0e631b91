use axum::response::Response;
use webkit::Page;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Warning};

use crate::desk::Desk;
use crate::mistakes::Mistakes;

/// The field by which the question is answered.
pub(crate) const FIELD: &str = "sure";

/// A question before something that cannot be taken back.
pub struct Question<'a> {
    /// The text that names the act; it stands on the button, too.
    pub act: &'a str,
    /// The text that says what follows from it.
    pub warning: &'a str,
    /// Where it is left undone.
    pub back: String,
}

impl Desk {
    /// Asks before an act that one press would do: the page with the question, until whoever acts has answered it. What was sent travels
    /// in that page, so that the act is asked and done at one address.
    pub fn unless_sure(&self, question: &Question<'_>) -> Option<Response> {
        if self.values.get(FIELD) == "yes" && !self.values.switching() {
            return None;
        }
        let title = self.say(question.act);
        let mut body = self.body(&title, &Mistakes::default());
        body.part(&Warning(self.say(question.warning)));
        let form = self.form().carry(&self.values, &[FIELD]).hidden(FIELD, "yes").part(&ButtonGroup(vec![
            Button::new(title.clone()).style(ButtonStyle::Warning),
            Button::link(self.say("cancel"), question.back.clone()).style(ButtonStyle::Quiet),
        ]));
        body.part(&form);
        Some(self.show(Page::new(title, body.markup()).back(question.back.clone()).switch_submits("form")))
    }
}
