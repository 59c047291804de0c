//! The earner in control: the private page, the hidden page, evidence and share links.

use std::sync::Arc;

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::Barrier;

use crate::support::app::{Answer, Database, Setting, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    evidence_obeys_its_earner_at_once
    a_hidden_page_says_whether_it_holds_and_nothing_of_whom
    who_hides_the_page_is_offered_to_close_the_evidence_too
    a_share_link_shows_what_its_earner_chose_until_they_withdraw_it
    a_share_link_ends_after_its_last_day
    a_mistake_says_what_to_change_and_keeps_what_was_typed
    an_ended_link_leads_nowhere_until_the_issuer_renews_it
    two_tabs_that_send_the_same_form_make_one_link
    no_link_reaches_another_credential
    forms_of_another_site_change_nothing
    everything_an_earner_does_is_noted_without_their_data
    a_forgotten_credentials_share_link_says_who_withdrew_it
}

const BROWSER: &str = "text/html,application/xhtml+xml";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub const PUBLIC: &str = "https://touchmark.example";

/// A minted credential in the hands of its earner.
pub struct Earner {
    pub app: TestApp,
    pub minted: Value,
    /// The path of the private page.
    pub manage: String,
    /// The path of the credential's page.
    pub page: String,
}

pub fn local(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix(PUBLIC).unwrap().to_owned()
}

impl Earner {
    pub async fn new(database: Database) -> Self {
        Self::of(TestApp::new(database).await).await
    }

    async fn of(app: TestApp) -> Self {
        let minted = app.minted().await;
        let (manage, page) = (local(&minted["manageUrl"]), local(&minted["links"]["page"]));
        Self { app, minted, manage, page }
    }

    pub async fn open(&self, path: &str) -> Answer {
        self.app
            .request(Method::GET, path)
            .header("accept", BROWSER)
            .header("user-agent", FIREFOX)
            .send()
            .await
    }

    /// Sends a form of the private page.
    pub async fn send(&self, form: &str) -> Answer {
        self.send_from(&self.manage, form, PUBLIC).await
    }

    async fn send_from(&self, manage: &str, form: &str, origin: &str) -> Answer {
        self.app
            .request(Method::POST, manage)
            .header("accept", BROWSER)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
            .send()
            .await
    }

    /// Sends one that is taken: where it leads back to, as it says so.
    pub async fn done(&self, form: &str) -> String {
        let answer = self.send(form).await.expect(303);
        let back = answer.header("location").to_owned();
        assert!(back.starts_with(&format!("{}?done=", self.manage)), "{back}");
        let path = back.split('#').next().unwrap().to_owned();
        let page = self.open(&path).await.expect(200);
        assert!(page.text().contains(r#"role="status""#), "{}", page.text());
        page.text()
    }

    /// Makes a share link and gives its path.
    pub async fn share(&self, form: &str) -> String {
        let before = self.shares().await;
        self.done(&format!("act=share&{form}")).await;
        let made = self.shares().await;
        let new: Vec<_> = made.into_iter().filter(|path| !before.contains(path)).collect();
        assert_eq!(new.len(), 1, "{new:?}");
        new[0].clone()
    }

    /// The paths of the share links that the private page lists.
    async fn shares(&self) -> Vec<String> {
        let page = self.open(&self.manage).await.expect(200).text();
        let links = page.split("<a href=\"https://touchmark.example/s/").skip(1);
        links.map(|rest| format!("/s/{}", rest.split('"').next().unwrap())).collect()
    }

    pub fn evidence(&self, at: usize) -> String {
        local(&self.minted["credential"]["evidence"][at]["id"])
    }

    pub fn id(&self) -> &str {
        self.minted["id"].as_str().unwrap()
    }
}

async fn evidence_obeys_its_earner_at_once(database: Database) {
    let earner = Earner::new(database).await;
    let [agenda, reflection] = [earner.evidence(0), earner.evidence(1)];
    let page = earner.open(&earner.manage).await.expect(200);
    for shown in
        ["Restorative Practices", "Circle agenda", "https://drive.example/d/9f2c-circle-agenda"]
    {
        assert!(page.text().contains(shown), "{shown}");
    }
    assert!(!earner.open(&earner.page).await.text().contains(&agenda));

    earner.done("act=open&evidence=1").await;
    assert!(earner.open(&agenda).await.expect(200).text().contains("d/9f2c-circle-agenda"));
    assert!(earner.open(&earner.page).await.text().contains(&agenda));

    earner.done("act=close&evidence=2").await;
    let closed = earner.open(&reflection).await.expect(403).text();
    assert!(!closed.contains("drive.example"), "{closed}");
    assert!(!earner.open(&earner.page).await.text().contains(&reflection));
    for nothing in ["act=open&evidence=3", "act=open&evidence=0", "act=open", "act=dance", ""] {
        let answer = earner.send(nothing).await.expect(422).text();
        assert!(answer.contains(r#"role="alert""#), "{nothing}: {answer}");
    }
}

async fn a_hidden_page_says_whether_it_holds_and_nothing_of_whom(database: Database) {
    let earner = Earner::new(database).await;
    let shown = earner.open(&earner.page).await.expect(200);
    assert_eq!(shown.header("x-robots-tag"), "noindex", "unless the earner allows it");
    let files = [".json", ".jwt", ".svg", "/qr.svg", "/qr.png", "/preview.png"]
        .map(|file| format!("{}{file}", earner.page));
    for file in &files {
        let answer = earner.app.get(file).await.expect(200);
        assert_eq!(answer.header("x-robots-tag"), "noindex", "{file}");
    }
    earner.done("act=allow-robots").await;
    for file in files.iter().chain([&earner.page]) {
        assert_eq!(earner.open(file).await.expect(200).header("x-robots-tag"), "all", "{file}");
    }

    earner.done("act=hide").await;
    let hidden = earner.open(&earner.page).await.expect(200);
    assert_eq!(hidden.header("x-robots-tag"), "noindex");
    let text = hidden.text();
    for personal in ["Jordan", "Circle agenda", "conflicts", "/evidence/", "urn:uuid", "Exemplary"]
    {
        assert!(!text.contains(personal), "{personal} on {text}");
    }
    for told in ["Genuine and valid", "touchmark.example", "Status as of"] {
        assert!(text.contains(told), "{told} on {text}");
    }
    for file in [format!("{}.json", earner.page), format!("{}.jwt", earner.page)] {
        earner.app.get(&file).await.expect_problem(403, "private");
    }
    let by_accept = earner.app.get_as(&earner.page, "application/vc+jwt").await;
    by_accept.expect_problem(403, "private");
    // Nor by our own verifier, which needs no network to read what is ours.
    let report = earner.app.verify(format!("{PUBLIC}{}", earner.page)).await;
    assert!(!report.to_string().contains("Jordan"), "{report:#}");
    assert_eq!(report["verdicts"]["authentic"], "undecided");

    let report = earner.app.verify(earner.minted["credential"].to_string()).await;
    assert_eq!((&report["verified"], &report["status"]), (&true.into(), &"good".into()));
    let record = format!("/v1/issuers/nea/credentials/{}", earner.id());
    assert_eq!(
        earner.app.read(&record, &earner.app.nea).await.expect(200).json()["status"],
        "good"
    );
    earner.app.change(earner.id(), "revoke", &serde_json::json!({"reason": "x"})).await.expect(200);
    assert!(earner.open(&earner.page).await.expect(200).text().contains("Withdrawn"));

    earner.done("act=show").await;
    assert!(earner.open(&earner.page).await.expect(200).text().contains("Jordan Rivera"));
    earner.app.get(&format!("{}.json", earner.page)).await.expect(200);
}

/// Hiding is what an earner does who wants nothing seen; evidence has links of its own.
async fn who_hides_the_page_is_offered_to_close_the_evidence_too(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=open&evidence=1").await;
    let desk = earner.open(&earner.manage).await.text();
    assert!(desk.contains("Close the 2 open pieces of evidence together with the page."), "{desk}");
    assert!(desk.contains(r#"name="close" value="evidence" checked"#), "{desk}");
    earner.done("act=hide").await;
    earner.open(&earner.evidence(0)).await.expect(200);
    let desk = earner.open(&earner.manage).await.text();
    assert!(desk.contains("2 pieces of evidence are open all the same"), "{desk}");

    earner.done("act=show").await;
    earner.done("act=hide&close=evidence").await;
    for at in [0, 1] {
        earner.open(&earner.evidence(at)).await.expect(403);
    }
    assert!(!earner.open(&earner.manage).await.text().contains("all the same"));
    earner.done("act=show").await;
    earner.open(&earner.evidence(0)).await.expect(403);
}

async fn a_share_link_shows_what_its_earner_chose_until_they_withdraw_it(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=hide").await;
    let path = earner.share("name=r%C3%A9sum%C3%A9+2026&show=1&once=a").await;
    assert_eq!(path.len(), "/s/".len() + 32);

    let page = earner.open(&path).await.expect(200);
    let text = page.text();
    assert!(text.contains("Jordan Rivera") && text.contains("Genuine and valid"), "{text}");
    assert!(!text.contains("résumé 2026"), "what it is called is the earner's own business");
    assert!(text.contains(&format!("{path}/evidence/1")) && !text.contains("/evidence/2"));
    assert!(!text.contains(&earner.page), "the page itself is hidden: {text}");
    assert_eq!(
        [page.header("cache-control"), page.header("x-robots-tag"), page.header("referrer-policy")],
        ["no-store", "noindex", "no-referrer"]
    );
    let artifact = earner.open(&format!("{path}/evidence/1")).await.expect(303);
    assert_eq!(artifact.header("location"), "https://drive.example/d/9f2c-circle-agenda");
    assert_eq!(artifact.header("referrer-policy"), "no-referrer");
    for nothing in ["2", "3", "0", "-1", "x", "99999999999999999999"] {
        let answer = earner.app.get(&format!("{path}/evidence/{nothing}")).await;
        answer.expect_problem(404, "not-found");
    }
    let ahead = earner.app.request(Method::GET, &format!("{path}/evidence/1"));
    let ahead = ahead.header("sec-purpose", "prefetch").send().await.expect(204);
    assert_eq!(ahead.header("location"), "", "nobody has asked for it yet");
    let file = earner.app.get(&format!("{path}.json")).await.expect(200);
    assert_eq!(file.json(), earner.minted["credential"]);
    assert_eq!(earner.app.get(&format!("{path}.jwt")).await.text(), earner.minted["jwt"]);
    let report = earner.app.verify(format!("{PUBLIC}{path}")).await;
    assert_eq!(report["verified"], true, "{report:#}");

    // Of all that, one was a person who looked at the page.
    let counted = earner.open(&earner.manage).await.text();
    assert!(counted.contains("Viewed once."), "{counted}");
    earner.open(&path).await.expect(200);
    earner
        .app
        .request(Method::HEAD, &path)
        .header("accept", BROWSER)
        .header("user-agent", FIREFOX)
        .send()
        .await;
    assert!(earner.open(&earner.manage).await.text().contains("Viewed 2 times."));

    let token = path.strip_prefix("/s/").unwrap();
    earner.done(&format!("act=withdraw&link={token}")).await;
    let ended = earner.open(&path).await.expect(410).text();
    assert!(ended.contains("withdrawn") && ended.contains("nothing against"), "{ended}");
    assert!(!ended.to_lowercase().contains("invalid") && !ended.contains("Jordan"), "{ended}");
    for gone in [format!("{path}.json"), format!("{path}/evidence/1")] {
        earner.app.get(&gone).await.expect_problem(410, "share-link-ended");
    }
    let report = earner.app.verify(format!("{PUBLIC}{path}")).await;
    assert_eq!(report["verdicts"]["authentic"], "undecided", "{report:#}");
    assert!(earner.open(&earner.manage).await.text().contains("résumé 2026"), "with its views");
}

async fn a_share_link_ends_after_its_last_day(database: Database) {
    let earner = Earner::new(database).await;
    let path = earner.share("name=interview&last-day=2026-06-02").await;
    earner.app.clock.advance(SignedDuration::from_hours(48));
    earner.open(&path).await.expect(200);
    earner.app.clock.advance(SignedDuration::from_hours(2));
    let ended = earner.open(&path).await.expect(410).text();
    assert!(ended.contains("This link has ended"), "{ended}");
    assert_eq!(earner.shares().await, [""; 0], "and it is listed among those that ended");
    assert!(earner.open(&earner.manage).await.text().contains("June 2, 2026"));
}

async fn a_mistake_says_what_to_change_and_keeps_what_was_typed(database: Database) {
    let earner = Earner::new(database).await;
    earner.share("name=taken").await;
    for (form, told, kept) in [
        ("name=+&last-day=2026-07-01", "Say what the link is for", "value=\"2026-07-01\""),
        ("name=taken&show=2", "You have a link of this name", "value=\"taken\""),
        ("name=a&last-day=2026-05-30", "That day is over", "value=\"a\""),
        ("name=a&last-day=summer", "as a date", "value=\"summer\""),
        ("name=%3Cscript%3E&last-day=x", "as a date", "value=\"&"),
    ] {
        let answer = earner.send(&format!("act=share&{form}")).await.expect(422).text();
        assert!(answer.contains(told) && answer.contains(kept), "{form}: {answer}");
        assert!(answer.contains(r#"role="alert""#) && !answer.contains("<script"), "{form}");
    }
    let long = "x".repeat(101);
    let answer = earner.send(&format!("act=share&name={long}")).await.expect(422).text();
    assert!(answer.contains("at most 100") && answer.contains(&long));
    let ticks = earner.send("act=share&name=&show=2").await.expect(422).text();
    assert!(ticks.contains(r#"value="2" checked"#) && !ticks.contains(r#"value="1" checked"#));
    assert_eq!(earner.shares().await.len(), 1);
    let spanish = earner.app.request(Method::POST, &earner.manage).header("accept-language", "es");
    let spanish = spanish.header("origin", PUBLIC).body("act=share&name=").send().await.expect(422);
    assert!(spanish.text().contains("Diga para qué es el enlace"));
}

async fn an_ended_link_leads_nowhere_until_the_issuer_renews_it(database: Database) {
    let earner = Earner::new(database).await;
    earner.done("act=close&evidence=2").await;
    let ended = earner.send("act=end").await.expect(200).text();
    assert!(ended.contains("has ended"), "{ended}");
    earner.open(&earner.manage).await.expect(404);
    earner.send("act=open&evidence=2").await.expect(404);
    earner.open(&earner.evidence(1)).await.expect(403);

    let renew = format!("/v1/issuers/nea/credentials/{}/manage-link", earner.id());
    let renew = async || {
        let answer = earner.app.post(&renew, &earner.app.nea, &serde_json::json!({})).await;
        local(&answer.expect(200).json()["manageUrl"])
    };
    let first = renew().await;
    earner.open(&first).await.expect(200);
    let second = renew().await;
    earner.open(&first).await.expect(404);
    let answer = earner.send_from(&second, "act=open&evidence=2", PUBLIC).await.expect(303);
    assert!(answer.header("location").starts_with(&second));
    earner.open(&earner.manage).await.expect(404);
}

async fn two_tabs_that_send_the_same_form_make_one_link(database: Database) {
    let earner = Arc::new(Earner::new(database).await);
    let together = Arc::new(Barrier::new(4));
    let sent = (0..4).map(|_| {
        let (earner, together) = (earner.clone(), together.clone());
        tokio::spawn(async move {
            together.wait().await;
            earner.send("act=share&name=resume&once=form1").await.status
        })
    });
    for answer in sent.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap(), 303);
    }
    assert_eq!(earner.shares().await.len(), 1);
    // A tab that was opened before shows an older state, and what it asks for holds.
    earner.done("act=hide").await;
    earner.done("act=hide").await;
    earner.done("act=open&evidence=1").await;
    earner.done("act=open&evidence=1").await;
    earner.open(&earner.evidence(0)).await.expect(200);
}

async fn no_link_reaches_another_credential(database: Database) {
    let earner = Earner::new(database).await;
    let other = earner.app.mint(&samples::review()).await.expect(201).json();
    let (id, token) = earner.manage.strip_prefix("/manage/").unwrap().split_once('.').unwrap();
    let other_id = other["id"].as_str().unwrap();
    let path = earner.share("name=mine").await;
    let share = path.strip_prefix("/s/").unwrap();
    let withdraw = format!("act=withdraw&link={share}");
    earner.send_from(&local(&other["manageUrl"]), &withdraw, PUBLIC).await.expect(422);
    earner.open(&path).await.expect(200);

    let nobody = "0".repeat(32);
    let mut answers = Vec::new();
    for link in [
        format!("{other_id}.{token}"),
        format!("{id}.{nobody}"),
        format!("{nobody}.{token}"),
        format!("{id}.{}", &token[..31]),
        format!("{id}."),
        id.to_owned(),
        format!("{id}.{token}.{token}"),
        format!("{id}.{}", token.to_uppercase()).replace(token, &nobody),
    ] {
        let path = format!("/manage/{link}");
        let mut problem = earner.app.get(&path).await.expect_problem(404, "not-found");
        problem["requestId"].take();
        answers.push(problem);
        earner.send_from(&path, "act=hide", PUBLIC).await.expect(404);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    earner.app.get(&format!("/s/{nobody}")).await.expect_problem(404, "not-found");
    assert!(earner.open(&earner.page).await.text().contains("Jordan Rivera"), "nothing is hidden");
}

async fn forms_of_another_site_change_nothing(database: Database) {
    let earner = Earner::new(database).await;
    for origin in ["https://evil.example", "null", "http://touchmark.example"] {
        let refused = earner.send_from(&earner.manage, "act=hide", origin).await.expect(403);
        assert!(refused.text().contains("another site"), "{}", refused.text());
    }
    let program = earner.app.request(Method::POST, &earner.manage);
    let program = program.header("sec-fetch-site", "cross-site").body("act=hide").send().await;
    program.expect_problem(403, "foreign-origin");
    assert!(earner.open(&earner.page).await.text().contains("Jordan Rivera"));
    // Ours names no origin, since it tells nobody where its readers come from.
    let own = earner.app.request(Method::POST, &earner.manage).header("origin", "null");
    own.header("sec-fetch-site", "same-origin").body("act=hide").send().await.expect(303);
    let page = earner.open(&earner.manage).await.expect(200);
    assert_eq!(
        ["cache-control", "referrer-policy", "x-robots-tag", "access-control-allow-origin"]
            .map(|name| page.header(name)),
        ["no-store", "no-referrer", "noindex", ""]
    );
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
}

async fn everything_an_earner_does_is_noted_without_their_data(database: Database) {
    let earner = Earner::new(database).await;
    let path = earner.share("name=for+Lincoln+High&show=1&once=a").await;
    let token = path.strip_prefix("/s/").unwrap();
    for form in ["act=open&evidence=1", "act=open&evidence=1", "act=hide", "act=allow-robots"] {
        earner.done(form).await;
    }
    earner.done(&format!("act=withdraw&link={token}")).await;
    earner.send("act=end").await.expect(200);
    let audit = earner.app.app.issuance.store.audit_page(Some("nea"), None, 100).await.unwrap();
    let own: Vec<_> = audit.iter().filter(|row| row.entry.actor == "earner").collect();
    let mut acts: Vec<_> = own.iter().map(|row| row.entry.action.as_str()).collect();
    acts.sort_unstable();
    let expected = [
        "evidence.open",
        "manage-link.end",
        "page.hide",
        "robots.allow",
        "share-link.make",
        "share-link.withdraw",
    ];
    assert_eq!(acts, expected);
    assert!(own.iter().all(|row| row.entry.subject == earner.id()));
    let text = format!("{audit:?}");
    let secret = earner.manage.rsplit('.').next().unwrap();
    for personal in ["Lincoln", token, "Jordan", secret] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}

async fn a_forgotten_credentials_share_link_says_who_withdrew_it(database: Database) {
    let earner = Earner::new(database).await;
    let path = earner.share("name=resume").await;
    let whom = touchmark::issue::forget::Forgettable::Credential(earner.id().to_owned());
    let contexts = touchmark::jsonld::Contexts::bundled();
    earner.app.app.issuance.forget("nea", &whom, "operator", contexts).await.unwrap();
    for path in [&path, &earner.page] {
        let page = earner.open(path).await.expect(410).text();
        assert!(page.contains("Withdrawn by its holder") && !page.contains("Jordan"), "{page}");
    }
    let file = earner.app.get(&format!("{path}.json")).await;
    file.expect_problem(410, "withdrawn-by-holder");
    earner.open(&earner.manage).await.expect(404);
}

#[tokio::test]
async fn what_costs_us_work_counts_against_the_address_that_asks() {
    let setting = Setting { verify_per_minute: 9, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let earner = Earner::of(app).await;
    let mut paths = [".json", ".png", ".svg", "/qr.svg", "/qr.png", "/preview.png"]
        .map(|file| format!("{}{file}", earner.page))
        .to_vec();
    paths.extend([earner.page.clone(), earner.evidence(1), earner.evidence(0)]);
    for path in &paths {
        assert_ne!(earner.open(path).await.status, 429, "{path}");
    }
    for path in &paths {
        earner.app.get(path).await.expect_problem(429, "too-many-requests");
    }
}

#[tokio::test]
async fn who_guesses_links_must_wait() {
    let setting = Setting { verify_per_minute: 5, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    for (at, path) in
        ["/manage/a.b", "/s/a", "/manage/a.c", "/s/a/evidence/1", "/s/b"].iter().enumerate()
    {
        assert_eq!(app.get(path).await.status, 404, "{at}");
    }
    for path in ["/manage/a.b", "/s/a", "/s/a/evidence/1"] {
        let wait = app.get(path).await;
        assert!(!wait.header("retry-after").is_empty());
        wait.expect_problem(429, "too-many-requests");
    }
}
