//! JPEG 2000 pictures inside PDFs: of the boxes around the picture only those stay that decoders
//! need. Decodes nothing.

use super::bytes::Done;
use super::iso;

const SIGNATURE: &[u8] = b"\0\0\0\x0CjP  \r\n\x87\n";

/// The picture without the boxes that describe it. A bare code stream has none.
pub fn cleaned(bytes: &[u8]) -> Done<Vec<u8>> {
    if !bytes.starts_with(SIGNATURE) {
        return Ok(bytes.to_vec());
    }
    let mut out = Vec::new();
    for inner in iso::boxes(bytes, 0, bytes.len())? {
        if matches!(&inner.name, b"jP  " | b"ftyp" | b"jp2h" | b"jp2c" | b"rreq") {
            out.extend_from_slice(&bytes[inner.start..inner.end]);
        }
    }
    Ok(out)
}
