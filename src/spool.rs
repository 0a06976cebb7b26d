//! The folder of files on their way: fetched, cleaned, sent, removed. Knows paths and bytes; not
//! what the files are, nor where they come from or go.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::ids::JobId;

/// Only the one who runs the program may look: the files are other people's.
const MODE: u32 = 0o700;

/// What the name of a file as it was fetched ends in.
const RAW: &str = "raw";

/// What the name of a cleaned file ends in.
const CLEAN: &str = "clean";

/// The folder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: Arc<Path>,
}

impl Spool {
    /// The spool in this folder, which is made where it is missing, and closed to everybody else.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(MODE)
            .create(&folder)?;
        // It may have stood there before, with another mode.
        fs::set_permissions(&folder, Permissions::from_mode(MODE))?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    /// Where the file of a job is put as it was fetched.
    pub fn fetched(&self, job: JobId) -> PathBuf {
        self.path(job, RAW)
    }

    /// Where the file of a job is put once it is cleaned.
    pub fn cleaned(&self, job: JobId) -> PathBuf {
        self.path(job, CLEAN)
    }

    /// Removes the files of a job. None of them has to be there.
    pub fn remove(&self, job: JobId) -> io::Result<()> {
        removed(&self.fetched(job))?;
        removed(&self.cleaned(job))
    }

    /// Removes everything but the files of these jobs: what a crash has left behind.
    pub fn keep_only(&self, jobs: &[JobId]) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_kept = name
                .to_str()
                .and_then(job_of)
                .is_some_and(|job| jobs.contains(&job));
            if !is_kept && entry.file_type()?.is_file() {
                removed(&entry.path())?;
            }
        }
        Ok(())
    }

    /// How many bytes lie in it. Files that go away meanwhile do not count.
    pub fn used_bytes(&self) -> io::Result<u64> {
        let mut used = 0;
        for entry in fs::read_dir(&self.folder)? {
            match entry?.metadata() {
                Ok(file) if file.is_file() => used += file.len(),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(used)
    }

    fn path(&self, JobId(job): JobId, end: &str) -> PathBuf {
        self.folder.join(format!("job-{job}.{end}"))
    }
}

fn removed(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn job_of(name: &str) -> Option<JobId> {
    let (job, end) = name.strip_prefix("job-")?.split_once('.')?;
    let job = job.parse().ok().map(JobId)?;
    matches!(end, RAW | CLEAN).then_some(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool() -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let spool = Spool::open(folder.path().join("deep/spool")).expect("it can be made");
        (folder, spool)
    }

    fn put(path: &Path, bytes: usize) {
        fs::write(path, vec![7; bytes]).expect("there is room for a file");
    }

    #[test]
    fn the_folder_is_made_and_closed_to_others() {
        let (_folder, spool) = spool();
        let mode = |spool: &Spool| {
            let metadata = fs::metadata(&spool.folder).expect("it is there");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(&spool), MODE);
        fs::set_permissions(&spool.folder, Permissions::from_mode(0o755)).expect("it is ours");
        let again = Spool::open(spool.folder.to_path_buf()).expect("it is there already");
        assert_eq!(mode(&again), MODE);
    }

    #[test]
    fn the_files_of_a_job_go_together() {
        let (_folder, spool) = spool();
        assert!(spool.fetched(JobId(7)).ends_with("job-7.raw"));
        assert!(spool.cleaned(JobId(7)).ends_with("job-7.clean"));
        put(&spool.fetched(JobId(7)), 3);
        put(&spool.cleaned(JobId(7)), 2);
        put(&spool.cleaned(JobId(8)), 1);
        assert_eq!(spool.used_bytes().expect("it can be read"), 6);
        spool.remove(JobId(7)).expect("they are ours");
        spool.remove(JobId(7)).expect("twice is no error");
        assert_eq!(spool.used_bytes().expect("it can be read"), 1);
    }

    #[test]
    fn what_a_crash_left_behind_goes() {
        let (_folder, spool) = spool();
        for path in [
            spool.fetched(JobId(7)),
            spool.cleaned(JobId(7)),
            spool.fetched(JobId(77)),
            spool.folder.join("job-7.raw.part"),
            spool.folder.join("job-x.raw"),
            spool.folder.join("other"),
        ] {
            put(&path, 1);
        }
        spool
            .keep_only(&[JobId(7), JobId(9)])
            .expect("they are ours");
        assert_eq!(spool.used_bytes().expect("it can be read"), 2);
        assert!(spool.fetched(JobId(7)).exists() && spool.cleaned(JobId(7)).exists());
    }
}
