//! `lionrock invite`: a link that works once, on which an officer registers a passkey.

use flows::Platform;
use installation::config::Config;
use installation::{runtime, seed};
use kernel::Text;
use serde::{Deserialize, Serialize};

use crate::beside::{self, Order};

/// Who is invited.
#[derive(Clone, Serialize, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Code of the department; made when it is new, then with --department-name.
    #[arg(long)]
    department: String,
    /// Name of a new department: English, Traditional Chinese, Simplified Chinese, separated by `|`.
    #[arg(long)]
    department_name: Option<String>,
    /// Title of the post: English, Traditional Chinese, Simplified Chinese, separated by `|`.
    #[arg(long)]
    post: String,
    /// Roles, separated by commas: scheme-owner, case-officer, privacy-officer, security-officer, supervising-officer,
    /// auditor, delivery-officer, administrator, head-of-department, field-officer, exercise-controller. Some do not go together; the
    /// refusal says which.
    #[arg(long)]
    roles: String,
    /// The officer's name; stored sealed.
    #[arg(long)]
    name: String,
    /// The officer's mail address; stored sealed.
    #[arg(long)]
    mail: String,
}

/// The officer, and the link. The link is a secret until it is used.
#[derive(Serialize, Deserialize)]
pub struct Invited {
    officer: String,
    link: String,
}

type Failure = Box<dyn std::error::Error>;

/// Invites through the running server, or, when none runs, with the keys in this process.
pub fn run(config: &Config, invitation: &Invitation, open: impl FnOnce() -> Result<runtime::Runtime, Failure>) -> Result<(), Failure> {
    let invited: Invited = match beside::hand_over(config, &Order::Invite(invitation.clone())) {
        Some(answer) => answer?,
        None => invite(&open()?.platform, &config.origin, invitation)?,
    };
    installation::say(&format!("officer {}; this link works once, for {} hours:", invited.officer, people::INVITATION_HOURS));
    installation::say(&invited.link);
    Ok(())
}

/// Invites.
pub fn invite(platform: &Platform, origin: &str, invitation: &Invitation) -> Result<Invited, Failure> {
    let roles = invitation.roles.split(',').map(|role| role.trim().parse());
    let roles = roles.collect::<Result<Vec<people::Role>, _>>()?;
    let contact = people::Contact::parse(&invitation.name, &invitation.mail)?;
    let post = three("--post", &invitation.post)?;
    let existing = platform.ledger().read("invite.departments", people::departments)?;
    let known = existing.iter().find(|department| department.code == invitation.department);
    let department = if let Some(department) = known {
        department.id
    } else {
        let name = invitation.department_name.as_deref();
        let name = name.ok_or("this department is new: give its --department-name")?;
        seed::department(platform, &invitation.department, three("--department-name", name)?).map_err(|error| error.reason)?
    };
    let (officer, token) = seed::invite(platform, department, post, roles, &contact).map_err(|error| error.reason)?;
    let link = format!("{origin}/en/staff/invitation/{}", token.reveal().expose());
    Ok(Invited { officer: officer.to_string(), link })
}

fn three(option: &str, text: &str) -> Result<Text, Failure> {
    let parts: Vec<&str> = text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [en, traditional, simplified] => Ok(Text::new(*en, *traditional, *simplified)),
        _ => Err(format!("{option}: give it in three languages, separated by `|`: English|繁體|简体").into()),
    }
}
