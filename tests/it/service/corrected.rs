//! A correction in the hands of the earner: what they kept private stays private.

use axum::http::Method;
use serde_json::{Value, json};

use super::earner_control::{Earner, PUBLIC, local};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    what_was_hidden_and_closed_stays_so_on_the_correction
    what_robots_may_list_they_may_list_of_the_correction_of_the_same_earner
    a_successor_that_was_minted_before_takes_over_what_is_private
    who_shared_the_old_one_is_said_to_have_the_new_one
}

impl Earner {
    async fn corrected(&self, replacement: Value) -> Value {
        let body = json!({"reason": "a name was misspelt", "replacement": replacement});
        self.app.change(self.id(), "supersede", &body).await.expect(201).json()
    }
}

async fn what_was_hidden_and_closed_stays_so_on_the_correction(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=close&evidence=2").await;
    earner.done("act=hide").await;
    // The issuer asks for the reflection to be open, as it did at first.
    let review = with(
        samples::review(),
        json!({"earner": {"name": "Jordan Riviera",
        "email": "jordan.rivera@school.example",
        "identifier": {"type": "accountId", "value": "A-7731"}}}),
    );
    let successor = earner.corrected(review).await;
    let page = earner.open(&local(&successor["links"]["page"])).await.expect(200).text();
    assert!(page.contains("Genuine and valid") && !page.contains("Jordan"), "{page}");
    earner.app.get(&local(&successor["links"]["json"])).await.expect_problem(403, "private");
    for at in [0, 1] {
        let evidence = local(&successor["credential"]["evidence"][at]["id"]);
        earner.open(&evidence).await.expect(403);
    }

    let desk = earner.open(&earner.manage).await.expect(200).text();
    assert!(desk.contains("Your issuer corrected this micro-credential"), "{desk}");
    let manage = local(&successor["manageUrl"]);
    assert_ne!(manage, earner.manage);
    assert_eq!(successor["supersedes"], earner.minted["links"]["page"], "so that it is passed on");
    let desk = earner.open(&manage).await.expect(200).text();
    assert!(desk.contains("Hidden") && !desk.contains("corrected"), "{desk}");
    let shown = earner.app.request(Method::POST, &manage).header("origin", PUBLIC);
    shown.body("act=show").send().await.expect(303);
    let page = earner.open(&local(&successor["links"]["page"])).await.text();
    assert!(page.contains("Jordan Riviera"), "{page}");
}

async fn what_robots_may_list_they_may_list_of_the_correction_of_the_same_earner(
    database: Database,
) {
    let earner = Earner::new(database).await;
    earner.done("act=allow-robots").await;
    let robots = async |minted: &Value| {
        let page = earner.open(&local(&minted["links"]["page"])).await.expect(200);
        page.header("x-robots-tag").to_owned()
    };
    let successor = earner.corrected(samples::review()).await;
    assert_eq!(robots(&successor).await, "all");
    let another = with(
        samples::review(),
        json!({"earner": {"name": "Sam Ode", "email": "sam.ode@school.example"}}),
    );
    let body = json!({"reason": "it was somebody else", "replacement": another});
    let id = successor["id"].as_str().unwrap();
    let another = earner.app.change(id, "supersede", &body).await.expect(201).json();
    assert_eq!(robots(&another).await, "noindex", "whose it is now has allowed nothing");
}

async fn a_successor_that_was_minted_before_takes_over_what_is_private(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=close&evidence=2").await;
    earner.done("act=hide").await;
    let successor = earner.app.mint(&samples::review()).await.expect(201).json();
    let reflection = local(&successor["credential"]["evidence"][1]["id"]);
    earner.open(&reflection).await.expect(200);
    let body = json!({"reason": "it was minted twice", "successor": successor["id"]});
    earner.app.change(earner.id(), "supersede", &body).await.expect(200);
    earner.open(&reflection).await.expect(403);
    earner.app.get(&local(&successor["links"]["json"])).await.expect_problem(403, "private");
}

async fn who_shared_the_old_one_is_said_to_have_the_new_one(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=hide").await;
    let path = earner.share("name=resume&show=1").await;
    let successor = earner.corrected(samples::review()).await;
    let text = earner.open(&path).await.expect(200).text();
    for told in ["Replaced", "later corrected", "can give you a link to the corrected one"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let link = format!("href=\"/credentials/{}", successor["id"].as_str().unwrap());
    assert!(!text.contains(&link), "its earner shows that: {text}");
    earner.open(&format!("{path}/evidence/1")).await.expect(303);
}
