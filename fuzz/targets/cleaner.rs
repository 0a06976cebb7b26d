//! Files of strangers: the cleaner never panics, never writes more than it may, and leaves nothing
//! behind of a file that it refuses. A cleaned file is clean: cleaning it again succeeds.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use hushdesk::scrub::clean;
use libfuzzer_sys::fuzz_target;

struct Places {
    _folder: tempfile::TempDir,
    input: PathBuf,
    output: PathBuf,
    again: PathBuf,
}

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    // In memory where there is such a place: every input is written and read once.
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.expect("there is room for a folder");
    Places {
        input: folder.path().join("input"),
        output: folder.path().join("output"),
        again: folder.path().join("again"),
        _folder: folder,
    }
});

fuzz_target!(|bytes: &[u8]| {
    let places = &*PLACES;
    fs::write(&places.input, bytes).expect("there is room for a file");
    let size = || fs::metadata(&places.output).map_or(0, |file| file.len());
    match clean(&places.input, &places.output) {
        Ok(format) => {
            let again = clean(&places.output, &places.again);
            assert!(
                again.is_ok_and(|again| again == format),
                "what was cleaned as {format:?} is not clean"
            );
        }
        Err(_) => assert_eq!(size(), 0, "a refused file left something behind"),
    }
});
