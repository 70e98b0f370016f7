//! `model.bin` of CTranslate2: a header, then named arrays one after the other.
//!
//! Layout, all integers little-endian: version `u32`, name of the specification (length `u16`, bytes with a closing
//! zero), its revision `u32`, number of arrays `u32`. An array: name, rank `u8`, that many dimensions `u32`, kind of
//! number `u8`, length in bytes `u32`, bytes. At the end: number of second names `u32`, and pairs of names. The file is
//! not trusted: every length is compared with what the file holds before anything is reserved for it.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use transom_kernels::convert::{bf16_to_f32, f16_to_f32};

use crate::{Result, WhisperError};

/// Versions of the layout that carry kind and length of each array.
const VERSIONS: std::ops::RangeInclusive<u32> = 4..=6;
/// More than the largest Whisper model has (about 1,700, when quantised twice that).
const MOST_ARRAYS: u32 = 20_000;
const HIGHEST_RANK: u8 = 4;
/// Bytes of a file in memory while numbers are converted.
const PIECE: usize = 1 << 20;

/// Kinds of numbers, with the values that the format gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floating point.
    F32,
    /// 8-bit integer.
    I8,
    /// 16-bit integer.
    I16,
    /// 32-bit integer.
    I32,
    /// IEEE half precision.
    F16,
    /// The upper half of an `f32`.
    Bf16,
}

impl Kind {
    fn from_id(id: u8) -> Option<Self> {
        [Self::F32, Self::I8, Self::I16, Self::I32, Self::F16, Self::Bf16].get(usize::from(id)).copied()
    }

    fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::I16 | Self::F16 | Self::Bf16 => 2,
            Self::I8 => 1,
        }
    }
}

/// Where an array lies.
#[derive(Clone, Debug)]
struct Entry {
    shape: Vec<usize>,
    kind: Kind,
    offset: u64,
    bytes: u64,
}

/// An opened `model.bin`; arrays are read one by one.
#[derive(Debug)]
pub struct Container {
    path: PathBuf,
    file: File,
    arrays: HashMap<String, Entry>,
    aliases: HashMap<String, String>,
}

impl Container {
    /// Reads the index.
    ///
    /// # Errors
    /// [`WhisperError::Io`] and [`WhisperError::Format`].
    pub fn open(path: &Path) -> Result<Self> {
        let io = |source| WhisperError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let mut index = Index { input: BufReader::new(file), at: 0, length, path };
        let (arrays, aliases) = index.read()?;
        Ok(Self { path: path.to_owned(), file: index.input.into_inner(), arrays, aliases })
    }

    /// Whether there is an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The dimensions of an array.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.find(name).map(|entry| entry.shape.as_slice())
    }

    /// A single whole number.
    pub fn number(&mut self, name: &str) -> Option<i64> {
        let entry = self.find(name)?.clone();
        let mut bytes = [0; 4];
        let part = bytes.get_mut(..usize::try_from(entry.bytes).ok()?)?;
        self.file.seek(SeekFrom::Start(entry.offset)).ok()?;
        self.file.read_exact(part).ok()?;
        match entry.kind {
            Kind::I8 => Some(i64::from(bytes[0] as i8)),
            Kind::I16 => Some(i64::from(i16::from_le_bytes([bytes[0], bytes[1]]))),
            Kind::I32 => Some(i64::from(i32::from_le_bytes(bytes))),
            _ => None,
        }
    }

    /// An array as `f32`, row by row; quantised ones are multiplied out.
    ///
    /// # Errors
    /// [`WhisperError::Format`] when there is none of this name and shape.
    pub fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let entry = self.expect(name, shape)?;
        let mut values = self.read(&entry)?;
        if matches!(entry.kind, Kind::I8 | Kind::I16) {
            let scales = self.scales(name, shape)?;
            let width = values.len() / scales.len().max(1);
            for (row, scale) in values.chunks_mut(width.max(1)).zip(scales) {
                row.iter_mut().for_each(|value| *value *= scale);
            }
        }
        Ok(values)
    }

    /// A matrix in the precision in which it is kept.
    ///
    /// # Errors
    /// [`WhisperError::Format`] when there is none of this name and shape.
    pub fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Numbers> {
        let shape = [rows, columns];
        let entry = self.expect(name, &shape)?;
        Ok(match entry.kind {
            Kind::F16 => Numbers::F16(
                self.raw(&entry)?
                    .chunks_exact(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                    .collect(),
            ),
            Kind::I8 => {
                let values = self.raw(&entry)?.into_iter().map(|byte| byte as i8).collect();
                Numbers::I8 { values, scales: self.scales(name, &shape)? }
            }
            _ => Numbers::F32(self.floats(name, &shape)?),
        })
    }

    /// By what a quantised number is multiplied, for each row: the file keeps the inverse.
    fn scales(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let rows = shape.first().copied().unwrap_or(1);
        let name = format!("{name}_scale");
        let one = self.shape(&name).is_some_and(|shape| shape.is_empty() || shape == [1]);
        let of_scale = self.shape(&name).unwrap_or_default().to_vec();
        let entry = self.expect(&name, if one { &of_scale } else { std::slice::from_ref(&rows) })?;
        let scales = self.read(&entry)?;
        if scales.iter().any(|scale| !scale.is_normal()) {
            return Err(self.broken(format!("\"{name}\" holds a scale that is no number")));
        }
        let scales: Vec<f32> = scales.iter().map(|scale| 1.0 / scale).collect();
        Ok(if one { vec![scales.first().copied().unwrap_or(1.0); rows] } else { scales })
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        self.arrays.get(name).or_else(|| self.arrays.get(self.aliases.get(name)?))
    }

    fn expect(&self, name: &str, shape: &[usize]) -> Result<Entry> {
        let entry = self.find(name).ok_or_else(|| self.broken(format!("it has no \"{name}\"")))?;
        if entry.shape != shape {
            let reason = format!("\"{name}\" has the shape {:?} instead of {shape:?}", entry.shape);
            return Err(self.broken(reason));
        }
        Ok(entry.clone())
    }

    fn read(&mut self, entry: &Entry) -> Result<Vec<f32>> {
        let io = |source| WhisperError::Io { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(entry.offset)).map_err(io)?;
        let total = usize::try_from(entry.bytes).unwrap_or(usize::MAX);
        let mut values = Vec::with_capacity(total / entry.kind.bytes());
        let mut piece = vec![0; PIECE.min(total)];
        let mut left = total;
        while left > 0 {
            let part = &mut piece[..PIECE.min(left)];
            self.file.read_exact(part).map_err(io)?;
            convert(entry.kind, part, &mut values);
            left -= part.len();
        }
        Ok(values)
    }

    fn raw(&mut self, entry: &Entry) -> Result<Vec<u8>> {
        let io = |source| WhisperError::Io { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(entry.offset)).map_err(io)?;
        // the index has compared the length with that of the file
        let mut bytes = vec![0; usize::try_from(entry.bytes).unwrap_or(usize::MAX)];
        self.file.read_exact(&mut bytes).map_err(io)?;
        Ok(bytes)
    }

    /// An error about this file.
    pub fn broken(&self, reason: impl Into<String>) -> WhisperError {
        WhisperError::Format { path: self.path.clone(), reason: reason.into() }
    }
}

/// A matrix as it is kept, row by row.
#[derive(Debug)]
pub enum Numbers {
    /// Single precision.
    F32(Vec<f32>),
    /// Half precision, as bits.
    F16(Vec<u16>),
    /// Whole numbers, and the factor of each row.
    I8 {
        /// The whole numbers.
        values: Vec<i8>,
        /// The factors.
        scales: Vec<f32>,
    },
}

impl Numbers {
    /// One row of `width` values, written over `to`.
    pub fn row(&self, row: usize, width: usize, to: &mut [f32]) {
        let range = row * width..(row + 1) * width;
        match self {
            Self::F32(values) => to.copy_from_slice(&values[range]),
            Self::F16(values) => {
                to.iter_mut().zip(&values[range]).for_each(|(to, bits)| *to = f16_to_f32(*bits))
            }
            Self::I8 { values, scales } => {
                to.iter_mut()
                    .zip(&values[range])
                    .for_each(|(to, value)| *to = f32::from(*value) * scales[row]);
            }
        }
    }
}

fn convert(kind: Kind, bytes: &[u8], values: &mut Vec<f32>) {
    let two = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
    let four = |quad: &[u8]| u32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]);
    match kind {
        Kind::F32 => values.extend(bytes.chunks_exact(4).map(|quad| f32::from_bits(four(quad)))),
        Kind::I32 => values.extend(bytes.chunks_exact(4).map(|quad| four(quad) as i32 as f32)),
        Kind::F16 => values.extend(bytes.chunks_exact(2).map(|pair| f16_to_f32(two(pair)))),
        Kind::Bf16 => {
            values.extend(bytes.chunks_exact(2).map(|pair| bf16_to_f32(two(pair))));
        }
        Kind::I16 => values.extend(bytes.chunks_exact(2).map(|pair| f32::from(two(pair) as i16))),
        Kind::I8 => values.extend(bytes.iter().map(|byte| f32::from(*byte as i8))),
    }
}

/// Reads the index of a file from its beginning.
struct Index<'a> {
    input: BufReader<File>,
    at: u64,
    length: u64,
    path: &'a Path,
}

type Names = (HashMap<String, Entry>, HashMap<String, String>);

impl Index<'_> {
    fn read(&mut self) -> Result<Names> {
        let version = self.u32()?;
        if !VERSIONS.contains(&version) {
            return Err(self.broken(format!("its version is {version}, and 4 to 6 can be read")));
        }
        let specification = self.name()?;
        if specification != "WhisperSpec" {
            return Err(self.broken(format!("it holds a {specification:?}")));
        }
        let _revision = self.u32()?;
        let count = self.u32()?;
        if count > MOST_ARRAYS {
            return Err(self.broken(format!("it claims to hold {count} arrays")));
        }
        let mut arrays = HashMap::new();
        for _ in 0..count {
            let name = self.name()?;
            let entry = self.entry(&name)?;
            arrays.insert(name, entry);
        }
        let mut aliases = HashMap::new();
        let count = self.u32()?;
        for _ in 0..count.min(MOST_ARRAYS) {
            let name = self.name()?;
            aliases.insert(name, self.name()?);
        }
        Ok((arrays, aliases))
    }

    fn entry(&mut self, name: &str) -> Result<Entry> {
        let rank = self.u8()?;
        if rank > HIGHEST_RANK {
            return Err(self.broken(format!("\"{name}\" has {rank} dimensions")));
        }
        let mut shape = Vec::new();
        for _ in 0..rank {
            shape.push(self.u32()? as usize);
        }
        let id = self.u8()?;
        let kind =
            Kind::from_id(id).ok_or_else(|| self.broken(format!("\"{name}\" has numbers of kind {id}")))?;
        let bytes = u64::from(self.u32()?);
        let wanted = shape.iter().try_fold(kind.bytes() as u64, |product, n| product.checked_mul(*n as u64));
        if wanted != Some(bytes) {
            return Err(
                self.broken(format!("\"{name}\" has {bytes} bytes, which its shape {shape:?} does not fit"))
            );
        }
        let offset = self.at;
        if bytes > self.length.saturating_sub(offset) {
            return Err(self.broken(format!("the file ends inside \"{name}\"")));
        }
        let step = i64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.input.seek_relative(step).map_err(|e| self.io(e))?;
        self.at += bytes;
        Ok(Entry { shape, kind, offset, bytes })
    }

    fn name(&mut self) -> Result<String> {
        let length = u16::from_le_bytes(self.take()?);
        let mut bytes = vec![0; usize::from(length)];
        self.input.read_exact(&mut bytes).map_err(|e| self.io(e))?;
        self.at += u64::from(length);
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        String::from_utf8(bytes).map_err(|_| self.broken("a name in it is no text"))
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.take::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(|e| self.io(e))?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn io(&self, source: std::io::Error) -> WhisperError {
        match source.kind() {
            std::io::ErrorKind::UnexpectedEof => self.broken("it ends too early"),
            _ => WhisperError::Io { path: self.path.to_owned(), source },
        }
    }

    fn broken(&self, reason: impl Into<String>) -> WhisperError {
        WhisperError::Format { path: self.path.to_owned(), reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(out: &mut Vec<u8>, name: &str) {
        out.extend((name.len() as u16 + 1).to_le_bytes());
        out.extend(name.as_bytes());
        out.push(0);
    }

    fn array(out: &mut Vec<u8>, name: &str, shape: &[u32], kind: u8, bytes: &[u8]) {
        text(out, name);
        out.push(shape.len() as u8);
        shape.iter().for_each(|n| out.extend(n.to_le_bytes()));
        out.push(kind);
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    }

    fn sample() -> Vec<u8> {
        let mut out = 6_u32.to_le_bytes().to_vec();
        text(&mut out, "WhisperSpec");
        out.extend(3_u32.to_le_bytes());
        out.extend(4_u32.to_le_bytes());
        array(&mut out, "heads", &[], 2, &6_i16.to_le_bytes());
        array(&mut out, "half", &[2], 4, &[0x00, 0x3c, 0x00, 0xc0]);
        array(&mut out, "weight", &[2, 2], 1, &[127, 1, 254, 4]);
        array(&mut out, "weight_scale", &[2], 0, &[127_f32.to_le_bytes(), 2_f32.to_le_bytes()].concat());
        out.extend(1_u32.to_le_bytes());
        text(&mut out, "other");
        text(&mut out, "half");
        out
    }

    fn open(bytes: &[u8]) -> Result<Container> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Container::open(file.path())
    }

    #[test]
    fn arrays_are_found_by_name() {
        let mut model = open(&sample()).unwrap();
        assert_eq!(model.number("heads"), Some(6));
        assert_eq!(model.floats("half", &[2]).unwrap(), [1.0, -2.0]);
        assert_eq!(model.floats("other", &[2]).unwrap(), [1.0, -2.0]);
        assert_eq!(model.floats("weight", &[2, 2]).unwrap(), [1.0, 1.0 / 127.0, -1.0, 2.0]);
        assert!(model.floats("half", &[3]).unwrap_err().to_string().contains("shape"));
        assert!(model.floats("none", &[3]).is_err());
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = sample();
        for length in 0..whole.len() {
            assert!(open(&whole[..length]).is_err(), "{length}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            // whatever it says: no panic, and no reservation beyond the file
            if let Ok(mut model) = open(&bytes) {
                let _ = model.floats("weight", &[2, 2]);
                let _ = model.number("heads");
            }
        }
    }
}
