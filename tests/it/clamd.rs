//! The virus scanner's protocol: the real client against a fake that answers well and badly, over TCP
//! and a socket, and against a real clamd where one is installed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hushdesk::config;
use hushdesk::work::clamd::{Clamd, Scan, Scanned};

/// What a scan came to, or the kind of its error.
type Came = Result<Scanned, std::io::ErrorKind>;

fn scan(address: config::Clamd, bytes: &[u8]) -> Came {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("job-1.raw");
    std::fs::write(&file, bytes).expect("there is room");
    within(async { Clamd::new(address).scan(&file).await })
}

fn within<T>(asked: impl Future<Output = std::io::Result<T>>) -> Result<T, std::io::ErrorKind> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(asked)
        .map_err(|error| error.kind())
}

/// Reads a command, and for INSTREAM the whole file. What it held.
fn hear(clamd: &mut impl Read) -> std::io::Result<(String, Vec<u8>)> {
    let mut command = Vec::new();
    let mut byte = [0];
    loop {
        clamd.read_exact(&mut byte)?;
        match byte {
            [0] => break,
            [letter] => command.push(letter),
        }
    }
    let command = String::from_utf8_lossy(&command).into_owned();
    let mut file = Vec::new();
    if command != "zINSTREAM" {
        return Ok((command, file));
    }
    loop {
        let mut length = [0; 4];
        clamd.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length == 0 {
            break;
        }
        let start = file.len();
        file.resize(start + usize::try_from(length).expect("a short chunk"), 0);
        clamd.read_exact(&mut file[start..])?;
    }
    Ok((command, file))
}

/// Answers one connection with these words, and hands out what it heard.
fn answer<S: Read + Write>(mut clamd: S, words: &[u8]) -> (String, Vec<u8>) {
    let heard = hear(&mut clamd).expect("the client says all of it");
    clamd.write_all(words).expect("the client listens");
    heard
}

fn over_tcp(words: &'static [u8], bytes: &[u8]) -> (Came, (String, Vec<u8>)) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one").to_string();
    let fake = std::thread::spawn(move || {
        let (clamd, _) = listener.accept().expect("the client comes");
        answer(clamd, words)
    });
    let came = scan(config::Clamd::Tcp(address), bytes);
    (came, fake.join().expect("the fake has answered"))
}

fn over_socket(words: &'static [u8], bytes: &[u8]) -> (Came, (String, Vec<u8>)) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("clamd.ctl");
    let listener = UnixListener::bind(&path).expect("there is room for a socket");
    let fake = std::thread::spawn(move || {
        let (clamd, _) = listener.accept().expect("the client comes");
        answer(clamd, words)
    });
    let came = scan(config::Clamd::Socket(path), bytes);
    (came, fake.join().expect("the fake has answered"))
}

#[test]
fn only_a_plain_answer_is_believed() {
    use std::io::ErrorKind::InvalidData;
    let table: [(&'static [u8], Came); 6] = [
        (b"stream: OK\0", Ok(Scanned::Clean)),
        (b"stream: Some.Virus FOUND\0", Ok(Scanned::Infected)),
        (
            b"INSTREAM size limit exceeded. ERROR\0",
            Ok(Scanned::Unjudged),
        ),
        (
            b"stream: Can't allocate memory ERROR\0",
            Ok(Scanned::Unjudged),
        ),
        (b"\xff\xfe\0\0garbage", Err(InvalidData)),
        (b"", Err(InvalidData)),
    ];
    // More than one chunk.
    let bytes: Vec<u8> = (0..200_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    for (words, expected) in table {
        for (came, heard) in [over_tcp(words, &bytes), over_socket(words, &bytes)] {
            assert_eq!(came, expected, "{:?}", String::from_utf8_lossy(words));
            assert_eq!(heard, ("zINSTREAM".to_owned(), bytes.clone()));
        }
    }
}

#[test]
fn a_scanner_that_hangs_up_or_is_not_there_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one").to_string();
    let fake = std::thread::spawn(move || drop(listener.accept()));
    let came = scan(config::Clamd::Tcp(address.clone()), &[7; 3_000_000]);
    assert!(came.is_err(), "{came:?}");
    fake.join().expect("it has hung up");
    assert!(scan(config::Clamd::Tcp(address), b"x").is_err());
    let nowhere = PathBuf::from("/nowhere/clamd.ctl");
    assert!(scan(config::Clamd::Socket(nowhere), b"x").is_err());
}

#[test]
fn an_answer_without_an_end_is_not_read_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one").to_string();
    let fake = std::thread::spawn(move || {
        let (mut clamd, _) = listener.accept().expect("the client comes");
        hear(&mut clamd).expect("the client says all of it");
        // Ends when the client has gone.
        while clamd.write_all(&[b'x'; 1024]).is_ok() {}
    });
    let came = scan(config::Clamd::Tcp(address), b"x");
    assert_eq!(came, Err(std::io::ErrorKind::InvalidData));
    fake.join().expect("the client has gone");
}

#[test]
fn a_scanner_is_asked_whether_it_is_there() {
    for (words, is_there) in [(b"PONG\0".as_slice(), true), (b"UNKNOWN COMMAND\0", false)] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it has one").to_string();
        let fake = std::thread::spawn(move || {
            let (clamd, _) = listener.accept().expect("the client comes");
            answer(clamd, words)
        });
        let clamd = Clamd::new(config::Clamd::Tcp(address));
        assert_eq!(within(clamd.ping()).is_ok(), is_there);
        let (command, _) = fake.join().expect("the fake has answered");
        assert_eq!(command, "zPING");
    }
}

/// How long a scanner with a small database takes to start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// The file that every scanner takes for a virus, put together here so that none finds it in this
/// repository (eicar.org).
fn eicar() -> String {
    let parts = [
        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$",
        "EICAR-STANDARD-",
        "ANTIVIRUS-TEST-FILE",
        "!$H+H*",
    ];
    parts.concat()
}

/// A clamd of the test's own, ended with it.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill().and_then(|()| self.0.wait());
    }
}

fn start(folder: &Path) -> Option<Daemon> {
    let signatures = folder.join("signatures");
    std::fs::create_dir(&signatures).expect("there is room");
    let hex: String = eicar().bytes().map(|byte| format!("{byte:02x}")).collect();
    let database = format!("Test.Eicar:0:0:{hex}\n");
    std::fs::write(signatures.join("test.ndb"), database).expect("there is room");
    let (folder, signatures) = (folder.display(), signatures.display());
    let config = format!(
        "Foreground yes\nLocalSocket {folder}/clamd.ctl\nDatabaseDirectory {signatures}\n\
         TemporaryDirectory {folder}\nLogFile {folder}/clamd.log\n"
    );
    let path = PathBuf::from(folder.to_string()).join("clamd.conf");
    std::fs::write(&path, config).expect("there is room");
    Command::new("clamd")
        .arg("--config-file")
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
        .map(Daemon)
}

#[test]
fn a_real_clamd_finds_a_virus_and_lets_the_rest_pass() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let Some(_daemon) = start(folder.path()) else {
        eprintln!("clamd is not installed, so nothing was tested (Debian: clamav-daemon)");
        return;
    };
    let socket = folder.path().join("clamd.ctl");
    let address = config::Clamd::Socket(socket);
    let clamd = Clamd::new(address.clone());
    let started = Instant::now();
    while within(clamd.ping()).is_err() {
        let log = std::fs::read_to_string(folder.path().join("clamd.log"));
        assert!(
            started.elapsed() < STARTS_WITHIN,
            "clamd does not start: {log:?}"
        );
        std::thread::yield_now();
    }
    assert_eq!(
        scan(address.clone(), eicar().as_bytes()),
        Ok(Scanned::Infected)
    );
    assert_eq!(scan(address.clone(), b"a letter"), Ok(Scanned::Clean));
    assert_eq!(scan(address, &vec![b'x'; 5_000_000]), Ok(Scanned::Clean));
}
