//! What a sentence-transformers folder says about the way from the vectors of the tokens to that of the text: `modules.json`.

use std::path::Path;

use serde::Deserialize;
use transom_kernels::{Activation, Cpu, Linear, ops};

use crate::config::activation;
use crate::error::Error;
use crate::files::settings;
use crate::model::linear;
use crate::safetensors::Tensors;

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    path: String,
    r#type: String,
}

/// One step after the network.
pub(crate) enum Module {
    Pooling(Vec<Pooling>),
    Normalize,
    Dense { layer: Linear, activation: Activation },
}

/// A way from many vectors to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    First,
    Max,
    Mean,
    /// The sum divided by the root of the number.
    MeanRoot,
    Last,
}

#[derive(Deserialize)]
struct PoolingFile {
    word_embedding_dimension: Option<usize>,
    /// Newer files name the ways here.
    pooling_mode: Option<serde_json::Value>,
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
    #[serde(default)]
    pooling_mode_weightedmean_tokens: bool,
    #[serde(default)]
    pooling_mode_lasttoken: bool,
    include_prompt: Option<bool>,
}

#[derive(Deserialize)]
struct DenseFile {
    in_features: usize,
    out_features: usize,
    activation_function: Option<String>,
}

/// The folder of the network, the steps after it, and how many values the vector has in the end.
pub(crate) struct Steps {
    pub network: std::path::PathBuf,
    pub modules: Vec<Module>,
    pub width: usize,
}

impl Steps {
    /// Reads `modules.json`; a folder without one is a network whose tokens are averaged.
    pub(crate) fn read(folder: &Path, hidden: impl Fn(&Path) -> Result<usize, Error>) -> Result<Self, Error> {
        let Some(entries) = settings::<Vec<Entry>>(&folder.join("modules.json"))? else {
            let width = hidden(folder)?;
            return Ok(Self {
                network: folder.to_owned(),
                modules: vec![Module::Pooling(vec![Pooling::Mean])],
                width,
            });
        };
        let mut entries = entries.into_iter();
        let first = entries.next().filter(|entry| last(&entry.r#type) == "Transformer");
        let first = first.ok_or_else(|| {
            Error::Unsupported(not_supported("a model that does not begin with a Transformer"))
        })?;
        let network = inside(folder, &first.path)?;
        let mut width = hidden(&network)?;
        let mut modules = Vec::new();
        for entry in entries {
            let place = inside(folder, &entry.path)?;
            let module = match last(&entry.r#type) {
                "Pooling" if modules.is_empty() => pooling(&place, &mut width)?,
                "Normalize" => Module::Normalize,
                "Dense" => dense(&place, &mut width)?,
                // active in training only
                "Dropout" => continue,
                other => {
                    return Err(Error::Unsupported(not_supported(&format!(
                        "the module {other} at its place"
                    ))));
                }
            };
            modules.push(module);
        }
        if !matches!(modules.first(), Some(Module::Pooling(_))) {
            return Err(Error::Unsupported(not_supported("a model without pooling")));
        }
        Ok(Self { network, modules, width })
    }

    /// From the vectors of a text's tokens to its own.
    pub(crate) fn apply(&self, cpu: &Cpu, rows: &[f32], hidden: usize) -> Vec<f32> {
        let mut vector = Vec::new();
        for module in &self.modules {
            match module {
                Module::Pooling(ways) => {
                    vector = ways.iter().flat_map(|way| pool(cpu, *way, rows, hidden)).collect()
                }
                Module::Normalize => {
                    let width = vector.len();
                    ops::l2_normalize(cpu, &mut vector, width);
                }
                Module::Dense { layer, activation } => {
                    let mut result = vec![0.0; layer.outputs()];
                    layer.forward(cpu, &vector, 1, &mut result, *activation);
                    vector = result;
                }
            }
        }
        vector
    }
}

fn pool(cpu: &Cpu, way: Pooling, rows: &[f32], hidden: usize) -> Vec<f32> {
    let mut vector = vec![0.0; hidden];
    match way {
        Pooling::First => vector.copy_from_slice(&rows[..hidden]),
        Pooling::Last => vector.copy_from_slice(&rows[rows.len() - hidden..]),
        Pooling::Max => ops::max_pool(rows, &mut vector),
        Pooling::Mean => ops::mean_pool(cpu, rows, &mut vector),
        Pooling::MeanRoot => {
            ops::mean_pool(cpu, rows, &mut vector);
            let factor = ((rows.len() / hidden) as f32).sqrt();
            vector.iter_mut().for_each(|x| *x *= factor);
        }
    }
    vector
}

fn pooling(place: &Path, width: &mut usize) -> Result<Module, Error> {
    let file: PoolingFile = settings(&place.join("config.json"))?
        .ok_or_else(|| Error::damaged("the pooling has no config.json"))?;
    if file.include_prompt == Some(false) {
        return Err(Error::Unsupported(not_supported("pooling without the instruction")));
    }
    if file.word_embedding_dimension.is_some_and(|dimension| dimension != *width) {
        return Err(Error::damaged("the pooling expects vectors of another length"));
    }
    let ways = match &file.pooling_mode {
        Some(serde_json::Value::String(name)) => vec![way(name)?],
        Some(serde_json::Value::Array(names)) => {
            names.iter().map(|name| way(name.as_str().unwrap_or_default())).collect::<Result<_, _>>()?
        }
        _ => flags(&file)?,
    };
    if ways.is_empty() || ways.len() > 5 {
        return Err(Error::damaged("the pooling names no way, or too many"));
    }
    *width *= ways.len();
    Ok(Module::Pooling(ways))
}

fn way(name: &str) -> Result<Pooling, Error> {
    match name {
        "cls" => Ok(Pooling::First),
        "max" => Ok(Pooling::Max),
        "mean" => Ok(Pooling::Mean),
        "mean_sqrt_len_tokens" => Ok(Pooling::MeanRoot),
        "lasttoken" => Ok(Pooling::Last),
        other => Err(Error::Unsupported(not_supported(&format!("{other} pooling")))),
    }
}

/// The ways in the order in which their vectors are put side by side.
fn flags(file: &PoolingFile) -> Result<Vec<Pooling>, Error> {
    if file.pooling_mode_weightedmean_tokens {
        return Err(Error::Unsupported(not_supported("weighted mean pooling")));
    }
    let all = [
        (file.pooling_mode_cls_token, Pooling::First),
        (file.pooling_mode_max_tokens, Pooling::Max),
        (file.pooling_mode_mean_tokens, Pooling::Mean),
        (file.pooling_mode_mean_sqrt_len_tokens, Pooling::MeanRoot),
        (file.pooling_mode_lasttoken, Pooling::Last),
    ];
    Ok(all.into_iter().filter(|(set, _)| *set).map(|(_, way)| way).collect())
}

fn dense(place: &Path, width: &mut usize) -> Result<Module, Error> {
    let file: DenseFile = settings(&place.join("config.json"))?
        .ok_or_else(|| Error::damaged("the dense module has no config.json"))?;
    if file.in_features != *width || file.out_features == 0 {
        return Err(Error::damaged("the dense module expects vectors of another length"));
    }
    let activation = match last(file.activation_function.as_deref().unwrap_or("Tanh")) {
        "Identity" => Activation::None,
        "Tanh" => Activation::Tanh,
        "Sigmoid" => Activation::Sigmoid,
        other => self::activation(&other.to_lowercase())?,
    };
    let mut tensors = Tensors::open(place)?;
    let layer = linear(&mut tensors, "linear", file.out_features, file.in_features)?;
    *width = file.out_features;
    Ok(Module::Dense { layer, activation })
}

/// A folder inside the model's.
fn inside(folder: &Path, path: &str) -> Result<std::path::PathBuf, Error> {
    let relative = Path::new(path);
    let plain = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if plain {
        Ok(folder.join(relative))
    } else {
        Err(Error::damaged("modules.json names a place outside of the folder"))
    }
}

/// The name of a Python class without its module.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn not_supported(what: &str) -> String {
    format!(
        "The model needs {what}, which is not supported: choose another model, or run this one on an embedding server."
    )
}
