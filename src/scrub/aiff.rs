//! AIFF and AIFC sound: keeps the format and the samples. Decodes nothing.

use std::io::SeekFrom;

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;

/// Longest format chunk: it ends with a name of at most 255 letters.
const FORMAT_MAX_BYTES: u64 = 512;

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let head: [u8; 12] = bytes::array(source)?;
    let mut left = u64::from(bytes::be_u32(&head, 4)?)
        .checked_sub(4)
        .ok_or(Unclean::Unreadable)?;
    sink.write_all(&head)?;
    let mut has_format = false;
    let mut has_samples = false;
    while left >= 8 {
        let name: [u8; 4] = bytes::array(source)?;
        let length = u32::from_be_bytes(bytes::array(source)?);
        left -= 8;
        if u64::from(length) > left {
            return Err(Unclean::Unreadable);
        }
        let padding = u64::from(length % 2);
        left = left.saturating_sub(u64::from(length) + padding);
        let is_kept = match &name {
            b"COMM" => u64::from(length) <= FORMAT_MAX_BYTES && !has_format,
            b"SSND" => !has_samples,
            b"FVER" => length == 4,
            _ => false,
        };
        if is_kept {
            has_format |= &name == b"COMM";
            has_samples |= &name == b"SSND";
            sink.write_all(&name)?;
            sink.write_all(&length.to_be_bytes())?;
            bytes::copy(source, sink, length.into())?;
            bytes::zeros(sink, padding)?;
        } else {
            bytes::skip(source, length.into())?;
        }
        if padding == 1 && !bytes::at_end(source)? {
            bytes::skip(source, 1)?;
        }
    }
    if !(has_format && has_samples) {
        return Err(Unclean::Unreadable);
    }
    let end = sink.stream_position()?;
    let length = u32::try_from(end - 8).map_err(|_| Unclean::Unreadable)?;
    sink.seek(SeekFrom::Start(4))?;
    sink.write_all(&length.to_be_bytes())?;
    Ok(())
}
