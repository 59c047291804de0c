//! The addresses of what we publish, all below the public URL.
//!
//! The public URL is signed into everything that is minted, so these forms
//! never change.

use url::{Host, Url};

/// The public URL and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// Without a trailing slash.
    base: String,
    host: String,
    /// The host as did:web writes it: `HOST` or `HOST%3APORT`.
    did_base: String,
}

/// What one of our own addresses stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own<'a> {
    Credential(&'a str),
    DidDocument {
        recognizer: bool,
        name: &'a str,
    },
    StatusList(&'a str),
    /// A share link's token.
    Shared(&'a str),
}

/// Why a text cannot be the public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinksError {
    #[error("it is not a URL")]
    NotAUrl,
    #[error("it starts with neither https:// nor http://")]
    Scheme,
    #[error("did:web cannot name an IP address; give a host name (\"localhost\" for trying out)")]
    IpAddress,
    #[error("only scheme, host and port may stand in it")]
    Decorated,
}

impl Links {
    pub fn parse(public_url: &str) -> Result<Self, LinksError> {
        let url = Url::parse(public_url).map_err(|_| LinksError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LinksError::Scheme);
        }
        let Some(Host::Domain(host)) = url.host() else { return Err(LinksError::IpAddress) };
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(LinksError::Decorated);
        }
        let did_base = match url.port() {
            Some(port) => format!("{host}%3A{port}"),
            None => host.to_owned(),
        };
        Ok(Self { base: url.origin().ascii_serialization(), host: host.to_owned(), did_base })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// `https://badges.example.org`, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn issuer_did(&self, name: &str) -> String {
        format!("did:web:{}:issuers:{name}", self.did_base)
    }

    /// The name of the issuer whose DID it is.
    pub fn own_issuer<'d>(&self, did: &'d str) -> Option<&'d str> {
        did.strip_prefix("did:web:")?.strip_prefix(&self.did_base)?.strip_prefix(":issuers:")
    }

    /// The name of the recognizer whose DID it is.
    pub fn own_recognizer<'d>(&self, did: &'d str) -> Option<&'d str> {
        did.strip_prefix("did:web:")?.strip_prefix(&self.did_base)?.strip_prefix(":recognizers:")
    }

    pub fn recognizer_did(&self, name: &str) -> String {
        format!("did:web:{}:recognizers:{name}", self.did_base)
    }

    pub fn issuer(&self, name: &str) -> String {
        format!("{}/issuers/{name}", self.base)
    }

    pub fn recognizer(&self, name: &str) -> String {
        format!("{}/recognizers/{name}", self.base)
    }

    /// A recognizer's policy, and the id of the achievement that its receipts are of.
    pub fn policy(&self, recognizer: &str, policy: &str) -> String {
        format!("{}/recognizers/{recognizer}/policies/{policy}", self.base)
    }

    /// One version of it, which never changes.
    pub fn policy_version(&self, recognizer: &str, policy: &str, version: &str) -> String {
        format!("{}/versions/{version}", self.policy(recognizer, policy))
    }

    /// Whom a recognizer trusts: the list in use, or the one of this digest.
    pub fn trusted_issuers(&self, recognizer: &str, digest: Option<&str>) -> String {
        let list = format!("{}/recognizers/{recognizer}/trusted-issuers", self.base);
        digest.map_or_else(|| list.clone(), |digest| format!("{list}/{digest}"))
    }

    pub fn menu(&self, recognizer: &str, menu: &str) -> String {
        format!("{}/menus/{menu}", self.recognizer(recognizer))
    }

    /// The issuer and the slug of an achievement here, by its id.
    pub fn own_achievement<'a>(&self, id: &'a str) -> Option<(&'a str, &'a str)> {
        let name = id.strip_prefix(&self.base)?.strip_prefix("/achievements/")?;
        name.split_once('.').filter(|(_, slug)| !slug.contains(['/', '.', '?', '#']))
    }

    /// A dot joins issuer and slug, since neither contains one.
    pub fn achievement(&self, issuer: &str, slug: &str) -> String {
        format!("{}/achievements/{issuer}.{slug}", self.base)
    }

    pub fn credential(&self, id: &str) -> String {
        format!("{}/credentials/{id}", self.base)
    }

    pub fn status_list(&self, id: &str) -> String {
        format!("{}/status/{id}", self.base)
    }

    pub fn evidence(&self, token: &str) -> String {
        format!("{}/evidence/{token}", self.base)
    }

    /// For its earner alone: `id.token`.
    pub fn manage(&self, link: &str) -> String {
        format!("{}/manage/{link}", self.base)
    }

    pub fn shared(&self, token: &str) -> String {
        format!("{}/s/{token}", self.base)
    }

    /// The token in one of our links to evidence.
    pub fn evidence_token<'a>(&self, url: &'a str) -> Option<&'a str> {
        url.strip_prefix(&self.base)?.strip_prefix("/evidence/")
    }

    /// What `url` stands for, if it is ours and takes part in verifying.
    pub fn own<'a>(&self, url: &'a str) -> Option<Own<'a>> {
        let path = url.strip_prefix(&self.base)?.strip_prefix('/')?;
        let mut parts = path.split('/');
        let own = match (parts.next()?, parts.next()?, parts.next()) {
            ("credentials", file, None) => Own::Credential(without_suffix(file)),
            ("s", file, None) => Own::Shared(without_suffix(file)),
            ("status", id, None) => Own::StatusList(id),
            ("issuers", name, Some("did.json")) => Own::DidDocument { recognizer: false, name },
            ("recognizers", name, Some("did.json")) => Own::DidDocument { recognizer: true, name },
            _ => return None,
        };
        parts.next().is_none().then_some(own)
    }
}

fn without_suffix(file: &str) -> &str {
    file.split_once('.').map_or(file, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(url: &str) -> Result<Links, LinksError> {
        Links::parse(url)
    }

    #[test]
    fn a_port_becomes_part_of_the_did() {
        let local = links("http://localhost:8080").unwrap();
        assert_eq!(local.issuer_did("nea"), "did:web:localhost%3A8080:issuers:nea");
        let world = links("https://x.example/").unwrap();
        assert_eq!(world.issuer_did("nea"), "did:web:x.example:issuers:nea");
        assert_eq!(world.issuer("nea"), "https://x.example/issuers/nea");
    }

    #[test]
    fn what_did_web_cannot_name_is_refused() {
        for (url, error) in [
            ("http://127.0.0.1:8080", LinksError::IpAddress),
            ("http://[::1]:8080", LinksError::IpAddress),
            ("https://u@x.example", LinksError::Decorated),
            ("https://x.example/?a", LinksError::Decorated),
            ("https://x.example/path", LinksError::Decorated),
            ("ftp://x.example", LinksError::Scheme),
            ("x.example", LinksError::NotAUrl),
        ] {
            assert_eq!(links(url), Err(error), "{url}");
        }
    }

    #[test]
    fn our_own_addresses_are_told_from_others() {
        let links = links("https://x.example").unwrap();
        assert_eq!(links.own(&links.credential("c1")), Some(Own::Credential("c1")));
        assert_eq!(links.own("https://x.example/credentials/c1.jwt"), Some(Own::Credential("c1")));
        assert_eq!(links.own("https://x.example/s/t1.json"), Some(Own::Shared("t1")));
        assert_eq!(links.own(&links.manage("c1.t")), None);
        assert_eq!(links.own(&links.status_list("l")), Some(Own::StatusList("l")));
        assert_eq!(
            links.own("https://x.example/issuers/nea/did.json"),
            Some(Own::DidDocument { recognizer: false, name: "nea" })
        );
        for foreign in [
            "https://x.example.org/credentials/c",
            "https://x.example/credentials/c/d",
            "https://x.example",
        ] {
            assert_eq!(links.own(foreign), None, "{foreign}");
        }
    }
}
