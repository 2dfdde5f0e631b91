use journal::{Actor, Event, Work};
use kernel::{Fault, Id, Kind, Text, kinds};
use store::StoreError;

use crate::{Department, storage};

const CODE_MAX: usize = 16;
const NAME_MAX_CHARS: usize = 120;

/// A department to create. Only the operator does this, at the command line.
#[derive(Clone, Debug)]
pub struct CreateDepartment {
    /// Short code: 2 to 16 capital letters, digits and hyphens.
    pub code: String,
    /// Name in three languages.
    pub name: Text,
}

/// Why a department was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateDepartmentError {
    /// Only the operator creates departments.
    #[error("only the operator creates departments, with `lionrock`")]
    Denied,
    /// The code is not one.
    #[error("a department's code is 2 to 16 capital letters, digits and hyphens")]
    Code,
    /// The name lacks a language or is too long.
    #[error("a department needs a name in three languages, at most 120 characters each")]
    Name,
    /// There is one with that code.
    #[error("there is a department with the code {0} already")]
    Taken(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for CreateDepartmentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied => Kind::Denied,
            Self::Code | Self::Name => Kind::Invalid,
            Self::Taken(_) => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Creates a department.
pub fn create_department(
    work: &mut Work<'_, '_>,
    command: CreateDepartment,
) -> Result<Id<kinds::Department>, CreateDepartmentError> {
    if *work.actor() != Actor::Operator {
        return Err(CreateDepartmentError::Denied);
    }
    let usual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if !(2..=CODE_MAX).contains(&command.code.len()) || !command.code.chars().all(usual) {
        return Err(CreateDepartmentError::Code);
    }
    if !is_title(&command.name, NAME_MAX_CHARS) {
        return Err(CreateDepartmentError::Name);
    }
    let department = Department { id: work.new_id(), code: command.code, name: command.name };
    let now = work.now();
    if storage::department::insert(work.tx(), &department, now)? == 0 {
        return Err(CreateDepartmentError::Taken(department.code));
    }
    work.journal(
        Event::new("people.department_created")
            .detail("department", department.id.to_string())
            .detail("code", department.code),
    )?;
    Ok(department.id)
}

/// Whether a text stands in all three languages, on one line each, within a length.
pub(crate) fn is_title(text: &Text, max_chars: usize) -> bool {
    let good = |part: &String| part.chars().count() <= max_chars && !part.chars().any(char::is_control);
    text.blanks().is_empty() && [&text.en, &text.zh_hant, &text.zh_hans].into_iter().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{City, itb};
    use store::RunError;

    #[test]
    fn the_operator_creates_a_department_once() {
        let city = City::new();
        let id = city.operator(|work| create_department(work, itb())).unwrap();
        let found = city.read(|tx| crate::department(tx, id)).unwrap();
        assert_eq!((found.code.as_str(), found.name.en.as_str()), ("ITB", "Innovation and Technology Bureau"));
        let again = city.operator(|work| create_department(work, itb()));
        assert!(matches!(again, Err(RunError::Refused(CreateDepartmentError::Taken(code))) if code == "ITB"));
        assert_eq!(city.verbs(), ["people.department_created"]);
    }

    #[test]
    fn nobody_else_does_and_no_half_named_one() {
        let city = City::new();
        let visitor = city.act(Actor::Visitor, |work| create_department(work, itb()));
        assert!(matches!(visitor, Err(RunError::Refused(CreateDepartmentError::Denied))));
        for code in ["", "I", "itb", "I B", "ABCDEFGHIJKLMNOPQ"] {
            let bad =
                city.operator(move |work| create_department(work, CreateDepartment { code: code.to_owned(), ..itb() }));
            assert!(matches!(bad, Err(RunError::Refused(CreateDepartmentError::Code))), "{code}");
        }
        let nameless = CreateDepartment { name: Text::new("Bureau", "", "局"), ..itb() };
        let bad = city.operator(move |work| create_department(work, nameless.clone()));
        assert!(matches!(bad, Err(RunError::Refused(CreateDepartmentError::Name))));
    }
}
