//! Weights as safetensors: the length of a JSON header (8 bytes, little endian), the header, then the values. Tensors are read
//! one by one, so that a model of 2 GB is not in memory twice while it loads.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use transom_kernels::convert::{bf16_to_f32, f16_to_f32};

use crate::error::Error;
use crate::files::{settings, wrong};

/// The most that a header may have, in bytes; the format's own limit.
const HEADER: u64 = 100_000_000;
/// The most files that a model may be divided into.
const SHARDS: usize = 1_000;

/// The tensors of a model.
pub(crate) struct Tensors {
    files: Vec<Shard>,
    /// The file and the place of each.
    places: HashMap<String, (usize, Place)>,
    /// What stands before the names that the model's own code knows, `bert.` for example.
    prefix: String,
}

struct Shard {
    file: File,
    name: String,
    /// Where the values begin.
    start: u64,
}

#[derive(Deserialize)]
struct Place {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// Values in the precision of the file.
pub(crate) enum Values {
    F32(Vec<f32>),
    /// The bits of half-precision numbers.
    F16(Vec<u16>),
}

#[derive(Deserialize)]
struct Index {
    weight_map: HashMap<String, String>,
}

impl Tensors {
    /// Opens `model.safetensors`, or the files that `model.safetensors.index.json` names.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let mut tensors = Self { files: Vec::new(), places: HashMap::new(), prefix: String::new() };
        let single = folder.join("model.safetensors");
        if single.is_file() {
            tensors.add(&single)?;
            return Ok(tensors);
        }
        let Some(index) = settings::<Index>(&folder.join("model.safetensors.index.json"))? else {
            return Err(Error::Unsupported(
                "The model has no model.safetensors, the only form of weights that is read here: choose another model, or convert \
                 this one with `save_pretrained`."
                    .into(),
            ));
        };
        let mut names: Vec<String> = index.weight_map.into_values().collect();
        names.sort();
        names.dedup();
        if names.len() > SHARDS {
            return Err(Error::damaged(format!("the weights are in more than {SHARDS} files")));
        }
        for name in names {
            if name.contains(['/', '\\']) || name.starts_with('.') {
                return Err(Error::damaged(format!("{name} is no name of a file of weights")));
            }
            tensors.add(&folder.join(name))?;
        }
        Ok(tensors)
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let mut file = File::open(path).map_err(|error| Error::file(path, error))?;
        let size = file.metadata().map_err(|error| Error::file(path, error))?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|error| Error::file(path, error))?;
        let length = u64::from_le_bytes(length);
        if length > HEADER || length + 8 > size {
            return Err(wrong(path, &"its header is longer than the file"));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(|error| Error::file(path, error))?;
        let header: HashMap<String, serde_json::Value> =
            serde_json::from_slice(&header).map_err(|error| wrong(path, &error))?;
        let number = self.files.len();
        for (name, place) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
            let place: Place = serde_json::from_value(place).map_err(|error| wrong(path, &error))?;
            if place.data_offsets.0 > place.data_offsets.1 || place.data_offsets.1 > size - 8 - length {
                return Err(wrong(path, &format!("{name} lies outside of the file")));
            }
            self.places.insert(name, (number, place));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.files.push(Shard { file, name, start: 8 + length });
        Ok(())
    }

    /// From now on names are looked up behind whichever of these prefixes `probe` has.
    pub(crate) fn find_prefix(&mut self, prefixes: &[&str], probe: &str) -> Result<(), Error> {
        let found = prefixes.iter().find(|prefix| self.places.contains_key(&format!("{prefix}{probe}")));
        let prefix = found.ok_or_else(|| Error::damaged(format!("the weights lack {probe}")))?;
        self.prefix = (*prefix).to_owned();
        Ok(())
    }

    /// From now on names are looked up as they are.
    pub(crate) fn without_prefix(&mut self) {
        self.prefix.clear();
    }

    /// Whether there is a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&format!("{}{name}", self.prefix))
    }

    fn place(&self, name: &str) -> Result<&(usize, Place), Error> {
        let name = format!("{}{name}", self.prefix);
        self.places.get(&name).ok_or_else(|| Error::damaged(format!("the weights lack {name}")))
    }

    /// The values of a tensor of this shape.
    pub(crate) fn read(&mut self, name: &str, shape: &[usize]) -> Result<Values, Error> {
        let (number, place) = self.place(name)?;
        let wide = match place.dtype.as_str() {
            "F32" => 4,
            "F16" | "BF16" => 2,
            other => {
                return Err(Error::Unsupported(format!(
                    "The model's weights are stored as {other}; F32, F16 and BF16 are read here: choose another model."
                )));
            }
        };
        let count = shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side as u64));
        let length = place.data_offsets.1 - place.data_offsets.0;
        if place.shape != shape || count.and_then(|count| count.checked_mul(wide)) != Some(length) {
            return Err(Error::damaged(format!("{name} has the shape {:?}, not {shape:?}", place.shape)));
        }
        let (dtype, begin, number) = (place.dtype.clone(), place.data_offsets.0, *number);
        let shard = &mut self.files[number];
        let mut bytes = vec![0; length as usize];
        let read = shard
            .file
            .seek(SeekFrom::Start(shard.start + begin))
            .and_then(|_| shard.file.read_exact(&mut bytes));
        read.map_err(|error| Error::file(Path::new(&shard.name), error))?;
        let halves = || bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        Ok(match dtype.as_str() {
            "F16" => Values::F16(halves().collect()),
            "BF16" => Values::F32(halves().map(bf16_to_f32).collect()),
            _ => Values::F32(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()),
        })
    }

    /// The values of a tensor of this shape, in single precision.
    pub(crate) fn read_f32(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        Ok(match self.read(name, shape)? {
            Values::F32(values) => values,
            Values::F16(values) => values.into_iter().map(f16_to_f32).collect(),
        })
    }
}
