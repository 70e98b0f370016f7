//! Half-precision numbers, given by their bits.

/// The value of an IEEE 754 half-precision number (`f16`).
#[inline]
pub fn f16_to_f32(bits: u16) -> f32 {
    // the exponent and the fraction move to their places; the factor 2^112 sets the bias right, also for subnormal numbers
    let sign = u32::from(bits & 0x8000) << 16;
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let value = f32::from_bits(magnitude) * f32::from_bits((127 + 112) << 23);
    let special = (bits & 0x7c00) == 0x7c00;
    let result = if special { magnitude | 0x7f80_0000 } else { value.to_bits() };
    f32::from_bits(result | sign)
}

/// The nearest half-precision number, ties to even; what is too large becomes infinite.
pub fn f32_to_f16(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude >= 0x7f80_0000 {
        // infinite, or not a number
        return sign | 0x7c00 | if magnitude > 0x7f80_0000 { 0x0200 } else { 0 };
    }
    if magnitude >= 0x477f_f000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        // subnormal: adding 0.5 leaves the wanted bits, rounded, at the end of the fraction
        let rounded = f32::from_bits(magnitude) + 0.5;
        return sign | (rounded.to_bits() - 0.5_f32.to_bits()) as u16;
    }
    let odd = (magnitude >> 13) & 1;
    let rounded = magnitude + 0x0fff + odd - (112 << 23);
    sign | (rounded >> 13) as u16
}

/// The value of a bfloat16 number.
#[inline]
pub fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}
