//! Open Badges 2.0: what an assertion must say, who may host or sign it, and
//! whether it is still good.
//! Spec: <https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html>,
//! sections "Hosted Verification", "Signed Verification" and "Revoking".
//!
//! An earner edits the file that he was given, hosts an assertion of his own
//! that names a known issuer, or signs it with a key that says it is the issuer's.
//!
//! Invariant: the issuer's profile comes from its own id. A hosted assertion is
//! the copy that answers at its id, within what that profile allows; a signed one
//! is signed with a key that the profile lists and that names the profile back.

use jiff::Timestamp;
use url::Url;

use super::{Check, Findings, Problem, SKEW, issuer_key, status, validity};
use crate::model::credential::{items, text, types};
use crate::model::date_time;
use crate::model::json::{Object, Value};
use crate::model::key::PublicKey;

pub const CONTEXT: &str = "https://w3id.org/openbadges/v2";
/// The check of what the three documents say.
pub const SHAPE: &str = "open-badges";
/// The check of where a hosted assertion stands.
pub const HOSTED: &str = "hosted";

/// An assertion, read as Open Badges 2.0 names its members.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'d, 'a>(pub &'d Object<'a>);

/// How an assertion says that it is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    Hosted,
    Signed,
}

impl<'d, 'a> Assertion<'d, 'a> {
    /// Whether this is an assertion of Open Badges 2.0 at all.
    pub fn of(root: &'d Object<'a>) -> Option<Self> {
        let in_context = items(root, "@context").any(|c| c.as_str() == Some(CONTEXT));
        let typed = types(root).any(|name| name == "Assertion");
        (in_context && typed).then_some(Self(root))
    }

    pub fn id(&self) -> Option<&'d str> {
        self.0.str("id")
    }

    /// `verification.type`, in either way of writing it.
    pub fn verification(&self) -> Option<Verification> {
        let verification = self.0.get("verification")?;
        types(verification.as_object()?).find_map(|name| match name {
            "hosted" | "HostedBadge" => Some(Verification::Hosted),
            "signed" | "SignedBadge" => Some(Verification::Signed),
            _ => None,
        })
    }

    /// The key that signed, where the assertion names it.
    pub fn creator(&self) -> Option<&'d str> {
        self.0.get("verification")?.as_object()?.str("creator")
    }

    /// The earner's address or other identity, where it is not hashed.
    pub fn plain_identity(&self) -> Option<&'d str> {
        let recipient = self.0.get("recipient")?.as_object()?;
        let hashed = recipient.get("hashed").and_then(Value::as_bool);
        if hashed == Some(false) { recipient.str("identity") } else { None }
    }
}

/// A reference to another document: a URL, or the document with or without one.
pub fn reference<'d>(value: Option<&'d Value<'_>>) -> Option<&'d str> {
    match value? {
        Value::Object(object) => object.str("id"),
        other => other.as_str(),
    }
}

/// The three documents that make up an award.
#[derive(Debug, Clone, Copy)]
pub struct Award<'d, 'a> {
    pub assertion: Assertion<'d, 'a>,
    pub badge: &'d Object<'a>,
    pub issuer: &'d Object<'a>,
}

/// The members that the standard requires of all three.
pub fn shape(award: Award<'_, '_>) -> Check {
    let mut findings = Findings::default();
    let Award { assertion: Assertion(assertion), badge, issuer } = award;
    let mut required = |object: &Object<'_>, at: &str, members: &[&str]| {
        for member in members.iter().filter(|member| !object.contains(member)) {
            let detail = format!("Open Badges 2.0 requires `{member}`.");
            findings.error("missing-member", format!("{at}/{member}"), detail);
        }
    };
    required(assertion, "", &["id", "recipient", "badge", "verification", "issuedOn"]);
    required(badge, "/badge", &["name", "description", "criteria", "issuer"]);
    required(issuer, "/badge/issuer", &["id", "name", "url"]);
    let recipient = assertion.get("recipient").and_then(Value::as_object);
    if let Some(recipient) = recipient {
        required(recipient, "/recipient", &["type", "identity", "hashed"]);
    }
    for (object, at, names) in [
        (badge, "/badge/type", &["BadgeClass"][..]),
        (issuer, "/badge/issuer/type", &["Issuer", "Profile"]),
    ] {
        if !types(object).any(|name| names.contains(&name)) {
            let detail = format!("The type must be {}.", names.join(" or "));
            findings.error("wrong-type", at, detail);
        }
    }
    match findings.errors.into_iter().next() {
        None => Check::pass(SHAPE, "an Open Badges 2.0 assertion, its badge class and issuer"),
        Some(problem) => Check::fail(SHAPE, "Open Badges 2.0", problem),
    }
}

/// Whether the issuer's profile lets `assertion` and `badge` stand where they do.
/// Without a word of it, only its own host may.
pub fn scope(award: Award<'_, '_>, issuer_id: &str) -> Check {
    let id = award.assertion.id().unwrap_or_default();
    let observed = format!("{id}, of the issuer {issuer_id}");
    let badge = award.badge.str("id");
    let outside = [Some(id), badge].into_iter().flatten().find(|url| {
        let allowed = allowed(url, award.issuer, issuer_id);
        !allowed.unwrap_or(false)
    });
    match outside {
        None => Check::pass(HOSTED, observed),
        Some(url) => {
            let detail = format!(
                "{url} does not stand where the issuer {issuer_id} lets its assertions stand, so \
                 anybody may have put it there."
            );
            Check::fail(HOSTED, observed, Problem::new("not-of-issuer", detail).at("/id"))
        }
    }
}

/// The URL, where what is fetched is what is written: no `..`, no backslash and no
/// other spelling by which a prefix fits and another place answers.
pub fn exact(url: &str) -> Option<Url> {
    let parsed = Url::parse(url).ok()?;
    let origin_alone = parsed.as_str().strip_suffix('/') == Some(url) && parsed.path() == "/";
    (parsed.as_str() == url || origin_alone).then_some(parsed)
}

fn allowed(url: &str, issuer: &Object<'_>, issuer_id: &str) -> Option<bool> {
    let parsed = exact(url)?;
    let rules = issuer.get("verification").and_then(Value::as_object);
    let rule = |name| rules.into_iter().flat_map(move |r| items(r, name)).filter_map(Value::as_str);
    if rule("startsWith").next().is_none() && rule("allowedOrigins").next().is_none() {
        return Some(exact(issuer_id)?.origin() == parsed.origin());
    }
    // A prefix ends within a host name as well: the origin is compared apart.
    let mut prefixes = rule("startsWith").peekable();
    let starts = prefixes.peek().is_none()
        || prefixes.any(|prefix| {
            let origin = Url::parse(prefix).map(|prefix| prefix.origin());
            url.starts_with(prefix) && origin.is_ok_and(|origin| origin == parsed.origin())
        });
    let mut hosts = rule("allowedOrigins").peekable();
    let hosted = hosts.peek().is_none() || hosts.any(|host| parsed.host_str() == Some(host));
    Some(starts && hosted)
}

/// The keys that may have signed: what `issuer.publicKey` lists, only the named
/// creator where the assertion names one.
pub fn keys_to_ask<'d>(award: Award<'d, '_>) -> Result<Vec<&'d str>, Problem> {
    let listed: Vec<&str> =
        items(award.issuer, "publicKey").filter_map(|key| reference(Some(key))).collect();
    match award.assertion.creator() {
        None if listed.is_empty() => {
            let detail = "The issuer's profile lists no key, so nothing says who signed.";
            Err(Problem::new("no-key-of-issuer", detail).at("/badge/issuer/publicKey"))
        }
        None => Ok(listed),
        Some(creator) if listed.contains(&creator) => Ok(vec![creator]),
        Some(creator) => {
            let detail = format!("The issuer's profile does not list the key {creator}.");
            Err(Problem::new("key-not-of-issuer", detail).at("/verification/creator"))
        }
    }
}

/// Reads a `CryptographicKey`; it must name its issuer back.
pub fn key(document: &Object<'_>, id: &str, issuer_id: &str) -> Result<PublicKey, Check> {
    let of_another = |detail: String| {
        Check::fail(issuer_key::NAME, id, Problem::new("key-of-another-controller", detail))
    };
    if let Some(found) = document.str("id").filter(|found| *found != id) {
        return Err(of_another(format!("The key document at {id} is about another key, {found}.")));
    }
    if document.str("owner") != Some(issuer_id) {
        let owner = document.str("owner").unwrap_or("nobody");
        return Err(of_another(format!(
            "The key {id} must name {issuer_id} as its owner; it names {owner}."
        )));
    }
    let pem = document.str("publicKeyPem").unwrap_or_default();
    PublicKey::from_pem(pem).map_err(|error| {
        let detail = format!("The key {id} cannot be used: {error}.");
        if error.is_of_another_kind() {
            return Check::undecided(issuer_key::NAME, id, Problem::new("unsupported-key", detail));
        }
        Check::fail(issuer_key::NAME, id, Problem::new("invalid-key", detail))
    })
}

/// A hosted assertion says itself that it was revoked.
pub fn status_of_hosted(assertion: Assertion<'_, '_>) -> Check {
    let observed = "the assertion at its issuer's";
    if assertion.0.get("revoked").and_then(Value::as_bool) == Some(true) {
        return Check::fail(status::NAME, observed, revoked(assertion.0.str("revocationReason")));
    }
    Check::pass(status::NAME, observed)
}

/// The issuer's server says that the assertion is gone, which is how 2.0 revokes.
pub fn gone(url: &str) -> Check {
    Check::fail(status::NAME, format!("{url} is gone (410)"), revoked(None))
}

/// What the list of a signed assertion's issuer says.
pub fn status_of_signed(assertion: Assertion<'_, '_>, list: &Object<'_>, issuer: &str) -> Check {
    let observed = list.str("id").unwrap_or("the issuer's revocation list").to_owned();
    if let Some(of) = reference(list.get("issuer")).filter(|of| *of != issuer) {
        let detail = format!("Expected the revocation list of {issuer}; this one is of {of}.");
        let problem = Problem::new("status-list-of-another-issuer", detail);
        return Check::undecided(status::NAME, observed, problem);
    }
    if !matches!(list.get("revokedAssertions"), Some(Value::Array(_))) {
        let detail = "The revocation list has no array `revokedAssertions`.";
        let problem = Problem::new("invalid-status-list", detail);
        return Check::undecided(status::NAME, observed, problem);
    }
    for entry in items(list, "revokedAssertions") {
        let (id, uid, reason) = match entry {
            Value::Object(entry) => {
                (entry.str("id"), entry.str("uid"), entry.str("revocationReason"))
            }
            other => (other.as_str(), None, None),
        };
        let same = |found: Option<&str>, own: Option<&str>| found.is_some() && found == own;
        if same(id, assertion.id()) || same(uid, assertion.0.str("uid")) {
            return Check::fail(status::NAME, observed, revoked(reason));
        }
    }
    Check::pass(status::NAME, observed)
}

fn revoked(reason: Option<&str>) -> Problem {
    let detail = match reason {
        Some(reason) => format!("The issuer revoked this credential: {reason:?}."),
        None => "The issuer revoked this credential.".to_owned(),
    };
    Problem::new(status::REVOKED, detail)
}

/// `issuedOn` has come, and `expires` has not.
pub fn dates(assertion: Assertion<'_, '_>, now: Timestamp) -> Check {
    let time = |member: &'static str| match assertion.0.get(member) {
        None => Ok(None),
        Some(value) => value.as_str().and_then(date_time::parse).map(Some).ok_or(member),
    };
    let (issued, expires) = match (time("issuedOn"), time("expires")) {
        (Ok(issued), Ok(expires)) => (issued, expires),
        (Err(member), _) | (_, Err(member)) => {
            let seen = super::seen(assertion.0, &format!("/{member}"));
            let detail = format!("`{member}` must be a date and time with an offset. {seen}");
            let problem = Problem::new("invalid-date", detail).at(format!("/{member}"));
            return Check::undecided(validity::NAME, member, problem);
        }
    };
    let said = |time: Option<Timestamp>| time.map_or("never".to_owned(), |time| time.to_string());
    let observed = format!("issued {}, ends {}", said(issued), said(expires));
    if let Some(issued) = issued.filter(|at| at.duration_since(now) > SKEW) {
        let detail = format!("The credential is issued as of {issued}; it is {now}.");
        let problem = Problem::new(validity::NOT_YET_VALID, detail).at("/issuedOn");
        return Check::fail(validity::NAME, observed, problem);
    }
    if let Some(expires) = expires.filter(|until| now > *until) {
        let detail = format!("The credential was valid until {expires}; it is {now}.");
        let problem = Problem::new(validity::EXPIRED, detail).at("/expires");
        return Check::fail(validity::NAME, observed, problem);
    }
    Check::pass(validity::NAME, observed)
}

/// What a file says otherwise than the copy that its issuer hosts, `award`: the
/// first of the members that a reader goes by.
pub fn differs(file: Assertion<'_, '_>, award: Award<'_, '_>) -> Option<&'static str> {
    let hosted = award.assertion;
    let same = |member| file.0.get(member) == hosted.0.get(member);
    let badge = match file.0.get("badge") {
        Some(Value::Object(embedded)) => says_no_more(embedded, award.badge, Some(award.issuer)),
        other => reference(other) == reference(hosted.0.get("badge")).or(award.badge.str("id")),
    };
    if !badge {
        return Some("badge");
    }
    if !same("recipient") && !salted_otherwise(file, hosted) {
        return Some("recipient");
    }
    ["issuedOn", "expires", "narrative", "evidence"].into_iter().find(|member| !same(member))
}

/// Whether each member of a document that a file holds is one of the true document.
fn says_no_more(held: &Object<'_>, truth: &Object<'_>, issuer: Option<&Object<'_>>) -> bool {
    held.iter().filter(|(name, _)| *name != "@context").all(|(name, value)| {
        match (value, issuer.filter(|_| name == "issuer")) {
            (Value::Object(profile), Some(issuer)) => says_no_more(profile, issuer, None),
            (other, Some(issuer)) => reference(Some(other)) == issuer.str("id"),
            (other, None) => truth.get(name) == Some(other),
        }
    })
}

/// Whether both hash the earner's identity, with different salts: some platforms
/// salt it anew at each request, so that they cannot be compared.
pub fn salted_otherwise(file: Assertion<'_, '_>, hosted: Assertion<'_, '_>) -> bool {
    let salt = |a: Assertion<'_, '_>| {
        let recipient = a.0.get("recipient")?.as_object()?;
        let hashed = recipient.get("hashed").and_then(Value::as_bool)?;
        hashed.then(|| recipient.str("salt").map(str::to_owned))
    };
    match (salt(file), salt(hosted)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// The badge class's name.
pub fn badge_name<'d>(badge: &'d Object<'_>) -> Option<&'d str> {
    badge.get("name").and_then(text)
}
