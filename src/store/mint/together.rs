//! One commit for all slices that wait: SQLite writes one transaction at a time,
//! and a commit costs a wait for the disk however much is in it.
//!
//! One task takes what has come while it wrote the commit before, and writes it
//! as one; who comes alone waits for nobody. Each is answered after the commit
//! that holds it. A slice that fails, or would pass its ceiling, is written
//! apart and spoils nothing for the others.

use tokio::sync::{mpsc, oneshot};

use super::slice::{self, Line};
use super::{Recorded, Slice, count_usage};
use crate::store::{Result, Store, StoreError, retrying};

/// Slices that may wait; who comes then waits to wait.
const ROOM: usize = 1024;
/// A commit takes no further slice once it holds so many mints.
const MANY: usize = 256;

/// The way to the task that writes.
#[derive(Clone)]
pub struct Together {
    waiting: mpsc::Sender<Waiting>,
}

struct Waiting {
    slice: Slice,
    answer: oneshot::Sender<Result<Recorded>>,
}

impl Together {
    /// Starts the task, which ends with the last of these. It writes to `store`.
    pub fn start(store: Store) -> Self {
        let (waiting, queue) = mpsc::channel(ROOM);
        tokio::spawn(write(store, queue));
        Self { waiting }
    }

    pub(super) async fn record(&self, slice: Slice) -> Result<Recorded> {
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Database(sqlx::Error::WorkerCrashed);
        self.waiting.send(Waiting { slice, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn write(store: Store, mut queue: mpsc::Receiver<Waiting>) {
    while let Some(first) = queue.recv().await {
        let mut mints = first.slice.mints.len();
        let mut group = vec![first];
        while mints < MANY
            && let Ok(next) = queue.try_recv()
        {
            mints += next.slice.mints.len();
            group.push(next);
        }
        // Nobody waits for these any more.
        group.retain(|waiting| !waiting.answer.is_closed());
        answer(&store, group).await;
    }
}

/// Writes a group and answers each, those that cannot go together apart.
async fn answer(store: &Store, mut group: Vec<Waiting>) {
    let mut apart = Vec::new();
    while group.len() > 1 {
        match retrying(|| store.record_together(&group)).await {
            Ok(Attempt::Done(outcomes)) => {
                for (waiting, outcome) in group.drain(..).zip(outcomes) {
                    // Who has gone away meanwhile finds it in the books.
                    let _ = waiting.answer.send(Ok(outcome));
                }
            }
            Ok(Attempt::Apart(which)) => apart.push(group.remove(which)),
            Err(error) => {
                tracing::debug!(%error, "slices that failed together are recorded apart");
                apart.append(&mut group);
            }
        }
    }
    for Waiting { slice, answer } in group.into_iter().chain(apart) {
        let _ = answer.send(retrying(|| store.record_alone(&slice)).await);
    }
}

/// What became of a group.
enum Attempt {
    /// They are committed; what became of each slice.
    Done(Vec<Recorded>),
    /// Nothing was written: this one would pass its ceiling.
    Apart(usize),
}

impl Store {
    async fn record_together(&self, group: &[Waiting]) -> Result<Attempt> {
        let mut tx = self.begin().await?;
        let mut lines: Vec<Line<'_>> = group.iter().flat_map(|it| it.slice.lines()).collect();
        let mut outcomes = slice::record(&mut tx, &mut lines).await?.into_iter();
        let mut answers = Vec::with_capacity(group.len());
        let mut rest = &lines[..];
        for (which, Waiting { slice, .. }) in group.iter().enumerate() {
            let (own, others) = rest.split_at(slice.mints.len());
            rest = others;
            if count_usage(&mut tx, slice, own).await?.is_some() {
                return Ok(Attempt::Apart(which));
            }
            answers.push(Recorded::Done(outcomes.by_ref().take(own.len()).collect()));
        }
        tx.commit().await?;
        Ok(Attempt::Done(answers))
    }
}
