use kernel::{Day, Language};

use super::{
    Courier, DataRow, Definition, Delivery, Field, FieldGroup, FieldKind, Flaw, Matching, OfficerPart, Operation,
    PurposeRule, StatementPart, Window, checks, digest, statement, table,
};

/// A definition that holds together: every field has a purpose and an end, the statement is whole in three languages.
#[derive(Clone, Debug)]
pub struct Scheme {
    definition: Definition,
    groups: [GroupRule; 4],
    matching: Option<Matching>,
    officer: OfficerPart,
    digest: [u8; 32],
    statement_digest: [u8; 32],
}

/// What holds for all fields of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRule {
    /// The group.
    pub group: FieldGroup,
    /// The purpose under which its values are sealed.
    pub purpose: String,
    /// Days of retention after the latest closing day.
    pub retention_days: u16,
    /// The last day on which its values can be read.
    pub expiry: Day,
    /// The fields of the group that this scheme asks for; empty when it asks for none.
    pub fields: Vec<FieldKind>,
}

impl Scheme {
    /// Compiles a definition, or lists everything that is wrong with it.
    pub fn compile(definition: Definition) -> Result<Self, Vec<Flaw>> {
        let flaws = checks::flaws(&definition);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Self::assemble(definition).ok_or_else(|| vec![checks::unexplained()])
    }

    /// The definition it was compiled from.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Its name in addresses.
    pub fn slug(&self) -> &str {
        &self.definition.slug
    }

    /// Its name.
    pub fn title(&self, language: Language) -> &str {
        self.definition.title.get(language)
    }

    /// What it offers.
    pub fn summary(&self, language: Language) -> &str {
        self.definition.summary.get(language)
    }

    /// The department that collects the data.
    pub fn department(&self, language: Language) -> &str {
        self.definition.department.get(language)
    }

    /// When one can register. An extension or an early end is kept beside the scheme, not in it.
    pub fn window(&self) -> &Window {
        &self.definition.window
    }

    /// Who may register, in words.
    pub fn eligibility(&self, language: Language) -> &str {
        self.definition.eligibility.text.get(language)
    }

    /// Youngest age of a main registrant, in full years.
    pub fn minimum_age(&self) -> u8 {
        self.definition.eligibility.minimum_age
    }

    /// Whether someone may register for a relative.
    pub fn relatives_allowed(&self) -> bool {
        self.definition.eligibility.relatives
    }

    /// How many people one registration may hold, the main registrant included.
    pub fn max_people(&self) -> usize {
        usize::from(self.definition.household.max_people)
    }

    /// What the data are collected for.
    pub fn purposes(&self) -> &[PurposeRule] {
        &self.definition.purposes
    }

    /// Whether the collection statement names this purpose. Nothing may be opened, matched or exported for another.
    pub fn allows(&self, purpose: &str) -> bool {
        let named = self.definition.statement.purposes.as_ref();
        named.is_some_and(|part| part.names.iter().any(|name| name == purpose))
    }

    /// What is asked.
    pub fn fields(&self) -> &[Field] {
        &self.definition.fields
    }

    /// The rule of one field; nothing when the scheme does not ask for it.
    pub fn field(&self, kind: FieldKind) -> Option<&Field> {
        self.definition.fields.iter().find(|field| field.field == kind)
    }

    /// Whether the scheme asks for this field.
    pub fn asks(&self, kind: FieldKind) -> bool {
        self.field(kind).is_some()
    }

    /// What holds for the fields of a group. A scheme may ask for no contact, and most ask for no health; such a group
    /// answers with the rule of identity and an empty list of fields, and nothing is ever sealed under it.
    pub fn group(&self, group: FieldGroup) -> &GroupRule {
        let [identity, contact, mobile, health] = &self.groups;
        match group {
            FieldGroup::Identity => identity,
            FieldGroup::Contact => contact,
            FieldGroup::Mobile => mobile,
            FieldGroup::Health => health,
        }
    }

    /// The groups' rules.
    pub fn groups(&self) -> &[GroupRule; 4] {
        &self.groups
    }

    /// The last day on which values of the group can be read: the latest closing day and the retention after it.
    pub fn expiry(&self, group: FieldGroup) -> Day {
        self.group(group).expiry
    }

    /// The last day on which anything can be read.
    pub fn last_expiry(&self) -> Day {
        let [identity, rest @ ..] = &self.groups;
        rest.iter().map(|rule| rule.expiry).fold(identity.expiry, Day::max)
    }

    /// On what the comparison with the population register rests; nothing when there is none.
    pub fn matching(&self) -> Option<&Matching> {
        self.matching.as_ref()
    }

    /// Whether those who are entered are told by message: everywhere but in an operation that says no.
    pub(crate) fn confirms(&self) -> bool {
        self.operation().is_none_or(|operation| operation.confirmation)
    }

    /// For how many hours an entry may wait sealed on a field officer's phone; nothing when none may.
    pub fn queue_hours(&self) -> Option<u8> {
        self.operation().and_then(|operation| operation.queue_hours)
    }

    /// The operation at which field officers enter people; nothing for a scheme in which the public registers.
    pub fn operation(&self) -> Option<&Operation> {
        self.definition.operation.as_ref()
    }

    /// Who handles requests for access and correction.
    pub fn officer(&self) -> &OfficerPart {
        &self.officer
    }

    /// What a confirmed household receives.
    pub fn delivery(&self) -> &Delivery {
        &self.definition.delivery
    }

    /// The courier, when there is one.
    pub fn courier(&self) -> Option<&Courier> {
        match &self.definition.delivery {
            Delivery::Courier(courier) => Some(courier),
            Delivery::None => None,
        }
    }

    /// Visitors a minute that the waiting room admits at first.
    pub fn rate_per_minute(&self) -> u32 {
        self.definition.admission.rate_per_minute
    }

    /// Statistics suppress cells under this count.
    pub fn minimum_cell(&self) -> u16 {
        self.definition.statistics.minimum_cell
    }

    /// Times of the bulletins, as minutes since midnight in Hong Kong.
    pub fn bulletin_minutes(&self) -> Vec<i64> {
        self.definition.bulletins.minutes()
    }

    /// SHA-256 over the canonical JSON of the definition: what the launch gate approves.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// SHA-256 over the whole statement as shown, in three languages: what each registration was told.
    pub fn statement_digest(&self) -> [u8; 32] {
        self.statement_digest
    }

    /// The complete readable statement.
    pub fn statement(&self, language: Language) -> Vec<StatementPart> {
        statement::render(&self.definition, language)
    }

    /// The table of what is asked, of whom, why, how long it is kept and who receives it.
    pub fn data_table(&self, language: Language) -> Vec<DataRow> {
        table::rows(&self.definition, language)
    }

    fn assemble(definition: Definition) -> Option<Self> {
        let identity = GroupRule::of(&definition, FieldGroup::Identity)?;
        let empty = |group| GroupRule { group, fields: Vec::new(), ..identity.clone() };
        let rule = |group| GroupRule::of(&definition, group).unwrap_or_else(|| empty(group));
        let groups = [identity.clone(), rule(FieldGroup::Contact), rule(FieldGroup::Mobile), rule(FieldGroup::Health)];
        let shown: Vec<_> = Language::ALL.iter().map(|&language| statement::render(&definition, language)).collect();
        Some(Self {
            groups,
            matching: definition.matching.clone(),
            officer: definition.statement.officer.clone()?,
            digest: digest::digest(&definition).ok()?,
            statement_digest: digest::digest(&shown).ok()?,
            definition,
        })
    }
}

impl GroupRule {
    fn of(definition: &Definition, group: FieldGroup) -> Option<Self> {
        let fields: Vec<_> = definition.fields.iter().filter(|field| field.field.group() == group).collect();
        let first = fields.first()?;
        let retention_days = first.retention_days?;
        Some(Self {
            group,
            purpose: first.purpose.clone()?,
            retention_days,
            expiry: definition.window.latest.plus(i32::from(retention_days)),
            fields: fields.iter().map(|field| field.field).collect(),
        })
    }
}
