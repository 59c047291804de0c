//! `/counts`: what micro-credentials count for, for people, by a form that needs no script.
//!
//! Invariant: nothing of it is stored or logged. What was verified is brought along by the next
//! form, sealed and for a while, so that dates and statements can be added without giving the
//! files again.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::App;
use super::counts::verified;
use super::gathered::{Gathered, Piece, inputs};
use super::limits::Client;
use super::problem::Problem;
use crate::check::Report;
use crate::issue::parties::Party;
use crate::pages::counts::{Answer, Given, Told, counts};
use crate::pages::escape;
use crate::pages::speech::Speech;
use crate::recognition::policy::span::Days;
use crate::recognize::Recognition;
use crate::recognize::counts::{Counts, MOST_CREDENTIALS, Said, Wish, drawn, name_apart};
use crate::recognize::request::Input;
use crate::store::PartyKind;

/// Offices that the form lists.
const MOST_OFFICES: usize = 200;
/// How long what was verified is taken as it was.
const KEPT: SignedDuration = SignedDuration::from_mins(30);
/// What a page brings along of it at most, in letters and unpacked in bytes.
const MOST_KEPT: usize = 24 * 1024;
const MOST_UNPACKED: u64 = 1024 * 1024;
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
    let offices = offices(&app).await?;
    let (wish, unknown_office) = chosen(&offices, recognizer);
    let told =
        Told { offices: &offices, wish: &wish, unknown_office, answer: None, mistakes: Vec::new() };
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
    let offices = offices(&app).await?;
    let (mut wish, unknown_office) = chosen(&offices, form.text("recognizer").map(str::to_owned));
    let mut mistakes = Vec::new();
    wish.license = license(&t, &form, &mut mistakes);
    let mut given = kept(&app, &t, &form, &mut mistakes).await?;
    let new = new(&t, &form, MOST_CREDENTIALS.saturating_sub(given.len()), &mut mistakes);
    given.extend(verify(&app, client, new).await?);
    if given.len() > MOST_CREDENTIALS {
        given.truncate(MOST_CREDENTIALS);
        let told = t.one("counts-too-many", "count", MOST_CREDENTIALS);
        if !mistakes.contains(&told) {
            mistakes.push(told);
        }
    }
    name_apart(given.iter_mut().map(|given| &mut given.facts));
    let seal = seal(&app, &given).await?;
    said(&form, &mut given, &mut wish);
    let counts = counted(&app, &wish, &given).await?;
    if given.is_empty() && mistakes.is_empty() {
        mistakes.push(t.text("counts-empty"));
    }
    let on = app.issuance.ambient.now().to_zoned(TimeZone::UTC).date().to_string();
    let answer =
        (!given.is_empty()).then(|| Answer { given: &given, counts: &counts, on, kept: seal });
    let status = if answer.is_some() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    page(
        &app,
        &t,
        status,
        &Told { offices: &offices, wish: &wish, unknown_office, answer, mistakes },
    )
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
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, counts(t, &app.issuance.links, told)?).into_response())
}

async fn offices(app: &App) -> Result<Vec<Party>, Problem> {
    let mut offices = app.issuance.parties.all(PartyKind::Recognizer).await?;
    offices.truncate(MOST_OFFICES);
    Ok(offices)
}

/// By the office of that name; by all, and true, where there is none.
fn chosen(offices: &[Party], wanted: Option<String>) -> (Wish, bool) {
    let wanted = wanted.filter(|name| !name.is_empty());
    let known = |name: &String| offices.iter().any(|office| office.name == *name);
    let recognizer = wanted.clone().filter(known);
    let unknown = wanted.is_some() && recognizer.is_none();
    (Wish { recognizer, ..Wish::default() }, unknown)
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

/// Adds what its earner says of each.
fn said(form: &Gathered, given: &mut [Given], wish: &mut Wish) {
    for state in form.texts("state") {
        match state.rsplit_once('#').map(|(name, index)| (name, index.parse::<usize>())) {
            None => drop(wish.statements.insert(state.to_owned(), true)),
            Some((name, Ok(index))) => {
                if let Some(one) = given.get_mut(index) {
                    one.facts.statements.insert(name.to_owned(), true);
                }
            }
            Some(_) => {}
        }
    }
    for (i, one) in given.iter_mut().enumerate() {
        let awarded = form.text(&format!("awarded-{i}")).and_then(|day| day.parse().ok());
        one.said_awarded = awarded.filter(|_| one.is_silent_on_its_day());
        let statements = std::mem::take(&mut one.facts.statements);
        Said { statements, awarded }.add_to(&mut one.facts);
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    given: Vec<Given>,
}

/// What was verified, for the next form to bring along; none where it is too much.
async fn seal(app: &App, given: &[Given]) -> Result<Option<String>, Problem> {
    let kept = Kept { given: given.to_vec() };
    let json = serde_json::to_vec(&kept).expect("it is plain data");
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = packed.write_all(&json).and_then(|()| packed.finish());
    let text = BASE64_URL_SAFE_NO_PAD.encode(written.expect("memory takes all of it"));
    if text.len() > MOST_KEPT || u64::try_from(json.len()).is_ok_and(|len| len > MOST_UNPACKED) {
        return Ok(None);
    }
    let hash = app.issuance.keyed_hash(&format!("counts\n{text}")).await?;
    Ok(Some(format!("{text}.{hash}")))
}

/// What the form brings along, if we sealed it, and not too long ago.
async fn kept(
    app: &App,
    t: &Speech,
    form: &Gathered,
    mistakes: &mut Vec<String>,
) -> Result<Vec<Given>, Problem> {
    let Some(sealed) = form.text("kept") else { return Ok(Vec::new()) };
    let now = app.issuance.ambient.now();
    // As good as the oldest of it: each keeps the moment of its own verification.
    let fresh = |given: &Given| now.duration_since(given.at) <= KEPT;
    let opened = open(app, sealed).await?.filter(|kept| kept.given.iter().all(fresh));
    if opened.is_none() {
        mistakes.push(t.text("counts-kept-old"));
    }
    Ok(opened.map(|kept| kept.given).unwrap_or_default())
}

async fn open(app: &App, sealed: &str) -> Result<Option<Kept>, Problem> {
    let Some((text, hash)) = sealed.rsplit_once('.') else { return Ok(None) };
    let expected = app.issuance.keyed_hash(&format!("counts\n{text}")).await?;
    if !bool::from(expected.as_bytes().ct_eq(hash.as_bytes())) {
        return Ok(None);
    }
    let Ok(packed) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
    let mut json = Vec::new();
    let unpacked = DeflateDecoder::new(&packed[..]).take(MOST_UNPACKED).read_to_end(&mut json);
    Ok(unpacked.ok().and_then(|_| serde_json::from_slice(&json).ok()))
}
