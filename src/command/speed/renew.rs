//! Our own status lists, signed anew after a change to each of them.
//!
//! Invariant: each list has changed since it was signed, so that none is answered from memory.

use std::time::{Duration, Instant};

use crate::command::CommandError;
use crate::command::example::ISSUER;
use crate::issue::parties::Party;
use crate::issue::status_list::ListForm;
use crate::issue::{Issuance, Minter, Order};
use crate::store::{Change, Purpose};

/// How many lists are renewed at a time.
const LISTS: usize = 100;

/// Lists of suspended credentials, with one credential each.
pub struct Renewal {
    entries: Vec<Entry>,
    suspended: bool,
}

struct Entry {
    list: String,
    credential: String,
}

impl Renewal {
    /// `order` is of an achievement whose credentials can be suspended.
    pub async fn prepare(
        issuance: &Issuance,
        (issuer, by): (&Party, &Minter),
        order: &Order,
    ) -> Result<Self, CommandError> {
        let mut entries = Vec::with_capacity(LISTS);
        for _ in 0..LISTS {
            let now = issuance.ambient.now();
            // So that the next credential gets a list of its own.
            issuance.store.close_lists_and_raise_versions(now).await?;
            let orders = vec![order.clone()];
            let minted = issuance.issue(issuer.clone(), by.clone(), orders).await;
            let (purpose, new) = (Purpose::Suspension, issuance.token());
            let list = issuance.store.open_list(ISSUER, purpose, &new, now).await?.id;
            for issued in minted {
                entries.push(Entry { list: list.clone(), credential: issued?.id });
            }
        }
        Ok(Self { entries, suspended: false })
    }

    /// What it takes to sign all of them after one change each.
    pub async fn measure(&mut self, issuance: &Issuance) -> Result<Duration, CommandError> {
        let change = if self.suspended { Change::Reinstate } else { Change::Suspend };
        self.suspended = !self.suspended;
        for Entry { credential, .. } in &self.entries {
            issuance.change(ISSUER, credential, &change, "measured", "speed").await?;
        }
        let start = Instant::now();
        for Entry { list, .. } in &self.entries {
            let signed = issuance.status_list(list, ListForm::Embedded).await?;
            assert!(signed.is_some(), "the list is there");
        }
        Ok(start.elapsed())
    }
}
