//! Achievements in the books: versions only ever get added.

use super::access::note;
use super::{Issuance, IssueError, definition};
use crate::model::achievement::AchievementDefinition;
use crate::store::{AchievementRow, StoreError};

impl Issuance {
    /// Version 1 of a new achievement.
    pub async fn add_achievement(
        &self,
        issuer: &str,
        new: &AchievementDefinition,
        actor: &str,
    ) -> Result<AchievementRow, IssueError> {
        new.check().map_err(IssueError::Invalid)?;
        let slug = new.slug();
        let note = note(&self.ambient, (actor, "achievement.create"), Some(issuer), &slug);
        match self.store.create_achievement(issuer, &slug, &body(new), &note).await {
            Err(StoreError::Taken { .. }) => {
                let detail = format!(
                    "this issuer already has an achievement {slug:?}; PUT a new version of it, or \
                     choose another slug"
                );
                return Err(IssueError::Conflict { code: "slug-taken", detail });
            }
            other => other?,
        }
        let row = self.store.latest_achievement(issuer, &slug).await?;
        row.ok_or_else(|| IssueError::Broken(format!("achievement {slug:?} vanished")))
    }

    /// The next version, or the latest where `new` says the same; `None` where there is no such
    /// achievement.
    pub async fn update_achievement(
        &self,
        issuer: &str,
        slug: &str,
        new: &AchievementDefinition,
        actor: &str,
    ) -> Result<Option<AchievementRow>, IssueError> {
        new.check().map_err(IssueError::Invalid)?;
        let Some(latest) = self.store.latest_achievement(issuer, slug).await? else {
            return Ok(None);
        };
        if body(&definition(&latest)?) == body(new) {
            return Ok(Some(latest));
        }
        let note = note(&self.ambient, (actor, "achievement.update"), Some(issuer), slug);
        let Some(version) =
            self.store.add_achievement_version(issuer, slug, &body(new), &note).await?
        else {
            return Ok(None);
        };
        Ok(self.store.achievement_version(issuer, slug, version).await?)
    }
}

fn body(definition: &AchievementDefinition) -> String {
    serde_json::to_string(definition).expect("a definition is plain data")
}
