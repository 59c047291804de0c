//! The files of a credential: pictures with it inside, QR codes, previews.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use touchmark::bake::{Edition, Picture, png};
use touchmark::store::{Act, AuditEntry, Holder, Note};

use crate::baked;
use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_picture_holds_the_credential_and_gets_its_verdict
}

/// The address of the credential's page, without scheme and host.
fn page(minted: &Value) -> &str {
    minted["links"]["page"].as_str().unwrap().strip_prefix("https://touchmark.example").unwrap()
}

/// The credential in a picture that was answered.
fn opened(answer: &Answer) -> String {
    let picture = Picture::of(&answer.bytes).expect("a picture");
    assert_eq!(picture.media_type(), answer.media_type());
    let found = picture.open(&answer.bytes).expect("a credential in it");
    assert_eq!(found.edition, Edition::V3);
    found.credential
}

/// Publishes an achievement with this picture, and mints it.
async fn with_picture(app: &TestApp, media: &str, picture: &[u8]) -> Value {
    let id = format!("data:image/{media};base64,{}", STANDARD.encode(picture));
    app.publish(&with(samples::achievement(), json!({"image": {"id": id, "type": "Image"}}))).await;
    app.mint(&samples::review()).await.expect(201).json()
}

async fn a_picture_holds_the_credential_and_gets_its_verdict(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    for extension in ["png", "svg"] {
        for (asked, signed) in [("", "json"), ("?form=json", "json"), ("?form=jwt", "jwt")] {
            let picture =
                app.get(&format!("{}.{extension}{asked}", page(&minted))).await.expect(200);
            let signed = app.get(&format!("{}.{signed}", page(&minted))).await.expect(200);
            assert_eq!(opened(&picture), signed.text());
            let name = format!("filename=\"Restorative-Practices.{extension}\"");
            assert!(picture.header("content-disposition").contains(&name));
            assert_eq!(picture.header("access-control-allow-origin"), "*");
            assert_eq!(picture.header("cache-control"), "no-cache");
            let report = app.verify(picture.bytes.clone()).await;
            assert_eq!(report["verdicts"]["authentic"], "yes", "{report:#}");
            assert_eq!(report["verdicts"]["current"], "yes", "{report:#}");
            assert_eq!(report["picture"], extension);
            let altered = altered(&picture);
            let report = app.verify(altered).await;
            assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
        }
    }
    let picture = app.get(&format!("{}.png", page(&minted))).await.expect(200);
    app.change(minted["id"].as_str().unwrap(), "revoke", &json!({"reason": "r"})).await.expect(200);
    let report = app.verify(picture.bytes.clone()).await;
    assert_eq!(report["verdicts"]["current"], "no", "a picture that somebody kept");
}

/// The picture with another letter in the credential, in whichever form it is, and its
/// checksum right again.
fn altered(picture: &Answer) -> Vec<u8> {
    let credential = opened(picture);
    let changed = match credential.starts_with('{') {
        true => credential.replacen("Jordan", "Jordin", 1),
        false => {
            let (signed, signature) = credential.rsplit_once('.').unwrap();
            let other = if signature.starts_with('A') { 'B' } else { 'A' };
            format!("{signed}.{other}{}", &signature[1..])
        }
    };
    assert_ne!(credential, changed);
    Picture::of(&picture.bytes).unwrap().bake(&picture.bytes, &changed).unwrap()
}

#[tokio::test]
async fn a_copy_that_is_current_is_not_sent_again() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    for file in [".png", ".svg", "/qr.svg", "/qr.png", "/preview.png"] {
        let path = format!("{}{file}", page(&minted));
        let first = app.get(&path).await.expect(200);
        let tag = first.header("etag").to_owned();
        let asked =
            app.request(Method::GET, &path).header("if-none-match", &format!("\"x\", {tag}"));
        let again = asked.send().await.expect(304);
        assert_eq!((again.header("etag"), again.bytes.len()), (tag.as_str(), 0), "{file}");
        let asked = app.request(Method::GET, &path).header("if-none-match", "\"x\"");
        assert_eq!(asked.send().await.expect(200).bytes, first.bytes, "{file}");
    }
}

#[tokio::test]
async fn what_an_issuers_picture_held_before_is_replaced() {
    let app = TestApp::sqlite().await;
    let others = Picture::Png.bake(&baked::png(), "{\"name\": \"another\"}").unwrap();
    let minted = with_picture(&app, "png", &others).await;
    let signed = app.get(&format!("{}.json", page(&minted))).await.expect(200).text();
    let picture = app.get(&format!("{}.png", page(&minted))).await.expect(200);
    assert_eq!(opened(&picture), signed);
    // The issuer's own pixels, and nothing else.
    let again = Picture::Png.bake(&others, &signed).unwrap();
    assert_eq!(picture.bytes, again);
    let framed = app.get(&format!("{}.svg", page(&minted))).await.expect(200);
    assert_eq!(opened(&framed), signed);
    assert!(framed.text().contains("href=\"data:image/png;base64,"));
}

#[tokio::test]
async fn an_issuers_svg_stays_as_it_is_cannot_run_and_is_never_rendered() {
    let app = TestApp::sqlite().await;
    let hostile = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let minted = with_picture(&app, "svg+xml", hostile.as_bytes()).await;
    let signed = app.get(&format!("{}.json", page(&minted))).await.expect(200).text();
    let picture = app.get(&format!("{}.svg", page(&minted))).await.expect(200);
    assert_eq!(opened(&picture), signed);
    let policy = picture.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(picture.header("content-disposition").starts_with("attachment"));
    // Pixels are of our own drawing.
    let pixels = app.get(&format!("{}.png", page(&minted))).await.expect(200);
    assert_eq!(png::size(&pixels.bytes), Some((600, 600)));
    assert_eq!(opened(&pixels), signed);
}

#[tokio::test]
async fn what_is_no_picture_though_it_says_so_gives_way_to_our_drawing() {
    for (media, bytes) in [
        ("png", &b"GIF89a"[..]),
        ("png", b"\x89PNG\r\n\x1a\ncut off"),
        (
            "svg+xml",
            b"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ),
    ] {
        let app = TestApp::sqlite().await;
        let minted = with_picture(&app, media, bytes).await;
        for extension in ["png", "svg"] {
            let picture = app.get(&format!("{}.{extension}", page(&minted))).await.expect(200);
            assert!(opened(&picture).contains("Jordan"), "{media} {extension}");
        }
    }
}

#[tokio::test]
async fn a_preview_tells_neither_the_earner_nor_how_the_credential_stands() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let other =
        with(samples::review(), json!({"earner": {"name": "Alex Kim", "email": "a@b.example"}}));
    let other = app.mint(&other).await.expect(201).json();
    let preview = app.get(&format!("{}/preview.png", page(&minted))).await.expect(200);
    assert_eq!(preview.media_type(), "image/png");
    assert_eq!(png::size(&preview.bytes), Some((1200, 630)));
    assert!(preview.bytes.len() < 128 * 1024, "{}", preview.bytes.len());
    let of_other = app.get(&format!("{}/preview.png", page(&other))).await.expect(200);
    assert_eq!(preview.bytes, of_other.bytes);
    app.change(minted["id"].as_str().unwrap(), "revoke", &json!({"reason": "r"})).await.expect(200);
    let revoked = app.get(&format!("{}/preview.png", page(&minted))).await.expect(200);
    assert_eq!(preview.bytes, revoked.bytes);
}

#[tokio::test]
async fn a_qr_code_is_of_the_page_and_of_no_other() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let other = app.mint(&samples::review()).await.expect(201).json();
    for (file, media) in [("qr.svg", "image/svg+xml"), ("qr.png", "image/png")] {
        let code = app.get(&format!("{}/{file}", page(&minted))).await.expect(200);
        assert_eq!(code.media_type(), media);
        assert_eq!(code.header("content-disposition"), "");
        let of_other = app.get(&format!("{}/{file}", page(&other))).await.expect(200);
        assert_ne!(code.bytes, of_other.bytes);
    }
}

#[tokio::test]
async fn a_file_of_nothing_is_not_found_and_an_unknown_form_is_told() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let nobody = "/credentials/0123456789abcdef0123456789abcdef";
    for file in [".png", ".svg", "/qr.svg", "/qr.png", "/preview.png", ".gif", ".png.png"] {
        app.get(&format!("{nobody}{file}")).await.expect_problem(404, "not-found");
    }
    for file in [".gif", ".png.png", ".PNG", "/qr.gif", "/preview.svg", "/"] {
        app.get(&format!("{}{file}", page(&minted))).await.expect_problem(404, "not-found");
    }
    for query in ["form=cbor", "form=", "form=json&form=jwt"] {
        let path = format!("{}.png?{query}", page(&minted));
        app.get(&path).await.expect_problem(400, "unreadable");
    }
    app.get(&format!("{}.png?utm_source=a", page(&minted))).await.expect(200);
}

#[tokio::test]
async fn the_files_of_a_page_that_its_holder_hides_are_private_until_it_is_shown() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let id = minted["id"].as_str().unwrap();
    let files = [".json", ".jwt", ".png", ".svg", "/qr.svg", "/qr.png", "/preview.png"];
    for (nonce, hidden) in [(1, true), (2, false)] {
        let entry = AuditEntry {
            at: app.app.issuance.ambient.now(),
            actor: "earner".into(),
            action: String::new(),
            issuer: None,
            subject: id.into(),
            detail: "{}".into(),
        };
        let note = Note { entry, nonce: [nonce; 8] };
        let holder = Holder { credential: id, generation: 1 };
        let store = &app.app.issuance.store;
        store.act(holder, &Act::Page { hidden }, &note).await.unwrap();
        for file in files {
            let answer = app.get(&format!("{}{file}", page(&minted))).await;
            match hidden {
                true => drop(answer.expect_problem(403, "private")),
                false => drop(answer.expect(200)),
            }
        }
    }
}

#[tokio::test]
async fn one_composed_elsewhere_has_a_picture_where_it_is_of_an_achievement() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let mut composed = minted["credential"].clone();
    for own in ["id", "proof", "credentialStatus", "evidence"] {
        composed.as_object_mut().unwrap().remove(own);
    }
    let plain = with(
        composed.clone(),
        json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"], "name": null, "awardedDate": null,
            "issuer": "did:web:touchmark.example:issuers:nea",
        "credentialSubject": {"id": "did:example:a"}}),
    );
    for (credential, status) in [(composed, 200), (plain, 404)] {
        let body = json!({"credential": credential, "options": {}});
        let issued = app.post("/credentials/issue", &app.nea, &body).await.expect(201).json();
        let id = issued["verifiableCredential"]["id"].as_str().unwrap();
        let path = id.strip_prefix("https://touchmark.example").unwrap();
        for extension in ["png", "svg"] {
            let picture = app.get(&format!("{path}.{extension}")).await.expect(status);
            if status == 200 {
                let report = app.verify(picture.bytes.clone()).await;
                assert_eq!(report["verdicts"]["authentic"], "yes", "{report:#}");
            }
            app.get(&format!("{path}.{extension}?form=jwt")).await.expect(404);
        }
        app.get(&format!("{path}/qr.svg")).await.expect(200);
        app.get(&format!("{path}/preview.png")).await.expect(status);
    }
}
