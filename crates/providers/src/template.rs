//! The variables of system prompts.

use chrono::{Datelike, Local, NaiveDate};
use serde_json::{Map, Value};

/// What prompts may say about a user. Empty texts are shown as `None`.
#[derive(Clone, Debug, Default)]
pub struct TemplateUser {
    /// False: nobody in particular, all values are `Unknown`.
    pub known: bool,
    /// Display name.
    pub name: String,
    /// Self-description.
    pub bio: String,
    /// Gender as the user wrote it.
    pub gender: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Place as the user wrote it.
    pub location: String,
}

impl From<&transom_store::User> for TemplateUser {
    fn from(user: &transom_store::User) -> Self {
        TemplateUser {
            known: true,
            name: user.name.clone(),
            bio: user.bio.clone().unwrap_or_default(),
            gender: user.gender.clone().unwrap_or_default(),
            birth_date: user.date_of_birth.clone().unwrap_or_default(),
            location: user.info["location"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

impl TemplateUser {
    fn shown(&self, value: &str) -> String {
        let missing = if self.known { "None" } else { "Unknown" };
        if value.is_empty() { missing.to_owned() } else { value.to_owned() }
    }

    fn age(&self) -> String {
        let today = Local::now().date_naive();
        let years = NaiveDate::parse_from_str(&self.birth_date, "%Y-%m-%d").ok().map(|born| {
            let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
            today.year() - born.year() - i32::from(!had_birthday)
        });
        self.shown(&years.map(|y| y.to_string()).unwrap_or_default())
    }
}

/// Fills a system prompt: first the variables of the request (keys with their braces), then what the server knows.
pub fn fill_system(text: &str, variables: &Map<String, Value>, user: &TemplateUser) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables.iter().filter(|(name, _)| !name.is_empty()) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text = text.replace(name.as_str(), &value);
    }
    fill(&text, user)
}

/// Fills what the server knows: time and user.
pub fn fill(text: &str, user: &TemplateUser) -> String {
    if !text.contains("{{") {
        return text.to_owned();
    }
    let now = Local::now();
    let date = now.format("%Y-%m-%d").to_string();
    let time = now.format("%I:%M:%S %p").to_string();
    let values = [
        ("{{CURRENT_DATETIME}}", format!("{date} {time}")),
        ("{{CURRENT_DATE}}", date),
        ("{{CURRENT_TIME}}", time),
        ("{{CURRENT_WEEKDAY}}", now.format("%A").to_string()),
        ("{{USER_NAME}}", user.shown(&user.name)),
        ("{{USER_BIO}}", user.shown(&user.bio)),
        ("{{USER_GENDER}}", user.shown(&user.gender)),
        ("{{USER_BIRTH_DATE}}", user.shown(&user.birth_date)),
        ("{{USER_AGE}}", user.age()),
        ("{{USER_LOCATION}}", user.shown(&user.location)),
    ];
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}
