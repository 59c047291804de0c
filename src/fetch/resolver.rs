//! Which addresses a host name has for us.
//!
//! Invariant: the connection itself asks here, each time that one is made, and
//! learns of public addresses only. A name that resolves to another address a
//! moment after it was looked at (DNS rebinding) gains nothing by it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use super::address::is_public;

/// Looks names up.
pub(super) trait Lookup: Send + Sync {
    fn lookup(&self, name: String) -> Found;
}

/// The addresses of a name, once they are found.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// As the system does.
pub(super) struct System;

impl Lookup for System {
    fn lookup(&self, name: String) -> Found {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// Hands on public addresses only, and loopback ones for the origins that are open.
pub(super) struct PublicOnly {
    open: Arc<[Url]>,
    lookup: Arc<dyn Lookup>,
}

impl PublicOnly {
    pub fn new(open: Arc<[Url]>, lookup: Arc<dyn Lookup>) -> Self {
        Self { open, lookup }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let open = self.open.iter().any(|origin| origin.host_str() == Some(&name));
        let found = self.lookup.lookup(name);
        Box::pin(async move {
            let may = |address: &SocketAddr| {
                is_public(address.ip()) || (open && address.ip().is_loopback())
            };
            let addresses: Vec<SocketAddr> = found.await?.into_iter().filter(may).collect();
            if addresses.is_empty() {
                return Err("the host has no public address".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;
    use std::sync::Mutex;

    /// Answers with the next of these each time.
    struct Scripted(Mutex<Vec<Vec<&'static str>>>);

    impl Lookup for Scripted {
        fn lookup(&self, _name: String) -> Found {
            let next = self.0.lock().unwrap().remove(0);
            let address = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
            Box::pin(async move { Ok(next.into_iter().map(address).collect()) })
        }
    }

    fn resolver(answers: &[&[&'static str]], open: &[&str]) -> PublicOnly {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        let open: Vec<Url> = open.iter().map(|origin| Url::parse(origin).unwrap()).collect();
        PublicOnly::new(open.into(), Arc::new(Scripted(Mutex::new(answers))))
    }

    async fn ask(resolver: &PublicOnly, name: &str) -> Option<Vec<IpAddr>> {
        let found = resolver.resolve(name.parse().unwrap()).await.ok()?;
        Some(found.map(|address| address.ip()).collect())
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_another_address_later_gains_nothing() {
        let rebinding = resolver(&[&["8.8.8.8"], &["127.0.0.1"], &["169.254.169.254"]], &[]);
        assert_eq!(ask(&rebinding, "a.example").await, Some(vec!["8.8.8.8".parse().unwrap()]));
        assert_eq!(ask(&rebinding, "a.example").await, None);
        assert_eq!(ask(&rebinding, "a.example").await, None);
    }

    #[tokio::test]
    async fn of_many_addresses_only_the_public_ones_are_handed_on() {
        let answer = &["10.0.0.1", "8.8.8.8", "::1", "fd00::1", "2606:4700::1111", "192.168.0.1"];
        let found = ask(&resolver(&[answer], &[]), "a.example").await.unwrap();
        assert_eq!(found, ["8.8.8.8", "2606:4700::1111"].map(|ip| ip.parse::<IpAddr>().unwrap()));
    }

    #[tokio::test]
    async fn a_name_with_an_address_of_a_special_range_has_none_for_us() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert_eq!(ask(&resolver(&[&[ip]], &[]), "a.example").await, None, "{ip}");
            // Nor for a host that the development switch opened: that means loopback.
            let opened = resolver(&[&[ip]], &["http://dev.localhost:80"]);
            let loopback = ip.parse::<IpAddr>().unwrap().is_loopback();
            assert_eq!(ask(&opened, "dev.localhost").await.is_some(), loopback, "{ip}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_loopback_only_has_no_address_for_us() {
        let resolver = PublicOnly::new(Arc::new([]), Arc::new(System));
        assert_eq!(ask(&resolver, "localhost").await, None);
    }
}
