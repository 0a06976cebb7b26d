//! What can be cleaned, and how it can fail. Decides nothing.

use std::io;

/// A kind of file that can be cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG picture.
    Jpeg,
    /// PNG picture, also animated.
    Png,
    /// GIF picture, also animated.
    Gif,
    /// WebP picture, also animated.
    Webp,
    /// TIFF picture or scan.
    Tiff,
    /// HEIF picture with HEVC inside.
    Heic,
    /// HEIF picture with AV1 inside.
    Avif,
    /// PDF document.
    Pdf,
    /// Word document.
    Docx,
    /// Excel workbook.
    Xlsx,
    /// PowerPoint presentation.
    Pptx,
    /// OpenDocument text.
    Odt,
    /// OpenDocument sheet.
    Ods,
    /// OpenDocument presentation.
    Odp,
    /// MP4 video.
    Mp4,
    /// MP4 with sound only.
    M4a,
    /// QuickTime video.
    Mov,
    /// MPEG sound, layers I to III.
    Mp3,
    /// FLAC sound.
    Flac,
    /// Ogg with Vorbis inside.
    Ogg,
    /// Ogg with Opus inside.
    Opus,
    /// WAVE sound.
    Wav,
    /// AIFF or AIFC sound.
    Aiff,
    /// UTF-8 text without structure of its own.
    Text,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 24] = [
        Format::Jpeg,
        Format::Png,
        Format::Gif,
        Format::Webp,
        Format::Tiff,
        Format::Heic,
        Format::Avif,
        Format::Pdf,
        Format::Docx,
        Format::Xlsx,
        Format::Pptx,
        Format::Odt,
        Format::Ods,
        Format::Odp,
        Format::Mp4,
        Format::M4a,
        Format::Mov,
        Format::Mp3,
        Format::Flac,
        Format::Ogg,
        Format::Opus,
        Format::Wav,
        Format::Aiff,
        Format::Text,
    ];

    /// The usual ending of such a file's name, without the dot; no two formats share one.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Jpeg => "jpg",
            Format::Png => "png",
            Format::Gif => "gif",
            Format::Webp => "webp",
            Format::Tiff => "tif",
            Format::Heic => "heic",
            Format::Avif => "avif",
            Format::Pdf => "pdf",
            Format::Docx => "docx",
            Format::Xlsx => "xlsx",
            Format::Pptx => "pptx",
            Format::Odt => "odt",
            Format::Ods => "ods",
            Format::Odp => "odp",
            Format::Mp4 => "mp4",
            Format::M4a => "m4a",
            Format::Mov => "mov",
            Format::Mp3 => "mp3",
            Format::Flac => "flac",
            Format::Ogg => "ogg",
            Format::Opus => "opus",
            Format::Wav => "wav",
            Format::Aiff => "aiff",
            Format::Text => "txt",
        }
    }

    /// The format with this extension.
    pub fn from_extension(extension: &str) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
    }
}

/// Why there is no cleaned file.
#[derive(Debug, thiserror::Error)]
pub enum Unclean {
    /// A kind of file, or a part of one, that cannot be judged here.
    #[error("this kind of file cannot be cleaned")]
    Unsupported,
    /// Damaged, hostile, or too large when unpacked.
    #[error("the file cannot be read")]
    Unreadable,
    /// The disk failed.
    #[error("the disk failed")]
    Io(#[source] io::Error),
}

impl From<io::Error> for Unclean {
    fn from(error: io::Error) -> Self {
        // Both are said of bytes, not of disks: a file that ends early, a stream that does not unpack.
        if matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
        ) {
            Unclean::Unreadable
        } else {
            Unclean::Io(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_extension() {
        for format in Format::ALL {
            assert_eq!(Format::from_extension(format.extension()), Some(format));
        }
        assert_eq!(Format::from_extension("exe"), None);
    }
}
