use flows::Platform;
use installation::seed;
use kernel::{Id, Text, kinds};
use openid::{Client, ClientAuthentication, ClientId, Jwk, Profile, RedirectUri, SenderConstraint};
use provider::{AskedAttribute, Registration, ServiceContact, Standing};

use super::broken;
use super::try_it::{ATTRIBUTES, CLIENT, KEY_NAME, Known};
use crate::serve::RunError;

/// Registers the service to try, by one officer, and has another approve it.
pub fn add(
    platform: &Platform,
    department: Id<kinds::Department>,
    officers: (Id<kinds::Officer>, Id<kinds::Officer>),
    library: &Known,
) -> Result<(), RunError> {
    let registration = registration(library)?;
    seed::online_service(platform, department, officers, &registration).map_err(|e| broken("the service to try", &e))
}

fn registration(library: &Known) -> Result<Registration, RunError> {
    let missing = || broken("the service to try", &"cannot be registered");
    let attributes: Vec<AskedAttribute> =
        ATTRIBUTES.into_iter().map(|(name, needed)| AskedAttribute { name: name.to_owned(), reason: reason(name), needed }).collect();
    let key = Jwk { key: library.key.clone(), kid: Some(KEY_NAME.to_owned()), algorithm: None };
    let callback = RedirectUri::register(&format!("{}/back", library.origin), true).map_err(|e| broken("the service to try", &e))?;
    let client = Client {
        id: ClientId::parse(CLIENT).ok_or_else(missing)?,
        profile: Profile::Fapi2,
        redirect_uris: vec![callback],
        authentication: ClientAuthentication::PrivateKeyJwt(vec![key]),
        constraint: SenderConstraint::Dpop,
        scope: Registration::scope_of(&attributes).ok_or_else(missing)?,
    };
    Ok(Registration {
        client,
        standing: Standing::Sandbox,
        name: Text::new("City library (to try)", "城市圖書館（試用）", "城市图书馆（试用）"),
        department: Text::new("Innovation Services Department (demonstration)", "創新服務署（示範）", "创新服务署（示范）"),
        purpose: Text::new("To issue library cards and to remind readers", "簽發圖書證及提示讀者", "签发图书证及提示读者"),
        contact: ServiceContact {
            post: Text::new("Library desk", "圖書館服務台", "图书馆服务台"),
            phone: "2123 4567".to_owned(),
            email: "library@demo.example".to_owned(),
        },
        attributes,
        logo: None,
        logout_uri: None,
        after_logout: Vec::new(),
    })
}

/// Why the library asks for an attribute.
fn reason(name: &str) -> Text {
    match name {
        "name" => Text::new("To print your name on the card", "在圖書證上印上你的姓名", "在图书证上印上你的姓名"),
        "name#zh-Hant" => Text::new("To print your Chinese name on the card", "在圖書證上印上你的中文姓名", "在图书证上印上你的中文姓名"),
        "birthdate" => Text::new("To offer books for your age", "推介適合你年齡的圖書", "推荐适合你年龄的图书"),
        "address" => Text::new("To send the card to you", "把圖書證寄給你", "把图书证寄给你"),
        openid::SIGN => Text::new("To agree on the loan of a rare book", "就借閱珍本達成協議", "就借阅珍本达成协议"),
        _ => Text::new("To remind you when books are due", "於圖書到期時提示你", "在图书到期时提示你"),
    }
}
