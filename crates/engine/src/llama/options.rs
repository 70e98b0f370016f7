//! Options of one request, under Ollama's names.

use serde_json::{Map, Value};

use crate::{EngineError, Result};

/// How text is generated. The defaults are those that an Ollama server documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Tokens that prompt and answer may fill together; none for the server's default.
    pub num_ctx: Option<u32>,
    /// Longest answer in tokens; -1 for as long as the context allows.
    pub num_predict: i64,
    /// Tokens at the front that survive when the context is full; unused where the context does not shift.
    pub num_keep: i64,
    /// Layers on the graphics processor; none for all that fit.
    pub num_gpu: Option<u32>,
    /// Threads; none for the server's default.
    pub num_thread: Option<u32>,
    /// Randomness; 0 takes the likeliest token each time.
    pub temperature: f32,
    /// Draw only among so many likeliest tokens; 0 for all.
    pub top_k: i32,
    /// Draw only among the likeliest tokens that make up this probability.
    pub top_p: f32,
    /// Draw only among tokens with at least this share of the likeliest one's probability.
    pub min_p: f32,
    /// Locally typical sampling; 1 is off.
    pub typical_p: f32,
    /// How many tokens back the penalties look; -1 for the whole context.
    pub repeat_last_n: i32,
    /// Penalty for tokens that stand there already; 1 is off.
    pub repeat_penalty: f32,
    /// The same once for each token; 0 is off.
    pub presence_penalty: f32,
    /// The same for each occurrence; 0 is off.
    pub frequency_penalty: f32,
    /// 0 off, 1 and 2 the versions.
    pub mirostat: i32,
    /// Target surprise.
    pub mirostat_tau: f32,
    /// Learning rate.
    pub mirostat_eta: f32,
    /// Of the random numbers; none for a new one each time.
    pub seed: Option<u32>,
    /// Texts that end the answer and are not part of it.
    pub stop: Vec<String>,
    /// Added to the logits of tokens, by their number.
    pub logit_bias: Vec<(i32, f32)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            num_ctx: None,
            num_predict: -1,
            num_keep: 4,
            num_gpu: None,
            num_thread: None,
            temperature: 0.8,
            top_k: 40,
            top_p: 0.9,
            min_p: 0.0,
            typical_p: 1.0,
            repeat_last_n: 64,
            repeat_penalty: 1.1,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
            mirostat: 0,
            mirostat_tau: 5.0,
            mirostat_eta: 0.1,
            seed: None,
            stop: Vec::new(),
            logit_bias: Vec::new(),
        }
    }
}

impl Options {
    /// Applies what a model file or a request says; unknown names are left to others, `null` changes nothing.
    ///
    /// # Errors
    /// `Invalid` when a known name has a value of the wrong kind.
    pub fn apply(&mut self, fields: &Map<String, Value>) -> Result<()> {
        for (name, value) in fields {
            if !value.is_null() {
                self.set(name, value)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<()> {
        match name {
            "num_ctx" => self.num_ctx = Some(number(name, value, 8.0, 16_777_216.0)? as u32),
            "num_predict" => self.num_predict = number(name, value, -2.0, 1e9)? as i64,
            "num_keep" => self.num_keep = number(name, value, -1.0, 1e9)? as i64,
            "num_gpu" => {
                let layers = number(name, value, -1.0, 10_000.0)?;
                self.num_gpu = (layers >= 0.0).then_some(layers as u32);
            }
            "num_thread" => {
                let threads = number(name, value, 0.0, 1024.0)?;
                self.num_thread = (threads >= 1.0).then_some(threads as u32);
            }
            "temperature" => self.temperature = number(name, value, 0.0, 100.0)? as f32,
            "top_k" => self.top_k = number(name, value, -1.0, 1e9)? as i32,
            "top_p" => self.top_p = number(name, value, 0.0, 1.0)? as f32,
            "min_p" => self.min_p = number(name, value, 0.0, 1.0)? as f32,
            "typical_p" => self.typical_p = number(name, value, 0.0, 1.0)? as f32,
            "repeat_last_n" => self.repeat_last_n = number(name, value, -1.0, 1e9)? as i32,
            "repeat_penalty" => self.repeat_penalty = number(name, value, 0.01, 100.0)? as f32,
            "presence_penalty" => self.presence_penalty = number(name, value, -100.0, 100.0)? as f32,
            "frequency_penalty" => self.frequency_penalty = number(name, value, -100.0, 100.0)? as f32,
            "mirostat" => self.mirostat = number(name, value, 0.0, 2.0)? as i32,
            "mirostat_tau" => self.mirostat_tau = number(name, value, 0.0, 100.0)? as f32,
            "mirostat_eta" => self.mirostat_eta = number(name, value, 0.0, 100.0)? as f32,
            "seed" => {
                let seed = number(name, value, -1e15, 1e15)? as i64;
                // -1 asks for a new one, as with Ollama; larger numbers keep their low bits.
                self.seed = (seed >= 0).then_some(u32::try_from(seed & 0xffff_ffff).unwrap_or_default());
            }
            "stop" => self.stop = texts(name, value)?,
            "logit_bias" => self.logit_bias = biases(name, value)?,
            _ => {}
        }
        Ok(())
    }
}

fn number(name: &str, value: &Value, least: f64, most: f64) -> Result<f64> {
    let found = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    found.filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        EngineError::Invalid(format!("option \"{name}\" must be a number from {least} to {most}"))
    })
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>> {
    let list = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| EngineError::Invalid(format!("option \"{name}\" must be a list of texts")))?,
        _ => {
            return Err(EngineError::Invalid(format!("option \"{name}\" must be a text or a list of texts")));
        }
    };
    Ok(list.into_iter().filter(|text| !text.is_empty()).collect())
}

fn biases(name: &str, value: &Value) -> Result<Vec<(i32, f32)>> {
    let wrong =
        || EngineError::Invalid(format!("option \"{name}\" must give numbers by the number of a token"));
    let fields = value.as_object().ok_or_else(wrong)?;
    fields
        .iter()
        .map(|(token, bias)| {
            let token = token.parse().map_err(|_| wrong())?;
            Ok((token, number(name, bias, -1000.0, 1000.0)? as f32))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(fields: Value) -> Result<Options> {
        let mut options = Options::default();
        options.apply(fields.as_object().unwrap())?;
        Ok(options)
    }

    #[test]
    fn names_and_kinds() {
        let options = applied(json!({
            "num_ctx": 2048, "temperature": "0.5", "stop": "###", "seed": -1, "num_gpu": -1, "unknown": {}, "top_k": null,
            "logit_bias": {"5": -100},
        }))
        .unwrap();
        assert_eq!((options.num_ctx, options.temperature, options.top_k), (Some(2048), 0.5, 40));
        assert_eq!((options.stop, options.seed, options.num_gpu), (vec!["###".to_owned()], None, None));
        assert_eq!(options.logit_bias, [(5, -100.0)]);
    }

    #[test]
    fn wrong_values_are_named() {
        for fields in [
            json!({"temperature": "hot"}),
            json!({"temperature": -1}),
            json!({"num_ctx": 0}),
            json!({"stop": [1]}),
            json!({"stop": {}}),
            json!({"logit_bias": [1]}),
            json!({"logit_bias": {"x": 1}}),
            json!({"repeat_penalty": 0}),
        ] {
            let name = fields.as_object().unwrap().keys().next().unwrap().clone();
            let error = applied(fields).unwrap_err().to_string();
            assert!(error.contains(&format!("\"{name}\"")), "{error}");
        }
    }
}
