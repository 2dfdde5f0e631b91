use kernel::Language;

use crate::Reason;

/// Rounds outwards to what people say: minutes up to ten, then fives, quarters of an hour, whole hours.
pub(crate) fn rounded(low_seconds: u64, high_seconds: u64) -> (u64, u64) {
    let high = high_seconds.max(low_seconds).div_ceil(60).max(1);
    let grain = match high {
        0..=10 => 1,
        11..=60 => 5,
        61..=120 => 15,
        _ => 60,
    };
    (low_seconds / 60 / grain * grain, high.div_ceil(grain) * grain)
}

pub(crate) fn interval(low_seconds: u64, high_seconds: u64, language: Language) -> String {
    let (low, high) = rounded(low_seconds, high_seconds);
    let hours = high > 120;
    let (low, high) = if hours { (low / 60, high / 60) } else { (low, high) };
    match (language, low, high, hours) {
        (Language::En, 0, 1, false) => "less than a minute".to_owned(),
        (Language::En, 0, _, false) => format!("less than {high} minutes"),
        (Language::En, 0, _, true) => format!("less than {high} hours"),
        (Language::En, _, _, false) => format!("about {low} to {high} minutes"),
        (Language::En, _, _, true) => format!("about {low} to {high} hours"),
        (Language::ZhHant, 0, _, false) => format!("少於{high}分鐘"),
        (Language::ZhHant, 0, _, true) => format!("少於{high}小時"),
        (Language::ZhHant, _, _, false) => format!("約{low}至{high}分鐘"),
        (Language::ZhHant, _, _, true) => format!("約{low}至{high}小時"),
        (Language::ZhHans, 0, _, false) => format!("少于{high}分钟"),
        (Language::ZhHans, 0, _, true) => format!("少于{high}小时"),
        (Language::ZhHans, _, _, false) => format!("约{low}至{high}分钟"),
        (Language::ZhHans, _, _, true) => format!("约{low}至{high}小时"),
    }
}

pub(crate) const fn paused(language: Language) -> &'static str {
    match language {
        Language::En => "Admission is paused for now. You keep your place.",
        Language::ZhHant => "現暫停進入，你的位置會獲保留。",
        Language::ZhHans => "现暂停进入，你的位置会获保留。",
    }
}

pub(crate) const fn reason(reason: Reason, language: Language) -> &'static str {
    use Language::{En, ZhHans, ZhHant};
    match (reason, language) {
        (Reason::RateLowered, En) => "The wait has become longer because we are now letting in fewer people a minute.",
        (Reason::RateLowered, ZhHant) => "由於現時每分鐘可進入的人數減少，等候時間較先前為長。",
        (Reason::RateLowered, ZhHans) => "由于现时每分钟可进入的人数减少，等候时间较先前为长。",
        (Reason::Paused, En) => "The wait has become longer because admission was paused.",
        (Reason::Paused, ZhHant) => "由於曾暫停進入，等候時間較先前為長。",
        (Reason::Paused, ZhHans) => "由于曾暂停进入，等候时间较先前为长。",
        (Reason::FewerLeft, En) => "The wait has become longer because more people ahead of you have stayed than expected.",
        (Reason::FewerLeft, ZhHant) => "由於在你前面繼續等候的人較預期多，等候時間較先前為長。",
        (Reason::FewerLeft, ZhHans) => "由于在你前面继续等候的人较预期多，等候时间较先前为长。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_said_as_people_say_them() {
        let en = |low, high| interval(low, high, Language::En);
        assert_eq!(en(0, 40), "less than a minute");
        assert_eq!(en(20, 90), "less than 2 minutes");
        assert_eq!(en(61, 118), "about 1 to 2 minutes");
        assert_eq!(en(700, 1130), "about 10 to 20 minutes");
        assert_eq!(en(3700, 5200), "about 60 to 90 minutes");
        assert_eq!(en(7300, 10_700), "about 2 to 3 hours");
        assert_eq!(interval(61, 118, Language::ZhHant), "約1至2分鐘");
        assert_eq!(interval(0, 59, Language::ZhHans), "少于1分钟");
    }

    #[test]
    fn words_never_promise_more_than_the_figures() {
        for low in (0..20_000).step_by(37) {
            for width in [0, 20, 300, 5000] {
                let (from, to) = rounded(low, low + width);
                assert!(from * 60 <= low && to * 60 >= low + width && from < to, "{low} {width}");
            }
        }
    }
}
