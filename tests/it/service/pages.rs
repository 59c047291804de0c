//! What people see, and that nothing on a page executes.

use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    evidence_is_closed_unless_it_was_opened
}

/// The one script of a credential's page, which is ours.
const COPY: &str = "<script src=\"/assets/copy.js\" defer></script>";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn local(url: &Value) -> &str {
    url.as_str().unwrap().strip_prefix("https://touchmark.example").unwrap()
}

/// Every page that tells of a minted credential.
fn pages(minted: &Value) -> Vec<String> {
    let credential = &minted["credential"];
    let status = &credential["credentialStatus"];
    let list = status.as_array().map_or(status, |entries| &entries[0]);
    let mut pages: Vec<String> =
        ["/", "/standards", "/issuers/nea", "/achievements/nea.restorative-practices"]
            .map(Into::into)
            .into();
    pages.push("/achievements/nea.restorative-practices/versions/1".into());
    pages.push(local(&minted["links"]["page"]).into());
    pages.push(local(&list["statusListCredential"]).into());
    let evidence = credential["evidence"].as_array().unwrap();
    pages.extend(evidence.iter().map(|item| local(&item["id"]).to_owned()));
    pages
}

#[tokio::test]
async fn every_page_renders_for_people_and_answers_json_to_programs() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    for path in pages(&minted) {
        let page = app.get_as(&path, BROWSER).await;
        assert!(matches!(page.status, 200 | 403), "{path}: {}", page.text());
        assert_eq!(page.media_type(), "text/html", "{path}");
        assert!(page.text().starts_with("<!doctype html>"), "{path}");
        if path == "/" || path == "/standards" || path.starts_with("/evidence/") {
            continue;
        }
        let data = app.get_as(&path, "application/json").await.expect(200);
        assert_eq!(data.media_type(), "application/json", "{path}");
        assert!(data.json()["@context"].is_array(), "{path}");
        assert_eq!(data.header("access-control-allow-origin"), "*");
        assert!(data.header("vary").contains("Accept"));
        app.get_as(&path, "image/png").await.expect_problem(406, "not-acceptable");
    }
    let page = app.get_as(local(&minted["links"]["page"]), BROWSER).await.text();
    for shown in [
        "Genuine and valid",
        "Jordan Rivera",
        "Restorative Practices",
        "NEA (example)",
        "Exemplary",
        "touchmark.example",
        "Circle agenda",
        "15",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    let profile = app.get("/issuers/nea").await.expect(200).json();
    assert_eq!(profile["id"], "did:web:touchmark.example:issuers:nea");
    let image = local(&minted["credential"]["credentialSubject"]["achievement"]["image"]["id"]);
    let image = app.get(image).await.expect(200);
    assert_eq!(image.media_type(), "image/svg+xml");
    assert!(image.header("content-security-policy").starts_with("default-src 'none'"));
    let copies = app.get("/assets/copy.js").await.expect(200);
    assert_eq!(copies.media_type(), "text/javascript");
    let style = app.get("/assets/style.css").await.expect(200);
    assert_eq!(style.media_type(), "text/css");
}

#[tokio::test]
async fn pages_forbid_scripts_frames_and_referrers() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let mut paths = pages(&minted);
    paths.push("/no/such/page".into());
    for path in paths {
        let page = app.get_as(&path, BROWSER).await;
        let policy = page.header("content-security-policy");
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src *"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let text = page.text().replacen(COPY, "", 1);
        for inline in ["<script", "style=", " onclick", " onerror", "javascript:"] {
            assert!(!text.contains(inline), "{path} has {inline}");
        }
    }
    let data = app.get("/issuers/nea").await;
    assert_eq!(data.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn script_in_any_name_is_text_on_every_page() {
    let app = TestApp::sqlite().await;
    let script = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";
    let profile =
        json!({"name": script, "description": script, "url": "https://nea.example/?a='b'&c"});
    app.put("/v1/issuers/nea", &app.nea, &profile).await.expect(200);
    let mut achievement = with(
        samples::achievement(),
        json!({"slug": "restorative-practices", "name": script, "description": script,
               "criteria": {"narrative": script}, "tag": ["<i>x</i>"],
               "alignment": [{"targetName": script, "targetUrl": "https://x.example/'a'"}]}),
    );
    achievement["resultDescription"][0]["name"] = script.into();
    achievement["resultDescription"][0]["rubricCriterionLevel"][1]["name"] = script.into();
    achievement["resultDescription"][0]["rubricCriterionLevel"][1]["description"] = script.into();
    app.publish(&achievement).await;
    let evidence = json!([{"url": "https://drive.example/'x'&y", "name": script, "description": script, "open": true}]);
    let review = with(
        samples::review(),
        json!({"earner": {"name": script, "email": "a@b.example"}, "narrative": script,
               "evidence": evidence}),
    );
    let minted = app.mint(&review).await.expect(201).json();
    let mut seen = 0;
    for path in pages(&minted) {
        let text = app.get_as(&path, BROWSER).await.expect(200).text().replacen(COPY, "", 1);
        assert!(!text.contains("<script") && !text.contains("<img src=x"), "{path}: {text}");
        seen += usize::from(text.contains("&lt;script") || text.contains("&#60;script"));
    }
    assert!(seen >= 4, "the names are shown, as text");
    let image = local(&minted["credential"]["credentialSubject"]["achievement"]["image"]["id"]);
    let image = app.get(image).await.expect(200).text();
    assert!(!image.contains("<script") && !image.contains("<img"), "{image}");
    let missing = app.get_as("/credentials/%3Cscript%3Ealert(1)%3C%2Fscript%3E", BROWSER).await;
    assert!(!missing.expect(404).text().contains("<script"));
}

async fn evidence_is_closed_unless_it_was_opened(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let [closed, open] =
        [0, 1].map(|i| local(&minted["credential"]["evidence"][i]["id"]).to_owned());
    let closed = app.get_as(&closed, BROWSER).await.expect(403);
    assert!(!closed.text().contains("drive.example"), "{}", closed.text());
    let open = app.get_as(&open, BROWSER).await.expect(200);
    assert!(open.text().contains("https://drive.example/d/77aa-reflection"));
    assert_eq!(open.header("referrer-policy"), "no-referrer");
    app.get("/evidence/00000000000000000000000000000000").await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn every_page_is_told_in_the_language_that_its_reader_asks_for() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    for path in pages(&minted) {
        let english = app.get_as(&path, BROWSER).await;
        let spanish = app.request(axum::http::Method::GET, &path).header("accept", BROWSER);
        let spanish = spanish.header("accept-language", "es-MX,es;q=0.9,en;q=0.5").body("");
        let spanish = spanish.send().await;
        assert!(english.text().contains("<html lang=\"en\" dir=\"ltr\">"), "{path}");
        assert!(spanish.text().contains("<html lang=\"es\" dir=\"ltr\">"), "{path}");
        assert!(spanish.text().contains("Comprobar una microcredencial"), "{path}");
        assert!(english.header("set-cookie").is_empty(), "what was not chosen is not remembered");
        assert!(english.text().len() < 50_000, "{path}: {}", english.text().len());
        let vary = english.header_all("vary");
        assert!(vary.contains("Accept-Language") && vary.contains("Cookie"), "{path}: {vary}");
    }
    let path = format!("{}?lang=es", local(&minted["links"]["page"]));
    let page = app.get_as(&path, BROWSER).await.expect(200);
    assert!(
        page.header("set-cookie").starts_with("lang=es; Path=/; "),
        "{}",
        page.header("set-cookie")
    );
    assert!(page.header("set-cookie").ends_with("; Secure"));
    for told in ["Auténtica y vigente", "3 de mayo de 2026", "datetime=\"2026-05-03", "15 horas"] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
}

#[tokio::test]
async fn the_catalogue_is_searched_by_words_and_by_stack() {
    let app = TestApp::sqlite().await;
    app.minted().await;
    let link = "href=\"/achievements/nea.restorative-practices\"";
    for (query, found) in [
        ("", true),
        ("?q=RESTORATIVE", true),
        ("?q=restorative+nowhere", false),
        ("?stack=Classroom+Climate", true),
        ("?stack=classroom", false),
        ("?q=&stack=&page=-7", true),
        ("?q=%00%FF&q=restorative", true),
    ] {
        let page = app.get_as(&format!("/issuers/nea{query}"), BROWSER).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(page.text().contains(link), found, "{query}: {}", page.text());
    }
    let page = app.get_as("/issuers/nea?q=%22%3E%3Cscript%3E", BROWSER).await.expect(200).text();
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn the_page_of_standards_names_what_the_registries_hold() {
    let app = TestApp::sqlite().await;
    let page = app.get_as("/standards", BROWSER).await.expect(200).text();
    for name in crate::readme::supported() {
        assert!(page.contains(&format!("<code>{name}</code>")), "{name}");
    }
}

#[tokio::test]
async fn a_credential_leads_with_the_domain_that_signed_and_names_prove_nothing() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let path = local(&minted["links"]["page"]);
    let page = app.get_as(path, BROWSER).await.expect(200).text();
    let (_, page) = page.split_once("<body").expect("it has a body");
    let [verdict, domain, name] =
        ["Genuine and valid", "<strong>touchmark.example</strong>", "NEA (example)"]
            .map(|text| page.find(text).unwrap_or_else(|| panic!("{text}: {page}")));
    assert!(verdict < domain && domain < name);
    assert!(page.contains("Whether the name fits, nobody here has confirmed."), "{page}");
    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "Awarded by mistake"})).await.expect(200);
    let page = app.get_as(path, BROWSER).await.expect(200).text();
    for told in ["Withdrawn", "It no longer counts.", "Since "] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("Genuine and valid") && !page.contains("Awarded by mistake"));
}
