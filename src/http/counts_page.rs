//! `/counts`: what micro-credentials count for, for people, by a form that needs no script.
//!
//! What was verified is brought along by the next form ([`super::counts_kept`]), so that dates and
//! statements can be added without giving the files again.
//!
//! Invariant: nothing of it is stored or logged; and an answer is about the micro-credential that it
//! was given for, wherever that stands in the form, and about no other.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::ToSchema;

use super::App;
use super::counts::verified;
use super::counts_kept::{open, seal};
use super::gathered::{Gathered, Piece, inputs};
use super::limits::Client;
use super::problem::Problem;
use super::public::html_once;
use crate::check::Report;
use crate::issue::parties::First;
use crate::pages::counts::{AWARDED, Answer, Given, NotHere, Offices, Told, counts};
use crate::pages::escape;
use crate::pages::speech::Speech;
use crate::recognition::policy::span::Days;
use crate::recognize::Recognition;
use crate::recognize::counts::{Counts, MOST_CREDENTIALS, Said, Wish, drawn, name_apart};
use crate::recognize::request::Input;
use crate::store::PartyKind;

/// Offices that the form lists.
const MOST_OFFICES: usize = 200;
/// Texts that a page holds so that `/verify` can tell more of them (bytes).
const MOST_TEXT: usize = 16 * 1024;

/// The form of the page.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what is read by parts")]
pub struct CountsForm {
    /// Credentials as files; may be given several times.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    /// Credentials or links to them as text, one after another.
    text: Option<String>,
    /// One recognizer's short name; empty: all.
    recognizer: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Choice {
    /// The office to begin with.
    recognizer: Option<String>,
}

/// The page with the form.
#[utoipa::path(get, path = "/counts", operation_id = "counts_form", tag = "recognition", params(Choice),
    responses((status = 200, description = "A form", body = String, content_type = "text/html")))]
pub async fn form(
    State(app): State<Arc<App>>,
    t: Speech,
    Query(Choice { recognizer }): Query<Choice>,
) -> Result<Response, Problem> {
    let (offices, wish) = offices(&app, recognizer).await;
    let told = Told { offices: &offices, wish: &wish, answer: None, mistakes: Vec::new() };
    page(&app, &t, StatusCode::OK, &told)
}

/// The page with what the form's micro-credentials count for.
///
/// For people: programs ask `POST /v1/counts`, which counts the same way.
#[utoipa::path(post, path = "/counts", operation_id = "counts_answer", tag = "recognition",
    request_body(content((CountsForm = "multipart/form-data")), description = "Files, texts or links"),
    responses((status = 200, description = "What they count for, in plain words", body = String, content_type = "text/html")))]
pub async fn answer(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    request: Request,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let form = Gathered::read(request).await?;
    let asked_for = form.text("recognizer").map(str::to_owned);
    let (offices, mut wish) = offices(&app, asked_for).await;
    let mut mistakes = Vec::new();
    wish.license = license(&t, &form, &mut mistakes);
    let (mut given, were_kept) = gather((&app, client), &t, &form, &mut mistakes).await?;
    let seal = seal(&app, &given).await?;
    if !said(&form, were_kept, &mut given, &mut wish) {
        mistakes.push(t.text("counts-answers-left"));
    }
    let counts = counted(&app, &wish, &given).await?;
    if given.is_empty() && mistakes.is_empty() {
        mistakes.push(t.text("counts-empty"));
    }
    let on = app.issuance.ambient.now().to_zoned(TimeZone::UTC).date().to_string();
    let answer =
        (!given.is_empty()).then(|| Answer { given: &given, counts: &counts, on, kept: seal });
    let status = if answer.is_some() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    page(&app, &t, status, &Told { offices: &offices, wish: &wish, answer, mistakes })
}

/// What the form brings along and what is new in it, each by its own name; and whether what it
/// brings along is still good.
async fn gather(
    (app, client): (&Arc<App>, Client),
    t: &Speech,
    form: &Gathered,
    mistakes: &mut Vec<String>,
) -> Result<(Vec<Given>, bool), Problem> {
    let kept = kept(app, form).await?;
    if kept.is_none() {
        mistakes.push(t.text("counts-kept-old"));
    }
    let were_kept = kept.is_some();
    let mut given = kept.unwrap_or_default();
    let new = new(t, form, MOST_CREDENTIALS.saturating_sub(given.len()), mistakes);
    given.extend(verify(app, client, new).await?);
    if given.len() > MOST_CREDENTIALS {
        given.truncate(MOST_CREDENTIALS);
        let told = t.one("counts-too-many", "count", MOST_CREDENTIALS);
        if !mistakes.contains(&told) {
            mistakes.push(told);
        }
    }
    name_apart(given.iter_mut().map(|given| &mut given.facts));
    Ok((given, were_kept))
}

/// By all that holds; what does not is told apart.
async fn counted(app: &App, wish: &Wish, given: &[Given]) -> Result<Counts, Problem> {
    let holding = given.iter().filter(|given| given.can_count());
    let facts: Vec<_> = holding.map(|given| given.facts.clone()).collect();
    let accepted: Vec<_> = given.iter().flat_map(|given| given.accepted.clone()).collect();
    Ok(match facts.is_empty() {
        true => Counts { offices: Vec::new(), more: false },
        false => {
            let recognition = Recognition { issuance: &app.issuance };
            recognition.counts(&app.policies, wish, facts, &accepted).await?
        }
    })
}

fn page(app: &App, t: &Speech, status: StatusCode, told: &Told<'_>) -> Result<Response, Problem> {
    Ok(html_once(status, counts(t, &app.issuance.links, told)?))
}

/// Whom a visitor can choose, and the wish to be counted by the office of that name, if there is
/// one. What cannot be read is logged and told as missing: the page is of use without it.
async fn offices(app: &App, wanted: Option<String>) -> (Offices, Wish) {
    let parties = &app.issuance.parties;
    let mut offices = match parties.first(PartyKind::Recognizer, MOST_OFFICES).await {
        Ok(First { parties, more, unreadable }) => {
            Offices { listed: parties, more, unreadable: unreadable > 0, asked_for: None }
        }
        Err(error) => {
            tracing::error!(%error, "the recognizers cannot be listed");
            Offices { unreadable: true, ..Offices::default() }
        }
    };
    let mut wish = Wish::default();
    let Some(name) = wanted.filter(|name| !name.is_empty()) else { return (offices, wish) };
    if !offices.listed.iter().any(|office| office.name == name) {
        match parties.party(PartyKind::Recognizer, &name).await {
            Ok(Some(office)) => offices.listed.push(office),
            Ok(None) => offices.asked_for = Some(NotHere::Unknown),
            Err(error) => {
                tracing::error!(%error, recognizer = name, "a recognizer cannot be read");
                offices.asked_for = Some(NotHere::Unreadable);
            }
        }
    }
    wish.recognizer = Some(name).filter(|_| offices.asked_for.is_none());
    (offices, wish)
}

fn license(t: &Speech, form: &Gathered, mistakes: &mut Vec<String>) -> Option<Days> {
    let day = |name| form.text(name).map(str::parse::<Date>);
    match (day("license-from"), day("license-until")) {
        (None, None) => None,
        (Some(Ok(from)), Some(Ok(until))) if from <= until => Some(Days { from, until }),
        (Some(Ok(_)), Some(Ok(_))) => {
            mistakes.push(t.text("counts-license-turned"));
            None
        }
        _ => {
            mistakes.push(t.text("counts-license-both"));
            None
        }
    }
}

/// What the form holds that is new, at most so many.
fn new(t: &Speech, form: &Gathered, most: usize, mistakes: &mut Vec<String>) -> Vec<Piece> {
    let mut new = Vec::new();
    for (name, bytes) in &form.files {
        new.extend(inputs(bytes).into_iter().map(|piece| piece.map_err(|_| name.clone())));
    }
    for text in form.texts("text") {
        let pieces = inputs(text.as_bytes()).into_iter();
        new.extend(pieces.map(|piece| piece.map_err(|text| shortened(&text))));
    }
    if new.len() > most {
        new.truncate(most);
        mistakes.push(t.one("counts-too-many", "count", MOST_CREDENTIALS));
    }
    new
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

async fn verify(app: &Arc<App>, client: Client, new: Vec<Piece>) -> Result<Vec<Given>, Problem> {
    let links = |input: &Input| match input {
        Input::Link(link) => Some(link.clone()),
        Input::Bytes(_) => None,
    };
    let now = app.issuance.ambient.now();
    let (mut to_verify, mut sources, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for one in new {
        match one {
            Ok(input) => {
                sources.push(links(&input));
                to_verify.push(input);
            }
            Err(name) => given.push(Given::unreadable(&name, now)),
        }
    }
    let verified = verified(app, client.0, to_verify).await?;
    let mut room = MOST_TEXT;
    for ((report, bytes), source) in verified.iter().zip(sources) {
        for (facts, alone) in drawn(report) {
            let mut one = Given::of(facts, alone, now);
            one.text = if one.can_count() { None } else { text(&source, report, bytes, &mut room) };
            given.push(one);
        }
    }
    Ok(given)
}

/// What `/verify` is to be given: the link, or the text as far as there is room for it.
fn text(
    source: &Option<String>,
    report: &Report,
    bytes: &[u8],
    room: &mut usize,
) -> Option<String> {
    let text = match source {
        Some(link) => link.clone(),
        // A picture is given as a file.
        None if report.picture.is_some() => return None,
        None => escape::json(std::str::from_utf8(bytes).ok()?),
    };
    *room = room.checked_sub(text.len())?;
    Some(text)
}

/// What the form brings along; none where it is no longer good.
async fn kept(app: &App, form: &Gathered) -> Result<Option<Vec<Given>>, Problem> {
    match form.text("kept") {
        Some(sealed) => open(app, sealed).await,
        None => Ok(Some(Vec::new())),
    }
}

/// Adds what its earner says of each; false where some of it was said of what is not there: of
/// another micro-credential, or of all of them together when they `were_kept` no longer.
fn said(form: &Gathered, were_kept: bool, given: &mut [Given], wish: &mut Wish) -> bool {
    let keys: Vec<String> = given.iter().map(Given::key).collect();
    let mut all = true;
    for state in form.texts("state") {
        let Some((name, of)) = state.rsplit_once('#') else {
            match were_kept {
                true => drop(wish.statements.insert(state.to_owned(), true)),
                false => all = false,
            }
            continue;
        };
        all &= keys.iter().any(|key| key == of);
        for (one, _) in given.iter_mut().zip(&keys).filter(|(_, key)| *key == of) {
            one.facts.statements.insert(name.to_owned(), true);
        }
    }
    for (field, day) in &form.fields {
        let of = field.strip_prefix(AWARDED).filter(|_| !day.trim().is_empty());
        all &= of.is_none_or(|of| keys.iter().any(|key| key == of));
    }
    for (one, key) in given.iter_mut().zip(&keys) {
        let awarded = form.text(&format!("{AWARDED}{key}")).and_then(|day| day.parse().ok());
        one.said_awarded = awarded.filter(|_| one.is_silent_on_its_day());
        let statements = std::mem::take(&mut one.facts.statements);
        Said { statements, awarded }.add_to(&mut one.facts);
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_day_is_of_the_one_that_it_was_given_for_and_of_no_other() {
        let of = |name| Given::unreadable(name, Timestamp::UNIX_EPOCH);
        let mut both = ["a", "b"].map(of);
        let field = format!("{AWARDED}{}", both[1].key());
        let fields = vec![(field, "2026-05-04".to_owned())];
        let form = Gathered { fields, ..Gathered::default() };
        assert!(said(&form, true, &mut both, &mut Wish::default()));
        let day = "2026-05-04".parse().ok();
        assert_eq!(both.map(|it| it.said_awarded), [None, day]);
        let mut other = [of("a")];
        assert!(!said(&form, true, &mut other, &mut Wish::default()));
        assert_eq!(other[0].said_awarded, None);
    }
}
