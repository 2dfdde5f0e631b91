//! How pages say what the rules of exercises name.

use desk::Desk;
use drill::{Channel, DrillStage, Fact, Name, Pack, Span, Trigger};
use webkit::Markup;
use webkit::parts::Tone;

/// How long something takes, in words.
pub(crate) fn length(desk: &Desk, span: Span) -> String {
    let minutes = span.as_seconds() / 60;
    desk.tell("drill-length", [("hours", (minutes / 60).to_string()), ("minutes", (minutes % 60).to_string())])
}

/// A moment of the exercise as its clock shows it: `1:05:00`.
pub(crate) fn clock(span: Span) -> String {
    let seconds = span.as_seconds();
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A moment as typed, `1:30`, `1:30:00` or `1h30m`.
pub(crate) fn moment(text: &str) -> Option<Span> {
    let text = text.trim();
    if !text.contains(':') {
        return text.parse().ok();
    }
    let parts: Vec<u32> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match *parts.as_slice() {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let fits = hours <= 720 && minutes < 60 && seconds < 60;
    fits.then(|| Span::seconds(hours * 3_600 + minutes * 60 + seconds))
}

/// Points from thousandths, with one decimal.
pub(crate) fn points(thousandths: u64) -> String {
    let tenths = (thousandths + 50) / 100;
    let whole = webkit::formats::number(i64::try_from(tenths / 10).unwrap_or(i64::MAX));
    format!("{whole}.{}", tenths % 10)
}

/// A count.
pub(crate) fn count(number: usize) -> String {
    webkit::formats::number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How far an exercise has come.
pub(crate) fn stage(desk: &Desk, stage: DrillStage) -> Markup {
    let tone = match stage {
        DrillStage::Planned => Tone::Attention,
        DrillStage::Running => Tone::Active,
        DrillStage::Ended => Tone::Neutral,
    };
    desk.tag(desk.say(&format!("drill-stage-{}", stage.slug())), tone)
}

/// How an inject comes.
pub(crate) fn channel(desk: &Desk, channel: Channel) -> String {
    desk.say(match channel {
        Channel::Telephone => "drill-channel-telephone",
        Channel::Mail => "drill-channel-mail",
        Channel::Alert => "drill-channel-alert",
        Channel::News => "drill-channel-news",
    })
}

/// A trigger in words, with the titles of what it waits for.
pub(crate) fn trigger(desk: &Desk, pack: &Pack, when: &Trigger) -> String {
    let two = |key: &str, one: &Trigger, other: &Trigger| {
        desk.tell(key, [("one", trigger(desk, pack, one)), ("other", trigger(desk, pack, other))])
    };
    match when {
        Trigger::At(moment) => desk.tell("drill-when-at", [("time", clock(*moment))]),
        Trigger::After(happened, wait) if wait.as_seconds() == 0 => fact(desk, pack, happened),
        Trigger::After(happened, wait) => {
            desk.tell("drill-when-after", [("wait", clock(*wait)), ("fact", fact(desk, pack, happened))])
        }
        Trigger::Both(one, other) => two("drill-when-both", one, other),
        Trigger::Either(one, other) => two("drill-when-either", one, other),
        Trigger::Unless(one, other) => two("drill-when-unless", one, other),
    }
}

fn fact(desk: &Desk, pack: &Pack, fact: &Fact) -> String {
    match fact {
        Fact::Sent(name) => desk.tell("drill-fact-sent", [("title", inject_title(desk, pack, name))]),
        Fact::Solved(name) => desk.tell("drill-fact-solved", [("number", question_number(pack, name))]),
        Fact::Signal(name) => desk.tell("drill-fact-signal", [("signal", name.to_string())]),
    }
}

/// The title of an inject.
pub(crate) fn inject_title(desk: &Desk, pack: &Pack, name: &Name) -> String {
    let found = pack.scenario.injects.iter().find(|inject| inject.name == *name);
    found.map_or_else(|| name.to_string(), |inject| desk.text(&inject.title))
}

/// A question's number, from 1.
pub(crate) fn question_number(pack: &Pack, name: &Name) -> String {
    let place = pack.scenario.questions.iter().position(|question| question.name == *name);
    place.map_or_else(|| name.to_string(), |place| (place + 1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_type_them() {
        for (typed, seconds) in [("1:30", 5_400), ("0:00:45", 45), ("1h30m", 5_400), (" 2:05:09 ", 7_509), ("45m", 2_700)] {
            let read = moment(typed).unwrap();
            assert_eq!(read.as_seconds(), seconds, "{typed}");
        }
        for typed in ["", "1", "1:60", "1:00:60", "1:2:3:4", "-1:00", "721:00", "x:00", "4294967295:00"] {
            assert!(moment(typed).is_none(), "{typed}");
        }
        assert_eq!(clock(Span::seconds(3_905)), "1:05:05");
        assert_eq!((points(12_450).as_str(), points(999_960).as_str(), points(0).as_str()), ("12.5", "1,000.0", "0.0"));
    }
}
