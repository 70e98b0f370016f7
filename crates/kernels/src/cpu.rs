use std::fmt;

use crate::pool::Pool;

/// The instruction sets that there is code for, the slowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the compiler makes of plain code for the target: SSE2 on x86-64, NEON on aarch64.
    Portable,
    /// AVX2 with FMA and F16C.
    Avx2,
    /// AVX-512 F, VL, BW and DQ.
    Avx512,
}

impl Level {
    /// The best that this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq");
            if avx2 && avx512 {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}

/// What a computation runs on: some threads and an instruction set. Make one for each loaded model, or share one.
///
/// A computation that is started while another one holds the threads (from inside it, or from another thread of the program)
/// runs on the calling thread alone. So the outermost loop is the one that is divided.
pub struct Cpu {
    pool: Pool,
    level: Level,
}

impl Cpu {
    /// `threads` threads in all, the calling one included (at least 1, at most 64), with the best instructions there are.
    pub fn new(threads: usize) -> Self {
        Self::with_start(threads, || {})
    }

    /// As [`Cpu::new`]; the further threads give way to others ([`give_way`](crate::give_way)).
    pub fn background(threads: usize) -> Self {
        Self::with_start(threads, crate::give_way)
    }

    /// `start` is called first on each further thread.
    fn with_start(threads: usize, start: impl Fn() + Send + Sync + 'static) -> Self {
        Self { pool: Pool::new(threads.clamp(1, 64), start), level: Level::detect() }
    }

    /// The same with at most this instruction set; one that the processor lacks is lowered to what it has.
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = self.level.min(level);
        self
    }

    /// How many threads compute.
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    /// The instruction set in use: never one that the processor lacks.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Calls `task` once with each number below `tasks`, on all threads, and returns when all are done. A panic of a task is
    /// raised again here.
    pub fn run(&self, tasks: usize, task: impl Fn(usize) + Sync) {
        self.pool.run(tasks, &task);
    }

    /// Divides `data` into chunks of `length` (the last may be shorter) and calls `task` with the number of each and itself.
    ///
    /// # Panics
    /// When `length` is 0.
    pub fn chunks<T: Send>(&self, data: &mut [T], length: usize, task: impl Fn(usize, &mut [T]) + Sync) {
        assert!(length > 0, "a chunk of nothing");
        let total = data.len();
        let base = Shared(data.as_mut_ptr());
        self.run(total.div_ceil(length), |index| {
            let start = index * length;
            let count = length.min(total - start);
            // SAFETY: start + count <= total, and each index comes once, so no two slices overlap; `data` outlives `run`.
            let chunk = unsafe { std::slice::from_raw_parts_mut(base.get().add(start), count) };
            task(index, chunk);
        });
    }
}

impl fmt::Debug for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cpu").field("threads", &self.threads()).field("level", &self.level).finish()
    }
}

/// A pointer to what several threads write, each to a part of its own.
pub(crate) struct Shared<T>(pub *mut T);

impl<T> Shared<T> {
    /// A method, so that closures capture the wrapper and not the bare pointer.
    pub(crate) fn get(&self) -> *mut T {
        self.0
    }
}

// SAFETY: whoever makes one sees to it that the parts the threads write do not overlap.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}
