//! The files of a credential: a picture with it inside, the QR code of its page,
//! the preview that other sites show of a link.
//!
//! [`baked`] and [`of_page`] take a row, so that every way to a credential leads
//! to the same files. Whether its holder lets them be seen is asked before.
//!
//! Invariant: the pixels are our own drawing or the issuer's PNG as it is. A
//! stranger's picture is never decoded, fetched or run: an SVG is sent with a
//! policy that lets nothing in it execute.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::App;
use super::limits::Client;
use super::negotiate::is_current;
use super::problem::Problem;
use super::public::for_robots;
use crate::bake::{MAX_BYTES, Picture, png};
use crate::cache::{Bound, Cache, Figures};
use crate::model::json;
use crate::pages::drawing::preview::Words;
use crate::pages::drawing::qr::Code;
use crate::pages::drawing::{mark, preview};
use crate::pages::files::words;
use crate::pages::speech::Speech;
use crate::store::CredentialRow;

/// Letters of an achievement's or issuer's name that are drawn.
const DRAWN: usize = 500;
/// Letters of a file's name.
const FILE_NAME: usize = 80;

/// Which signed form is put into a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// JSON with an embedded proof.
    #[default]
    Json,
    /// A compact JWS.
    Jwt,
}

/// What the address of a picture may ask for.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    pub form: Form,
}

/// What stands below the address of a credential's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFile {
    QrSvg,
    QrPng,
    Preview,
}

impl PageFile {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "qr.svg" => Some(Self::QrSvg),
            "qr.png" => Some(Self::QrPng),
            "preview.png" => Some(Self::Preview),
            _ => None,
        }
    }
}

/// The QR code of a credential's page, or the preview that other sites show of a link to it.
#[utoipa::path(get, path = "/credentials/{id}/{file}", operation_id = "credential_page_file", tag = "public",
    params(("id" = String, Path), ("file" = String, Path, description = "`qr.svg`, `qr.png` or `preview.png`"),
           ("lang" = Option<String>, Query, description = "The language of the preview; else English")),
    responses((status = 200, description = "The picture", content(
                  (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
              (status = 304, description = "The copy that the client has is current")))]
pub async fn page_file(
    State(app): State<Arc<App>>,
    client: Client,
    Path((id, file)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let file = PageFile::named(&file).ok_or(Problem::NotFound)?;
    let found = app.issuance.store.credential_and_control(&id).await?;
    let (row, control) = found.ok_or(Problem::NotFound)?;
    // What its holder withdrew is hidden as well, and says which of the two it is.
    if control.hidden && !row.is_forgotten() {
        return Err(Problem::PRIVATE);
    }
    let page = app.issuance.links.credential(&row.id);
    // By the address alone, so that the same address is always the same picture.
    let t = Speech::choose(uri.query(), None, None);
    let wanted = OfPage { row: &row, page: &page, file, t: &t };
    Ok(for_robots(&control, of_page(&app, &wanted, &headers).await?))
}

/// A picture of the credential's achievement with the credential in it.
///
/// # Errors
/// [`Problem::NotFound`] for one that was composed elsewhere and has no
/// achievement, or not this form.
pub async fn baked(
    app: &App,
    row: &CredentialRow,
    picture: Picture,
    form: Form,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if row.is_forgotten() {
        return Err(Problem::FORGOTTEN);
    }
    let told = Told::of(row).ok_or(Problem::NotFound)?;
    let credential = match (form, row.is_external()) {
        (Form::Json, _) => row.embedded.clone(),
        (Form::Jwt, false) => row.jwt.clone(),
        (Form::Jwt, true) => row.vc_jose.clone().ok_or(Problem::NotFound)?,
    };
    let name = file_name(&told.name, picture);
    let own = told.own_picture(picture);
    let drawn = match (own.is_some(), picture) {
        (false, Picture::Png) => Some(app.pictures.draw(told.mark()).await?),
        _ => None,
    };
    let baked = off_thread(move || {
        let put_in = |bytes: &[u8]| {
            let baked = picture.bake(bytes, &credential).ok();
            baked.filter(|baked| baked.len() <= MAX_BYTES)
        };
        // What an issuer calls a picture may be none, or be too large with a credential in it.
        own.and_then(|own| put_in(&own)).or_else(|| match (picture, drawn) {
            (Picture::Svg, _) => put_in(mark::svg(&told.name, &told.issuer).as_bytes()),
            (Picture::Png, Some(drawn)) => put_in(&drawn),
            (Picture::Png, None) => put_in(&mark::png(&told.name, &told.issuer)),
        })
    });
    let baked = baked.await?.ok_or_else(|| {
        tracing::error!(credential.id = %row.id, "a credential does not fit into a picture");
        Problem::Internal
    })?;
    Ok(answer(headers, picture, Some(name), baked.into()))
}

/// A file about a page that shows a credential.
pub struct OfPage<'a> {
    pub row: &'a CredentialRow,
    /// The page's address: any that shows it.
    pub page: &'a str,
    pub file: PageFile,
    /// The language of what is drawn.
    pub t: &'a Speech,
}

/// The file that is wanted, whoever may see it.
pub async fn of_page(
    app: &App,
    wanted: &OfPage<'_>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let OfPage { row, page, file, t } = *wanted;
    if row.is_forgotten() {
        return Err(Problem::FORGOTTEN);
    }
    let (picture, bytes) = match file {
        PageFile::QrSvg => (Picture::Svg, qr_code(page)?.svg().into()),
        PageFile::QrPng => {
            let code = qr_code(page)?;
            (Picture::Png, off_thread(move || code.png()).await?.into())
        }
        PageFile::Preview => {
            let told = Told::of(row).ok_or(Problem::NotFound)?;
            let words = words(t, &app.issuance.links, told.name, told.issuer);
            (Picture::Png, app.pictures.draw(Drawing::Preview(words)).await?)
        }
    };
    Ok(answer(headers, picture, None, bytes))
}

/// What was signed says nothing of what took its place later; the answer around it does.
/// Spec: <https://www.rfc-editor.org/rfc/rfc5829#section-3.3> (`successor-version`)
pub(super) fn with_successor(successor: Option<&str>, mut response: Response) -> Response {
    let link = successor.map(|url| format!("<{url}>; rel=\"successor-version\""));
    if let Some(Ok(link)) = link.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// What is drawn again and again, kept in a bounded memory.
pub struct Pictures(Cache<Drawing, Option<Bytes>>);

/// One picture of ours in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Drawing {
    Mark { name: String, issuer: String },
    Preview(Words),
}

impl Drawing {
    fn png(&self) -> Bytes {
        match self {
            Drawing::Mark { name, issuer } => mark::png(name, issuer).into(),
            Drawing::Preview(words) => preview::png(words).into(),
        }
    }
}

impl Default for Pictures {
    fn default() -> Self {
        let bound = Bound { bytes: 16 * 1024 * 1024, time: Duration::from_secs(24 * 3600) };
        // The names of a drawing are far shorter than the drawing.
        let weigh = |_: &Drawing, png: &Option<Bytes>| 1024 + png.as_ref().map_or(0, Bytes::len);
        Self(Cache::new("pictures", bound, weigh))
    }
}

impl Pictures {
    async fn draw(&self, drawing: Drawing) -> Result<Bytes, Problem> {
        let make = || {
            let drawing = drawing.clone();
            async { off_thread(move || drawing.png()).await.ok() }
        };
        self.0.get(drawing.clone(), Option::is_some, make).await.ok_or(Problem::Internal)
    }

    pub async fn figures(&self) -> Figures {
        self.0.figures().await
    }
}

/// What a credential says of its achievement.
struct Told {
    name: String,
    issuer: String,
    /// A link, or a data URL with the picture itself.
    image: String,
}

impl Told {
    fn of(row: &CredentialRow) -> Option<Self> {
        let json = json::parse(row.embedded.as_bytes()).ok()?;
        let text = |pointer: &str| Some(json.pointer(pointer)?.as_str()?.to_owned());
        let drawn = |text: String| text.chars().take(DRAWN).collect();
        Some(Self {
            name: drawn(text("/credentialSubject/achievement/name")?),
            issuer: text("/issuer/name").map(drawn).unwrap_or_default(),
            image: text("/credentialSubject/achievement/image/id").unwrap_or_default(),
        })
    }

    fn mark(&self) -> Drawing {
        Drawing::Mark { name: self.name.clone(), issuer: self.issuer.clone() }
    }

    /// The issuer's own picture, where the credential carries one of this kind or
    /// one that can stand in it. One that is only linked to is not fetched.
    fn own_picture(&self, wanted: Picture) -> Option<Vec<u8>> {
        let (_, base64) = self.image.strip_prefix("data:image/")?.split_once(";base64,")?;
        let bytes = STANDARD.decode(base64).ok()?;
        match (Picture::of(&bytes)?, wanted) {
            (Picture::Png, Picture::Svg) => frame(&bytes, base64),
            (found, wanted) if found == wanted => Some(bytes),
            // Pixels of a stranger's SVG would mean to render it.
            _ => None,
        }
    }
}

/// An SVG that shows a PNG.
fn frame(bytes: &[u8], base64: &str) -> Option<Vec<u8>> {
    let (width, height) = png::size(bytes)?;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">\
         <image width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{base64}\"/></svg>"
    );
    Some(svg.into())
}

fn qr_code(page: &str) -> Result<Code, Problem> {
    Code::of(page).ok_or_else(|| {
        tracing::error!("the address of a page is too long for a QR code");
        Problem::Internal
    })
}

/// A file with its name, if it is one to keep, and a tag by which a client knows its copy.
fn answer(headers: &HeaderMap, picture: Picture, name: Option<String>, body: Bytes) -> Response {
    let digest = Sha256::digest(&body);
    let tag = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let tag = format!("\"{tag}\"");
    // A holder may hide the page at any time: copies are asked about again.
    let caching = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag.clone())];
    if is_current(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    // Whoever made the picture, nothing in it runs and nothing is loaded.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
    let kind =
        [(header::CONTENT_TYPE, picture.media_type()), (header::CONTENT_SECURITY_POLICY, policy)];
    let disposition = name.map(|name| [(header::CONTENT_DISPOSITION, name)]);
    match disposition {
        Some(disposition) => (caching, kind, disposition, body).into_response(),
        None => (caching, kind, body).into_response(),
    }
}

/// `Content-Disposition` (RFC 6266) for a picture of this achievement: its name in
/// any letters, and what of it is ASCII for clients that know no other.
fn file_name(achievement: &str, picture: Picture) -> String {
    let extension = picture.extension();
    let words = achievement.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(FILE_NAME).collect();
    let ascii: String = name.chars().filter(char::is_ascii).collect();
    let or_kind = |name: &str| match name.trim_matches('-') {
        "" => "micro-credential".to_owned(),
        name => name.to_owned(),
    };
    let (name, ascii) = (or_kind(&name), or_kind(&ascii));
    let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    format!("attachment; filename=\"{ascii}.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

/// Work of more than a moment, off the threads that serve others.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a picture could not be drawn");
        Problem::Internal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_achievement_and_nothing_breaks_out_of_the_name() {
        for (name, expected) in [
            (
                "Restorative Practices",
                "attachment; filename=\"Restorative-Practices.png\"; \
                 filename*=UTF-8''Restorative%2DPractices.png",
            ),
            (
                "Prácticas",
                "attachment; filename=\"Prcticas.png\"; filename*=UTF-8''Pr%C3%A1cticas.png",
            ),
            (
                "../\"\r\nSet-Cookie: a\"",
                "attachment; filename=\"Set-Cookie-a.png\"; filename*=UTF-8''Set%2DCookie%2Da.png",
            ),
            (
                "実践",
                "attachment; filename=\"micro-credential.png\"; \
                 filename*=UTF-8''%E5%AE%9F%E8%B7%B5.png",
            ),
            (
                " \u{202e}…",
                "attachment; filename=\"micro-credential.png\"; \
                 filename*=UTF-8''micro%2Dcredential.png",
            ),
        ] {
            assert_eq!(file_name(name, Picture::Png), expected);
        }
        assert!(file_name(&"x".repeat(500), Picture::Svg).len() < 250);
    }

    #[test]
    fn a_picture_of_the_issuers_own_is_used_where_nothing_must_be_rendered() {
        let told = |image: &[u8], media: &str| Told {
            name: "A".into(),
            issuer: "B".into(),
            image: format!("data:image/{media};base64,{}", STANDARD.encode(image)),
        };
        let (png, svg) = (mark::png("A", "B"), mark::svg("A", "B").into_bytes());
        assert_eq!(told(&png, "png").own_picture(Picture::Png), Some(png.clone()));
        assert_eq!(told(&svg, "svg+xml").own_picture(Picture::Svg), Some(svg.clone()));
        assert_eq!(told(&svg, "svg+xml").own_picture(Picture::Png), None);
        let framed = told(&png, "png").own_picture(Picture::Svg).unwrap();
        assert_eq!(Picture::of(&framed), Some(Picture::Svg));
        assert!(framed.starts_with(b"<svg") && framed.windows(11).any(|w| w == b"0 0 600 600"));
        for none in [&b"GIF89a"[..], b"", b"<html/>"] {
            assert_eq!(told(none, "png").own_picture(Picture::Png), None);
            assert_eq!(told(none, "png").own_picture(Picture::Svg), None);
        }
        let linked = Told { image: "https://nea.example/a.png".into(), ..told(b"", "png") };
        assert_eq!(linked.own_picture(Picture::Png), None);
    }
}
