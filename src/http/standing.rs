//! Where a micro-credential counts: told of an achievement, to programs and to pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::limits::Client;
use super::problem::Problem;
use super::public::achievements::split_name;
use super::{App, menus};
use crate::check::{Report, counted};
use crate::issue::definition;
use crate::model::achievement::AchievementDefinition;
use crate::model::links::Links;
use crate::recognition::menu::Menu;
use crate::recognition::outlook::{Outlook, conditions};
use crate::recognition::{CountedCredential, Policy};
use crate::recognize::Recognition;
use crate::recognize::standing::{Books, Counts, Office, Standing};
use crate::store::MenuEntryRow;

/// Where a micro-credential of an achievement counts, by the newest policies of the recognizers here.
/// No promise: a claim decides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StandingView {
    /// Without version.
    pub achievement: String,
    #[schema(value_type = String, format = Date)]
    pub as_of: jiff::civil::Date,
    pub recognizers: Vec<OfficeView>,
    /// False where there are more policies, menus or recognizers than one answer tells of.
    pub whole: bool,
}

/// A recognizer that would count it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfficeView {
    /// Its DID.
    pub id: String,
    pub name: String,
    /// Its page.
    pub page: String,
    pub counts: Vec<CountsView>,
    /// Those of its menus that it stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub menus: Vec<OnMenuView>,
}

/// A menu that an achievement stands on.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnMenuView {
    pub title: String,
    /// Where anyone reads it.
    pub menu: String,
    /// The `EndorsementCredential` of the achievement.
    pub endorsement: String,
}

/// By one policy, awarded today and with all that only a claim can tell going well.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    /// In a few words.
    #[schema(example = "6 PDPs each")]
    pub says: String,
    #[serde(flatten)]
    pub outlook: Outlook,
    pub policy_name: String,
    /// Where anyone reads this version.
    pub policy_url: String,
    /// What a claim has to fit beside.
    pub conditions: Vec<ConditionView>,
}

/// A rule of the policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    /// The rule's place in the policy, a JSON pointer.
    pub at: String,
    /// One plain sentence.
    pub detail: String,
}

/// Where a micro-credential of this achievement counts.
#[utoipa::path(get, path = "/achievements/{achievement}/recognition", tag = "public",
    params(("achievement" = String, Path, description = "Issuer and slug with a full stop between them")),
    responses((status = 200, description = "By the newest policies of the recognizers here", body = StandingView)))]
pub async fn of_achievement(
    State(app): State<Arc<App>>,
    client: Client,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let (issuer, slug) = split_name(&name)?;
    let row = app.issuance.store.latest_achievement(issuer, slug).await?;
    let row = row.ok_or(Problem::NotFound)?;
    let links = &app.issuance.links;
    let known = known(links, (issuer, slug), &definition(&row)?);
    let standing = app.standing(client, &known).await?;
    let view = StandingView {
        achievement: links.achievement(issuer, slug),
        as_of: standing.as_of,
        recognizers: standing.offices.iter().map(|office| view(links, office)).collect(),
        whole: standing.whole,
    };
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(view)).into_response())
}

/// What counting goes by, of an achievement here that nobody was awarded yet.
pub fn known(
    links: &Links,
    (issuer, slug): (&str, &str),
    definition: &AchievementDefinition,
) -> CountedCredential {
    let ids = (links.issuer_did(issuer), links.achievement(issuer, slug));
    CountedCredential::of_achievement((&ids.0, &ids.1), definition)
}

/// A recognizer's policies and menus, in their newest versions.
pub async fn of_recognizer(
    app: &App,
    name: &str,
) -> Result<(Vec<Arc<Policy>>, Vec<Menu>), Problem> {
    let store = &app.issuance.store;
    let policies = app.policies.policies_of(store, name).await?;
    let menus = store.latest_menus(name, menus::MOST_MENUS).await?;
    Ok((policies, menus.iter().map(menus::read).collect::<Result<_, _>>()?))
}

fn view(links: &Links, office: &Office) -> OfficeView {
    let name = &office.party.name;
    let counts = |Counts { policy, outlook }: &Counts| CountsView {
        says: outlook.says(),
        outlook: outlook.clone(),
        policy_name: policy.name.clone(),
        policy_url: links.policy_version(name, &policy.id, &policy.version),
        conditions: conditions(policy)
            .into_iter()
            .map(|(at, detail)| ConditionView { at, detail })
            .collect(),
    };
    let menu = |row: &MenuEntryRow| OnMenuView {
        title: row.title.clone(),
        menu: links.menu(name, &row.name),
        endorsement: links.credential(&row.endorsement),
    };
    OfficeView {
        id: office.party.did.clone(),
        name: office.party.profile.name.clone(),
        page: links.recognizer(name),
        counts: office.counts.iter().map(counts).collect(),
        menus: office.menus.iter().map(menu).collect(),
    }
}

impl App {
    /// Where an achievement counts: counted once in a minute for all who look. Who makes us count
    /// takes it from their share, like a verification.
    pub async fn standing(
        &self,
        client: Client,
        known: &CountedCredential,
    ) -> Result<Arc<Standing>, Problem> {
        let books = self.books(known).await?;
        if let Some(standing) = self.policies.standing(known, &books).await {
            return Ok(standing);
        }
        self.admit(client.0)?;
        let recognition = Recognition { issuance: &self.issuance };
        Ok(recognition.standing_kept(&self.policies, known, &books).await?)
    }

    /// The same for a page, which is shown without it where their share is used up.
    pub async fn standing_for_page(
        &self,
        client: Client,
        known: &CountedCredential,
    ) -> Result<Option<Arc<Standing>>, Problem> {
        match self.standing(client, known).await {
            Ok(standing) => Ok(Some(standing)),
            Err(Problem::TooManyRequests { .. }) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Where a credential counts that a page verified with what counting goes by; none where it
    /// does not hold, or is several.
    pub async fn standing_of(&self, report: &Report) -> Result<Option<Standing>, Problem> {
        let known = counted::credentials(report, "");
        match known.as_slice() {
            [known] if report.verified && known.achievement.is_some() => {
                let books = self.books(known).await?;
                let recognition = Recognition { issuance: &self.issuance };
                Ok(Some(recognition.standing(&self.policies, known, &books).await?))
            }
            _ => Ok(None),
        }
    }

    async fn books(&self, known: &CountedCredential) -> Result<Books, Problem> {
        let trusted = self.options.trusted.as_ref();
        let known_here = known
            .issuer
            .as_ref()
            .is_some_and(|issuer| trusted.is_some_and(|trusted| trusted.known(issuer).is_some()));
        let own = match &known.issuer {
            Some(issuer) => self.issuance.store.trust_in(issuer).await?,
            None => Default::default(),
        };
        // Who has no list of its own goes by the operator's file.
        let trusts = |office: &str| own.get(office).copied().unwrap_or(known_here);
        Ok(Recognition { issuance: &self.issuance }.books(known, trusts).await?)
    }
}
