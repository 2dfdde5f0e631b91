use drill::{DrillError, InviteGuest, InvitedGuest};
use journal::Work;
use kernel::{Id, Text, kinds};
use notify::{MailText, MailTo, QueueMail};
use people::{Grant, RunDrill};

/// After this the host hands the link over, or invites again.
const WORTH_SENDING_MS: i64 = 5 * 86_400_000;
/// The queue does not name the secret.
const PATH: &str = "/staff/drills/guest/{token}";

/// Invites somebody from outside to an exercise; if the host wants it, the link goes to the address by mail as well, marked as an exercise.
pub fn invite_guest(
    work: &mut Work<'_, '_>,
    grant: &Grant<RunDrill>,
    id: Id<kinds::Drill>,
    (command, by_mail): (&InviteGuest, bool),
) -> Result<InvitedGuest, DrillError> {
    let invited = drill::invite_guest(work, grant, id, command)?;
    if by_mail {
        let record = drill::drill(work.tx(), id)?.ok_or(DrillError::Missing)?;
        let mail = QueueMail {
            key: format!("invitation of {}", invited.guest),
            to: MailTo::Guest(invited.guest),
            kind: "exercise-invitation",
            text: words(&record.title),
            until: command.until.min(work.now().plus_millis(WORTH_SENDING_MS)),
        };
        notify::queue_mail(work, &mail)?;
    }
    Ok(invited)
}

fn words(title: &Text) -> MailText {
    MailText {
        subject: Text::new(
            format!("Invitation: {}", title.en),
            format!("邀請：{}", title.zh_hant),
            format!("邀请：{}", title.zh_hans),
        ),
        body: Text::new(
            "You are invited to an exercise: nothing in it is real. Open this page to read what for and until when, and to take your seat. \
             The link is for you alone; please do not pass it on.",
            "誠邀閣下參與一次演習，演習內容均非真實事件。請開啟以下網頁，查閱參與身分及有效日期，然後就座。連結只供閣下使用，請勿轉交他人。",
            "诚邀阁下参与一次演习，演习内容均非真实事件。请打开以下网页，查阅参与身份及有效日期，然后就座。链接只供阁下使用，请勿转交他人。",
        ),
        path: PATH.to_owned(),
    }
}
