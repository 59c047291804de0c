//! Rate limits by client address, for what anybody may ask.

use std::convert::Infallible;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::App;
use super::listener::Peer;
use super::problem::Problem;

/// Addresses that are remembered before idle ones are forgotten.
const MANY: usize = 100_000;

/// So many requests of one address in a minute, in one burst or spread out.
pub struct PerMinute {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
}

impl PerMinute {
    pub fn new(requests: NonZeroU32) -> Self {
        Self { limiter: RateLimiter::keyed(Quota::per_minute(requests)) }
    }

    fn admit(&self, client: IpAddr) -> Result<(), Problem> {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&whole_network(client)).map_err(|later| {
            let wait = later.wait_time_from(DefaultClock::default().now());
            Problem::TooManyRequests { retry_after: wait.as_secs() + 1 }
        })
    }
}

/// One household or host owns a whole IPv6 /64.
fn whole_network(client: IpAddr) -> IpAddr {
    // A listener on `[::]` sees IPv4 clients as `::ffff:a.b.c.d`, all of one /64.
    match client.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 => v4,
    }
}

/// The client's address: the connection's, or the one that a trusted proxy appended.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let connection = parts.extensions.get::<ConnectInfo<Peer>>().map(|c| c.0.0);
        let forwarded = app.trust_forwarded_for.then(|| forwarded_for(&parts.headers)).flatten();
        Ok(Client(forwarded.or(connection).unwrap_or(IpAddr::from([0, 0, 0, 0]))))
    }
}

impl App {
    /// Counts one verification for this address, unless its share is used up.
    pub fn admit(&self, client: IpAddr) -> Result<(), Problem> {
        self.verify_limit.admit(client)
    }
}

fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_that_the_nearest_proxy_appended_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        assert_eq!(forwarded_for(&headers), Some("203.0.113.9".parse().unwrap()));
        headers.append("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(forwarded_for(&headers), None);
    }

    #[test]
    fn one_address_past_its_share_waits_and_others_do_not() {
        let limit = PerMinute::new(NonZeroU32::new(2).unwrap());
        let client: IpAddr = "192.0.2.1".parse().unwrap();
        assert!(limit.admit(client).is_ok());
        assert!(limit.admit(client).is_ok());
        assert!(matches!(
            limit.admit(client),
            Err(Problem::TooManyRequests { retry_after: 1..=60 })
        ));
        assert!(limit.admit("192.0.2.2".parse().unwrap()).is_ok());
    }

    #[test]
    fn ipv4_clients_of_an_ipv6_listener_are_told_apart() {
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(whole_network(mapped), "192.0.2.1".parse::<IpAddr>().unwrap());
        assert_ne!(whole_network(mapped), whole_network("::ffff:192.0.2.2".parse().unwrap()));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_client() {
        assert_eq!(
            whole_network("2001:db8::1".parse().unwrap()),
            whole_network("2001:db8::ffff".parse().unwrap())
        );
        assert_ne!(
            whole_network("2001:db8::1".parse().unwrap()),
            whole_network("2001:db8:0:1::1".parse().unwrap())
        );
    }
}
