//! What an educator sees of what their micro-credentials count for, and of a receipt.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Browser, curl};
use crate::support::demo::Demo;

struct Walk {
    demo: Demo,
    browser: Browser,
    folder: tempfile::TempDir,
}

impl Walk {
    /// On a phone.
    fn start() -> Option<Self> {
        let browser = Browser::start()?;
        browser.look("light", 390);
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Some(Self { demo: Demo::start(), browser, folder })
    }

    /// A credential of the demo as a file.
    fn file(&self, link: &str, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, curl(&[&format!("{link}.json")])).expect("the folder is there");
        path
    }

    fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.demo.origin));
    }

    fn read(&self, url: &str) -> String {
        self.browser.open(url);
        self.shown("body")
    }

    /// What is to be read there, once it is there.
    fn shown(&self, css: &str) -> String {
        let text = self.browser.wait_for(&format!(
            "const found = document.querySelector('{css}');
             return found && document.readyState === 'complete' ? found.innerText : null;"
        ));
        text.as_str().expect("a text").to_owned()
    }

    fn element(&self, css: &str) -> String {
        let found = self.browser.post("element", &json!({"using": "css selector", "value": css}));
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        format!("element/{}", id.unwrap_or_else(|| panic!("no {css}: {found}")))
    }

    fn press(&self, css: &str) {
        self.browser.post(&format!("{}/click", self.element(css)), &json!({}));
    }

    fn type_into(&self, css: &str, text: &str) {
        self.browser.post(&format!("{}/value", self.element(css)), &json!({"text": text}));
    }

    /// Gives the files to the page, as by dropping them.
    fn drop(&self, files: &[PathBuf]) {
        let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
        self.browser.drop_files(&files, "#drop");
    }
}

/// The page of the receipt of the claim that the demo prints; filed at most once.
pub fn receipt(demo: &Demo) -> String {
    let (_, line) = demo.summary.split_once("/v1/recognizers/tennessee/claims").expect("the claim");
    let (_, key) = line.split_once("Bearer ").expect("its key");
    let (_, body) = line.split_once("-d '").expect("its body");
    let key = format!("Authorization: Bearer {}", key.split('\'').next().expect("a key"));
    let body = body.split('\'').next().expect("a body");
    let url = format!("{}/v1/recognizers/tennessee/claims", demo.origin);
    let headers =
        ["-H", &key, "-H", "Content-Type: application/json", "-H", "Idempotency-Key: receipt"];
    let answer = curl(&[&headers[..], &["-d", body, &url]].concat());
    let claim: Value = serde_json::from_slice(&answer).expect("a claim is JSON");
    claim["receipt"]["page"].as_str().unwrap_or_else(|| panic!("{claim}")).to_owned()
}

#[test]
fn an_educator_drops_two_files_and_sees_what_they_count_for_at_each_office() {
    let Some(walk) = Walk::start() else { return };
    let good = walk.demo.credentials("good");
    let files = [walk.file(&good[0], "one.json"), walk.file(&good[2], "two.json")];
    walk.open("/counts");
    walk.drop(&files);
    let sums = walk.shown("#sums");
    for told in [
        "12 PDPs if your license covers",
        "10 PDPs with one more related micro-credential",
        "US$350",
        "or 1.5 credits",
    ] {
        assert!(sums.contains(told), "{told}: {sums}");
    }
    let dates = "const dates = document.querySelector('#questions .pair');
                 return dates.scrollWidth - dates.clientWidth;";
    assert_eq!(walk.browser.wait_for(dates), 0, "they fit a phone");
    let lebanon = walk.shown("#at-lebanon");
    assert!(lebanon.contains("Each: It counts US$175."), "{lebanon}");
    walk.type_into("[name=license-from]", "09012021");
    walk.type_into("[name=license-until]", "08312031");
    walk.press("#questions [type=submit]");
    let certain = walk.browser.wait_for(
        "const sums = document.querySelector('#sums');
         return sums && document.readyState === 'complete' && !sums.innerText.includes('12 PDPs if')
             ? sums.innerText : null;",
    );
    let certain = certain.as_str().expect("a text");
    assert!(certain.contains("12 PDPs"), "the files need not be given again: {certain}");
    let whole = walk.shown("main");
    for told in ["What to do next", "By its policy, version 1", "Counts"] {
        assert!(whole.contains(told), "{told}: {whole}");
    }
}

#[test]
fn one_office_is_chosen_and_what_was_revoked_is_named_first_with_the_reason() {
    let Some(walk) = Walk::start() else { return };
    walk.open("/counts?recognizer=tennessee");
    let revoked = walk.file(&walk.demo.credentials("revoked")[0], "revoked.json");
    let good = walk.file(&walk.demo.credentials("good")[0], "good.json");
    let photo = walk.folder.path().join("photo.jpg");
    std::fs::write(&photo, [0xff, 0xd8, 0xff, 0xe0]).expect("the folder is there");
    walk.drop(&[revoked, good, photo]);
    let sums = walk.shown("#sums");
    assert!(sums.contains("6 PDPs") && !sums.contains("Massachusetts"), "{sums}");
    let troubles = walk.shown("#troubles");
    for told in ["Withdrawn", "photo.jpg", "This is no micro-credential."] {
        assert!(troubles.contains(told), "{told}: {troubles}");
    }
    // More of it is told by the check itself.
    walk.press("#troubles form button");
    assert_eq!(walk.shown("#verdict .word"), "Withdrawn");
}

#[test]
fn without_script_the_form_does_the_same() {
    let Some(walk) = Walk::start() else { return };
    let file = walk.file(&walk.demo.credentials("good")[0], "one.json");
    walk.browser.post(
        "goog/cdp/execute",
        &json!({"cmd": "Emulation.setScriptExecutionDisabled", "params": {"value": true}}),
    );
    walk.open("/counts");
    walk.type_into("[name=file]", file.to_str().expect("a path"));
    walk.press("#ask [type=submit]");
    let url = format!("{}/{}/text", walk.browser.session, walk.element("#sums"));
    let text: Value = serde_json::from_slice(&curl(&[&url])).expect("an answer is JSON");
    let text = text["value"].as_str().expect("a text");
    assert!(text.contains("6 PDPs"), "{text}");
}

#[test]
fn a_receipts_page_says_what_was_counted_and_that_it_was_withdrawn() {
    let Some(walk) = Walk::start() else { return };
    let page = receipt(&walk.demo);
    let shown = walk.read(&page);
    for told in ["Genuine and valid", "6 PDPs", "Restorative Practices", "Version 2"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let headers = curl(&["-o", "/dev/null", "-D", "-", "-H", "Accept: text/html", &page]);
    let headers = String::from_utf8_lossy(&headers).to_lowercase();
    assert!(headers.contains("x-robots-tag: noindex"), "{headers}");

    let (_, key) = walk.demo.summary.rsplit_once("Bearer ").expect("the office's key");
    let key = format!("Authorization: Bearer {}", key.split('\'').next().expect("a key"));
    let claims = format!("{}/v1/recognizers/tennessee/claims", walk.demo.origin);
    let list: Value = serde_json::from_slice(&curl(&["-H", &key, &claims])).expect("JSON");
    let url = format!("{claims}/{}/withdraw", list[0]["id"].as_str().expect("an id"));
    let json = "Content-Type: application/json";
    curl(&["-H", &key, "-H", json, "-d", "{\"reason\": \"Filed twice\"}", &url]);
    let shown = walk.read(&page);
    assert!(shown.contains("The office withdrew this decision"), "{shown}");
}
