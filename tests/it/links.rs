//! A link in place of a credential: what it leads to, and the one step further from a web page.

use touchmark::check::Report;
use touchmark::check::options::Options;
use touchmark::check::report::Verdict;
use touchmark::jsonld::Contexts;
use touchmark::verify::Verifier;

use crate::baked::vector;
use crate::vectors::{Vector, World};

const PAGE: &str = "https://nea.example/badges/1";
const CREDENTIAL: &str = "https://nea.example/badges/1.json";

fn page(links: &str) -> String {
    format!("<!doctype html><html><head>{links}</head><body>Ada earned this.</body></html>")
}

fn link(href: &str) -> String {
    format!("<link rel=\"alternate\" type=\"application/vc+ld+json\" href=\"{href}\">")
}

/// The report on the page, where these answer too.
async fn asked(answers: &[(&str, String)]) -> Report {
    let mut vector: Vector = vector("good-json.json");
    for (url, text) in answers {
        vector.documents.0.insert((*url).to_owned(), text.clone());
    }
    let world = World(&vector.documents, vector.now);
    let (contexts, options) = (Contexts::bundled(), Options::USUAL);
    let verifier = Verifier { sources: &world, contexts, now: vector.now, options };
    verifier.verify_url(PAGE).await
}

fn code(report: &Report) -> &str {
    &report.checks[0].problem.as_ref().expect("the form is the problem").code
}

#[tokio::test]
async fn a_page_that_names_its_credential_is_followed_once() {
    let good = vector("good-json.json").input;
    for answers in [
        vec![(PAGE, good.clone())],
        vec![(PAGE, page(&link("1.json"))), (CREDENTIAL, good.clone())],
    ] {
        let report = asked(&answers).await;
        assert_eq!(report.verdicts.authentic, Verdict::Yes, "{report:#?}");
        let (url, _) = answers.last().unwrap();
        assert!(report.checks[0].observed.contains(&format!("at {url}")), "{report:#?}");
    }
    let pages = [(PAGE, page(&link("1.json"))), (CREDENTIAL, page(&link("2.json")))];
    let report = asked(&pages).await;
    assert_eq!((report.verdicts.authentic, code(&report)), (Verdict::No, "not-a-credential"));
}

#[tokio::test]
async fn a_page_that_names_none_or_several_or_a_silent_one_says_so() {
    let silent = asked(&[(PAGE, page(&link("1.json")))]).await;
    assert_eq!(
        (silent.verdicts.authentic, code(&silent)),
        (Verdict::Undecided, "link-unreachable")
    );
    let nothing = asked(&[(PAGE, page(""))]).await;
    assert_eq!(
        (nothing.verdicts.authentic, code(&nothing)),
        (Verdict::No, "no-credential-in-page")
    );
    let several = asked(&[(PAGE, page(&(link("1.json") + &link("2.json"))))]).await;
    assert_eq!((several.verdicts.authentic, code(&several)), (Verdict::No, "several-credentials"));
    let detail = &several.checks[0].problem.as_ref().unwrap().detail;
    assert!(detail.contains("1.json") && detail.contains("2.json"), "{detail}");
}
