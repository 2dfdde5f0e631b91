use kernel::{Environment, Text};
use registration::scheme::Scheme;
use webkit::{Layout, Link};

/// The frame of residents' pages that belong to no scheme; failures are shown in it too.
pub fn layout(environment: Environment) -> Layout {
    let mut layout = Layout::new(Text::new("Public registration", "公共登記服務", "公共登记服务"), environment);
    layout.navigation = vec![
        Link::new(Text::new("Services", "服務", "服务"), "/"),
        Link::new(Text::new("Support stations", "流動支援站", "流动支援站"), "/stations"),
        Link::new(Text::new("Check a receipt", "核實收據", "核实收据"), "/check-receipt"),
    ];
    layout.footer = vec![Link::new(Text::new("Security advisories", "保安警告", "安全警告"), "/advisories")];
    layout.footer.extend(footer());
    layout
}

/// The frame of one scheme's pages.
pub(crate) fn scheme_layout(environment: Environment, scheme: &Scheme) -> Layout {
    let below = |page: &str| format!("/{}{page}", scheme.slug());
    let definition = scheme.definition();
    let mut layout = Layout::new(definition.title.clone(), environment);
    layout.owner = Some(definition.department.clone());
    layout.home = below("");
    layout.navigation = vec![
        Link::new(Text::new("Register", "登記", "登记"), below("")),
        Link::new(Text::new("Check status", "查詢狀況", "查询状况"), below("/status")),
        Link::new(Text::new("Statistics", "統計", "统计"), below("/statistics")),
        Link::new(Text::new("Why trust us", "為何可信", "为何可信"), below("/trust")),
    ];
    layout.footer = vec![
        Link::new(Text::new("All services", "所有服務", "所有服务"), "/"),
        Link::new(Text::new("Check a receipt", "核實收據", "核实收据"), "/check-receipt"),
    ];
    layout.footer.extend(footer());
    layout
}

/// The links at the foot of every page.
pub(crate) fn footer() -> Vec<Link> {
    vec![
        Link::new(Text::new("Privacy", "私隱", "隐私"), "/privacy"),
        Link::new(Text::new("Accessibility", "無障礙聲明", "无障碍声明"), "/accessibility"),
    ]
}
