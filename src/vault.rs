//! Seals what was redacted, so that only who has the key reads it: XChaCha20-Poly1305 with a key
//! from a file. Draws no randomness and stores nothing; never shows the key or what was sealed.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a nonce: long enough to be drawn at random for ever.
pub const NONCE_BYTES: usize = 24;
/// A larger file holds something else than a key.
const KEY_FILE_MAX_BYTES: u64 = 4096;
/// The rights of everybody on the machine.
const OTHERS: u32 = 0o007;

/// A key that seals and opens.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the key's file {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Everybody on the machine may read or write the file.
    #[error(
        "the key's file {} is open to everybody on this machine; take that away with chmod 600 {}",
        .path.display(), .path.display()
    )]
    OpenToAll {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error(
        "the key's file {} holds no key; make one with: openssl rand -base64 32 > {}",
        .path.display(), .path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
}

/// What was sealed does not open: another key, another place, or somebody changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed does not open with this key")]
pub struct Unopened;

impl Vault {
    /// With a key at hand.
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
        }
    }

    /// With the key in a file: 32 bytes as they are, in base64 or in hexadecimal digits.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if about.permissions().mode() & OTHERS != 0 {
            return Err(KeyError::OpenToAll {
                path: path.to_owned(),
            });
        }
        let no_key = || KeyError::NoKey {
            path: path.to_owned(),
        };
        if about.is_file() && about.len() > KEY_FILE_MAX_BYTES {
            return Err(no_key());
        }
        let written = std::fs::read(path).map_err(unreadable)?;
        let key = key_of(&written).ok_or_else(no_key)?;
        Ok(Self::new(&key))
    }

    /// Seals a text. It opens only with the same `context`, which says where it is kept; a `nonce`
    /// must never be used twice, so it is drawn at random. The answer begins with the nonce.
    pub fn seal(&self, context: &str, plaintext: &str, nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let payload = Payload {
            msg: plaintext.as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a text is far shorter than what the cipher bears (256 GB)");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed with the same key and `context`.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<String, Unopened> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened)?;
        let payload = Payload {
            msg: sealed,
            aad: context.as_bytes(),
        };
        let opened = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| Unopened)?;
        String::from_utf8(opened).map_err(|_| Unopened)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// The key in a file's bytes.
fn key_of(written: &[u8]) -> Option<[u8; KEY_BYTES]> {
    if let Ok(key) = <[u8; KEY_BYTES]>::try_from(written) {
        return Some(key);
    }
    let text = std::str::from_utf8(written).ok()?.trim();
    let bytes = match text.len() {
        length if length == 2 * KEY_BYTES => hexadecimal(text)?,
        _ => in_base64(text)?,
    };
    bytes.try_into().ok()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let pairs = digits?;
    Some(
        pairs
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

/// Both alphabets of base64, with and without signs that fill up the end.
fn in_base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabets = [&base64::alphabet::STANDARD, &base64::alphabet::URL_SAFE];
    alphabets
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];
    const NONCE: [u8; NONCE_BYTES] = [9; NONCE_BYTES];

    fn file(written: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("key");
        std::fs::write(&path, written).expect("the folder can be written to");
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).expect("it is ours");
        (folder, path)
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_and_nowhere_else() {
        let vault = Vault::new(&KEY);
        for text in ["", "+49 30 1234567", "😀 Анна"] {
            let sealed = vault.seal("ticket 5", text, NONCE);
            assert_eq!(vault.open("ticket 5", &sealed).as_deref(), Ok(text));
            assert_eq!(vault.open("ticket 6", &sealed), Err(Unopened));
            assert_eq!(
                Vault::new(&[8; KEY_BYTES]).open("ticket 5", &sealed),
                Err(Unopened)
            );
            let shows = text.len() > 3 && sealed.windows(text.len()).any(|w| w == text.as_bytes());
            assert!(!shows);
        }
    }

    #[test]
    fn whatever_is_changed_or_cut_off_does_not_open() {
        let vault = Vault::new(&KEY);
        let sealed = vault.seal("here", "@anna", NONCE);
        assert_eq!(sealed.len(), NONCE_BYTES + "@anna".len() + 16);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(vault.open("here", &changed), Err(Unopened), "byte {index}");
            assert_eq!(vault.open("here", &sealed[..index]), Err(Unopened));
        }
    }

    /// The first vector of draft-irtf-cfrg-xchacha, appendix A.3.1, as far as its key and nonce go:
    /// another program with the same key reads what we seal.
    #[test]
    fn it_is_the_cipher_that_others_know() {
        let key: Vec<u8> = (0x80..0xa0).collect();
        let nonce: Vec<u8> = (0x40..0x58).collect();
        let vault = Vault::new(&key.try_into().expect("32 bytes"));
        let text = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
                    for the future, sunscreen would be it.";
        let sealed = vault.seal("", text, nonce.try_into().expect("24 bytes"));
        let begins = [
            0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b, 0x95, 0x76, 0x57, 0x94, 0x93, 0xc0,
            0xe9, 0x39,
        ];
        assert_eq!(sealed[NONCE_BYTES..][..16], begins);
    }

    #[test]
    fn a_key_is_read_in_all_its_forms() {
        let hex = "07".repeat(KEY_BYTES);
        let base64 = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        let sealed = Vault::new(&KEY).seal("here", "@anna", NONCE);
        for written in [
            KEY.to_vec(),
            hex.clone().into_bytes(),
            format!("{hex}\n").into_bytes(),
            base64.as_bytes().to_vec(),
            format!("{base64}=\n").into_bytes(),
        ] {
            let (_folder, path) = file(&written, 0o600);
            let vault = Vault::from_file(&path).expect("it holds a key");
            assert_eq!(vault.open("here", &sealed).as_deref(), Ok("@anna"));
        }
        let (_folder, path) = file(format!("{}8", "-_".repeat(21)).as_bytes(), 0o600);
        Vault::from_file(&path)
            .map(drop)
            .expect("the other alphabet");
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        for written in [
            b"".to_vec(),
            b"secret".to_vec(),
            vec![7; 31],
            vec![7; 33],
            "zz".repeat(KEY_BYTES).into_bytes(),
            vec![b'a'; 10_000],
        ] {
            let (_folder, path) = file(&written, 0o600);
            let error = Vault::from_file(&path)
                .expect_err("it holds none")
                .to_string();
            assert!(error.contains("holds no key; make one with"), "{error}");
        }
        for mode in [0o644, 0o604, 0o602, 0o777] {
            let (_folder, path) = file(&KEY, mode);
            let error = Vault::from_file(&path).expect_err("it is open").to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
        for mode in [0o400, 0o440, 0o640] {
            let (_folder, path) = file(&KEY, mode);
            Vault::from_file(&path)
                .map(drop)
                .expect("systemd hands keys over like this");
        }
        let missing = Vault::from_file(Path::new("/nowhere/key")).expect_err("there is none");
        assert!(matches!(missing, KeyError::Unreadable { .. }));
    }

    #[test]
    fn it_prints_nothing_of_its_key() {
        assert_eq!(format!("{:?}", Vault::new(&KEY)), "Vault");
    }
}
