//! Publishing policies.

use super::{Recognition, RecognizeError};
use crate::issue::IssueError;
use crate::issue::access::note;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::recognition::Policy;
use crate::store::{NewPolicy, PolicyRow, Published};

/// How often a version is checked again because another came between.
const MOST_TRIES: usize = 40;

impl Recognition<'_> {
    /// Publishes a version of a recognizer's policy, from its text; false where it was published
    /// before.
    pub async fn publish(
        self,
        recognizer: &Party,
        text: &[u8],
        actor: &str,
    ) -> Result<(PolicyRow, bool), RecognizeError> {
        let policy = Policy::read(text).map_err(RecognizeError::Invalid)?;
        self.check(recognizer, &policy)?;
        for _ in 0..MOST_TRIES {
            if let Some(published) = self.publish_next(recognizer, &policy, actor).await? {
                return Ok(published);
            }
        }
        Err(IssueError::Broken("a policy was overtaken again and again".into()).into())
    }

    /// None where another version was published while this one was checked.
    async fn publish_next(
        self,
        recognizer: &Party,
        policy: &Policy,
        actor: &str,
    ) -> Result<Option<(PolicyRow, bool)>, RecognizeError> {
        let (store, ambient) = (&self.issuance.store, &self.issuance.ambient);
        let latest = store.latest_policy(&recognizer.name, &policy.id).await?;
        self.check_group(&recognizer.name, policy, latest.as_ref()).await?;
        let (reference, body) = (policy.reference(), policy.canonical());
        let owner = recognizer.owner();
        let note = note(ambient, (actor, "policy.publish"), Some(&owner), &policy.id);
        let new = NewPolicy {
            recognizer: &recognizer.name,
            id: &policy.id,
            version: &policy.version,
            digest: &reference.digest_multibase,
            body: &body,
            after: latest.map_or(0, |row| row.number),
        };
        match store.publish_policy(new, &note).await? {
            Published::New(row) => Ok(Some((row, true))),
            Published::Same(row) => Ok(Some((row, false))),
            Published::Overtaken => Ok(None),
            Published::Differs(_) => {
                let detail = format!(
                    "version {:?} of {:?} was published before and never changes; give the new \
                     text a version of its own",
                    policy.version, policy.id
                );
                Err(RecognizeError::Conflict { code: "version-published", detail })
            }
        }
    }

    /// What is used up is used up in the group of the version that decided: in another group all of
    /// it would count again.
    async fn check_group(
        self,
        recognizer: &str,
        policy: &Policy,
        latest: Option<&PolicyRow>,
    ) -> Result<(), RecognizeError> {
        let Some(latest) = latest else { return Ok(()) };
        let before = super::policy(latest)?;
        let (group, kept) = (policy.exclusive_group(), before.exclusive_group());
        if group == kept {
            return Ok(());
        }
        let named = self.issuance.store.policy_version((recognizer, &policy.id), &policy.version);
        if named.await?.is_some() {
            // It is no new version: that is told instead.
            return Ok(());
        }
        let detail = format!(
            "the versions before this one use credentials up in the group {kept:?}; in {group:?} all \
             that they counted would count again. Keep the group, or publish this under another id, \
             as a policy with uses of its own"
        );
        let fault = Fault::new("/exclusive/group", "other-group", detail);
        Err(RecognizeError::Invalid(vec![fault]))
    }

    /// What the policy alone cannot tell.
    fn check(self, recognizer: &Party, policy: &Policy) -> Result<(), RecognizeError> {
        let mut faults = Vec::new();
        if policy.recognizer.id.as_ref().is_some_and(|id| *id != recognizer.did) {
            let detail = format!("this recognizer's id is {}; leave it out", recognizer.did);
            faults.push(Fault::new("/recognizer/id", "other-recognizer", detail));
        }
        // It stands in the addresses of the policy.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if policy.version.is_empty() || !policy.version.chars().all(plain) {
            let detail = "a version is letters, digits, full stops and hyphens, such as \"2026.1\"";
            faults.push(Fault::new("/version", "not-a-version", detail));
        }
        if faults.is_empty() { Ok(()) } else { Err(RecognizeError::Invalid(faults)) }
    }
}
