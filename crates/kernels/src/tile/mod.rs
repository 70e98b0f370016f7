//! The innermost loop: a few rows times one panel.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use crate::cpu::Level;
use crate::pack::WIDTH;

/// The most rows that one call takes.
pub(crate) const ROWS: usize = 12;

/// Where rows begin in `a`: values of one step side by side, `a[step * rows + row]`.
pub(crate) struct Tile<'a> {
    /// How many rows, 1 to [`ROWS`].
    pub rows: usize,
    /// How many values each sum has.
    pub depth: usize,
    /// The rows, `depth * rows` values.
    pub a: &'a [f32],
    /// The panel, `depth * WIDTH` values.
    pub b: &'a [f32],
}

impl Tile<'_> {
    /// Computes the `rows · WIDTH` sums and writes them to rows that begin at `c`, `stride` values apart, or adds them to what
    /// is there.
    ///
    /// # Safety
    /// `c` points to `(rows - 1) * stride + WIDTH` values; of these, nobody else uses the first `WIDTH` of each row meanwhile.
    pub(crate) unsafe fn write(&self, level: Level, c: *mut f32, stride: usize, add: bool) {
        self.check();
        match level {
            // SAFETY: the processor has the instructions of the level (`Level::detect`), the lengths of `a` and `b` were checked
            // above, and the caller answers for `c`.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe {
                avx512::tile(self.rows, self.depth, self.a.as_ptr(), self.b.as_ptr(), c, stride, add);
            },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe {
                avx2::tile(self.rows, self.depth, self.a.as_ptr(), self.b.as_ptr(), c, stride, add);
            },
            // SAFETY: the caller answers for `c`.
            _ => unsafe { portable::tile(self, c, stride, add) },
        }
    }

    /// The same where only the first `columns` of the panel have a place.
    ///
    /// # Safety
    /// As [`Tile::write`], with `columns` in place of `WIDTH`.
    pub(crate) unsafe fn write_part(
        &self,
        level: Level,
        c: *mut f32,
        stride: usize,
        add: bool,
        columns: usize,
    ) {
        if columns >= WIDTH {
            // SAFETY: handed through.
            unsafe { self.write(level, c, stride, add) };
            return;
        }
        let mut whole = [0.0; ROWS * WIDTH];
        // SAFETY: `rows` is at most ROWS.
        unsafe { self.write(level, whole.as_mut_ptr(), WIDTH, false) };
        for (row, sums) in whole.chunks_exact(WIDTH).take(self.rows).enumerate() {
            // SAFETY: the caller answers for `columns` values in each row.
            let place = unsafe { std::slice::from_raw_parts_mut(c.add(row * stride), columns) };
            for (to, sum) in place.iter_mut().zip(sums) {
                *to = if add { *to + sum } else { *sum };
            }
        }
    }

    fn check(&self) {
        assert!((1..=ROWS).contains(&self.rows), "rows of a tile");
        assert!(
            self.a.len() >= self.depth * self.rows && self.b.len() >= self.depth * WIDTH,
            "values of a tile"
        );
    }
}

/// Puts `rows` rows of `depth` values, which begin `stride` values apart, side by side as a [`Tile`] wants them.
pub(crate) fn interleave(from: &[f32], stride: usize, rows: usize, depth: usize, scale: f32, to: &mut [f32]) {
    for row in 0..rows {
        let values = &from[row * stride..row * stride + depth];
        for (place, value) in to[row..].iter_mut().step_by(rows).zip(values) {
            *place = *value * scale;
        }
    }
}
