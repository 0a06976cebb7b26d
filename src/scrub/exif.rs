//! Exif is thrown away but for one number: which way up the picture is. Reads no other tag.

/// The tag of the orientation in the first directory.
const ORIENTATION_TAG: u16 = 0x0112;
/// Entries of a directory that are looked at.
const ENTRIES_MAX: usize = 512;
/// Length of a block with the orientation alone.
pub const MINIMAL_BYTES: usize = 26;

/// Which way up, from an Exif block that starts with its byte order. `None` also for upright.
pub fn orientation(block: &[u8]) -> Option<u8> {
    let is_little = match block.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let (first, second) = (short(at)?, short(at.checked_add(2)?)?);
        Some(if is_little {
            u32::from(second) << 16 | u32::from(first)
        } else {
            u32::from(first) << 16 | u32::from(second)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?).min(ENTRIES_MAX);
    let value = (0..entries).find_map(|entry| {
        let at = directory.checked_add(2 + entry * 12)?;
        (short(at)? == ORIENTATION_TAG).then(|| short(at + 8))?
    })?;
    u8::try_from(value)
        .ok()
        .filter(|value| (2..=8).contains(value))
}

/// An Exif block that says which way up the picture is and nothing else.
pub fn minimal(orientation: u8) -> [u8; MINIMAL_BYTES] {
    let mut block = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    block[19] = orientation;
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for value in 2..=8 {
            assert_eq!(orientation(&minimal(value)), Some(value));
        }
    }

    #[test]
    fn both_byte_orders_and_only_numbers_that_mean_something() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation(little), Some(6));
        for value in [0, 1, 9, 255] {
            assert_eq!(orientation(&minimal(value)), None);
        }
        for length in 0..MINIMAL_BYTES - 4 {
            // Cut short it is no block any more, and no panic either.
            let _ = orientation(&minimal(6)[..length]);
        }
        assert_eq!(orientation(b"II*\0\xFF\xFF\xFF\xFF"), None);
    }
}
