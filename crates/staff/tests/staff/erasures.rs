//! Promise 4 at the desk: what an officer orders to be erased is gone, with a certificate; what concerns many takes two persons.

use people::Role;
use registration::scheme::FieldGroup;

use crate::client::{Reply, json};
use crate::journey::register_one;
use crate::stage::{SLUG, Stage};

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{SLUG}{rest}")
}

/// Where the certificate is that a page shows.
fn certificate(page: &Reply) -> String {
    at(&format!("/erasures/era_{}", page.between("/erasures/era_", "/file")))
}

fn scene() -> (Stage, String) {
    let stage = Stage::new();
    stage.launch();
    let reference = register_one(&stage);
    stage.work();
    stage.work();
    (stage, reference)
}

#[test]
fn promise_04_an_officer_erases_one_registration_and_has_the_certificate() {
    let (stage, reference) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let way = at("/erase");
    assert!(privacy.get(&at("")).text().contains(&way), "there is a way to it");
    let empty = privacy.post(&way, &[]);
    assert!(empty.status == 422 && empty.text().contains("There is no such registration"), "{}", empty.text());
    let pairs = [("reference", reference.as_str()), ("what", "all"), ("cause", "request")];
    assert_eq!(privacy.post(&way, &pairs[..2]).status, 422, "a cause is chosen");
    let health = [("reference", reference.as_str()), ("what", "health"), ("cause", "request")];
    assert_eq!(privacy.post(&way, &health).status, 422, "nothing of the kind is held in this scheme");
    let asked = privacy.post(&way, &pairs);
    assert!(asked.status == 200 && asked.text().contains("What will be gone"), "{}", asked.text());
    assert!(asked.text().contains(&reference) && asked.text().contains("Nobody can bring it back"));
    let mut sure = pairs.to_vec();
    sure.push(("confirmed", "yes"));
    let done = privacy.post(&way, &sure);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.headers["cache-control"], "no-store");
    let page = certificate(&done);
    assert!(privacy.get(&page).text().contains("lionrock erasure certificate v1"), "the certificate stays");
    assert!(done.text().contains("lionrock erasure certificate v1") && done.text().contains("all personal data"), "{}", done.text());
    let file = json(&privacy.get(&format!("{page}/file")));
    // What opens it is on this page only, and comes as a file from there.
    let opening = done.between("name=\"opening\" value=\"", "\">").replace("&#34;", "\"").replace("&quot;", "\"");
    let given = privacy.post(&format!("{page}/opening"), &[("opening", &opening)]);
    assert_eq!(given.status, 200, "{opening}: {}", given.text());
    assert_eq!(json(&given)["format"], "lionrock-opening/1");
    assert!(!privacy.get(&page).text().contains("opening"), "it is kept nowhere");
    let forged = opening.replacen("\"salt\":\"", "\"salt\":\"AAAA", 1);
    assert_eq!(privacy.post(&format!("{page}/opening"), &[("opening", &forged)]).status, 422);
    assert_eq!(file["format"], "lionrock-certificate/1");
    assert_eq!(privacy.post(&way, &sure).status, 422, "it is gone");
    let journal = stage.officer(0, Role::Auditor).get(&at("/journal")).text();
    assert!(journal.contains("vault.erasure_ordered") && journal.contains("vault.erased_early"), "{journal}");
    let other = stage.officer(1, Role::PrivacyOfficer);
    assert_eq!(other.get(&page).status, 404, "another department's");
}

#[test]
fn promise_04_a_group_of_fields_goes_alone() {
    let (stage, reference) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let pairs = [("reference", reference.as_str()), ("what", "contact"), ("cause", "withdrawal"), ("confirmed", "yes")];
    let done = privacy.post(&at("/erase"), &pairs);
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(privacy.get(&certificate(&done)).text().contains("name and address of one registration"));
    let again = privacy.post(&at("/erase"), &pairs);
    assert!(again.status == 422 && again.text().contains("Nothing of it is held"), "{}", again.text());
}

#[test]
fn promise_04_a_day_is_erased_by_two_persons_only() {
    let (stage, _) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let (year, month, day) = stage.platform.service(SLUG).unwrap().scheme().expiry(FieldGroup::Contact).civil();
    let (year, month, day) = (year.to_string(), month.to_string(), day.to_string());
    let on = |day| {
        let date = [("expiry-day", day), ("expiry-month", month.as_str()), ("expiry-year", year.as_str())];
        [&[("purpose", "delivery"), ("cause", "law")], &date[..]].concat()
    };
    let way = at("/erase-day");
    assert_eq!(privacy.get(&way).status, 200);
    assert_eq!(privacy.post(&way, &[]).status, 422);
    assert_eq!(privacy.post(&way, &on("99")).status, 422);
    let other = if day == "1" { "2" } else { "1" };
    assert!(privacy.post(&way, &on(other)).text().contains("Nothing under this purpose ends on this day"));
    let asked = privacy.post(&way, &on(&day));
    assert_eq!(asked.status, 303, "{}", asked.text());
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    let approval = supervisor.get(&at("/delivery")).between(&at("/approvals/"), "\"");
    let run = format!("{way}/{approval}");
    let confirmed = [("confirmed", "yes")];
    assert_eq!(privacy.get(&run).status, 404, "nobody has approved");
    assert_eq!(privacy.post(&run, &confirmed).status, 422);
    let decide = at(&format!("/approvals/{approval}"));
    assert_eq!(privacy.post(&decide, &[("decision", "approve")]).status, 403, "not alone");
    assert!(supervisor.get(&decide).text().contains("nobody can bring the data back"));
    assert_eq!(supervisor.post(&decide, &[("decision", "approve")]).status, 303);
    let page = privacy.get(&run).text();
    assert!(page.contains("What will be gone") && page.contains("A court or another law"), "{page}");
    assert_eq!(privacy.post(&run, &[]).status, 422, "it is confirmed once more");
    let done = privacy.post(&run, &confirmed);
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(privacy.get(&done.location()).text().contains("everything under the purpose delivery"));
    assert_eq!(privacy.post(&run, &confirmed).status, 422, "once");
}

#[test]
fn the_pages_of_erasure_are_whole_in_three_languages() {
    let (stage, reference) = scene();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    for language in ["en", "zh-hant", "zh-hans"] {
        for page in ["/erase", "/erase-day"] {
            let reply = privacy.get(&at(page).replacen("/en/", &format!("/{language}/"), 1));
            assert!(reply.status == 200 && !reply.text().contains("{ $"), "{page}");
        }
        let way = at("/erase").replacen("/en/", &format!("/{language}/"), 1);
        let asked = privacy.post(&way, &[("reference", &reference), ("what", "contact"), ("cause", "officer")]);
        assert!(asked.status == 200 && asked.text().contains(&reference));
    }
}
