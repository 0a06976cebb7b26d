//! ZIP packages, which Office documents are: read within limits, written without times, extra
//! fields and comments. Knows no document.

use std::collections::HashSet;
use std::io::Read;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Room;
use super::bytes::{Done, Sink, Source};
use super::format::{Format, Unclean};

/// Files in a package.
const ENTRIES_MAX: usize = 20_000;
/// One file of a package, unpacked.
const ENTRY_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// What names the format of an OpenDocument package; stands first in it, not packed.
pub const MIMETYPE: &str = "mimetype";
/// The longest such name, and then some.
const MIMETYPE_MAX_BYTES: u64 = 200;

impl From<ZipError> for Unclean {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => error.into(),
            ZipError::UnsupportedArchive(_)
            | ZipError::CompressionMethodNotSupported(_)
            | ZipError::InvalidPassword => Unclean::Unsupported,
            // Theirs may grow; what is left is all damage.
            _ => Unclean::Unreadable,
        }
    }
}

/// A package that is read.
pub struct Package<'a> {
    archive: ZipArchive<&'a mut dyn Source>,
    /// What is in it, in its order, without folders.
    pub names: Vec<String>,
}

impl<'a> Package<'a> {
    /// Reads the list of what is in it.
    pub fn open(source: &'a mut dyn Source) -> Done<Package<'a>> {
        let archive = ZipArchive::new(source)?;
        if archive.len() > ENTRIES_MAX || archive.has_duplicate_names() {
            return Err(Unclean::Unreadable);
        }
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index)?;
            if entry.encrypted() {
                return Err(Unclean::Unsupported);
            }
            let name = entry.name()?.into_owned();
            if name.ends_with('/') {
                continue;
            }
            // Windows does not tell them apart, so neither may two parts be.
            let is_new = seen.insert(name.to_ascii_lowercase());
            if !is_new || !is_plain(&name) {
                return Err(Unclean::Unreadable);
            }
            names.push(name);
        }
        Ok(Package { archive, names })
    }

    /// Unpacks one file.
    pub fn read(&mut self, name: &str, room: &mut Room) -> Done<Vec<u8>> {
        let max = ENTRY_MAX_BYTES.min(room.left_bytes);
        let mut bytes = Vec::new();
        self.archive
            .by_name(name)?
            .take(max + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max {
            return Err(Unclean::Unreadable);
        }
        room.take(bytes.len() as u64)?;
        Ok(bytes)
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// Whether a name stays inside the package.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', '\0', ':'])
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Which document a package is; `None` if it is none that is known.
pub fn format(source: &mut dyn Source) -> Done<Option<Format>> {
    let mut package = Package::open(source)?;
    if package.has(MIMETYPE) {
        let mut kind = String::new();
        let mut room = Room {
            left_bytes: MIMETYPE_MAX_BYTES,
            left_levels: 0,
        };
        let bytes = package.read(MIMETYPE, &mut room)?;
        kind.push_str(std::str::from_utf8(&bytes).unwrap_or_default());
        return Ok(match kind.trim() {
            "application/vnd.oasis.opendocument.text" => Some(Format::Odt),
            "application/vnd.oasis.opendocument.spreadsheet" => Some(Format::Ods),
            "application/vnd.oasis.opendocument.presentation" => Some(Format::Odp),
            _ => None,
        });
    }
    if !package.has("[Content_Types].xml") {
        return Ok(None);
    }
    Ok([
        ("word/document.xml", Format::Docx),
        ("xl/workbook.xml", Format::Xlsx),
        ("ppt/presentation.xml", Format::Pptx),
    ]
    .into_iter()
    .find_map(|(part, format)| package.has(part).then_some(format)))
}

/// A package that is written.
pub struct Output<'a>(ZipWriter<&'a mut dyn Sink>);

impl<'a> Output<'a> {
    /// An empty package.
    pub fn new(sink: &'a mut dyn Sink) -> Output<'a> {
        Output(ZipWriter::new(sink))
    }

    /// Adds a file. What is packed already, as pictures are, is not packed again.
    pub fn add(&mut self, name: &str, bytes: &[u8], is_packed: bool) -> Done {
        let method = if is_packed {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        // The default time is the first that the format knows, for every file the same.
        let options = SimpleFileOptions::default()
            .last_modified_time(zip::DateTime::default())
            .compression_method(method);
        self.0.start_file(name, options)?;
        std::io::Write::write_all(&mut self.0, bytes)?;
        Ok(())
    }

    /// Writes the list of what is in it.
    pub fn finish(self) -> Done {
        self.0.finish()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_the_package_are_seen() {
        for name in ["word/document.xml", "[Content_Types].xml", "a b/ü.png"] {
            assert!(is_plain(name), "{name}");
        }
        for name in [
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            "a\\b",
            "C:a",
            "./a",
        ] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
