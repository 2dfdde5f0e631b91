//! What everybody reads of security advisories, by page, feed and mail.

use std::sync::Mutex;

use advisories::{AdvisoryKind, Audience, PublishAdvisory, ReviseAdvisory};
use kernel::Text;
use notify::{CarrierError, MailCarrier, OutgoingMail, Sent};
use people::{HandleIncident, Role, authorise};

use crate::city::City;
use crate::client::Client;

#[derive(Default)]
struct Mailbox(Mutex<Vec<(String, String, Option<String>)>>);

impl MailCarrier for Mailbox {
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
        self.0.lock().unwrap().push((mail.to.expose().clone(), mail.text.clone(), mail.unsubscribe.clone()));
        Ok(Sent)
    }
}

impl Mailbox {
    /// What came since the last look, sent by the job that sends mail.
    fn new_mails(&self, city: &City) -> Vec<(String, String, Option<String>)> {
        flows::mail_round(&city.platform, Some(self)).unwrap();
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn publish(city: &City, title: &str, audiences: &[Audience]) -> i64 {
    let grant = authorise::<HandleIncident>(&city.officer(8, Role::SecurityOfficer), None).unwrap();
    let text = |words: &str| Text::new(words, "請修補 <甲>。", "请修补 <甲>。");
    let command = PublishAdvisory {
        kind: AdvisoryKind::Warning,
        title: Text::new(title, "漏洞", "漏洞"),
        body: text("Officers look at port 8443."),
        public_body: (!audiences.is_empty()).then(|| text("Mend <it>.\nToday.")),
        audiences: audiences.to_vec(),
    };
    let act = move |work: &mut journal::Work<'_, '_>| flows::publish_advisory(work, &grant, &command);
    city.platform.ledger().write("test.publish", grant.actor(), act).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advisory_is_read_on_a_page_and_in_a_feed_and_what_is_for_officers_is_not() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    assert!(client.get("/en/advisories").await.has("There is none yet."));
    publish(&city, "For officers only", &[]);
    let number = publish(&city, "Weak library", &[Audience::Public]);
    let list = client.get("/en/advisories").await;
    assert!(list.has("Weak library") && !list.has("For officers only") && list.has("6 May 2020"));
    assert_eq!(client.get("/en/advisories/1").await.status, 404, "what is for departments is not there");
    let page = client.get(&format!("/en/advisories/{number}")).await;
    assert!(page.html.contains("Mend &lt;it&gt;.") && !page.has("8443"), "{}", page.html);
    assert!(client.get(&format!("/zh-hant/advisories/{number}")).await.has("請修補"));
    let feed = client.get("/zh-hans/advisories/feed.xml").await;
    assert_eq!(feed.headers["content-type"], "application/atom+xml; charset=utf-8");
    assert!(feed.html.contains("请修补 &lt;甲&gt;。") && !feed.html.contains("8443") && feed.html.contains("xml:lang=\"zh-Hans\""));
    assert_eq!(client.get("/en/advisories/nonsense").await.status, 400);
}

fn correct(city: &City, number: i64) {
    let grant = authorise::<HandleIncident>(&city.officer(8, Role::SecurityOfficer), None).unwrap();
    let text = |words: &str| Text::new(words, "請修補 8444。", "请修补 8444。");
    let command = ReviseAdvisory {
        number,
        from: 1,
        title: Text::new("Weaker library", "漏洞", "漏洞"),
        body: text("Officers look at port 8444."),
        public_body: Some(text("Mend the <other>.")),
        changes: Text::new("It is the <other> one.", "是另一個。", "是另一个。"),
        asks_again: false,
    };
    let act = move |work: &mut journal::Work<'_, '_>| flows::revise_advisory(work, &grant, &command);
    city.platform.ledger().write("test.correct", grant.actor(), act).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_says_what_has_changed_and_the_old_text_stays_readable() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    publish(&city, "For officers only", &[]);
    let number = publish(&city, "Weak library", &[Audience::Public]);
    assert_eq!(client.get(&format!("/en/advisories/{number}/revisions/2")).await.status, 404);
    city.clock.advance_days(1);
    correct(&city, number);
    let page = client.get(&format!("/en/advisories/{number}")).await;
    assert!(page.has("Weaker library") && page.has("Corrected on 7 May 2020. What has changed: It is the &lt;other&gt; one."), "{}", page.html);
    assert!(page.html.contains(&format!("/en/advisories/{number}/revisions/1")) && page.has("Version 1, 6 May 2020"), "{}", page.html);
    let old = client.get(&format!("/en/advisories/{number}/revisions/1")).await;
    assert!(old.has("Weak library") && old.has("This is an earlier version") && old.html.contains("Mend &lt;it&gt;."), "{}", old.html);
    assert!(!old.has("8443") && !page.has("8444"), "what is for departments is not there");
    assert!(client.get(&format!("/zh-hant/advisories/{number}")).await.has("更正之處：是另一個。"));
    for missing in ["1/revisions/1", &format!("{number}/revisions/3"), &format!("{number}/revisions/0")] {
        assert_eq!(client.get(&format!("/en/advisories/{missing}")).await.status, 404, "{missing}");
    }
    let feed = client.get("/en/advisories/feed.xml").await;
    assert!(feed.html.contains("<summary>It is the &lt;other&gt; one.</summary>") && feed.html.contains("<updated>2020-05-0"), "{}", feed.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_confirms_by_the_button_behind_the_link_and_leaves_in_one_press() {
    let (city, mailbox) = (City::at("2020-05-06T08:00"), Mailbox::default());
    let client = Client(city.app.clone());
    let form = client.get("/en/advisories/subscribe").await;
    assert!(client.submit(&form, &[("mail", "nobody"), ("audience", "schools")]).await.has("Type a mail address"));
    assert!(client.submit(&form, &[("mail", "ada@example.hk")]).await.has("Choose one."));
    let forged = client.post("/en/advisories/subscribe", &[("mail".into(), "ada@example.hk".into()), ("audience".into(), "schools".into())]).await;
    assert_eq!(forged.status, 403, "not from another site's page");
    let typed = [("mail", "ada@example.hk"), ("audience", "schools")];
    let first = client.submit(&form, &typed).await;
    let again = client.submit(&form, &typed).await;
    assert_eq!((first.h1(), first.text()), (again.h1(), again.text()), "the answer tells nothing");
    let mails = mailbox.new_mails(&city);
    let [(to, text, unsubscribe)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(to, "ada@example.hk");
    let link = unsubscribe.as_ref().unwrap();
    let path = &link[link.find("/en/").unwrap()..];
    assert!(text.contains(path) && text.contains("取消訂閱"), "{text}");
    publish(&city, "Too early", &[Audience::Schools]);
    assert!(mailbox.new_mails(&city).is_empty(), "nothing before it is confirmed");
    let page = client.get(path).await;
    assert!(client.get(path).await.has("Confirm your subscription"), "looking confirms nothing");
    assert!(client.submit(&page, &[]).await.has("You get new advisories by mail from now on."));
    publish(&city, "Not for schools", &[Audience::Industry]);
    let number = publish(&city, "For schools", &[Audience::Schools]);
    let mails = mailbox.new_mails(&city);
    let [(_, text, _)] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(text.contains("Mend <it>.") && text.contains(&format!("/en/advisories/{number}\n")), "{text}");
    assert!(client.get(path).await.has("End your subscription"));
    let pressed = client.post(path, &[("List-Unsubscribe".into(), "One-Click".into())]).await;
    assert_eq!(pressed.status, 200, "a mail program has no token of ours");
    publish(&city, "After the end", &[Audience::Schools]);
    assert!(mailbox.new_mails(&city).is_empty());
    assert!(client.get(path).await.has("We do not have your address any more."));
    assert_eq!(client.get("/en/advisories/subscription/nonsense").await.status, 404);
}
