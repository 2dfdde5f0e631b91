//! The Atom feed of what everybody may read (RFC 4287).

use std::fmt::Write as _;

use kernel::{Instant, Language, Text};

use crate::Advisory;

const ENTRIES_MOST: usize = 50;

/// The feed in one language. `origin` is the site without a slash at its end, `name` what the feed and its author are called.
pub fn atom_feed(all: &[Advisory], origin: &str, name: &Text, language: Language) -> String {
    let base = format!("{origin}/{}/advisories", language.slug());
    let shown = all.iter().filter_map(|one| Some((one, one.public_body.as_ref()?))).take(ENTRIES_MOST);
    let updated = all.iter().map(Advisory::updated).max().unwrap_or(Instant::from_millis(0));
    let name = xml(name.get(language));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{}</id>\n<title>{name}</title>\n<updated>{updated}</updated>\n<author><name>{name}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n",
        language.tag(),
        xml(&format!("{base}/feed.xml")),
        xml(&format!("{base}/feed.xml")),
        xml(&base),
    );
    for (one, body) in shown {
        let address = xml(&format!("{base}/{}", one.number));
        // Writing to a String cannot fail.
        let _written = write!(
            out,
            "<entry>\n<id>{address}</id>\n<title>{}</title>\n<updated>{}</updated>\n<published>{}</published>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{address}\"/>\n<category term=\"{}\"/>\n{}<content>{}</content>\n</entry>\n",
            xml(one.title.get(language)),
            one.updated(),
            one.published,
            one.kind.slug(),
            one.changes.as_ref().map_or_else(String::new, |changes| format!("<summary>{}</summary>\n", xml(changes.get(language)))),
            xml(body.get(language)),
        );
    }
    out + "</feed>\n"
}

/// A text for XML 1.0: what may not stand there at all is left out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::{PublishAdvisory, public_advisories, publish_advisory};

    #[test]
    fn the_feed_is_read_by_a_parser_that_others_wrote() {
        let city = City::new();
        let grant = City::officer(1);
        city.publish(&grant, false);
        city.publish(&grant, true);
        let nasty = PublishAdvisory {
            title: Text::new("<b>\"Log4Shell\" & friends</b> ]]>", "「漏洞」<警告>", "“漏洞”<警告>"),
            public_body: Some(Text::new("a < b && c\u{8}\u{fffe}", "甲 & 乙", "甲 & 乙")),
            ..City::words(true)
        };
        city.act(grant.actor(), move |work| publish_advisory(work, &grant, &nasty)).unwrap();
        let all = city.read(public_advisories);
        let name = Text::new("Advisories & guides", "警告及指引", "警告及指引");
        for language in Language::ALL {
            let text = atom_feed(&all, "https://lionrock.example", &name, language);
            let feed: atom_syndication::Feed = text.parse().unwrap();
            assert_eq!((feed.title().value.as_str(), feed.entries().len()), (name.get(language), 2));
            assert_eq!(feed.id(), format!("https://lionrock.example/{}/advisories/feed.xml", language.slug()));
            let newest = &feed.entries()[0];
            assert_eq!(newest.title().value, all[0].title.get(language));
            assert_eq!(newest.updated().timestamp_millis(), all[0].published.millis());
            assert_eq!(newest.links()[0].href(), format!("https://lionrock.example/{}/advisories/3", language.slug()));
            let ids: std::collections::BTreeSet<&str> = feed.entries().iter().map(atom_syndication::Entry::id).collect();
            assert_eq!(ids.len(), 2);
        }
        let mut corrected = all.clone();
        corrected[0].revised = Some(city.now().plus_secs(60));
        corrected[0].changes = Some(Text::new("the port", "埠", "端口"));
        let feed: atom_syndication::Feed = atom_feed(&corrected, "https://x.example", &name, Language::ZhHant).parse().unwrap();
        let entry = &feed.entries()[0];
        assert_eq!(entry.summary().map(|text| text.value.as_str()), Some("埠"));
        assert_eq!(entry.updated().timestamp_millis(), city.now().plus_secs(60).millis());
        assert_eq!(feed.updated(), entry.updated());
        assert_eq!(entry.published().unwrap().timestamp_millis(), all[0].published.millis());
        let english: atom_syndication::Feed = atom_feed(&all, "https://x.example", &name, Language::En).parse().unwrap();
        assert_eq!(english.entries()[0].content().unwrap().value(), Some("a < b && c"));
        let empty: atom_syndication::Feed = atom_feed(&[], "https://x.example", &name, Language::En).parse().unwrap();
        assert!(empty.entries().is_empty());
    }
}
