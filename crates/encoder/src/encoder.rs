use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use transom_kernels::Cpu;

use crate::batch;
use crate::config::Config;
use crate::error::Error;
use crate::files::settings;
use crate::model::Network;
use crate::modules::Steps;
use crate::safetensors::Tensors;
use crate::tokens::Tokenization;

/// A sentence-transformers model in memory.
pub struct Encoder {
    network: Network,
    steps: Steps,
    tokenization: Tokenization,
    /// What the model wants before every text.
    prompt: String,
}

/// `config_sentence_transformers.json`.
#[derive(Deserialize, Default)]
struct Prompts {
    #[serde(default)]
    prompts: HashMap<String, String>,
    default_prompt_name: Option<String>,
}

/// The vectors of some texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// One for each text, in their order.
    pub vectors: Vec<Vec<f32>>,
    /// How many tokens were read, all texts together; what was cut off does not count.
    pub tokens: usize,
}

impl Encoder {
    /// Loads the model of a folder.
    ///
    /// # Errors
    /// When a file is missing or damaged, or the model is of a kind that is not supported.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let steps = Steps::read(folder, |network| Ok(Config::read(network)?.hidden))?;
        let config = Config::read(&steps.network)?;
        let tokenization = Tokenization::read(&steps.network, &config)?;
        let network = Network::read(&mut Tensors::open(&steps.network)?, config)?;
        let mut prompts: Prompts =
            settings(&folder.join("config_sentence_transformers.json"))?.unwrap_or_default();
        let prompt =
            prompts.default_prompt_name.and_then(|name| prompts.prompts.remove(&name)).unwrap_or_default();
        Ok(Self { network, steps, tokenization, prompt })
    }

    /// The vectors of some texts, in the length that the model gives them. `prompt` is put before each; without one it is the
    /// model's own, if it names one for all texts. A text beyond [`Encoder::max_tokens`] is cut off.
    ///
    /// # Errors
    /// When a text cannot be divided into tokens.
    pub fn embed(&self, cpu: &Cpu, prompt: Option<&str>, texts: &[&str]) -> Result<Embeddings, Error> {
        let prompt = prompt.unwrap_or(&self.prompt);
        let tokens = batch::each(cpu, texts, |text| match prompt {
            "" => self.tokenization.single(text),
            prompt => self.tokenization.single(&format!("{prompt}{text}")),
        })?;
        let hidden = self.network.config.hidden;
        let vectors = batch::run(cpu, &tokens, self.steps.width, |batch| {
            let rows = self.network.forward(cpu, batch);
            let text = |text| {
                let range = batch.range(text);
                self.steps.apply(cpu, &rows[range.start * hidden..range.end * hidden], hidden)
            };
            Ok((0..batch.texts.len()).flat_map(text).collect())
        })?;
        Ok(Embeddings { vectors, tokens: tokens.iter().map(|tokens| tokens.ids.len()).sum() })
    }

    /// Values of a vector.
    pub fn dimensions(&self) -> usize {
        self.steps.width
    }

    /// The most tokens of a text that are read.
    pub fn max_tokens(&self) -> usize {
        self.tokenization.most
    }

    /// Bytes of memory that the weights take.
    pub fn bytes(&self) -> usize {
        self.network.bytes()
    }
}
