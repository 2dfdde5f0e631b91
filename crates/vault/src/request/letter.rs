use kernel::{Language, Text};

use super::{RequestKind, RequestRow};

/// Which letter goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestLetter {
    /// The request has arrived, and by when it is answered.
    Acknowledged,
    /// It is complied with, wholly or in part.
    Answered,
    /// It is refused, and why.
    Refused,
}

/// The words of a letter in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterText {
    /// The heading.
    pub heading: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
}

/// The letter about a request: in the resident's language, from fixed words. `scheme` and `officer` are those of the statement;
/// the days are written as the caller writes dates.
pub fn request_letter(
    letter: RequestLetter,
    row: &RequestRow,
    scheme: &Text,
    officer: &Text,
    day: &dyn Fn(kernel::Day) -> String,
) -> LetterText {
    let language = row.language;
    let title = row.kind.title();
    let heading = format!("{} {}", title.get(language), row.printed());
    let (scheme, officer) = (scheme.get(language), officer.get(language));
    let lodged = day(row.lodged.day());
    let first = pick(language, [
        format!("{scheme}: we received your {} on {lodged}.", lower(row.kind)),
        format!("{scheme}：我們已於{lodged}收到你的{}。", title.get(Language::ZhHant)),
        format!("{scheme}：我们已于{lodged}收到你的{}。", title.get(Language::ZhHans)),
    ]);
    let mut paragraphs = vec![first];
    match letter {
        RequestLetter::Acknowledged => paragraphs.push(by_when(language, &day(row.due))),
        RequestLetter::Answered => paragraphs.extend(answered(row)),
        RequestLetter::Refused => paragraphs.extend(refused(row)),
    }
    if letter != RequestLetter::Acknowledged {
        paragraphs.push(complain(language));
    }
    paragraphs.push(pick(language, [
        format!("Questions about this letter go to the {officer}; please quote the number above."),
        format!("如對此信有疑問，請向{officer}查詢，並註明上述編號。"),
        format!("如对此信有疑问，请向{officer}查询，并注明上述编号。"),
    ]));
    LetterText { heading, paragraphs }
}

fn by_when(language: Language, due: &str) -> String {
    pick(language, [
        format!("You will have our answer, or our reasons, by {due}: the 40 days that the Personal Data (Privacy) Ordinance allows."),
        format!("我們會在{due}或之前答覆你，或說明理由，即《個人資料(私隱)條例》所訂的40日內。"),
        format!("我们会在{due}或之前答复你，或说明理由，即《个人资料(私隐)条例》所订的40日内。"),
    ])
}

fn answered(row: &RequestRow) -> Vec<String> {
    let language = row.language;
    let done = match row.kind {
        RequestKind::Access => pick(language, [
            "We have complied with it. A copy of the data we hold about you is enclosed.".into(),
            "我們已依從你的要求，現附上我們所持有關於你的資料複本。".into(),
            "我们已依从你的要求，现附上我们所持有关于你的资料复本。".into(),
        ]),
        RequestKind::Correction => pick(language, [
            "We have complied with it. A copy of the data as corrected is enclosed; what was wrong has been erased.".into(),
            "我們已依從你的要求，現附上經改正的資料複本；錯誤的資料已經刪除。".into(),
            "我们已依从你的要求，现附上经改正的资料复本；错误的资料已经删除。".into(),
        ]),
    };
    let part = row.ground.map(|_| {
        pick(language, [
            format!("We could not comply with one part of it: {}.", reason(row)),
            format!("其中一部分我們未能依從，理由是：{}。", reason(row)),
            format!("其中一部分我们未能依从，理由是：{}。", reason(row)),
        ])
    });
    std::iter::once(done).chain(part).collect()
}

fn refused(row: &RequestRow) -> Vec<String> {
    vec![pick(row.language, [
        format!("We refuse to comply with it, because {}. This refusal stands in our log book.", reason(row)),
        format!("我們拒絕依從你的要求，理由是：{}。這項拒絕已載入紀錄簿。", reason(row)),
        format!("我们拒绝依从你的要求，理由是：{}。这项拒绝已载入记录簿。", reason(row)),
    ])]
}

fn reason(row: &RequestRow) -> String {
    let Some(ground) = row.ground else { return String::new() };
    let section = ground.section(row.kind);
    let text = ground.text();
    let text = text.get(row.language);
    pick(row.language, [
        format!("{text} (section {section} of the Ordinance)"),
        format!("{text}（條例第{section}條）"),
        format!("{text}（条例第{section}条）"),
    ])
}

fn complain(language: Language) -> String {
    pick(language, [
        "If you are not satisfied, you may complain to the Privacy Commissioner for Personal Data.".into(),
        "如你不滿意，可向個人資料私隱專員投訴。".into(),
        "如你不满意，可向个人资料私隐专员投诉。".into(),
    ])
}

const fn lower(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "data access request",
        RequestKind::Correction => "data correction request",
    }
}

fn pick(language: Language, [en, traditional, simplified]: [String; 3]) -> String {
    match language {
        Language::En => en,
        Language::ZhHant => traditional,
        Language::ZhHans => simplified,
    }
}
