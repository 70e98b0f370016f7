//! Opus, which browsers record. It is decoded at 48 kHz, its own rate: the decoder's way to 16 kHz distorts recordings
//! in narrow band.

use opus_decoder::OpusDecoder;
use symphonia::core::codecs::audio::AudioCodecParameters;

use super::SoundError;

/// The rate of what is decoded, in Hz.
pub const OPUS_RATE: u32 = 48_000;
/// Longest packet: 120 ms.
const LONGEST: usize = OPUS_RATE as usize * 120 / 1000;
/// Where the header says how channels are coupled into streams.
const MAPPING: usize = 18;

pub struct Opus {
    decoder: OpusDecoder,
    samples: Vec<f32>,
    /// Samples at the begin that the encoder added.
    skip: usize,
}

impl Opus {
    pub fn new(parameters: &AudioCodecParameters) -> Result<Self, SoundError> {
        let header = parameters.extra_data.as_deref().unwrap_or_default();
        // other mappings hold several streams in a packet: surround sound
        if header.get(MAPPING).is_some_and(|mapping| *mapping != 0) {
            return Err(SoundError::Codec("Opus with more than two channels".to_owned()));
        }
        let skip = match header {
            [_, _, _, _, _, _, _, _, _, _, low, high, ..] => usize::from(u16::from_le_bytes([*low, *high])),
            _ => 0,
        };
        let decoder = OpusDecoder::new(OPUS_RATE, 1).map_err(|e| SoundError::Codec(e.to_string()))?;
        Ok(Self { decoder, samples: vec![0.0; LONGEST], skip })
    }

    /// The samples of a packet; `None` when it is damaged.
    pub fn decode(&mut self, packet: &[u8]) -> Option<&[f32]> {
        if packet.is_empty() {
            return None;
        }
        let count = self.decoder.decode_float(packet, &mut self.samples, false).ok()?.min(LONGEST);
        let skipped = self.skip.min(count);
        self.skip -= skipped;
        Some(&self.samples[skipped..count])
    }
}
