use desk::{Desk, LANGUAGES, Mistakes};
use identity::AttributeName;
use kernel::{Language, Text};
use openid::{Client, ClientAuthentication, Jwk, Profile, RedirectUri, SIGN, SenderConstraint};
use provider::{AskedAttribute, Registration, Standing};
use serde_json::json;
use webkit::Values;
use webkit::parts::{Choice, Details, FileInput, Form, Part as _, Radios, TextArea, TextInput};
use webkit::{FileKind, Markup};

/// The form of a service: what stands in it, and what is wrong with it.
pub(crate) struct Sheet<'d> {
    pub(crate) desk: &'d Desk,
    pub(crate) values: Values,
    pub(crate) mistakes: Mistakes,
    /// A service that is on record keeps its id.
    pub(crate) known: bool,
}

/// What a service may ask for, by name: each attribute, and that it brings documents to sign.
pub(crate) fn askable() -> impl Iterator<Item = &'static str> {
    AttributeName::ALL.into_iter().map(AttributeName::name).chain([SIGN])
}

/// What may be asked for as a part of names of fields and texts.
pub(crate) fn slug(name: &str) -> String {
    name.replace(['#', '_'], "-").to_lowercase()
}

/// What a service may do with an attribute, as the form sends it.
pub(crate) const ASKS: [&str; 3] = ["no", "may", "must"];

impl Sheet<'_> {
    /// Every field, in the order in which an approver reads it.
    pub(crate) fn fields(&self, form: Form) -> Form {
        let heading = |key: &str| Markup::trusted(format!("<h2 class=\"govuk-heading-m\">{}</h2>", Markup::text(&self.desk.say(key))));
        let mut form = form.with_file();
        if !self.known {
            form = form.part(&self.line("id", "service-id"));
        }
        form = self.three(form, "service-name");
        form = self.three(form, "service-purpose");
        form = form.push(&heading("service-contact"));
        form = self.three(form, "service-post");
        form = form.part(&self.line("phone", "service-phone")).part(&self.line("email", "service-email"));
        form = form.part(&FileInput {
            hint: Some(self.desk.say("service-logo-hint")),
            error: self.mistakes.of("file"),
            ..FileInput::new("file", self.desk.say("service-logo"), FileKind::Picture)
        });
        form = self.technical(form.push(&heading("service-connection")));
        form = form.push(&heading("service-attributes"));
        askable().fold(form, |form, name| form.push(&self.attribute(name)))
    }

    fn technical(&self, form: Form) -> Form {
        let standings = if self.desk.platform().environment().synthetic_only() { &["sandbox", "live"][..] } else { &["live"] };
        form.part(&self.choose("standing", "service-standing", standings))
            .part(&self.choose("profile", "service-profile", &["fapi", "basic"]))
            .part(&self.choose("means", "service-means", &["key", "certificate"]))
            .part(&self.area("keys", "service-keys", 10))
            .part(&self.area("redirects", "service-redirects", 4))
            .part(&self.line("logout", "service-logout"))
            .part(&self.area("after-logout", "service-after-logout", 3))
    }

    fn attribute(&self, name: &str) -> Markup {
        let (desk, slug) = (self.desk, slug(name));
        let (ask, language) = (format!("ask-{slug}"), desk.language());
        let chosen = ASKS.into_iter().find(|one| *one == self.values.get(&ask)).unwrap_or("no");
        let radios = Radios {
            value: chosen.to_owned(),
            error: self.mistakes.of(&ask),
            ..Radios::new(ask, desk.say("service-ask"), self.choices("service-ask", &ASKS))
        };
        let mut body = radios.html(language);
        for tongue in LANGUAGES {
            body.push(&self.line(&format!("reason-{slug}-{tongue}"), &format!("service-reason-{tongue}")).html(language));
        }
        let open = chosen != "no" || LANGUAGES.iter().any(|tongue| self.mistakes.of(&format!("reason-{slug}-{tongue}")).is_some());
        let state = desk.say(&format!("service-ask-{chosen}"));
        let summary = desk.tell("service-attribute-state", [("attribute", desk.say(&format!("attribute-{slug}"))), ("state", state)]);
        Details { summary, body, open }.html(language)
    }

    fn three(&self, form: Form, label: &str) -> Form {
        LANGUAGES.into_iter().fold(form, |form, tongue| {
            let name = format!("{label}-{tongue}");
            form.part(&self.line(&name, &name))
        })
    }

    fn line(&self, name: &str, label: &str) -> TextInput {
        TextInput {
            value: self.values.get(name).into(),
            hint: self.hint(label),
            error: self.mistakes.of(name),
            verbatim: true,
            ..TextInput::new(name, self.desk.say(label))
        }
    }

    fn area(&self, name: &str, label: &str, rows: u8) -> TextArea {
        TextArea {
            value: self.values.get(name).to_owned(),
            hint: self.hint(label),
            error: self.mistakes.of(name),
            rows,
            ..TextArea::new(name, self.desk.say(label))
        }
    }

    fn hint(&self, label: &str) -> Option<String> {
        let hint = format!("{label}-hint");
        self.desk.has(&hint).then(|| self.desk.say(&hint))
    }

    fn choose(&self, name: &str, label: &str, choices: &[&str]) -> Radios {
        Radios {
            value: self.values.get(name).to_owned(),
            error: self.mistakes.of(name),
            ..Radios::new(name, self.desk.say(label), self.choices(label, choices))
        }
    }

    fn choices(&self, label: &str, choices: &[&str]) -> Vec<Choice> {
        let choice = |one: &&str| {
            let key = format!("{label}-{one}");
            let hint = format!("{key}-hint");
            let choice = Choice::new(*one, self.desk.say(&key));
            if self.desk.has(&hint) { choice.hint(self.desk.say(&hint)) } else { choice }
        };
        choices.iter().map(choice).collect()
    }
}

/// The form as it stands for a new service: what is safest is chosen.
pub(crate) fn blank() -> Values {
    Values::from_pairs([("profile", "fapi"), ("means", "key"), ("standing", "live")])
}

/// The form of a service that is on record.
pub(crate) fn filled(registration: &Registration) -> Values {
    let Registration { client, contact, .. } = registration;
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    for (label, text) in [("service-name", &registration.name), ("service-purpose", &registration.purpose), ("service-post", &contact.post)] {
        for (name, value) in texts(label, text) {
            add(&name, &value);
        }
    }
    add("phone", &contact.phone);
    add("email", &contact.email);
    add("standing", registration.standing.as_str());
    add("profile", if client.profile == Profile::Fapi2 { "fapi" } else { "basic" });
    let (means, keys) = proof(client);
    add("means", means);
    add("keys", &keys);
    add("redirects", &addresses(&client.redirect_uris));
    add("logout", registration.logout_uri.as_ref().map_or("", RedirectUri::as_str));
    add("after-logout", &addresses(&registration.after_logout));
    for AskedAttribute { name, reason, needed } in &registration.attributes {
        let slug = slug(name);
        add(&format!("ask-{slug}"), if *needed { "must" } else { "may" });
        for (name, value) in texts(&format!("reason-{slug}"), reason) {
            add(&name, &value);
        }
    }
    Values::from_pairs(pairs)
}

fn texts(label: &str, text: &Text) -> [(String, String); 3] {
    Language::ALL.map(|language| (format!("{label}-{}", language.slug()), text.get(language).to_owned()))
}

fn addresses(addresses: &[RedirectUri]) -> String {
    addresses.iter().map(RedirectUri::as_str).collect::<Vec<_>>().join("\n")
}

/// How a service proves itself, as the form has it. A certificate is known by its hash and cannot be shown again.
fn proof(client: &Client) -> (&'static str, String) {
    match &client.authentication {
        ClientAuthentication::PrivateKeyJwt(keys) => {
            let set = json!({ "keys": keys.iter().map(Jwk::to_json).collect::<Vec<_>>() });
            ("key", serde_json::to_string_pretty(&set).unwrap_or_default())
        }
        ClientAuthentication::TlsCertificate(hash) => ("certificate", kernel::to_hex(hash)),
        ClientAuthentication::SecretBasic(_) => ("key", String::new()),
    }
}

/// What binds tokens: what the profile and the means leave.
pub(crate) const fn constraint(profile: Profile, certificate: bool) -> SenderConstraint {
    match (profile, certificate) {
        (_, true) => SenderConstraint::Tls,
        (Profile::Fapi2, false) => SenderConstraint::Dpop,
        (Profile::Basic, false) => SenderConstraint::Bearer,
    }
}

/// The standing of a form's word.
pub(crate) fn standing(word: &str) -> Option<Standing> {
    [Standing::Sandbox, Standing::Live].into_iter().find(|one| one.as_str() == word)
}
