//! Reading the header within limits.

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::{Gguf, Tensor, Value, corrupt, kinds};
use crate::{EngineError, Result};

const MOST_KEYS: u64 = 16 * 1024;
const MOST_TENSORS: u64 = 256 * 1024;
const MOST_DIMENSIONS: u32 = 8;
const LONGEST_NAME: u64 = 64 * 1024;
const LONGEST_TEXT: u64 = 4 * 1024 * 1024;
/// What all kept values may take together; the token lists of large vocabularies take about a tenth of it.
const MOST_KEPT: u64 = 128 * 1024 * 1024;
const DEEPEST: u32 = 3;

/// What becomes of lists, of which some have an entry for every token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrays {
    /// Only their length is kept.
    Pass,
    /// They are kept whole.
    Keep,
}

pub(super) fn read<R: Read + Seek>(inner: R, length: u64, arrays: Arrays) -> Result<Gguf> {
    let mut reader = Reader { inner, left: length, kept: 0, arrays };
    if reader.left < 8 || reader.bytes::<4>()? != *b"GGUF" {
        return Err(EngineError::Corrupt("this is not a GGUF file".into()));
    }
    let version = reader.u32()?;
    if version.swap_bytes() < 16 && version > 16 {
        return Err(EngineError::Corrupt("this GGUF file is made for big-endian machines".into()));
    }
    if !(2..=3).contains(&version) {
        return Err(EngineError::Corrupt(format!(
            "this GGUF file has version {version}; 2 and 3 can be read"
        )));
    }
    let (tensors, keys) = (reader.u64()?, reader.u64()?);
    if tensors > MOST_TENSORS || keys > MOST_KEYS {
        return Err(corrupt("it claims too many entries"));
    }
    let mut gguf = Gguf { version, ..Gguf::default() };
    let mut seen = HashSet::new();
    for _ in 0..keys {
        let key = reader.text(LONGEST_NAME)?;
        if !seen.insert(key.clone()) {
            return Err(corrupt("it has a key twice"));
        }
        let kind = reader.u32()?;
        let value = reader.value(kind, 0)?;
        gguf.metadata.push((key, value));
    }
    let mut end = 0;
    for _ in 0..tensors {
        let (tensor, tensor_end) = reader.tensor()?;
        end = end.max(tensor_end);
        gguf.tensors.push(tensor);
    }
    let alignment = gguf.get("general.alignment").and_then(Value::as_u64).unwrap_or(32).max(1);
    let header = length - reader.left;
    let needed = header.checked_next_multiple_of(alignment).and_then(|start| start.checked_add(end));
    if !gguf.tensors.is_empty() && needed.is_none_or(|needed| needed > length) {
        return Err(corrupt("it is shorter than its tensors"));
    }
    Ok(gguf)
}

struct Reader<R> {
    inner: R,
    /// How much of the file has not been read.
    left: u64,
    kept: u64,
    arrays: Arrays,
}

impl<R: Read + Seek> Reader<R> {
    fn take(&mut self, size: u64) -> Result<()> {
        self.left = self.left.checked_sub(size).ok_or_else(|| corrupt("it ends too early"))?;
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N as u64)?;
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes).map_err(|error| ended(&error))?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> Result<()> {
        self.take(size)?;
        let size = i64::try_from(size).map_err(|_| corrupt("a length makes no sense"))?;
        self.inner.seek_relative(size)?;
        Ok(())
    }

    fn u32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn text(&mut self, longest: u64) -> Result<String> {
        let length = self.u64()?;
        if length > longest {
            return Err(corrupt("a text is too long"));
        }
        self.take(length)?;
        self.keep(length)?;
        let mut bytes = Vec::new();
        let n = (&mut self.inner).take(length).read_to_end(&mut bytes)?;
        if n as u64 != length {
            return Err(corrupt("it ends too early"));
        }
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    fn keep(&mut self, size: u64) -> Result<()> {
        self.kept = self.kept.saturating_add(size);
        if self.kept > MOST_KEPT { Err(corrupt("its header is too large")) } else { Ok(()) }
    }

    fn value(&mut self, kind: u32, depth: u32) -> Result<Value> {
        Ok(match kind {
            0 => Value::Unsigned(u8::from_le_bytes(self.bytes()?).into()),
            1 => Value::Signed(i8::from_le_bytes(self.bytes()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.bytes()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.bytes()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.bytes()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.bytes()?).into()),
            7 => Value::Bool(self.bytes::<1>()? != [0]),
            8 => Value::Text(self.text(LONGEST_TEXT)?),
            9 => self.array(depth)?,
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.bytes()?)),
            12 => Value::Float(f64::from_le_bytes(self.bytes()?)),
            _ => return Err(corrupt("a value has a type that does not exist")),
        })
    }

    fn array(&mut self, depth: u32) -> Result<Value> {
        let (kind, count) = (self.u32()?, self.u64()?);
        if depth >= DEEPEST {
            return Err(corrupt("its lists are nested too deep"));
        }
        if element_size(kind).is_none() && !matches!(kind, 8 | 9) {
            return Err(corrupt("a list has a type that does not exist"));
        }
        // no element is smaller than that, so a count that the file cannot hold is found before the loop
        let smallest = element_size(kind).unwrap_or(8);
        if count.checked_mul(smallest).is_none_or(|size| size > self.left) {
            return Err(corrupt("a list is longer than the file"));
        }
        if self.arrays == Arrays::Keep {
            self.keep(count.saturating_mul(size_of::<Value>() as u64))?;
            let items = (0..count).map(|_| self.value(kind, depth + 1)).collect::<Result<_>>()?;
            return Ok(Value::Array(items));
        }
        self.pass(kind, count, depth)?;
        Ok(Value::Passed(count))
    }

    fn pass(&mut self, kind: u32, count: u64, depth: u32) -> Result<()> {
        match (kind, element_size(kind)) {
            (_, Some(size)) => self.skip(count.saturating_mul(size)),
            (8, _) => (0..count).try_for_each(|_| {
                let length = self.u64()?;
                self.skip(length)
            }),
            _ => (0..count).try_for_each(|_| self.array(depth + 1).map(drop)),
        }
    }

    /// A tensor, and where its contents end, counted from where the contents of the first one begin.
    fn tensor(&mut self) -> Result<(Tensor, u64)> {
        let name = self.text(LONGEST_NAME)?;
        let dimensions = self.u32()?;
        if dimensions > MOST_DIMENSIONS {
            return Err(corrupt("a tensor has too many dimensions"));
        }
        let shape = (0..dimensions).map(|_| self.u64()).collect::<Result<Vec<_>>>()?;
        let (number, offset) = (self.u32()?, self.u64()?);
        self.keep(64 + 8 * u64::from(dimensions))?;
        let count = shape.iter().try_fold(1, |n: u64, side| n.checked_mul(*side));
        let count = count.ok_or_else(|| corrupt("a tensor is too large"))?;
        // types that are newer than this code have a size that is not known
        let kind = kinds::tensor_kind(number);
        let size =
            kind.as_ref().map_or(Some(0), |kind| count.div_ceil(kind.elements).checked_mul(kind.bytes));
        let end =
            size.and_then(|size| offset.checked_add(size)).ok_or_else(|| corrupt("a tensor is too large"))?;
        Ok((Tensor { name, shape, kind: kind.map_or("unknown", |kind| kind.name) }, end))
    }
}

/// The bytes of an element of fixed size.
fn element_size(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn ended(error: &std::io::Error) -> EngineError {
    corrupt(if error.kind() == std::io::ErrorKind::UnexpectedEof {
        "it ends too early"
    } else {
        "it cannot be read"
    })
}
