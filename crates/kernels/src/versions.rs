//! One source, compiled once for each instruction set.

/// Defines `fn NAME(level: Level, arguments...)`, which runs `BODY::<FMA>(arguments...)` compiled for that level. `BODY` and
/// what it calls are `#[inline(always)]`, so that the compiler vectorises them with the instructions of the level. `FMA` says
/// whether multiply-add is one instruction there; without, `f32::mul_add` would be a slow function call.
macro_rules! versions {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $out:ty)? = $body:ident;)*) => {$(
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name(level: $crate::cpu::Level, $($arg: $ty),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c")]
                #[allow(clippy::too_many_arguments)]
                fn avx512($($arg: $ty),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma,f16c")]
                #[allow(clippy::too_many_arguments)]
                fn avx2($($arg: $ty),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                match level {
                    // SAFETY: a `Cpu` holds a level only when the processor has its instructions (`Level::detect`).
                    $crate::cpu::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::cpu::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::cpu::Level::Portable => {}
                }
            }
            let _ = level;
            // aarch64 always has fused multiply-add
            $body::<{ cfg!(target_arch = "aarch64") }>($($arg),*)
        }
    )*};
}

pub(crate) use versions;
