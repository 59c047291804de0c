//! Publishing policies.

use super::{Recognition, RecognizeError};
use crate::issue::access::note;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::recognition::Policy;
use crate::store::{NewPolicy, PolicyRow, Published};

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
        let (reference, body) = (policy.reference(), policy.canonical());
        let ambient = &self.issuance.ambient;
        let owner = recognizer.owner();
        let note = note(ambient, (actor, "policy.publish"), Some(&owner), &policy.id);
        let new = NewPolicy {
            recognizer: &recognizer.name,
            id: &policy.id,
            version: &policy.version,
            digest: &reference.digest_multibase,
            body: &body,
        };
        match self.issuance.store.publish_policy(new, &note).await? {
            Published::New(row) => Ok((row, true)),
            Published::Same(row) => Ok((row, false)),
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
