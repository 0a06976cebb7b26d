//! GIF: a walk over its blocks that keeps pictures, their timing and the loop count. Unpacks no
//! picture, reads nothing behind the last block.

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;

const PICTURE: u8 = b',';
const EXTENSION: u8 = b'!';
const TRAILER: u8 = b';';
const CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;
/// Timing of the next picture: one sub-block of four bytes and its end.
const CONTROL_BYTES: usize = 4;

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let header: [u8; 13] = bytes::array(source)?;
    if !header.starts_with(b"GIF87a") && !header.starts_with(b"GIF89a") {
        return Err(Unclean::Unreadable);
    }
    let side = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    bytes::check_pixels(side(6), side(8))?;
    sink.write_all(&header)?;
    bytes::copy(source, sink, palette_bytes(header[10]))?;
    // Held back: behind it may come a text that goes, and its timing with it.
    let mut control = None;
    let mut has_loop = false;
    loop {
        match bytes::array(source)? {
            [TRAILER] => return Ok(sink.write_all(&[TRAILER])?),
            [PICTURE] => {
                if let Some(control) = control.take() {
                    write_control(sink, control)?;
                }
                picture(source, sink)?;
            }
            [EXTENSION] => {
                let [label] = bytes::array(source)?;
                match label {
                    CONTROL => control = Some(read_control(source)?),
                    APPLICATION => application(source, sink, &mut has_loop)?,
                    _ => {
                        control = None;
                        skip_blocks(source)?;
                    }
                }
            }
            _ => return Err(Unclean::Unreadable),
        }
    }
}

fn palette_bytes(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

fn read_control(source: &mut dyn Source) -> Done<[u8; CONTROL_BYTES]> {
    let [length] = bytes::array(source)?;
    if usize::from(length) != CONTROL_BYTES {
        return Err(Unclean::Unreadable);
    }
    let control = bytes::array(source)?;
    skip_blocks(source)?;
    Ok(control)
}

fn write_control(sink: &mut dyn Sink, control: [u8; CONTROL_BYTES]) -> Done {
    sink.write_all(&[EXTENSION, CONTROL, CONTROL_BYTES as u8])?;
    sink.write_all(&control)?;
    sink.write_all(&[0])?;
    Ok(())
}

/// Keeps the loop count, of all that applications put here.
fn application(source: &mut dyn Source, sink: &mut dyn Sink, has_loop: &mut bool) -> Done {
    let [length] = bytes::array(source)?;
    let name = bytes::vec(source, length.into(), u8::MAX.into())?;
    if !matches!(&name[..], b"NETSCAPE2.0" | b"ANIMEXTS1.0") || *has_loop {
        return skip_blocks(source);
    }
    let [length] = bytes::array(source)?;
    let block = bytes::vec(source, length.into(), u8::MAX.into())?;
    if length == 0 {
        return Ok(());
    }
    skip_blocks(source)?;
    if let [1, low, high] = block[..] {
        *has_loop = true;
        sink.write_all(&[EXTENSION, APPLICATION, 11])?;
        sink.write_all(b"NETSCAPE2.0")?;
        sink.write_all(&[3, 1, low, high, 0])?;
    }
    Ok(())
}

fn picture(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let descriptor: [u8; 9] = bytes::array(source)?;
    sink.write_all(&[PICTURE])?;
    sink.write_all(&descriptor)?;
    bytes::copy(source, sink, palette_bytes(descriptor[8]))?;
    // How wide the codes are.
    bytes::copy(source, sink, 1)?;
    loop {
        let [length] = bytes::array(source)?;
        sink.write_all(&[length])?;
        if length == 0 {
            return Ok(());
        }
        bytes::copy(source, sink, length.into())?;
    }
}

fn skip_blocks(source: &mut dyn Source) -> Done {
    loop {
        let [length] = bytes::array(source)?;
        if length == 0 {
            return Ok(());
        }
        bytes::skip(source, length.into())?;
    }
}
