//! A body without an end, sent while its answer is read: lines in, lines out,
//! over one connection and in constant memory.

use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use crate::{Measured, processor_seconds};

/// What came back.
pub struct Counted {
    pub lines: usize,
    /// Those that do not hold what a good answer holds.
    pub failed: usize,
    seconds: f64,
    /// Of the service.
    processor_seconds: f64,
}

impl Counted {
    pub fn measured(&self) -> Measured {
        assert_eq!(self.failed, 0, "some lines failed");
        Measured::new(self.lines, self.seconds, self.processor_seconds)
    }
}

/// Where it is posted.
pub struct To<'a> {
    pub process: u32,
    pub address: &'a str,
    pub path: &'a str,
    pub key: &'a str,
}

/// Posts lines for so long, or to their end, and counts the answers.
pub fn post<L: AsRef<[u8]>>(
    To { process, address, path, key }: To<'_>,
    lines: impl Iterator<Item = L> + Send,
    seconds: f64,
    good: &str,
) -> Counted {
    let stream = TcpStream::connect(address).expect("the service listens");
    let mut sending = BufWriter::with_capacity(1 << 16, stream.try_clone().expect("a clone"));
    write!(
        sending,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .expect("it reads");
    let process = process.to_string();
    let (started, before) = (Instant::now(), processor_seconds(&process));
    let counted = std::thread::scope(|scope| {
        scope.spawn(move || {
            for line in lines {
                let line = line.as_ref();
                write!(sending, "{:x}\r\n", line.len() + 1).expect("it reads");
                sending.write_all(line).expect("it reads");
                sending.write_all(b"\n\r\n").expect("it reads");
                if started.elapsed().as_secs_f64() > seconds {
                    break;
                }
            }
            sending.write_all(b"0\r\n\r\n").expect("it reads");
            sending.flush().expect("it reads");
        });
        count(BufReader::with_capacity(1 << 18, stream), good.as_bytes())
    });
    let processor_seconds = processor_seconds(&process) - before;
    Counted { seconds: started.elapsed().as_secs_f64(), processor_seconds, ..counted }
}

/// Reads the answer to its end.
fn count(mut answer: BufReader<TcpStream>, good: &[u8]) -> Counted {
    let mut header = String::new();
    while !header.ends_with("\r\n\r\n") {
        assert_ne!(answer.read_line(&mut header).expect("it answers"), 0, "{header}");
    }
    assert!(header.starts_with("HTTP/1.1 200"), "{header}");
    let mut counted = Counted { lines: 0, failed: 0, seconds: 0.0, processor_seconds: 0.0 };
    let (mut chunk, mut start, mut at_start) = (Vec::new(), Vec::new(), true);
    loop {
        let mut size = String::new();
        answer.read_line(&mut size).expect("it answers");
        let size = usize::from_str_radix(size.trim(), 16).expect("a chunk's size");
        chunk.resize(size + 2, 0);
        answer.read_exact(&mut chunk).expect("it answers");
        if size == 0 {
            assert!(at_start, "the last line is whole");
            return counted;
        }
        for piece in chunk[..size].split_inclusive(|byte| *byte == b'\n') {
            // A good answer says so at its beginning.
            start.extend_from_slice(
                &piece[..piece.len().min(100_usize.saturating_sub(start.len()))],
            );
            at_start = piece.ends_with(b"\n");
            if at_start {
                counted.lines += 1;
                let is_good = start.windows(good.len()).any(|window| window == good);
                counted.failed += usize::from(!is_good);
                start.clear();
            }
        }
    }
}
