//! `/verify` and uploads: what a form holds gets the report that `POST /v1/verify` gives.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::bake::Picture;

use crate::baked::{SVG, png};
use crate::support::app::{Answer, TestApp};
use crate::support::samples::{self, with};

const BOUNDARY: &str = "----a-boundary-that-no-file-holds";

/// A part of a form: the name of its field, of its file if it is one, and its content.
pub(super) type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        let file = file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub(super) async fn send(app: &TestApp, path: &str, parts: &[Part<'_>]) -> Answer {
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = app.request(Method::POST, path).header("content-type", &media);
    request.body(form(parts)).send().await
}

/// The report that the page holds for computers.
fn raw(page: &str) -> Value {
    let (_, rest) = page.split_once("<textarea id=\"report\"").expect("the page has a report");
    let (_, rest) = rest.split_once('>').expect("the tag ends");
    let (text, _) = rest.split_once("</textarea>").expect("the report ends");
    let entities = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    let text = entities.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[tokio::test]
async fn a_file_a_text_or_a_link_in_a_form_gets_the_report_of_its_content() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let json = minted["credential"].to_string();
    let jwt = minted["jwt"].as_str().unwrap();
    let picture = Picture::Png.bake(&png(), &json).unwrap();
    let drawing = Picture::Svg.bake(SVG.as_bytes(), jwt).unwrap();
    let link = minted["links"]["page"].as_str().unwrap();
    let given: [(&str, Option<&str>, &[u8], Value); 5] = [
        ("file", Some("badge.png"), &picture, app.verify(picture.clone()).await),
        ("file", Some("badge.svg"), &drawing, app.verify(drawing.clone()).await),
        ("file", Some("credential.json"), json.as_bytes(), app.verify(json.clone()).await),
        ("text", None, jwt.as_bytes(), app.verify(jwt.to_owned()).await),
        ("text", None, link.as_bytes(), app.verify(json!({"url": link}).to_string()).await),
    ];
    for (field, file, content, expected) in given {
        assert_eq!(expected["verified"], true, "{expected:#}");
        // A browser sends both fields, the other one empty.
        let other = if field == "file" { ("text", None) } else { ("file", Some("")) };
        let parts: [Part<'_>; 2] = [(field, file, content), (other.0, other.1, b"")];
        let report = send(&app, "/v1/verify", &parts).await.expect(200).json();
        assert_eq!(report, expected);
        let page = send(&app, "/verify", &parts).await.expect(200);
        assert_eq!(page.media_type(), "text/html");
        assert_eq!(raw(&page.text()), expected);
        for shown in ["Genuine and valid", "Jordan Rivera", "touchmark.example"] {
            assert!(page.text().contains(shown), "{shown}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn what_does_not_hold_is_told_first_and_proves_no_name() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let changed = minted["credential"].to_string().replacen("Jordan Rivera", "Jordan Riverb", 1);
    let picture = Picture::Png.bake(&png(), &changed).unwrap();
    let page = send(&app, "/verify", &[("file", Some("a.png"), &picture)]).await.expect(200).text();
    assert_eq!(raw(&page), app.verify(picture).await);
    assert!(page.contains("Not genuine") && page.contains("What it claims (not proven)"));
    assert!(!page.contains("Signed by"), "{page}");
    let [reason, claim, held] = ["Why, and what to do", "Jordan Riverb", "What holds"]
        .map(|text| page.find(text).unwrap_or_else(|| panic!("{text}: {page}")));
    assert!(reason < claim && claim < held);

    let page = send(&app, "/verify", &[("text", None, b"[{}, {}]")]).await.expect(200).text();
    assert!(page.contains("Not a micro-credential we can read"), "{page}");

    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "Awarded by mistake"})).await.expect(200);
    let credential = minted["credential"].to_string();
    let parts: [Part<'_>; 1] = [("text", None, credential.as_bytes())];
    let page = send(&app, "/verify", &parts).await.expect(200).text();
    assert!(page.contains("Withdrawn") && page.contains("no longer counts"), "{page}");
}

#[tokio::test]
async fn what_is_handed_on_together_is_answered_one_by_one() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let good = minted["credential"].clone();
    let changed = good.to_string().replacen("Jordan Rivera", "Jordan Riverb", 1);
    let changed: Value = serde_json::from_str(&changed).unwrap();
    let presented = |credentials: &[&Value]| {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": "did:example:anybody",
            "verifiableCredential": credentials,
        })
        .to_string()
    };
    let page = async |text: String| {
        send(&app, "/verify", &[("text", None, text.as_bytes())]).await.expect(200).text()
    };
    let both = presented(&[&good, &changed]);
    let report = app.verify(both.clone()).await;
    assert_eq!(report["presentation"]["credentials"].as_array().map(Vec::len), Some(2));
    assert!(report["presentation"]["holder"].is_null(), "nobody signed it: {report:#}");
    let both = page(both).await;
    let told = ["Not all of it holds", "2 micro-credentials", "Genuine and valid.", "Not genuine."];
    for text in told {
        assert!(both.contains(text), "{text}: {both}");
    }
    assert!(both.contains("Claims to be earned by"), "{both}");
    let one = page(presented(&[&good])).await;
    assert!(one.contains("It holds one micro-credential") && !one.contains("Not all"), "{one}");
}

#[tokio::test]
async fn a_form_holds_one_thing_to_verify() {
    let app = TestApp::sqlite().await;
    let credential = app.minted().await["credential"].to_string();
    let whole = credential.as_bytes();
    let two = format!("{credential}\n{credential}");
    let array = format!("[{credential},{credential}]");
    for (parts, told) in [
        (&[("file", Some("a.json"), whole), ("text", None, whole)][..], "the file \"a.json\" and"),
        (
            &[("file", Some("a.json"), whole), ("file", Some("b.json"), whole)],
            "and the file \"b.json\"",
        ),
        (&[("file", Some(""), b""), ("text", None, b" \n")], "the form is empty"),
        (&[], "the form is empty"),
        (&[("text", None, b"hello")], "neither a JSON object"),
    ] {
        let problem = send(&app, "/v1/verify", parts).await.expect_problem(400, "unreadable");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{detail}");
        let page = send(&app, "/verify", parts).await.expect(400).text();
        assert!(page.contains("Nothing was checked"), "{page}");
    }
    for (several, found) in [(&two, "2 JSON objects"), (&array, "a JSON array of 2")] {
        let parts: [Part<'_>; 1] = [("file", Some("roster.json"), several.as_bytes())];
        let report = send(&app, "/v1/verify", &parts).await.expect(200).json();
        let problem = &report["checks"][0]["problem"];
        assert_eq!(
            (&report["verified"], &problem["code"]),
            (&json!(false), &json!("several-credentials"))
        );
        assert!(problem["detail"].as_str().unwrap().contains(found), "{problem}");
    }
    let many: Vec<Part<'_>> = vec![("text", None, b" "); 9];
    send(&app, "/v1/verify", &many).await.expect_problem(400, "unreadable");
    let large = vec![b' '; 2 * 1024 * 1024 + 20_000];
    send(&app, "/v1/verify", &[("file", None, &large)]).await.expect_problem(413, "too-large");
    let broken =
        app.request(Method::POST, "/v1/verify").header("content-type", "multipart/form-data");
    broken.body("x").send().await.expect_problem(400, "unreadable");
}

#[tokio::test]
async fn the_page_has_one_script_of_its_own_and_nothing_given_to_it_runs() {
    let app = TestApp::sqlite().await;
    let script = "</textarea><script>alert(1)</script>\"><img src=x onerror=alert(1)>";
    let review = with(
        samples::review(),
        json!({"earner": {"name": script, "email": "a@b.example"}, "narrative": script}),
    );
    app.publish(&samples::achievement()).await;
    let minted = app.mint(&review).await.expect(201).json();
    let good = minted["credential"].to_string();
    let changed = good.replacen("alert(1)", "alert(2)", 1);
    let asked = app.get_as("/verify", "text/html").await.expect(200);
    let mut pages = vec![asked];
    for text in [&good, &changed, &format!("{{\"a\":{}}}", json!(script)), &script.to_owned()] {
        pages.push(send(&app, "/verify", &[("text", None, text.as_bytes())]).await);
    }
    for page in pages {
        let text = page.text();
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("form-action 'self'"));
        let ours = "<script src=\"/assets/ask.js\" defer></script>";
        let copies = "<script src=\"/assets/copy.js\" defer></script>";
        let of_ours = text.matches(ours).count() + text.matches(copies).count();
        assert_eq!((of_ours, text.matches("<script").count()), (2, 2), "{text}");
        for inline in ["<img", "style=", "javascript:"] {
            assert!(!text.contains(inline), "{inline}: {text}");
        }
        assert_eq!(text.matches("</textarea>").count(), text.matches("<textarea").count());
    }
    let script = app.get("/assets/ask.js").await.expect(200);
    assert_eq!(script.media_type(), "text/javascript");
    assert!(app.get_as("/", "text/html").await.text().contains("href=\"/verify\""));
}
