//! Bytes in, cleaned bytes out: takes out of a file what says who made it, where, when and with
//! what. Knows no Telegram and no database, starts nothing, and trusts no byte it is given.
//!
//! What is kept is listed, what is not on the list goes: a field that somebody invents tomorrow is
//! left behind today. A file whose inside cannot be judged is `Unsupported`, never passed on.
//!
//! Content stays: words that a person wrote into a document, a face in a picture, a voice in a
//! recording, the files attached to a PDF.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Write};
use std::path::Path;

mod aiff;
mod bytes;
mod detect;
mod exif;
mod flac;
mod format;
mod gif;
mod heif;
mod iso;
mod jp2;
mod jpeg;
mod movie;
mod mp3;
mod odf;
mod ogg;
mod ooxml;
mod package;
mod pdf;
mod png;
mod riff;
mod samples;
mod text;
mod tiff;
mod xml;

pub use format::{Format, Unclean};

use bytes::{Sink, Source};

/// Bytes read and written at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// Bytes that one package or document may come to when unpacked, everything in it together.
pub const UNPACKED_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Pixels of one picture. Nothing is decoded here, but the reader's program will have to.
pub const PICTURE_MAX_PIXELS: u64 = 500_000_000;
/// Packages within packages: a sheet in a presentation is 1.
pub const NESTING_MAX_LEVELS: u32 = 3;

/// Writes what `input` holds to `output`, without what says who made it. What the file is, is
/// decided from its bytes; its name is not looked at. On an error `output` is left empty.
pub fn clean(input: &Path, output: &Path) -> Result<Format, Unclean> {
    let mut source = BufReader::with_capacity(BUFFER_BYTES, File::open(input)?);
    let file = File::create(output)?;
    let mut sink = BufWriter::with_capacity(BUFFER_BYTES, file);
    let cleaned = clean_stream(&mut source, &mut sink, &mut Room::default())
        .and_then(|format| sink.flush().map(|()| format).map_err(Unclean::from));
    let (file, _) = sink.into_parts();
    if cleaned.is_err() {
        file.set_len(0)?;
    }
    cleaned
}

/// What unpacking may still come to. One is shared by a file and all that is packed into it.
struct Room {
    left_bytes: u64,
    left_levels: u32,
}

impl Default for Room {
    fn default() -> Self {
        Room {
            left_bytes: UNPACKED_MAX_BYTES,
            left_levels: NESTING_MAX_LEVELS,
        }
    }
}

impl Room {
    /// Takes `bytes` from what is left.
    fn take(&mut self, bytes: u64) -> Result<(), Unclean> {
        let left = self.left_bytes.checked_sub(bytes);
        self.left_bytes = left.ok_or(Unclean::Unreadable)?;
        Ok(())
    }
}

/// Cleans bytes that lie inside another file.
fn clean_inside(bytes: &[u8], room: &mut Room) -> Result<(Format, Vec<u8>), Unclean> {
    let Some(below) = room.left_levels.checked_sub(1) else {
        return Err(Unclean::Unreadable);
    };
    room.left_levels = below;
    let mut sink = Cursor::new(Vec::new());
    let cleaned = clean_stream(&mut Cursor::new(bytes), &mut sink, room);
    room.left_levels = below + 1;
    cleaned.map(|format| (format, sink.into_inner()))
}

fn clean_stream(
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    room: &mut Room,
) -> Result<Format, Unclean> {
    let format = detect::format(source)?;
    match format {
        Format::Jpeg => jpeg::clean(source, sink)?,
        Format::Png => png::clean(source, sink)?,
        Format::Gif => gif::clean(source, sink)?,
        Format::Webp => riff::clean_webp(source, sink)?,
        Format::Tiff => tiff::clean(source, sink)?,
        Format::Heic | Format::Avif => heif::clean(source, sink)?,
        Format::Pdf => pdf::clean(source, sink, room)?,
        Format::Docx | Format::Xlsx | Format::Pptx => ooxml::clean(source, sink, room)?,
        Format::Odt | Format::Ods | Format::Odp => odf::clean(source, sink, room)?,
        Format::Mp4 | Format::M4a | Format::Mov => movie::clean(source, sink)?,
        Format::Mp3 => mp3::clean(source, sink)?,
        Format::Flac => flac::clean(source, sink)?,
        Format::Ogg | Format::Opus => ogg::clean(source, sink)?,
        Format::Wav => riff::clean_wav(source, sink)?,
        Format::Aiff => aiff::clean(source, sink)?,
        Format::Text => text::clean(source, sink)?,
    }
    Ok(format)
}
