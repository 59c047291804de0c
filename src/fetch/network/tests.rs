//! The outbound client, held against servers on loopback.

use super::super::MAX_URL;
use super::super::resolver::{Found, Lookup};
use super::*;

#[test]
fn an_answer_weighs_what_it_is_made_of_and_an_error_its_url() {
    let key = ("https://a.example/".repeat(100), String::new());
    let weight = |answer| {
        let copied =
            Copied { answer, number: 1, good_until: Timestamp::UNIX_EPOCH, validator: None };
        Copied::weight(&key, &copied)
    };
    let fetched = |bytes, kind: usize| Fetched {
        bytes: vec![0; bytes],
        content_type: Some("x".repeat(kind)),
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    let least = weight(Ok(Arc::new(fetched(0, 0))));
    assert_eq!(weight(Ok(Arc::new(fetched(1000, 500)))), least + 1500);
    let error = weight(Err(FetchError::Timeout { url: key.0.clone() }));
    assert!(error > 2 * key.0.len());
}

#[tokio::test]
async fn a_url_that_is_too_long_is_neither_asked_nor_kept() {
    let network = Network::new(Ambient::system(), &[]).unwrap();
    let url = format!("https://a.example/{:x<1$}", "", MAX_URL);
    let answer = network.fetch(&Url::parse(&url).unwrap(), "").await;
    assert!(matches!(answer, Err(FetchError::Refused { reason, .. }) if reason.contains("4096")));
    assert_eq!(network.figures().await[0].entries, 0);
}

mod over_loopback {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Answers each connection with what is made of its request, in lower case; says its origin.
    async fn serving(mut answer: impl FnMut(&str) -> Vec<u8> + Send + 'static) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).to_ascii_lowercase();
                let _written = stream.write_all(&answer(&request)).await;
            }
        });
        origin
    }

    /// Answers every connection with the same bytes.
    async fn answering(answer: Vec<u8>) -> String {
        serving(move |_| answer.clone()).await
    }

    /// Answers each connection with `{}`; counts them.
    async fn counting(answer: &'static str) -> (String, Arc<AtomicU64>) {
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        let origin = serving(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}")
                .into()
        });
        (origin.await, asked)
    }

    /// Moves when it is told to.
    #[derive(Clone)]
    struct Hand(Arc<AtomicU64>);

    impl crate::ambient::Clock for Hand {
        fn now(&self) -> Timestamp {
            let seconds = self.0.load(Ordering::SeqCst);
            Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
        }
    }

    struct Zeros;

    impl crate::ambient::Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_or_soon_after_is_answered_by_one_request() {
        for (answer, seconds, times) in [
            ("200 OK\r\ncache-control: max-age=60", 59, 1),
            ("200 OK\r\ncache-control: max-age=60", 60, 2),
            ("500 Broken", 4, 1),
            ("500 Broken", 5, 2),
        ] {
            let (origin, asked) = counting(answer).await;
            let clock = Hand(Arc::new(AtomicU64::new(1_790_000_000)));
            let ambient = Ambient::new(clock.clone(), Zeros);
            let network = Network::new(ambient, std::slice::from_ref(&origin)).unwrap();
            let url = Url::parse(&origin).unwrap();
            let ask = || network.fetch(&url, "application/json");
            let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
            assert!(answers.iter().all(|one| one.is_ok() == answer.starts_with("200")));
            clock.0.fetch_add(seconds, Ordering::SeqCst);
            assert_eq!(ask().await.is_ok(), answer.starts_with("200"));
            assert_eq!(asked.load(Ordering::SeqCst), times, "{answer} after {seconds}");
            assert_eq!(network.figures().await[0].misses, times);
        }
    }

    /// Answers with the edition of that number, by its tag; without one where there is none any
    /// more.
    async fn editions(of: Arc<AtomicU64>) -> (String, Arc<AtomicU64>) {
        let whole = Arc::new(AtomicU64::new(0));
        let counted = whole.clone();
        let origin = serving(move |request| {
            let edition = of.load(Ordering::SeqCst);
            let tag = format!("\"{edition}\"");
            let close = "connection: close\r\n";
            let asks_for = |tag: &str| request.contains(&format!("if-none-match: {tag}\r\n"));
            let answer = if edition == 0 {
                format!("HTTP/1.1 500 Broken\r\n{close}content-length: 0\r\n\r\n")
            } else if asks_for(&tag) || asks_for(&format!("w/{tag}")) {
                format!("HTTP/1.1 304 Not Modified\r\n{close}etag: {tag}\r\n\r\n")
            } else {
                counted.fetch_add(1, Ordering::SeqCst);
                format!(
                    "HTTP/1.1 200 OK\r\n{close}etag: W/{tag}\r\ncache-control: max-age=60\r\n\
                     content-length: 3\r\n\r\n{tag}"
                )
            };
            answer.into()
        });
        (origin.await, whole)
    }

    #[tokio::test]
    async fn a_copy_whose_time_is_over_is_used_again_only_once_its_origin_says_that_it_is_the_same()
    {
        let edition = Arc::new(AtomicU64::new(1));
        let (origin, whole) = editions(edition.clone()).await;
        let clock = Hand(Arc::new(AtomicU64::new(1_790_000_000)));
        let ambient = Ambient::new(clock.clone(), Zeros);
        let network = Network::new(ambient, std::slice::from_ref(&origin)).unwrap();
        let url = Url::parse(&origin).unwrap();
        let later = |seconds| clock.0.fetch_add(seconds, Ordering::SeqCst);
        let (first, number) = network.copy(&url, "").await.unwrap();
        let mut before = first.fetched_at;
        for _ in 0..3 {
            later(60);
            let (renewed, same) = network.copy(&url, "").await.unwrap();
            assert_eq!((&renewed.bytes, &same), (&first.bytes, &number));
            assert_eq!(renewed.fetched_at, before + SignedDuration::from_secs(60));
            before = renewed.fetched_at;
            // It said nothing new of its lifetime, so the 60 seconds of before hold.
            later(59);
            assert_eq!(network.copy(&url, "").await.unwrap().0.fetched_at, before);
            later(1);
            before = network.copy(&url, "").await.unwrap().0.fetched_at;
        }
        assert_eq!(whole.load(Ordering::SeqCst), 1, "it was sent whole once");
        edition.store(2, Ordering::SeqCst);
        later(60);
        let (second, other) = network.copy(&url, "").await.unwrap();
        assert_eq!((second.bytes.as_slice(), other == number), (&b"\"2\""[..], false));
        // What does not answer is not the copy that there was.
        edition.store(0, Ordering::SeqCst);
        later(60);
        let error = network.copy(&url, "").await.unwrap_err();
        assert!(matches!(error, FetchError::Status { status: 500, .. }));
        edition.store(2, Ordering::SeqCst);
        later(60);
        assert_eq!(network.copy(&url, "").await.unwrap().0.bytes, b"\"2\"");
        assert_eq!(whole.load(Ordering::SeqCst), 3);
    }

    /// Says of whatever tag that its own edition is the current one; how often it was asked.
    async fn of_another_edition() -> (String, Arc<AtomicU64>) {
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        let origin = serving(move |request| {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let (line, body) = match request.contains("if-none-match") {
                true => ("304 Not Modified", String::new()),
                false => ("200 OK\r\ncontent-length: 1", number.to_string()),
            };
            format!("HTTP/1.1 {line}\r\nconnection: close\r\netag: \"{number}\"\r\n\r\n{body}")
                .into()
        });
        (origin.await, asked)
    }

    #[tokio::test]
    async fn who_answers_of_another_edition_than_asked_is_asked_for_the_whole_at_once() {
        let (origin, asked) = of_another_edition().await;
        let clock = Hand(Arc::new(AtomicU64::new(1_790_000_000)));
        let network =
            Network::new(Ambient::new(clock.clone(), Zeros), std::slice::from_ref(&origin));
        let network = network.unwrap();
        let url = Url::parse(&origin).unwrap();
        let (first, number) = network.copy(&url, "").await.unwrap();
        clock.0.fetch_add(100_000, Ordering::SeqCst);
        let (second, other) = network.copy(&url, "").await.unwrap();
        assert_eq!((first.bytes.as_slice(), second.bytes.as_slice()), (&b"0"[..], &b"2"[..]));
        assert_ne!(number, other);
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn what_may_not_be_kept_is_asked_for_each_time() {
        let (origin, asked) = counting("200 OK\r\ncache-control: no-store").await;
        let network = Network::new(Ambient::system(), std::slice::from_ref(&origin)).unwrap();
        let url = Url::parse(&origin).unwrap();
        for times in 1..4 {
            assert_eq!(network.fetch(&url, "").await.unwrap().bytes, b"{}");
            assert_eq!(asked.load(Ordering::SeqCst), times);
        }
    }

    #[tokio::test]
    async fn a_did_key_is_decoded_once() {
        let did = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
        let network = Network::new(Ambient::system(), &[]).unwrap();
        let first = network.keys(did).await.unwrap();
        assert!(Arc::ptr_eq(&first, &network.keys(did).await.unwrap()));
        assert!(network.keys("did:key:6Mk").await.unwrap_err().failed());
        let [_, keys, _] = network.figures().await;
        assert_eq!((keys.hits, keys.misses, keys.entries), (1, 1, 1));
    }

    async fn fetch(origin: &str, listed: bool) -> Result<Fetched, FetchError> {
        let open = if listed { vec![origin.to_owned()] } else { vec![] };
        let network = Network::new(Ambient::system(), &open).unwrap();
        network.fetch(&Url::parse(origin).unwrap(), "application/json").await
    }

    #[tokio::test]
    async fn a_listed_origin_answers_and_an_unlisted_one_is_not_asked() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec();
        let origin = answering(answer).await;
        assert_eq!(fetch(&origin, true).await.unwrap().bytes, b"{}");
        assert!(matches!(fetch(&origin, false).await, Err(FetchError::Refused { .. })));
    }

    #[tokio::test]
    async fn redirects_are_not_followed_wherever_they_lead() {
        for status in [301, 302, 303, 307, 308] {
            for location in ["http://169.254.169.254/", "https://nea.example/", "/elsewhere"] {
                let answer = format!(
                    "HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
                );
                let origin = answering(answer.into_bytes()).await;
                let answered = fetch(&origin, true).await;
                assert!(
                    matches!(answered, Err(FetchError::Status { status: found, .. }) if found == status),
                    "{answered:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_long_answer_ends_at_the_cap_whether_announced_or_not() {
        let mut chunked = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        chunked.resize(chunked.len() + MAX_BYTES + 1, b' ');
        let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec();
        for answer in [chunked, announced] {
            let origin = answering(answer).await;
            assert!(matches!(fetch(&origin, true).await, Err(FetchError::TooLarge { .. })));
        }
    }

    /// Sends this and then nothing, and keeps the connection.
    async fn stalling(beginning: &'static [u8]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let _read = stream.read(&mut [0; 4096]).await;
                let _written = stream.write_all(beginning).await;
                kept.push(stream);
            }
        });
        origin
    }

    #[tokio::test]
    async fn who_never_finishes_an_answer_is_left_after_the_time_for_it() {
        for beginning in [
            &b""[..],
            b"HTTP/1.1 200 OK\r\nx-slow: ",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            let origin = stalling(beginning).await;
            let open: Arc<[Url]> = Arc::new([Url::parse(&origin).unwrap()]);
            let resolver = PublicOnly::new(open.clone(), Arc::new(System));
            let brief = Duration::from_millis(50);
            let limits = (resolver, brief);
            let network = Network::build(Ambient::system(), open, Room::default(), limits).unwrap();
            let answer = network.fetch(&Url::parse(&origin).unwrap(), "").await;
            assert!(matches!(answer, Err(FetchError::Timeout { .. })), "{answer:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_of_a_gibibyte_is_not_read_to_its_end() {
        const GIB: usize = 1 << 30;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let sent = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _read = stream.read(&mut [0; 4096]).await;
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head).await.unwrap();
            let chunk = [&b"10000\r\n"[..], &[0; 0x10000], b"\r\n"].concat();
            let mut sent = 0;
            while sent < GIB && stream.write_all(&chunk).await.is_ok() {
                sent += 0x10000;
            }
            sent
        });
        assert!(matches!(fetch(&origin, true).await, Err(FetchError::TooLarge { .. })));
        // What was in the buffers between us comes on top of what was read.
        let sent = sent.await.unwrap();
        assert!(sent < GIB / 8, "{sent}");
    }

    #[tokio::test]
    async fn an_answer_is_never_inflated_on_its_way() {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&vec![0; 4 * MAX_BYTES]).unwrap();
        let bomb = gzip.finish().unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            bomb.len()
        );
        let origin = answering([head.as_bytes(), &bomb].concat()).await;
        assert_eq!(fetch(&origin, true).await.unwrap().bytes, bomb);
    }

    /// Says of every name that it is here.
    struct Here;

    impl Lookup for Here {
        fn lookup(&self, _name: String) -> Found {
            Box::pin(async { Ok(vec![([127, 0, 0, 1], 0).into()]) })
        }
    }

    #[tokio::test]
    async fn a_name_of_somebody_elses_that_points_here_is_not_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let limits = (PublicOnly::new(Arc::new([]), Arc::new(Here)), TIMEOUT);
        let network =
            Network::build(Ambient::system(), Arc::new([]), Room::default(), limits).unwrap();
        let url = Url::parse(&format!("https://rebinding.example:{port}/")).unwrap();
        let answer = network.fetch(&url, "").await;
        assert!(matches!(answer, Err(FetchError::Unreachable { .. })), "{answer:?}");
        let connected = listener.accept().map(|_| ()).map_err(|error| error.kind());
        assert_eq!(connected, Err(std::io::ErrorKind::WouldBlock));
    }

    #[tokio::test]
    async fn an_https_issuers_document_and_key_set_are_decoded_once_for_what_they_answered() {
        let (origin, asked) = counting("200 OK\r\ncache-control: max-age=60").await;
        let issuer = origin.replacen("http:", "https:", 1);
        let network = Network::new(Ambient::system(), std::slice::from_ref(&origin)).unwrap();
        let first = network.keys(&issuer).await.unwrap();
        // `{}` is neither the issuer's document nor a key set.
        assert!(first.document().is_err() && first.key_set().unwrap().is_err());
        assert!(Arc::ptr_eq(&first, &network.keys(&issuer).await.unwrap()));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
