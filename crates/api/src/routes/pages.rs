//! Settings pages whose fields are settings: read as a whole, changed field by field.

use schemars::Schema;
use serde_json::{Map, Value, json};
use transom_config::{Declaration, Kind, Settings, find_attribute};

use crate::{ApiError, Result};

/// The fields of a page, by the names that administrators' clients use for the settings.
pub struct Page {
    pub fields: &'static [&'static str],
    /// Numbers that the contract writes as text.
    pub as_text: &'static [&'static str],
}

impl Page {
    /// The current values.
    pub fn read(&self, settings: &Settings) -> Map<String, Value> {
        self.fields.iter().map(|field| ((*field).to_owned(), self.value(settings, field))).collect()
    }

    fn value(&self, settings: &Settings, field: &str) -> Value {
        let value = find_attribute(field).and_then(|d| settings.value(d.name)).unwrap_or_default();
        match value {
            Value::Number(number) if self.as_text.contains(&field) => Value::String(number.to_string()),
            value => value,
        }
    }

    /// Saves the fields that the form has, after every one was checked; others, and `null` where that is no value, stay
    /// as they are. `place` is where the form stands in the body.
    ///
    /// # Errors
    /// 422 with the place of the first value that does not fit.
    pub async fn change(&self, settings: &Settings, form: &Map<String, Value>, place: &[&str]) -> Result<()> {
        let mut changes = Vec::new();
        for field in self.fields {
            let Some((declaration, value)) = find_attribute(field).zip(form.get(*field)) else { continue };
            if value.is_null() && !declaration.kind.is_optional() {
                continue;
            }
            settings.check(declaration.name, value).map_err(|error| {
                let place = ["body"].iter().chain(place).chain([field]).map(|part| json!(part)).collect();
                ApiError::invalid("value_error", place, &error.to_string())
            })?;
            changes.push((declaration, value));
        }
        for (declaration, value) in changes {
            settings.set_json(declaration.name, value.clone()).await?;
        }
        Ok(())
    }

    /// The page as an object in the API's description; every field may be left out.
    pub fn schema(&self) -> Schema {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), self.field_schema(field, find_attribute(field)?))))
            .collect();
        Schema::try_from(json!({"type": "object", "properties": fields})).unwrap_or_default()
    }

    fn field_schema(&self, field: &str, declaration: &Declaration) -> Value {
        let kind = match declaration.kind {
            _ if self.as_text.contains(&field) => json!({"type": "string"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Int | Kind::OptionalInt => json!({"type": "integer"}),
            Kind::Float | Kind::OptionalFloat => json!({"type": "number"}),
            Kind::JsonList => json!({"type": "array", "items": {}}),
            Kind::JsonObject => json!({"type": "object"}),
            Kind::List(_) => json!({"type": "array", "items": {"type": "string"}}),
            Kind::Text | Kind::Url | Kind::Path | Kind::Duration => json!({"type": "string"}),
        };
        json!({"anyOf": [kind, {"type": "null"}], "description": declaration.help})
    }
}

#[cfg(test)]
mod tests {
    use transom_config::find_attribute;

    use super::super::{images, retrieval};

    #[test]
    fn every_field_of_a_page_can_be_saved() {
        for page in [&retrieval::DOCUMENTS, &retrieval::WEB, &images::PAGE] {
            for field in page.fields {
                let declaration = find_attribute(field);
                assert!(declaration.is_some_and(|d| d.persistent.is_some()), "{field} is no saved setting");
            }
        }
    }
}
