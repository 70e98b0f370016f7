//! Which face draws which character: our own faces, those of a folder of the operator, those of the machine.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use fontdb::{Database, ID, Style as Slant};
use krilla::{Data, text::Font};
use rustybuzz::ttf_parser;

use crate::error::Error;

/// How many characters of one document are looked for in vain before the search stops: each is looked up in every font.
const MISSES: usize = 64;
/// The largest font file of a machine that is read.
const MAX_FILE: u64 = 64 << 20;

/// The style a run of text asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    pub bold: bool,
    pub italic: bool,
    pub mono: bool,
}

/// One face, ready to shape and to draw.
pub(crate) struct Face {
    pub font: Font,
    tables: Tables,
    /// Whether it has no bold sister: a bold text is then thickened.
    pub plain_only: bool,
}

enum Tables {
    /// Ours are read once.
    Parsed(Box<rustybuzz::Face<'static>>),
    File(Arc<Vec<u8>>, u32),
}

impl Face {
    fn built_in(data: &'static [u8], plain_only: bool) -> Result<Arc<Self>, Error> {
        let tables = rustybuzz::Face::from_slice(data, 0).ok_or(Error::Font)?;
        let font = Font::new(Data::from(data), 0).ok_or(Error::Font)?;
        Ok(Arc::new(Self { font, tables: Tables::Parsed(Box::new(tables)), plain_only }))
    }

    fn read(path: &Path, index: u32) -> Option<Arc<Self>> {
        if std::fs::metadata(path).ok()?.len() > MAX_FILE {
            return None;
        }
        let data = Arc::new(std::fs::read(path).ok()?);
        rustybuzz::Face::from_slice(&data, index)?;
        let font = Font::new(Data::from(data.clone()), index)?;
        Some(Arc::new(Self { font, tables: Tables::File(data, index), plain_only: true }))
    }

    /// Something done with the tables the shaper reads.
    pub fn with_tables<R>(&self, done: impl FnOnce(&rustybuzz::Face<'_>) -> R) -> Option<R> {
        match &self.tables {
            Tables::Parsed(tables) => Some(done(tables)),
            Tables::File(data, index) => {
                rustybuzz::Face::from_slice(data, *index).map(|tables| done(&tables))
            }
        }
    }

    fn covers(&self, text: &str) -> bool {
        match &self.tables {
            Tables::Parsed(tables) => covers(tables, text),
            Tables::File(data, index) => {
                ttf_parser::Face::parse(data, *index).is_ok_and(|face| covers(&face, text))
            }
        }
    }
}

/// Whether a face has a glyph for every character of a cluster, but for those that only join or choose a look.
fn covers(face: &ttf_parser::Face<'_>, text: &str) -> bool {
    let silent =
        |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{2060}'..='\u{2069}');
    text.chars().all(|c| silent(c) || c.is_control() || face.glyph_index(c).is_some())
}

/// The faces of this server. Cheap to build; the fonts of the machine are looked for when a text first needs them.
pub struct Fonts {
    /// Regular, bold, italic, bold italic.
    sans: [Arc<Face>; 4],
    mono: Arc<Face>,
    emoji: Arc<Face>,
    /// Symbols and CJK, in the order in which they are asked.
    rest: Vec<Arc<Face>>,
    folder: PathBuf,
    added: OnceLock<Database>,
    machine: OnceLock<Database>,
}

impl Fonts {
    /// Our own faces, and those of a folder (it may be missing), which go before ours where ours are not the main text.
    pub fn new(folder: PathBuf) -> Result<Self, Error> {
        macro_rules! face {
            ($name:literal, $plain_only:literal) => {
                Face::built_in(include_bytes!(concat!("../assets/", $name)), $plain_only)?
            };
        }
        Ok(Self {
            sans: [
                face!("NotoSans-Regular.ttf", false),
                face!("NotoSans-Bold.ttf", false),
                face!("NotoSans-Italic.ttf", false),
                face!("NotoSans-BoldItalic.ttf", false),
            ],
            mono: face!("NotoSansMono-Regular.ttf", true),
            emoji: face!("NotoEmoji-Regular.ttf", true),
            rest: vec![
                face!("NotoSansMath-Regular.ttf", true),
                face!("NotoSansSymbols-Regular.ttf", true),
                face!("NotoSansSymbols2-Regular.ttf", true),
                face!("DroidSansFallbackFull.ttf", true),
            ],
            folder,
            added: OnceLock::new(),
            machine: OnceLock::new(),
        })
    }

    fn added(&self) -> &Database {
        self.added.get_or_init(|| {
            let mut found = Database::new();
            found.load_fonts_dir(&self.folder);
            found
        })
    }

    fn machine(&self) -> &Database {
        self.machine.get_or_init(|| {
            let mut found = Database::new();
            found.load_system_fonts();
            tracing::debug!(faces = found.len(), "looked for the fonts of this machine");
            found
        })
    }
}

/// Faces that were read, by whether they are of the operator's folder, and their number there. `None` cannot be used.
type Read = HashMap<(bool, ID), Option<Arc<Face>>>;

/// The choice of faces for one document. What it read of the machine's fonts goes with it.
pub(crate) struct Chooser<'a> {
    fonts: &'a Fonts,
    read: RefCell<Read>,
    chosen: RefCell<HashMap<String, Option<Arc<Face>>>>,
    misses: Cell<usize>,
}

impl<'a> Chooser<'a> {
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, read: RefCell::default(), chosen: RefCell::default(), misses: Cell::new(0) }
    }

    /// The face of the main text.
    pub fn main(&self, shape: Shape) -> &'a Arc<Face> {
        match shape {
            Shape { mono: true, .. } => &self.fonts.mono,
            Shape { bold, italic, .. } => &self.fonts.sans[usize::from(bold) + 2 * usize::from(italic)],
        }
    }

    /// The face of a cluster. One that no font has is drawn by the main face, as the box that says so.
    pub fn face(&self, cluster: &str, shape: Shape) -> Arc<Face> {
        let main = self.main(shape);
        if wants_colour(cluster) && self.fonts.emoji.covers(cluster) {
            return self.fonts.emoji.clone();
        }
        if main.covers(cluster) {
            return main.clone();
        }
        if let Some(known) = self.chosen.borrow().get(cluster) {
            return known.clone().unwrap_or_else(|| main.clone());
        }
        let found = self.search(cluster, shape);
        self.chosen.borrow_mut().insert(cluster.to_owned(), found.clone());
        found.unwrap_or_else(|| main.clone())
    }

    fn search(&self, cluster: &str, shape: Shape) -> Option<Arc<Face>> {
        let sans = self.main(Shape { mono: false, ..shape });
        let ours = || self.fonts.rest.iter().chain([&self.fonts.emoji]).find(|face| face.covers(cluster));
        let found = Some(sans).filter(|face| face.covers(cluster)).cloned();
        found
            .or_else(|| self.among(true, cluster))
            .or_else(|| ours().cloned())
            .or_else(|| self.among(false, cluster))
            // Marks that no font has together with their letter: the letter alone decides.
            .or_else(|| {
                let first = cluster.chars().next()?;
                (first.len_utf8() < cluster.len())
                    .then(|| self.search(&cluster[..first.len_utf8()], shape))?
            })
    }

    fn among(&self, added: bool, cluster: &str) -> Option<Arc<Face>> {
        let fits = |face: &&Arc<Face>| face.covers(cluster);
        let read = |((of_folder, _), face): (&(bool, ID), &'_ Option<Arc<Face>>)| {
            face.as_ref().filter(|_| *of_folder == added).filter(fits).cloned()
        };
        if let Some(face) = self.read.borrow().iter().find_map(read) {
            return Some(face);
        }
        if self.misses.get() >= MISSES {
            return None;
        }
        let base = if added { self.fonts.added() } else { self.fonts.machine() };
        let id = best(base, cluster);
        if id.is_none() && !added {
            self.misses.set(self.misses.get() + 1);
        }
        self.open(base, added, id?)
    }

    fn open(&self, base: &Database, added: bool, id: ID) -> Option<Arc<Face>> {
        if let Some(known) = self.read.borrow().get(&(added, id)) {
            return known.clone();
        }
        let face = match base.face_source(id)? {
            (fontdb::Source::File(path), index) | (fontdb::Source::SharedFile(path, _), index) => {
                Face::read(&path, index)
            }
            (fontdb::Source::Binary(_), _) => None,
        };
        self.read.borrow_mut().insert((added, id), face.clone());
        face
    }
}

/// The plainest face that has the cluster.
fn best(base: &Database, cluster: &str) -> Option<ID> {
    let has = |id: ID| {
        let parsed = base.with_face_data(id, |data, index| {
            ttf_parser::Face::parse(data, index).is_ok_and(|face| {
                covers(&face, cluster) && (face.tables().glyf.is_some() || face.tables().cff.is_some())
            })
        });
        parsed.unwrap_or(false)
    };
    let mut faces: Vec<_> =
        base.faces().filter(|face| !face.post_script_name.contains("LastResort")).collect();
    faces.sort_by_key(|face| {
        (
            face.style != Slant::Normal,
            face.weight.0.abs_diff(400),
            face.monospaced,
            face.stretch.to_number().abs_diff(5),
        )
    });
    faces.into_iter().map(|face| face.id).find(|id| has(*id))
}

/// Whether a cluster is a picture rather than a letter or a sign.
fn wants_colour(cluster: &str) -> bool {
    cluster.contains('\u{fe0f}')
        || cluster.chars().next().is_some_and(|c| matches!(c, '\u{1f000}'..='\u{1faff}'))
}
