//! Settings by their names, as the command line and the audit log spell them.

use serde_json::{Value, json};

use super::{Settings, SettingsChange};
use crate::{Error, Problem, Thing};

impl Settings {
    /// Every setting with its value; null where nothing is set.
    pub fn named(&self) -> [(&'static str, Value); 8] {
        [
            ("read_only", json!(self.read_only)),
            ("users_create_keys", json!(self.users_create_keys)),
            ("key_max_days", json!(self.key_max_days)),
            ("hide_admins", json!(self.hide_admins)),
            ("password_sign_in", json!(self.password_sign_in)),
            ("audit_retention_days", json!(self.audit_retention_days)),
            ("trash_days", json!(self.trash_days)),
            ("requests_per_minute", json!(self.requests_per_minute)),
        ]
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        let found = self.named().into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value).ok_or_else(|| unknown(name))
    }
}

impl SettingsChange {
    /// The change of one setting: `true` or `false`, days, or a text; what lifts it is said at each field.
    pub fn named(name: &str, value: &str) -> Result<Self, Error> {
        let mut change = Self::default();
        match name {
            "read_only" => change.read_only = Some(value.to_owned()),
            "users_create_keys" => change.users_create_keys = Some(yes_or_no(value)?),
            "key_max_days" => change.key_max_days = Some(number(value)?),
            "hide_admins" => change.hide_admins = Some(yes_or_no(value)?),
            "password_sign_in" => change.password_sign_in = Some(yes_or_no(value)?),
            "audit_retention_days" => change.audit_retention_days = Some(number(value)?),
            "trash_days" => change.trash_days = Some(number(value)?),
            "requests_per_minute" => change.requests_per_minute = Some(number(value)?),
            _ => return Err(unknown(name)),
        }
        Ok(change)
    }
}

fn unknown(name: &str) -> Error {
    let known = Settings::default().named().map(|(name, _)| name).join(", ");
    Error::Invalid(Problem::BadWord { what: Thing::Setting, text: name.to_owned(), known })
}

fn yes_or_no(value: &str) -> Result<bool, Error> {
    let wrong = |_| Problem::BadWord { what: Thing::Setting, text: value.to_owned(), known: "true, false".to_owned() };
    value.parse().map_err(|e| Error::Invalid(wrong(e)))
}

fn number(value: &str) -> Result<u32, Error> {
    let wrong = |_| Problem::BadWord { what: Thing::Number, text: value.to_owned(), known: "0, 1, 2, …".to_owned() };
    value.parse().map_err(|e| Error::Invalid(wrong(e)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Administer, Org};
    use crate::testing::domains;

    #[tokio::test]
    async fn every_setting_is_set_and_lifted_by_its_name() {
        for domain in domains().await {
            let org = domain.operator().allow::<Administer, Org>(&()).await.unwrap();
            let values = [
                json!("moving house"),
                json!(false),
                json!(30),
                json!(true),
                json!(true),
                json!(400),
                json!(3),
                json!(60),
            ];
            for ((name, before), value) in Settings::default().named().into_iter().zip(values) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                org.change_settings(SettingsChange::named(name, &text).unwrap()).await.unwrap();
                assert_eq!(domain.settings().await.unwrap().get(name).unwrap(), value);
                let lift = match &before {
                    Value::Bool(_) | Value::Number(_) => before.to_string(),
                    _ if value.is_number() => "0".to_owned(),
                    _ => String::new(),
                };
                org.change_settings(SettingsChange::named(name, &lift).unwrap()).await.unwrap();
                assert_eq!(domain.settings().await.unwrap().get(name).unwrap(), before);
            }
        }
    }

    #[test]
    fn what_is_no_setting_or_no_value_is_refused() {
        for (name, value) in [("colour", "red"), ("hide_admins", "yes"), ("key_max_days", "-1"), ("key_max_days", "")] {
            assert!(matches!(SettingsChange::named(name, value), Err(Error::Invalid(_))), "{name} {value}");
        }
        assert!(Settings::default().get("colour").is_err());
    }
}
