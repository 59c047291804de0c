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

impl Waiting {
    fn api_key(&self) -> Option<&str> {
        self.slice.ceiling.as_ref().map(|ceiling| &*ceiling.api_key)
    }
}

impl Together {
    /// Starts the task, which ends with the last of these. It writes to `store`.
    pub fn start(store: Store) -> Self {
        let (waiting, queue) = mpsc::channel(ROOM);
        tokio::spawn(write(queue, move |group| answer(store.clone(), group)));
        Self { waiting }
    }

    pub(super) async fn record(&self, slice: Slice) -> Result<Recorded> {
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Database(sqlx::Error::WorkerCrashed);
        self.waiting.send(Waiting { slice, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Each group is a task of its own: one that panics ends with errors for those who wait for it,
/// and the next is written.
async fn write<F>(mut queue: mpsc::Receiver<Waiting>, answer: impl Fn(Vec<Waiting>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
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
        if let Err(error) = tokio::spawn(answer(group)).await {
            tracing::error!(%error, "mints that were to be committed together failed");
        }
    }
}

/// Writes a group and answers each, those that cannot go together apart.
async fn answer(store: Store, mut group: Vec<Waiting>) {
    let mut apart = Vec::new();
    while group.len() > 1 {
        match retrying(|| store.record_together(&group)).await {
            Ok(Attempt::Done(outcomes)) => {
                for (waiting, outcome) in group.drain(..).zip(outcomes) {
                    // Who has gone away meanwhile finds it in the books.
                    let _ = waiting.answer.send(Ok(outcome));
                }
            }
            Ok(Attempt::Apart(which)) => {
                // All of that key at once: the others are not to be tried again for each.
                let key = group[which].api_key().map(str::to_owned);
                apart.extend(group.extract_if(.., |it| it.api_key() == key.as_deref()));
            }
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[tokio::test]
    async fn a_group_that_panics_fails_its_own_and_the_next_is_written() {
        let (waiting, queue) = mpsc::channel(ROOM);
        tokio::spawn(write(queue, |group| async {
            for Waiting { slice, answer } in group {
                assert_eq!(slice.at, Timestamp::UNIX_EPOCH, "a defect");
                let _ = answer.send(Ok(Recorded::Done(Vec::new())));
            }
        }));
        let together = Together { waiting };
        let record =
            async |at| together.record(Slice { mints: [].into(), at, ceiling: None }).await;
        assert!(record(Timestamp::MAX).await.is_err());
        assert_eq!(record(Timestamp::UNIX_EPOCH).await.unwrap(), Recorded::Done(Vec::new()));
    }
}
