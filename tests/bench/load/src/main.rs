//! Requests that come at a rate of their own, whether or not they are answered: what closed loops such as wrk's cannot
//! show, because they ask for no more than they get.
//!
//! A request counts from when it was due, so that an answer that was waited for in a queue is late wherever that queue
//! is. It prints JSON: what became of the requests of each phase, and of those that were due in each second.

mod counts;
mod plan;

use counts::{Became, Counts};
use plan::Plan;
use std::io::{Error, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "usage: load ADDRESS PATH TOKEN BODY CONNECTIONS RATE:SECONDS...
  BODY is a file; RATE is in requests a second";

/// Who would have asked so long ago has gone by now.
const PATIENCE: Duration = Duration::from_secs(1);
const BUFFER_BYTES: usize = 256 << 10;

/// What all connections share.
struct Load {
    address: String,
    /// Head and body.
    request: Vec<u8>,
    plan: Plan,
    begun: Instant,
    next: AtomicU64,
    /// Whether it was said why a request was lost.
    has_told: AtomicBool,
    seconds: Mutex<Vec<Counts>>,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, token, body, connections, phases @ ..] = args.as_slice() else {
        return Err(USAGE.into());
    };
    let body = std::fs::read(body)?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let (plan, connections) = (Plan::read(phases)?, connections.parse::<usize>()?);
    let seconds = Mutex::new(vec![Counts::default(); plan.seconds()]);
    let load = Arc::new(Load {
        address: address.clone(),
        request: [head.as_bytes(), &body].concat(),
        plan,
        begun: Instant::now(),
        next: AtomicU64::new(0),
        has_told: AtomicBool::new(false),
        seconds,
    });
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let tasks: Vec<_> = (0..connections).map(|_| tokio::spawn(connection(load.clone()))).collect();
        for task in tasks {
            task.await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let seconds = load.seconds.lock().unwrap_or_else(PoisonError::into_inner);
    let phases: Vec<String> = load.plan.phases(&seconds).iter().map(Counts::json).collect();
    let each: Vec<String> = seconds.iter().map(Counts::json).collect();
    let (phases, each) = (phases.join(",\n"), each.join(",\n"));
    writeln!(std::io::stdout(), "{{\"phases\": [\n{phases}],\n\"seconds\": [\n{each}]}}")?;
    Ok(())
}

/// Takes the next request that is due, as long as there is one, on a connection of its own.
async fn connection(load: Arc<Load>) {
    let (mut stream, mut buffer) = (None, vec![0; BUFFER_BYTES]);
    while let Some(due) = load.plan.due(load.next.fetch_add(1, Ordering::Relaxed)) {
        tokio::time::sleep_until((load.begun + due).into()).await;
        let became = match load.begun.elapsed() > due + PATIENCE {
            true => Became::Unsent,
            false => match asked(&load, &mut stream, &mut buffer).await {
                Ok(200) => Became::Answered(load.begun.elapsed().saturating_sub(due)),
                Ok(503 | 429) => Became::Shed,
                lost => {
                    stream = None;
                    // One tells enough, where all are lost for the same reason.
                    if !load.has_told.swap(true, Ordering::Relaxed) {
                        _ = writeln!(std::io::stderr(), "the first that was lost: {lost:?}");
                    }
                    Became::Lost
                }
            },
        };
        let mut seconds = load.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(second) = usize::try_from(due.as_secs()).ok().and_then(|second| seconds.get_mut(second)) {
            second.add(became);
        }
    }
}

/// Asks once; the status of the answer, which is read to its end.
async fn asked(load: &Load, stream: &mut Option<TcpStream>, buffer: &mut [u8]) -> std::io::Result<u16> {
    let stream = match stream {
        Some(stream) => stream,
        None => stream.insert(TcpStream::connect(&load.address).await?),
    };
    let mut left = load.request.as_slice();
    while !left.is_empty() {
        stream.writable().await?;
        match stream.try_write(left) {
            Ok(written) => left = &left[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    let (mut filled, mut ends): (usize, Option<(u16, usize)>) = (0, None);
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer[filled..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let (status, left) = match ends {
            Some((status, left)) => (status, left.saturating_sub(filled)),
            None => match head(&buffer[..filled])? {
                Some((status, whole)) => (status, whole.saturating_sub(filled)),
                None => continue,
            },
        };
        if left == 0 {
            return Ok(status);
        }
        // Of the body it is enough to count the bytes.
        (ends, filled) = (Some((status, left)), 0);
    }
}

/// Of an answer whose head is here: its status, and how long it is as a whole.
fn head(bytes: &[u8]) -> std::io::Result<Option<(u16, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    let length =
        text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let odd = || Error::new(ErrorKind::InvalidData, "the answer has no status or no length");
    Ok(Some((status.ok_or_else(odd)?, end + 4 + length.ok_or_else(odd)?)))
}
