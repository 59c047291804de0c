//! The pages in a real browser: Debian's Chromium, driven through chromedriver.
//! Spec: <https://www.w3.org/TR/webdriver2/>
//!
//! Where there is neither, the tests are passed over; `make test` installs both and requires them.

mod counts;
mod earner;
mod menus;
mod pages;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use touchmark::bake::Picture;

use crate::baked::png;
use crate::support::demo::Demo;

/// A browser with one window, closed when dropped.
struct Browser {
    driver: Child,
    /// Kept, or it would fail to write.
    _output: BufReader<ChildStdout>,
    /// `http://127.0.0.1:PORT/session/ID`
    session: String,
}

impl Browser {
    /// `None` where this machine has none, unless one is required.
    fn start() -> Option<Self> {
        let required = std::env::var("TOUCHMARK_TEST_BROWSER").is_ok_and(|v| v == "required");
        let started = Command::new("chromedriver")
            .args(["--port=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match started {
            Ok(driver) => driver,
            Err(error) => {
                assert!(!required, "chromedriver does not start: {error}");
                eprintln!("passed over: no chromedriver ({error})");
                return None;
            }
        };
        let mut output = BufReader::new(driver.stdout.take().expect("its output is a pipe"));
        let port = output.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let origin = format!("http://127.0.0.1:{}", port.expect("it says its port"));
        let options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--window-size=1280,900",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": options}}}});
        let answer = ask("POST", &format!("{origin}/session"), &capabilities);
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Some(Self { driver, _output: output, session: format!("{origin}/session/{id}") })
    }

    fn post(&self, command: &str, body: &Value) -> Value {
        ask("POST", &format!("{}/{command}", self.session), body)
    }

    fn open(&self, url: &str) {
        self.post("url", &json!({"url": url}));
    }

    /// What the script returns, asked again until it is no longer null: pages load in their time.
    fn wait_for(&self, script: &str) -> Value {
        let body = json!({"script": format!(
            "const done = arguments[0];
             const look = () => {{
               const found = (() => {{ {script} }})();
               if (found === null) setTimeout(look, 20); else done(found);
             }};
             look();"), "args": []});
        self.post("execute/async", &body)
    }

    /// Drags a file from the desktop and lets it go over an element.
    fn drop_file(&self, file: &Path, on: &str) {
        self.drop_files(&[file], on);
    }

    /// The same with several at once.
    fn drop_files(&self, files: &[&Path], on: &str) {
        let middle = self.wait_for(&format!(
            "const box = document.querySelector('{on}').getBoundingClientRect();
             return {{x: box.x + box.width / 2, y: box.y + box.height / 2}};"
        ));
        let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
        for kind in ["dragEnter", "dragOver", "drop"] {
            let params = json!({"type": kind, "x": middle["x"], "y": middle["y"], "data": data});
            let command = json!({"cmd": "Input.dispatchDragEvent", "params": params});
            self.post("goog/cdp/execute", &command);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = Command::new("curl").args(["-s", "-X", "DELETE", &self.session]).output();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// One command of the protocol, and its value.
fn ask(method: &str, url: &str, body: &Value) -> Value {
    // Over a pipe: a script may be longer than an argument.
    let mut curl = Command::new("curl")
        .args(["-s", "--max-time", "60", "-X", method, "-H", "Content-Type: application/json"])
        .args(["--data-binary", "@-", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl is installed");
    let mut input = curl.stdin.take().expect("its input is a pipe");
    input.write_all(body.to_string().as_bytes()).expect("curl reads it all");
    drop(input);
    let output = curl.wait_with_output().expect("curl ends").stdout;
    let answer: Value = serde_json::from_slice(&output)
        .unwrap_or_else(|e| panic!("{url}: {e}: {}", String::from_utf8_lossy(&output)));
    assert!(answer["value"]["error"].is_null(), "{url}: {}", answer["value"]);
    answer["value"].clone()
}

/// What `curl` gets for these arguments.
fn curl(args: &[&str]) -> Vec<u8> {
    let output = Command::new("curl")
        .args(["-sf", "--max-time", "60"])
        .args(args)
        .output()
        .expect("curl is installed");
    assert!(output.status.success(), "{args:?}");
    output.stdout
}

struct Desk {
    demo: Demo,
    browser: Browser,
    folder: tempfile::TempDir,
}

impl Desk {
    fn set() -> Option<Self> {
        let browser = Browser::start()?;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Some(Self { demo: Demo::start(), browser, folder })
    }

    fn page(&self) -> String {
        format!("{}/verify", self.demo.origin)
    }

    /// A credential of the demo, as it is signed.
    fn signed(&self, status: &str) -> String {
        let link = &self.demo.credentials(status)[0];
        String::from_utf8(curl(&[&format!("{link}.json")])).expect("JSON is text")
    }

    fn picture(&self, name: &str, credential: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let baked = Picture::Png.bake(&png(), credential).expect("it fits into the picture");
        std::fs::write(&path, baked).expect("the folder is there");
        path
    }

    /// Drops the file on the page: the headline that appears, and the report under it.
    fn dropped(&self, file: &Path) -> (String, Value) {
        self.browser.open(&self.page());
        self.browser.drop_file(file, "#drop");
        let headline = self.browser.wait_for(
            "const word = document.querySelector('#verdict .word');
             return word && document.readyState === 'complete' ? word.textContent : null;",
        );
        let report = self.browser.wait_for("return document.getElementById('report').value;");
        let report = serde_json::from_str(report.as_str().expect("a text")).expect("it is JSON");
        (headline.as_str().expect("a text").to_owned(), report)
    }

    /// What the API says of the same file. The status is as of now, which passes.
    fn asked(&self, file: &Path) -> Value {
        let url = format!("{}/v1/verify", self.demo.origin);
        let data = format!("@{}", file.display());
        serde_json::from_slice(&curl(&["--data-binary", &data, &url])).expect("a report is JSON")
    }
}

fn without_time(mut report: Value) -> Value {
    report["statusAsOf"] = Value::Null;
    report
}

#[test]
fn a_picture_dropped_on_the_page_gets_the_report_of_the_api() {
    let Some(desk) = Desk::set() else { return };
    let good = desk.signed("good");
    for (name, credential, told) in [
        ("good.png", good.clone(), "Genuine and valid"),
        ("altered.png", good.replacen("Jordan", "Jordin", 1), "Not genuine"),
        ("revoked.png", desk.signed("revoked"), "Withdrawn"),
    ] {
        let file = desk.picture(name, &credential);
        let (headline, report) = desk.dropped(&file);
        assert_eq!(headline, told, "{report:#}");
        assert_eq!(without_time(report), without_time(desk.asked(&file)), "{name}");
    }
}

#[test]
fn a_link_typed_into_the_page_is_checked_and_the_report_can_be_copied() {
    let Some(desk) = Desk::set() else { return };
    let link = &desk.demo.credentials("good")[0];
    desk.browser.open(&desk.page());
    desk.browser.wait_for(&format!(
        "document.querySelector('[name=text]').value = '{link}';
         document.querySelector('#ask [type=submit]').click();
         return true;"
    ));
    let told = desk.browser.wait_for(
        "const word = document.querySelector('#verdict .word');
         return word && document.readyState === 'complete' ? word.textContent : null;",
    );
    assert_eq!(told, "Genuine and valid");
    let copy = "return document.querySelector('[data-copy]').hidden;";
    assert_eq!(desk.browser.wait_for(copy), false, "the button is there with the script");
    // The page lets nothing but its own script run.
    let blocked = desk.browser.wait_for(
        "const script = document.createElement('script');
         script.textContent = 'window.ran = true';
         document.body.append(script);
         return window.ran === undefined;",
    );
    assert_eq!(blocked, true);
    let screenshot = ask_screenshot(&desk.browser);
    assert!(screenshot.len() > 1000, "it shows something");
}

/// The file that a link of the page saves, as a visitor's click does.
fn downloaded(desk: &Desk, page: &str, extension: &str) -> PathBuf {
    let folder = desk.folder.path().join("downloads");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let params = json!({"behavior": "allow", "downloadPath": folder});
    let command = json!({"cmd": "Browser.setDownloadBehavior", "params": params});
    desk.browser.post("goog/cdp/execute", &command);
    desk.browser.open(page);
    desk.browser.wait_for(&format!(
        "const link = document.querySelector('main a[href$=\".{extension}\"]');
         if (!link) return null;
         link.click();
         return true;"
    ));
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        // The browser gives a file its name once all of it is there.
        let files = std::fs::read_dir(&folder).expect("it was made").map_while(Result::ok);
        let named = |path: &PathBuf| path.extension().is_some_and(|e| e == extension);
        if let Some(file) = files.map(|file| file.path()).find(named) {
            return file;
        }
        assert!(Instant::now() < until, "nothing was saved");
        desk.browser.wait_for("return true;");
    }
}

#[test]
fn a_picture_saved_from_the_page_is_verified_where_it_is_dropped_and_altered_refused() {
    let Some(desk) = Desk::set() else { return };
    let page = &desk.demo.credentials("good")[0];
    for picture in [Picture::Png, Picture::Svg] {
        let file = downloaded(&desk, page, picture.extension());
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(name.contains('-') && name.is_ascii(), "named after the achievement: {name}");
        let (headline, report) = desk.dropped(&file);
        assert_eq!(headline, "Genuine and valid", "{report:#}");
        assert_eq!(report["picture"], picture.extension());

        let bytes = std::fs::read(&file).expect("it was saved");
        let credential = picture.open(&bytes).expect("a credential in it").credential;
        let changed = credential.replacen("Jordan", "Jordin", 1);
        assert_ne!(changed, credential);
        let altered = picture.bake(&bytes, &changed).expect("it fits");
        let file = file.with_file_name(format!("altered.{}", picture.extension()));
        std::fs::write(&file, altered).expect("the folder is there");
        assert_eq!(desk.dropped(&file).0, "Not genuine");
    }
}

/// The window as it looks, as a PNG.
fn ask_screenshot(browser: &Browser) -> Vec<u8> {
    let url = format!("{}/screenshot", browser.session);
    let answer: Value = serde_json::from_slice(&curl(&[&url])).expect("an answer is JSON");
    STANDARD.decode(answer["value"].as_str().expect("a text")).expect("it is base64")
}
