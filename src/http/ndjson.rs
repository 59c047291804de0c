//! Newline-delimited JSON: a body that is read and answered line by line, in
//! constant memory.

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;

use super::body::{self, MAX_BODY};
use super::problem::Problem;

/// Lines that are worked on together, at most.
pub const GROUP: usize = 256;
/// A group takes no further line once it holds so many bytes.
const GROUP_BYTES: usize = MAX_BODY;

const NDJSON: &str = "application/x-ndjson";

/// Whether the body says that it is NDJSON, or JSON of any kind.
pub fn require(headers: &HeaderMap) -> Result<(), Problem> {
    let found = body::content_type(headers);
    if found.contains("json") {
        return Ok(());
    }
    let found = if found.is_empty() { "not given".into() } else { found };
    Err(Problem::UnsupportedMediaType { expected: NDJSON, found })
}

/// An answer that is written as its pieces come.
pub fn answer(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let pieces = pieces.map(Ok::<_, std::convert::Infallible>);
    ([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(pieces)).into_response()
}

/// Writes `value` as a line.
pub fn write(value: &impl serde::Serialize, to: &mut Vec<u8>) {
    serde_json::to_writer(&mut *to, value).expect("a Vec takes any bytes");
    to.push(b'\n');
}

/// One line of the request, or why it cannot be read.
pub struct Line {
    /// From 1, blank lines counted.
    pub number: usize,
    /// Holds these bytes and no others, so that a group's length is what it takes.
    pub text: Result<Bytes, Problem>,
}

impl Line {
    fn len(&self) -> usize {
        self.text.as_ref().map_or(0, Bytes::len)
    }
}

/// The lines of a body in groups. A task of its own reads them, so that those that come while
/// others are being worked on are one group, whatever pieces they come in; it ends with this.
pub struct Groups(mpsc::Receiver<Vec<Line>>);

impl Groups {
    pub fn of(body: Body) -> Self {
        // One group waits while the next is gathered: that much is read ahead.
        let (sender, receiver) = mpsc::channel(1);
        let lines = Lines::default();
        tokio::spawn(lines.gather(body.into_data_stream(), sender));
        Self(receiver)
    }

    /// The lines that are there, waiting for at least one; `None` at the end.
    pub async fn next(&mut self) -> Option<Vec<Line>> {
        self.0.recv().await
    }
}

/// Cuts a body into lines as it arrives.
#[derive(Default)]
struct Lines {
    buffer: BytesMut,
    /// Bytes at the start of the buffer that hold no end of a line.
    searched: usize,
    /// Lines cut so far.
    number: usize,
    /// Within a line that is too long, up to its end.
    skipping: bool,
    ended: bool,
}

impl Lines {
    /// Hands on what has come whenever it is wanted, up to the body's end.
    async fn gather(mut self, mut body: BodyDataStream, groups: mpsc::Sender<Vec<Line>>) {
        let (mut group, mut bytes) = (Vec::new(), 0);
        loop {
            while !is_full(&group, bytes)
                && let Some(line) = self.cut()
            {
                bytes += line.as_ref().map_or(0, Line::len);
                group.extend(line);
            }
            if self.ended && group.is_empty() {
                return;
            }
            tokio::select! {
                biased;
                // What has come already is taken along.
                data = body.next(), if !self.ended && !is_full(&group, bytes) => {
                    group.extend(self.take(data));
                }
                wanted = groups.reserve(), if !group.is_empty() => {
                    let Ok(wanted) = wanted else { return };
                    wanted.send(std::mem::take(&mut group));
                    bytes = 0;
                }
                () = groups.closed() => return,
            }
        }
    }

    /// Takes the next piece of the body; answers the line for one that cannot be read.
    fn take(&mut self, data: Option<Result<Bytes, axum::Error>>) -> Option<Line> {
        match data {
            Some(Ok(data)) => self.buffer.extend_from_slice(&data),
            Some(Err(error)) => {
                self.ended = true;
                self.buffer.clear();
                self.searched = 0;
                let text = Err(Problem::Unreadable { part: "body", detail: error.to_string() });
                return Some(Line { number: self.number + 1, text });
            }
            None => self.ended = true,
        }
        None
    }

    /// Cuts the next line off, if it is there whole; inside is `None` for a line that has no answer
    /// (blank, or the end of one that was refused).
    fn cut(&mut self) -> Option<Option<Line>> {
        // Each byte is looked at once, however small the pieces are that it comes in.
        let newline = self.buffer[self.searched..].iter().position(|b| *b == b'\n');
        let newline = newline.map(|at| self.searched + at);
        self.searched = self.buffer.len();
        let end = match newline {
            Some(end) => end,
            None if self.ended && !self.buffer.is_empty() => self.buffer.len(),
            None if self.buffer.len() > MAX_BODY => {
                self.buffer.clear();
                self.searched = 0;
                let first = !std::mem::replace(&mut self.skipping, true);
                let refused = || Err(Problem::TooLarge { limit: MAX_BODY });
                return Some(first.then(|| Line { number: self.number + 1, text: refused() }));
            }
            None => return None,
        };
        self.searched = 0;
        self.number += 1;
        let answered = std::mem::take(&mut self.skipping);
        let text = &self.buffer[..end];
        let line = (!answered && !text.trim_ascii().is_empty()).then(|| {
            let text = match text.len() > MAX_BODY {
                true => Err(Problem::TooLarge { limit: MAX_BODY }),
                // A part of the buffer would hold all that was read with it.
                false => Ok(Bytes::copy_from_slice(text)),
            };
            Line { number: self.number, text }
        });
        self.buffer.advance(end + usize::from(newline.is_some()));
        Some(line)
    }
}

fn is_full(group: &[Line], bytes: usize) -> bool {
    group.len() == GROUP || bytes >= GROUP_BYTES
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;

    use super::*;

    async fn cut(
        chunks: impl IntoIterator<Item = Vec<u8>, IntoIter: Send + 'static>,
    ) -> Vec<(usize, Result<String, u16>)> {
        let body = Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>)));
        let mut groups = Groups::of(body);
        let mut all = Vec::new();
        while let Some(group) = groups.next().await {
            for line in group {
                let text = line.text.map(|t| String::from_utf8(t.to_vec()).unwrap());
                all.push((line.number, text.map_err(|p| p.status().as_u16())));
            }
        }
        all
    }

    /// Lines, each a piece that comes a moment after the one before; how many were taken.
    fn slow(lines: usize) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = taken.clone();
        let pieces = stream::iter(0..lines).then(move |_| {
            let counted = counted.clone();
            async move {
                tokio::task::yield_now().await;
                counted.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>("{}\n")
            }
        });
        (Body::from_stream(pieces), taken)
    }

    /// As long as it takes others to do all that they can.
    async fn settle() {
        for _ in 0..100 * GROUP {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn lines_that_come_while_others_are_worked_on_are_one_group() {
        let mut groups = Groups::of(slow(3 * GROUP).0);
        let mut sizes = Vec::new();
        while let Some(group) = groups.next().await {
            sizes.push(group.len());
            settle().await;
        }
        assert_eq!(sizes.iter().sum::<usize>(), 3 * GROUP);
        assert!(sizes.len() <= 6, "{sizes:?}");
    }

    #[tokio::test]
    async fn no_more_is_read_ahead_than_two_groups() {
        let (body, taken) = slow(10 * GROUP);
        let mut groups = Groups::of(body);
        settle().await;
        assert!(taken.load(Ordering::Relaxed) <= 2 * GROUP);
        groups.next().await.unwrap();
        settle().await;
        assert!(taken.load(Ordering::Relaxed) <= 3 * GROUP);
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_any_more_is_let_go() {
        let (held, mut dropped) = mpsc::channel::<()>(1);
        let body = stream::pending::<Result<Bytes, std::io::Error>>().map(move |piece| {
            let _ = &held;
            piece
        });
        let groups = Groups::of(Body::from_stream(body));
        settle().await;
        drop(groups);
        assert_eq!(dropped.recv().await, None);
    }

    #[tokio::test]
    async fn lines_are_cut_wherever_the_chunks_break() {
        let lines =
            cut(vec![b"{\"a\"".to_vec(), b":1}\n\n{".to_vec(), b"}\r\nlast".to_vec()]).await;
        let expected = [(1, "{\"a\":1}"), (3, "{}\r"), (4, "last")];
        assert_eq!(lines, expected.map(|(n, t)| (n, Ok(t.to_owned()))));
    }

    /// Two groups of these held a gigabyte when lines were parts of what had been read.
    #[tokio::test]
    async fn a_line_holds_its_own_bytes_and_nothing_of_the_blank_lines_around_it() {
        let blanks = || [vec![b' '; MAX_BODY - 1], b"\n".to_vec()].concat();
        let piece = move |_| Ok::<_, std::io::Error>([b"{}\n".to_vec(), blanks()].concat());
        let body = Body::from_stream(stream::iter((0..40).map(piece)));
        let mut groups = Groups::of(body);
        let (mut lines, mut held) = (Vec::new(), 0);
        while let Some(group) = groups.next().await {
            for line in group {
                lines.push(line.number);
                let alone = line.text.unwrap().try_into_mut().expect("nobody else holds it");
                held += alone.capacity();
            }
        }
        assert_eq!(lines, (0..40).map(|n| 2 * n + 1).collect::<Vec<_>>());
        assert!(held <= 40 * 64, "{held} bytes");
    }

    #[test]
    fn what_is_read_takes_no_more_room_however_many_lines_pass_through_it() {
        let mut lines = Lines::default();
        let mut most = 0;
        for _ in 0..40 {
            let piece = [b"{}\n".to_vec(), vec![b' '; MAX_BODY - 1], b"\n".to_vec()].concat();
            assert!(lines.take(Some(Ok(piece.into()))).is_none());
            most = most.max(lines.buffer.capacity());
            while lines.cut().is_some() {}
        }
        assert!(most <= 4 * MAX_BODY, "{most} bytes");
    }

    /// Took minutes when each byte had all before it searched again.
    #[tokio::test]
    async fn a_line_in_pieces_of_one_byte_costs_no_more_than_its_bytes() {
        let bytes = (0..MAX_BODY).map(|_| vec![b'x']).chain([b"\n".to_vec(), b"y".to_vec()]);
        let lines = cut(bytes).await;
        assert_eq!(lines.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(lines[0].1.as_ref().map(String::len), Ok(MAX_BODY));
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_refused_once_and_the_next_is_read() {
        let long = vec![b'x'; MAX_BODY + 1];
        let lines = cut(vec![b"a\n".to_vec(), long.clone(), long.clone(), b"\nb\n".to_vec()]).await;
        let expected = [(1, Ok("a".into())), (2, Err(413)), (3, Ok("b".into()))];
        assert_eq!(lines, expected);
        let at_once = [b"a\n".to_vec(), long.repeat(2), b"\nb\n".to_vec()].concat();
        assert_eq!(cut(vec![at_once]).await, expected);
    }
}
