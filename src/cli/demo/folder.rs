//! A folder of the demo's own, for the bot's config, database and log. Gone when the demo ends,
//! unless it is kept for a look.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Names that are tried before giving up: others may belong to demos that were killed.
const NAMES_TRIED_MAX: u32 = 100;
/// Nobody else may look inside.
const OWNER_ONLY: u32 = 0o700;

/// A folder that exists as long as this value does.
pub struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    /// Makes a folder among the temporary ones.
    pub fn make() -> io::Result<Folder> {
        let process = std::process::id();
        for number in 0..NAMES_TRIED_MAX {
            let path = std::env::temp_dir().join(format!("hushdesk-demo-{process}-{number}"));
            match DirBuilder::new().mode(OWNER_ONLY).create(&path) {
                Ok(()) => {
                    return Ok(Folder {
                        path,
                        is_kept: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// It stays after the end.
    pub fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            // A temporary folder that cannot be removed is the system's to clean up.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
