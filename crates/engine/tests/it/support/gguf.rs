//! Writes small GGUF files.

/// A header in the making.
#[derive(Default)]
pub struct Writer {
    keys: u64,
    metadata: Vec<u8>,
    tensors: Vec<(String, Vec<u64>)>,
}

impl Writer {
    fn key(mut self, key: &str, kind: u32) -> Self {
        self.keys += 1;
        text(&mut self.metadata, key);
        self.metadata.extend(kind.to_le_bytes());
        self
    }

    pub fn text(self, key: &str, value: &str) -> Self {
        let mut this = self.key(key, 8);
        text(&mut this.metadata, value);
        this
    }

    pub fn raw(self, key: &str, kind: u32, bytes: &[u8]) -> Self {
        let mut this = self.key(key, kind);
        this.metadata.extend(bytes);
        this
    }

    pub fn u32(self, key: &str, value: u32) -> Self {
        self.raw(key, 4, &value.to_le_bytes())
    }

    pub fn texts(self, key: &str, values: &[&str]) -> Self {
        let mut bytes = 8u32.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| text(&mut bytes, value));
        self.raw(key, 9, &bytes)
    }

    /// A tensor of 32-bit floats.
    pub fn tensor(mut self, name: &str, shape: &[u64]) -> Self {
        self.tensors.push((name.into(), shape.to_vec()));
        self
    }

    pub fn finish(self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.keys.to_le_bytes());
        bytes.extend(self.metadata);
        let mut offset = 0u64;
        for (name, shape) in &self.tensors {
            text(&mut bytes, name);
            bytes.extend(u32::try_from(shape.len()).unwrap().to_le_bytes());
            shape.iter().for_each(|side| bytes.extend(side.to_le_bytes()));
            bytes.extend(0u32.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
            offset += (shape.iter().product::<u64>() * 4).next_multiple_of(32);
        }
        bytes.resize(bytes.len().next_multiple_of(32) + usize::try_from(offset).unwrap(), 7);
        bytes
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// A whole little model; `salt` makes another one of it.
pub fn tiny(salt: &str) -> Vec<u8> {
    Writer::default()
        .text("general.architecture", "llama")
        .text("general.name", "Tiny Test")
        .text("general.basename", "Tiny")
        .text("general.size_label", "2K")
        .text("general.salt", salt)
        .u32("general.file_type", 3)
        .u32("llama.context_length", 8192)
        .u32("llama.embedding_length", 32)
        .u32("llama.block_count", 2)
        .texts("tokenizer.ggml.tokens", &["a", "b", "<|im_end|>"])
        .text("tokenizer.chat_template", "{% for message in messages %}{{ message.content }}{% endfor %}")
        .tensor("token_embd.weight", &[32, 64])
        .tensor("output_norm.weight", &[32])
        .finish()
}
