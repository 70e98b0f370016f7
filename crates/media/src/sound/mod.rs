//! Sound files to samples: whatever browsers record and people upload, as one channel at 16 kHz.

mod opus;
mod resample;

use std::{io::Cursor, panic::AssertUnwindSafe, time::Duration};

use bytes::Bytes;
use symphonia::core::{
    codecs::{
        CodecParameters,
        audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known::CODEC_ID_OPUS},
    },
    common::Limit,
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
    packet::Packet,
};

use self::{
    opus::{OPUS_RATE, Opus},
    resample::Resampler,
};

/// Samples of a second after decoding.
pub const RATE: u32 = 16_000;
/// Bytes of tags that are read; covers are skipped.
const TAGS: usize = 64 * 1024;
/// Damaged packets that are skipped before a file is given up.
const MOST_DAMAGED: usize = 1_000;
/// Streams that follow each other in one file.
const MOST_STREAMS: usize = 64;

/// Why there are no samples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// No format that is known.
    #[error(
        "The file is in no sound format that this server can read. Use WAV, MP3, Ogg, Opus, FLAC, M4A or WebM."
    )]
    Unknown,
    /// A known container with something unknown in it.
    #[error(
        "The sound in the file is coded in a way that this server cannot read ({0}). Save it as WAV or MP3."
    )]
    Codec(String),
    /// Nothing in it can be decoded.
    #[error("The sound file is damaged: nothing in it could be read.")]
    Damaged,
    /// More than is taken.
    #[error("The recording is longer than {} minutes. Cut it into shorter parts.", .0.as_secs() / 60)]
    TooLong(Duration),
}

/// Decodes a file of at most `longest`; `extension` is a hint. Takes a while: call it where that harms nobody.
///
/// # Errors
/// [`SoundError`].
pub fn decode(file: Bytes, extension: &str, longest: Duration) -> Result<Vec<f32>, SoundError> {
    // decoders have no unsafe code, but may panic on files that nobody thought of
    let decoded = std::panic::catch_unwind(AssertUnwindSafe(|| read(file, extension, longest)));
    decoded.unwrap_or(Err(SoundError::Damaged))
}

fn read(file: Bytes, extension: &str, longest: Duration) -> Result<Vec<f32>, SoundError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
    let mut hint = Hint::new();
    hint.with_extension(extension);
    let tags = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(TAGS))
        .limit_visual_bytes(Limit::Maximum(TAGS));
    let probe = symphonia::default::get_probe();
    let mut format = probe.probe(&hint, stream, FormatOptions::default(), tags).map_err(|e| match e {
        Error::Unsupported(what) if what.contains("codec") => SoundError::Codec(what.to_owned()),
        _ => SoundError::Unknown,
    })?;
    let mut samples = Samples { mono: Vec::new(), out: Vec::new(), longest, resampler: None };
    for _ in 0..MOST_STREAMS {
        let again = read_stream(&mut *format, &mut samples)?;
        samples.flush()?;
        if !again {
            break;
        }
    }
    Ok(samples.out)
}

/// Reads a stream to its end; says whether another one follows.
fn read_stream(format: &mut dyn FormatReader, samples: &mut Samples) -> Result<bool, SoundError> {
    let track = format.default_track(TrackType::Audio).ok_or(SoundError::Unknown)?;
    let id = track.id;
    let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
        return Err(SoundError::Codec("it does not say how".to_owned()));
    };
    let mut decoder = Decoder::new(&parameters)?;
    let (mut read, mut damaged) = (0_usize, 0);
    let again = loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => match decoder.decode(&packet, samples)? {
                true => read += 1,
                false => damaged += 1,
            },
            Ok(Some(_)) => {}
            Ok(None) => break false,
            Err(Error::ResetRequired) => break true,
            // a recording that was cut off ends here
            Err(Error::IoError(_)) => break false,
            Err(_) => damaged += 1,
        }
        if damaged > MOST_DAMAGED {
            break false;
        }
    };
    if read == 0 && damaged > 0 { Err(SoundError::Damaged) } else { Ok(again) }
}

enum Decoder {
    Opus(Box<Opus>),
    Other(Box<dyn AudioDecoder>),
}

impl Decoder {
    fn new(parameters: &AudioCodecParameters) -> Result<Self, SoundError> {
        if parameters.codec == CODEC_ID_OPUS {
            return Ok(Self::Opus(Box::new(Opus::new(parameters)?)));
        }
        let made =
            symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default());
        made.map(Self::Other).map_err(|e| SoundError::Codec(e.to_string()))
    }

    /// Decodes a packet; false when it is damaged.
    fn decode(&mut self, packet: &Packet, samples: &mut Samples) -> Result<bool, SoundError> {
        match self {
            Self::Opus(opus) => match opus.decode(&packet.data) {
                Some(decoded) => samples.push(decoded, 1, OPUS_RATE).map(|()| true),
                None => Ok(false),
            },
            Self::Other(decoder) => {
                let Ok(decoded) = decoder.decode(packet) else { return Ok(false) };
                let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
                let mut interleaved: Vec<f32> = Vec::new();
                decoded.copy_to_vec_interleaved(&mut interleaved);
                samples.push(&interleaved, channels, rate).map(|()| true)
            }
        }
    }
}

/// What was decoded so far.
struct Samples {
    mono: Vec<f32>,
    out: Vec<f32>,
    longest: Duration,
    resampler: Option<Resampler>,
}

impl Samples {
    /// Mixes the channels, and brings them to our rate.
    fn push(&mut self, interleaved: &[f32], channels: usize, rate: u32) -> Result<(), SoundError> {
        self.mono.clear();
        let share = 1.0 / channels.max(1) as f32;
        let frames = interleaved.chunks_exact(channels.max(1));
        self.mono.extend(frames.map(|frame| {
            let sum: f32 = frame.iter().sum();
            // samples of a damaged file may be no numbers
            if sum.is_finite() { (sum * share).clamp(-1.0, 1.0) } else { 0.0 }
        }));
        if self.resampler.as_ref().is_none_or(|resampler| resampler.rate() != rate) {
            self.flush()?;
            self.resampler =
                Some(Resampler::new(rate).ok_or_else(|| SoundError::Codec(format!("{rate} Hz")))?);
        }
        if let Some(resampler) = &mut self.resampler {
            resampler.push(&self.mono, &mut self.out);
        }
        self.check()
    }

    /// Writes what the resampler still holds.
    fn flush(&mut self) -> Result<(), SoundError> {
        if let Some(mut resampler) = self.resampler.take() {
            resampler.finish(&mut self.out);
        }
        self.check()
    }

    fn check(&self) -> Result<(), SoundError> {
        let longest = self.longest.as_secs().saturating_mul(u64::from(RATE));
        if self.out.len() as u64 > longest { Err(SoundError::TooLong(self.longest)) } else { Ok(()) }
    }
}
