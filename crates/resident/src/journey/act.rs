use webkit::Values;

use super::Step;

/// Which button of a page was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// The main one; Enter in a field means it too.
    Next,
    /// Back.
    Back,
    /// To another page: "Change", "not in the list".
    Go(Step),
    /// Add a member.
    Add,
    /// Remove a member.
    Remove(usize),
}

impl Act {
    /// The act that a form names; anything unknown is the main button.
    pub(super) fn of(values: &Values) -> Self {
        let act = values.get("act");
        if let Some(step) = act.strip_prefix("go-").and_then(Step::named) {
            return Self::Go(step);
        }
        if let Some(index) = act.strip_prefix("remove-").and_then(|index| index.parse().ok()) {
            return Self::Remove(index);
        }
        match act {
            "back" => Self::Back,
            "add" => Self::Add,
            _ => Self::Next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_told_apart() {
        let table = [
            ("", Act::Next),
            ("nonsense", Act::Next),
            ("go-nowhere", Act::Next),
            ("back", Act::Back),
            ("add", Act::Add),
            ("go-name", Act::Go(Step::Name)),
            ("go-member-3", Act::Go(Step::Member(3))),
            ("remove-1", Act::Remove(1)),
        ];
        for (value, act) in table {
            assert_eq!(Act::of(&Values::from_pairs([("act", value)])), act, "{value}");
        }
    }
}
