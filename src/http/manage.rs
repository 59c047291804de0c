//! The earner's own page: what others see of their credential, decided by plain forms.
//!
//! The secret is in the address, and nothing else proves who asks: the page is never kept by caches,
//! never listed, and sends no referrer. Invariant: a wrong link, an ended one and one of nothing are
//! answered alike, and every form that changes something comes from our own page.

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::form_urlencoded;

use super::limits::Client;
use super::origin::same_origin;
use super::problem::{Problem, ProblemDocument};
use super::public::html_once;
use super::{App, body};
use crate::issue::control::Managed;
use crate::pages::manage::{self, Desk, Mistake, Typed};
use crate::pages::speech::Speech;
use crate::store::{Act, Acted, NewShareLink, is_over};

/// Characters of a share link's name.
const LONGEST_NAME: usize = 100;

/// What the form before this page did.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    done: Option<String>,
}

/// What an earner decides about their credential: the page, by the private link that minting gives.
#[utoipa::path(get, path = "/manage/{link}", tag = "public", params(("link" = String, Path)),
    responses((status = 200, description = "Forms for what others see", body = String, content_type = "text/html")))]
pub async fn page(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path(link): Path<String>,
    before: Result<Query<Before>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let managed = app.issuance.managed(&link).await?.ok_or(Problem::NotFound)?;
    let done = before.ok().and_then(|Query(before)| before.done);
    let shown = Shown { done: done.as_deref(), ..Shown::default() };
    desk(&app, &t, (&link, &managed), StatusCode::OK, shown).await
}

/// One decision of an earner, as the forms of that page send it.
///
/// For people: the fields are those of the page.
#[utoipa::path(post, path = "/manage/{link}", tag = "public", params(("link" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Done; back to the page"),
              (status = 200, description = "The link has ended, as was asked for", body = String, content_type = "text/html"),
              (status = 403, description = "The form was sent from another site", body = ProblemDocument,
               content_type = "application/problem+json"),
              (status = 422, description = "The page, with what to change", body = String, content_type = "text/html")))]
pub async fn act(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path(link): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    same_origin(&headers, &app.issuance.links)?;
    let managed = app.issuance.managed(&link).await?.ok_or(Problem::NotFound)?;
    let form = Form::read(&body::read(request).await?);
    let wanted = wanted(&app, &form);
    let outcome = match &wanted {
        Ok(act) => app.issuance.act(&managed, act).await?,
        Err(mistake) => return mistaken(&app, &t, (&link, &managed), *mistake, &form).await,
    };
    let mistake = match outcome {
        Acted::Done | Acted::Already if wanted == Ok(Act::EndManageLink) => {
            return Ok(html_once(StatusCode::OK, manage::ended(&t)?));
        }
        Acted::Done | Acted::Already => return Ok(back(&link, &form)),
        Acted::LinkEnded => return Err(Problem::NotFound),
        Acted::NoSuchThing => Mistake::Gone,
        Acted::NameTaken => Mistake::NameTaken,
        Acted::TooMany => Mistake::TooMany,
    };
    mistaken(&app, &t, (&link, &managed), mistake, &form).await
}

/// The fields of a form, in their order.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().take(300).collect())
    }

    /// Empty where it is absent.
    fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// Which evidence is meant, counted from 1.
    fn positions(&self, name: &str) -> Vec<i64> {
        let named = self.0.iter().filter(|(n, _)| n == name);
        let mut positions: Vec<i64> =
            named.filter_map(|(_, value)| value.parse::<i64>().ok()?.checked_sub(1)).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

fn wanted(app: &App, form: &Form) -> Result<Act, Mistake> {
    let evidence = |open| match form.positions("evidence")[..] {
        [position] => Ok(Act::Evidence { position, open }),
        _ => Err(Mistake::Gone),
    };
    match form.text("act") {
        "open" => evidence(true),
        "close" => evidence(false),
        "hide" if form.text("close") == "evidence" => Ok(Act::HideAll),
        "hide" => Ok(Act::Page { hidden: true }),
        "show" => Ok(Act::Page { hidden: false }),
        "allow-robots" => Ok(Act::Robots { allowed: true }),
        "refuse-robots" => Ok(Act::Robots { allowed: false }),
        "share" => share(app, form).map(Act::Share),
        "withdraw" => Ok(Act::Withdraw { token: form.text("link").to_owned() }),
        "end" => Ok(Act::EndManageLink),
        _ => Err(Mistake::Gone),
    }
}

fn share(app: &App, form: &Form) -> Result<NewShareLink, Mistake> {
    let name = form.text("name");
    let harmless = |c: char| !c.is_control();
    if name.is_empty() {
        return Err(Mistake::NameMissing);
    }
    if name.chars().count() > LONGEST_NAME || !name.chars().all(harmless) {
        return Err(Mistake::NameTooLong);
    }
    let last_day = match form.text("last-day") {
        "" => None,
        text => Some(text.parse::<Date>().map_err(|_| Mistake::DayUnreadable)?),
    };
    if last_day.is_some_and(|day| is_over(day, app.issuance.ambient.now())) {
        return Err(Mistake::DayPast);
    }
    let once: String = form.text("once").chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(NewShareLink {
        token: app.issuance.token(),
        // A form without it is a program's: each makes a link.
        form: if once.is_empty() { app.issuance.token() } else { once.chars().take(64).collect() },
        name: name.to_owned(),
        evidence: form.positions("show"),
        last_day,
    })
}

/// See other: so that reloading the page sends no form again.
fn back(link: &str, form: &Form) -> Response {
    let done = form.text("act");
    let part = match done {
        "open" | "close" => "evidence",
        "share" | "withdraw" => "share",
        _ => "page",
    };
    // Both the link and the act were recognized, so neither holds anything else.
    let to = format!("/manage/{link}?done={done}#{part}");
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(to) = HeaderValue::from_str(&to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The page again, with what was typed and what to change about it.
async fn mistaken(
    app: &App,
    t: &Speech,
    at: (&str, &Managed),
    mistake: Mistake,
    form: &Form,
) -> Result<Response, Problem> {
    let typed = Typed {
        name: form.text("name").chars().take(4 * LONGEST_NAME).collect(),
        last_day: form.text("last-day").chars().take(20).collect(),
        show: form.positions("show"),
    };
    let shown = Shown { done: None, mistake: Some(mistake), typed };
    desk(app, t, at, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// What the page says beside what holds.
#[derive(Default)]
struct Shown<'a> {
    done: Option<&'a str>,
    mistake: Option<Mistake>,
    typed: Typed,
}

async fn desk(
    app: &App,
    t: &Speech,
    (link, managed): (&str, &Managed),
    status: StatusCode,
    shown: Shown<'_>,
) -> Result<Response, Problem> {
    let store = &app.issuance.store;
    let id = &managed.credential.id;
    let (evidence, shares) = (store.evidence_of(id).await?, store.share_links(id).await?);
    let now = app.issuance.ambient.now();
    let page = manage::page(
        t,
        &app.issuance.links,
        &Desk {
            link,
            managed,
            evidence: &evidence,
            shares: &shares,
            now,
            today: now.to_zoned(TimeZone::UTC).date(),
            once: app.issuance.token(),
            done: shown.done,
            mistake: shown.mistake,
            typed: shown.typed,
        },
    )?;
    Ok(html_once(status, page))
}
