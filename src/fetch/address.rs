//! Where the outbound client may go.
//!
//! Invariant: https on a public address, or exactly an origin that the
//! development switch lists. Everything else is refused, so an address that
//! nobody thought of is refused too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::{MAX_URL, NetworkError};

/// The URL to ask, if it may be asked: `https`, no literal address that is not
/// public, no user name, no longer than [`MAX_URL`]; or one of the open origins.
pub(super) fn permitted(url: &Url, open: &[Url]) -> Result<Url, &'static str> {
    if url.as_str().len() > MAX_URL {
        return Err("it is longer than 4096 bytes");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password");
    }
    if let Some(url) = on_open_origin(url, open) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err("only https is fetched");
    }
    let host = url.host().ok_or("it names no host")?;
    // The resolver lets loopback addresses of these names through.
    if open.iter().any(|origin| origin.host() == Some(host.clone())) {
        return Err("this port of the host is not opened for development");
    }
    match host {
        Host::Ipv4(ip) if !is_public(ip.into()) => Err("its address is not public"),
        Host::Ipv6(ip) if !is_public(ip.into()) => Err("its address is not public"),
        Host::Domain(name) if is_local_name(name) => Err("its host name is local"),
        _ => Ok(url.clone()),
    }
}

/// did:web has no way to say `http`, so a listed `http` origin also answers for
/// the `https` URL of the same host and port.
fn on_open_origin(url: &Url, open: &[Url]) -> Option<Url> {
    let origin = open.iter().find(|origin| {
        let same_scheme = origin.scheme() == url.scheme() || url.scheme() == "https";
        let same_port = origin.port_or_known_default() == url.port_or_known_default();
        same_scheme && same_port && origin.host() == url.host()
    })?;
    let mut url = url.clone();
    url.set_scheme(origin.scheme()).ok()?;
    if url.port_or_known_default() != origin.port_or_known_default() {
        url.set_port(origin.port_or_known_default()).ok()?;
    }
    Some(url)
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
}

pub(super) fn dev_origin(text: &str) -> Result<Url, NetworkError> {
    let bad = || NetworkError::NotALoopbackOrigin { origin: text.into() };
    let url = Url::parse(text).map_err(|_| bad())?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let http = matches!(url.scheme(), "http" | "https");
    if loopback && is_origin && http && url.username().is_empty() { Ok(url) } else { Err(bad()) }
}

/// Whether an address is one that anybody on the internet could mean.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The special-purpose registry of IANA (RFC 6890 and later), multicast and
/// the reserved range.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast only (2000::/3): v4-mapped, NAT64, ULA, link-local and the
/// rest lie outside. Within it, what tunnels to an IPv4 address (6to4, Teredo)
/// and what is for protocols or documentation is left out.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    let protocols = a == 0x2001 && b & 0xfe00 == 0;
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b & 0xf000 == 0);
    let six_to_four = a == 0x2002;
    global && !protocols && !documentation && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, open: &[&str]) -> Result<String, &'static str> {
        let open: Vec<Url> = open.iter().map(|o| dev_origin(o).unwrap()).collect();
        permitted(&Url::parse(url).unwrap(), &open).map(|url| url.to_string())
    }

    #[test]
    fn special_addresses_are_not_public() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn literal_addresses_and_local_names_are_refused_in_every_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST/",
            "https://a.localhost/",
            "https://intranet/",
            "http://nea.example/",
            "ftp://nea.example/",
            "file:///etc/passwd",
            "https://user@nea.example/",
            "https://user:pass@nea.example/",
        ] {
            assert!(check(url, &[]).is_err(), "{url}");
        }
        assert!(check("https://nea.example/did.json", &[]).is_ok());
        assert!(check("https://nea.example:8443/did.json", &[]).is_ok());
        assert!(check("https://8.8.8.8/", &[]).is_ok());
    }

    #[test]
    fn the_development_switch_opens_exactly_what_it_lists() {
        let open = &["http://localhost:8080"][..];
        let url = "http://localhost:8080/status/1".to_owned();
        assert_eq!(check("https://localhost:8080/status/1", open), Ok(url.clone()));
        assert_eq!(check(&url, open), Ok(url));
        for url in [
            "http://localhost:9090/",
            "https://localhost:9090/",
            "https://localhost/",
            "http://127.0.0.1:8080/",
            "https://[::1]:8080/",
            "http://nea.example:8080/",
        ] {
            assert!(check(url, open).is_err(), "{url}");
        }
        for origin in
            ["http://nea.example", "https://10.0.0.1", "localhost:8080", "http://localhost/x"]
        {
            assert!(dev_origin(origin).is_err(), "{origin}");
        }
    }
}
