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
    /// The base as a did:web method-specific id: `HOST`, `HOST%3APORT`, path parts after colons.
    did_base: String,
}

/// What one of our own addresses stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own<'a> {
    Credential(&'a str),
    DidDocument { recognizer: bool, name: &'a str },
    StatusList(&'a str),
}

/// Why a URL cannot be the public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinksError {
    #[error("the public URL has no host name")]
    NoHost,
    #[error(
        "the public URL names the IP address {0}; did:web knows host names only, so use one \
         (\"localhost\" for trying out)"
    )]
    IpAddress(String),
    #[error("the public URL must not carry a user name, password, query or fragment")]
    Decorated,
    #[error("the public URL must be an http: or https: URL")]
    Scheme,
}

impl Links {
    pub fn new(public_url: &Url) -> Result<Self, LinksError> {
        let host = match public_url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.'),
            Some(Host::Ipv4(ip)) => return Err(LinksError::IpAddress(ip.to_string())),
            Some(Host::Ipv6(ip)) => return Err(LinksError::IpAddress(ip.to_string())),
            None => return Err(LinksError::NoHost),
        };
        if !matches!(public_url.scheme(), "http" | "https") {
            return Err(LinksError::Scheme);
        }
        let decorated = !public_url.username().is_empty()
            || public_url.password().is_some()
            || public_url.query().is_some()
            || public_url.fragment().is_some();
        if decorated {
            return Err(LinksError::Decorated);
        }
        let mut did_base = host.to_owned();
        if let Some(port) = public_url.port() {
            did_base.push_str(&format!("%3A{port}"));
        }
        for part in public_url.path().split('/').filter(|p| !p.is_empty()) {
            did_base.push_str(&format!(":{part}"));
        }
        Ok(Self { base: public_url.as_str().trim_end_matches('/').into(), did_base })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn issuer_did(&self, name: &str) -> String {
        format!("did:web:{}:issuers:{name}", self.did_base)
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

    /// What `url` stands for, if it is ours and takes part in verifying.
    pub fn own<'a>(&self, url: &'a str) -> Option<Own<'a>> {
        let path = url.strip_prefix(&self.base)?.strip_prefix('/')?;
        let mut parts = path.split('/');
        let own = match (parts.next()?, parts.next()?, parts.next()) {
            ("credentials", file, None) => {
                Own::Credential(file.split_once('.').map_or(file, |(id, _)| id))
            }
            ("status", id, None) => Own::StatusList(id),
            ("issuers", name, Some("did.json")) => Own::DidDocument { recognizer: false, name },
            ("recognizers", name, Some("did.json")) => Own::DidDocument { recognizer: true, name },
            _ => return None,
        };
        parts.next().is_none().then_some(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(url: &str) -> Result<Links, LinksError> {
        Links::new(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_port_and_a_path_become_part_of_the_did() {
        assert_eq!(
            links("http://localhost:8080").unwrap().issuer_did("nea"),
            "did:web:localhost%3A8080:issuers:nea"
        );
        assert_eq!(
            links("https://x.example/tm/").unwrap().issuer_did("nea"),
            "did:web:x.example:tm:issuers:nea"
        );
        assert_eq!(
            links("https://x.example/tm/").unwrap().issuer("nea"),
            "https://x.example/tm/issuers/nea"
        );
    }

    #[test]
    fn what_did_web_cannot_name_is_refused() {
        assert_eq!(links("http://127.0.0.1:8080"), Err(LinksError::IpAddress("127.0.0.1".into())));
        assert_eq!(links("http://[::1]:8080"), Err(LinksError::IpAddress("::1".into())));
        assert_eq!(links("https://u@x.example"), Err(LinksError::Decorated));
        assert_eq!(links("https://x.example/?a"), Err(LinksError::Decorated));
        assert_eq!(links("ftp://x.example"), Err(LinksError::Scheme));
    }

    #[test]
    fn our_own_addresses_are_told_from_others() {
        let links = links("https://x.example").unwrap();
        assert_eq!(links.own(&links.credential("c1")), Some(Own::Credential("c1")));
        assert_eq!(links.own("https://x.example/credentials/c1.jwt"), Some(Own::Credential("c1")));
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
