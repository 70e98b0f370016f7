//! Options of a model by their names, with the types they have.

use serde_json::{Map, Number, Value};

/// The type of an option.
#[derive(Clone, Copy)]
enum Type {
    Integer,
    Float,
    Bool,
    Texts,
}

const PARAMETERS: [(&str, Type); 29] = [
    ("num_ctx", Type::Integer),
    ("num_predict", Type::Integer),
    ("num_keep", Type::Integer),
    ("num_batch", Type::Integer),
    ("num_gpu", Type::Integer),
    ("main_gpu", Type::Integer),
    ("num_thread", Type::Integer),
    ("num_gqa", Type::Integer),
    ("seed", Type::Integer),
    ("top_k", Type::Integer),
    ("repeat_last_n", Type::Integer),
    ("mirostat", Type::Integer),
    ("temperature", Type::Float),
    ("top_p", Type::Float),
    ("min_p", Type::Float),
    ("typical_p", Type::Float),
    ("tfs_z", Type::Float),
    ("repeat_penalty", Type::Float),
    ("presence_penalty", Type::Float),
    ("frequency_penalty", Type::Float),
    ("mirostat_tau", Type::Float),
    ("mirostat_eta", Type::Float),
    ("numa", Type::Bool),
    ("low_vram", Type::Bool),
    ("f16_kv", Type::Bool),
    ("use_mmap", Type::Bool),
    ("use_mlock", Type::Bool),
    ("penalize_newline", Type::Bool),
    ("stop", Type::Texts),
];

/// Puts an option that was written as text into the map, as what it is. `stop` may come several times.
///
/// # Errors
/// A sentence for people, when there is no such option or the value is not of its type.
pub(super) fn insert(parameters: &mut Map<String, Value>, name: &str, text: &str) -> Result<(), String> {
    let name = name.to_ascii_lowercase();
    let Some((_, kind)) = PARAMETERS.iter().find(|(known, _)| *known == name) else {
        return Err(format!("there is no parameter '{name}'"));
    };
    let value = match kind {
        Type::Integer => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("{name} takes a whole number"))?
        }
        Type::Float => {
            let number = text.parse().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| format!("{name} takes a number"))?
        }
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => true.into(),
            "false" | "0" => false.into(),
            _ => return Err(format!("{name} takes true or false")),
        },
        Type::Texts => {
            let all = parameters.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(all) = all {
                all.push(text.into());
            }
            return Ok(());
        }
    };
    parameters.insert(name, value);
    Ok(())
}

/// The options as `/api/show` prints them: one in a line, the values in a column, texts in quotes.
#[must_use]
pub fn parameters_text(parameters: &Map<String, Value>) -> String {
    let lines = rows(parameters, |text| Value::from(text).to_string());
    lines.into_iter().map(|(name, value)| format!("{name:<30} {value}")).collect::<Vec<_>>().join("\n")
}

/// Each option with its value, texts as `quoted` writes them; one with several values comes several times.
pub(super) fn rows(parameters: &Map<String, Value>, quoted: fn(&str) -> String) -> Vec<(&str, String)> {
    let mut rows = Vec::new();
    for (name, value) in parameters {
        let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        rows.extend(
            all.iter().map(|value| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), quoted))),
        );
    }
    rows
}
