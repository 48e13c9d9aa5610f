//! The server under test, and connections to it.

use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Clock ticks a second in `/proc`, the same on every Linux.
const TICKS: f64 = 100.0;

/// A running server; killed when dropped, unless somebody else started it.
pub struct Server {
    /// The second is kept open: the server ends when it cannot write what it has to say.
    process: Option<(Child, BufReader<ChildStdout>)>,
    /// The id of the process.
    id: u32,
    binary: PathBuf,
    /// The flags that name the data.
    place: Vec<OsString>,
    address: String,
    /// What the header `Authorization` says.
    proof: String,
}

/// A kept-open connection of a user.
pub struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Server {
    /// Starts the binary with its data in a new folder and makes the user `bench`.
    pub fn start(binary: &Path, folder: &Path, database: Option<&str>) -> Result<Self, Box<dyn Error>> {
        std::fs::create_dir(folder).map_err(|e| format!("{} must be new: {e}", folder.display()))?;
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut place = vec!["--data-dir".into(), folder.as_os_str().to_owned()];
        place.extend(database.into_iter().flat_map(|url| ["--database-url".into(), url.into()]));
        let process = spawn(binary, &place, &address)?;
        let id = process.0.id();
        let mut server =
            Self { process: Some(process), id, binary: binary.to_owned(), place, address, proof: String::new() };
        server.proof = format!("Bearer {}", server.user("bench")?);
        Ok(server)
    }

    /// Starts the binary on the data that [`Self::start`] made in the folder.
    pub fn open(binary: &Path, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let place = vec!["--data-dir".into(), folder.as_os_str().to_owned()];
        let process = spawn(binary, &place, &address)?;
        let id = process.0.id();
        let mut server =
            Self { process: Some(process), id, binary: binary.to_owned(), place, address, proof: String::new() };
        server.proof = format!("Bearer {}", server.command(&["key", "create", "--user", "bench"])?);
        Ok(server)
    }

    /// A server that runs already, of whatever kind.
    pub fn at(address: &str, proof: &str, id: u32) -> Self {
        let (address, proof) = (address.to_owned(), proof.to_owned());
        Self { process: None, id, binary: PathBuf::new(), place: Vec::new(), address, proof }
    }

    /// Ends the process and starts it again on the same data.
    pub fn restart(&mut self) -> Result<(), Box<dyn Error>> {
        let (process, _) = self.process.as_mut().ok_or("somebody else started this server")?;
        process.kill()?;
        process.wait()?;
        let process = spawn(&self.binary, &self.place, &self.address)?;
        self.id = process.0.id();
        self.process = Some(process);
        Ok(())
    }

    /// Makes a user and gives their key.
    pub fn user(&self, name: &str) -> Result<String, Box<dyn Error>> {
        self.command(&["user", "create", name, "--print-api-key"])
    }

    /// Runs a command of the server on its data; what it prints.
    pub fn command(&self, words: &[&str]) -> Result<String, Box<dyn Error>> {
        let done = Command::new(&self.binary).args(words).args(&self.place).output()?;
        if !done.status.success() {
            return Err(format!("{}: {}", words.join(" "), String::from_utf8_lossy(&done.stderr)).into());
        }
        Ok(String::from_utf8(done.stdout)?.trim().to_owned())
    }

    /// Processor time that the process has used.
    pub fn cpu_seconds(&self) -> Result<f64, Box<dyn Error>> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).ok_or("unreadable stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }

    /// Opens a connection of the user `bench`.
    pub fn connect(&self) -> Result<Connection, Box<dyn Error>> {
        self.connect_with(&self.proof)
    }

    /// Opens a connection with somebody's key.
    pub fn connect_as(&self, key: &str) -> Result<Connection, Box<dyn Error>> {
        self.connect_with(&format!("Bearer {key}"))
    }

    fn connect_with(&self, proof: &str) -> Result<Connection, Box<dyn Error>> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        let head = format!(
            "Host: {}\r\nAuthorization: {proof}\r\nContent-Type: application/json\r\nContent-Length:",
            self.address
        );
        Ok(Connection { stream: BufReader::new(stream), head })
    }
}

/// Starts the binary and waits until it listens.
fn spawn(binary: &Path, place: &[OsString], address: &str) -> Result<(Child, BufReader<ChildStdout>), Box<dyn Error>> {
    let mut command = Command::new(binary);
    command.args(["serve", "--log-level", "warn", "--listen", address]).args(place).stdout(Stdio::piped());
    let mut process = command.spawn()?;
    let mut output = BufReader::new(process.stdout.take().ok_or("the server has no output")?);
    let ready = output.by_ref().lines().map_while(Result::ok).any(|line| line.starts_with("listening on"));
    if ready { Ok((process, output)) } else { Err("the server ended before it listened".into()) }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((process, _)) = &mut self.process {
            // It may have ended by itself; there is nobody left to tell.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Connection {
    /// Posts JSON and reads the whole answer, which must be 200.
    pub fn post(&mut self, path: &str, body: &str) -> Result<(), Box<dyn Error>> {
        let (status, text) = self.ask(path, body)?;
        if !status.starts_with("HTTP/1.1 200") || text.contains("\"errors\"") {
            return Err(format!("{path}: {status} {text}").into());
        }
        Ok(())
    }

    /// Posts JSON; the first line and the body of whatever is answered.
    pub fn ask(&mut self, path: &str, body: &str) -> Result<(String, String), Box<dyn Error>> {
        let (status, answer) = self.ask_bytes(path, body)?;
        Ok((status, String::from_utf8_lossy(&answer).into_owned()))
    }

    /// [`Self::ask`] for an answer that is no text.
    pub fn ask_bytes(&mut self, path: &str, body: &str) -> Result<(String, Vec<u8>), Box<dyn Error>> {
        let (status, length) = self.begin("POST", path, body)?;
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        Ok((status, answer))
    }

    /// How many bytes a path holds.
    pub fn length(&mut self, path: &str) -> Result<usize, Box<dyn Error>> {
        Ok(self.begin("HEAD", path, "")?.1)
    }

    /// Sends a request and reads the head of the answer: its first line, and how long its body is.
    fn begin(&mut self, method: &str, path: &str, body: &str) -> Result<(String, usize), Box<dyn Error>> {
        let head = format!("{method} {path} HTTP/1.1\r\n{} {}\r\n\r\n", self.head, body.len());
        self.stream.get_mut().write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let (mut status, mut length) = (String::new(), 0);
        self.stream.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        Ok((status.trim().to_owned(), length))
    }
}
