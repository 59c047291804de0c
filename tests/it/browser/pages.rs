//! Every page as people meet it: both languages, light and dark, a phone and a desk.
//!
//! `make pages` photographs them into `docs/pages/` by the ignored test.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Browser, Demo, curl};

const LANGUAGES: [&str; 2] = ["en", "es"];
const SCHEMES: [&str; 2] = ["light", "dark"];
const WIDTHS: [u32; 2] = [390, 1280];

/// A demo, and a browser before it.
pub struct Stage {
    pub demo: Demo,
    pub browser: Browser,
}

impl Stage {
    pub fn set() -> Option<Self> {
        let browser = Browser::start()?;
        Some(Self { demo: Demo::start(), browser })
    }

    /// Each kind of page with a name, as a path.
    fn pages(&self) -> Vec<(&'static str, String)> {
        let path = |url: &str| url.replacen(&self.demo.origin, "", 1);
        let good = &self.demo.credentials("good")[0];
        let signed: Value = serde_json::from_slice(&curl(&[&format!("{good}.json")])).unwrap();
        let evidence = |i: usize| path(signed["evidence"][i]["id"].as_str().unwrap());
        let status = &signed["credentialStatus"];
        let list = status.as_array().map_or(status, |entries| &entries[0]);
        let list = list["statusListCredential"].as_str().unwrap();
        // Before the earner hides what it counts.
        let receipt = path(&super::counts::receipt(&self.demo));
        let mut pages = self.earners_pages();
        pages.extend([
            ("home", "/".into()),
            ("credential", path(good)),
            ("credential-revoked", path(&self.demo.credentials("revoked")[0])),
            ("credential-suspended", path(&self.demo.credentials("suspended")[0])),
            ("achievement", "/achievements/nea.restorative-practices".into()),
            ("issuer", "/issuers/nea".into()),
            ("issuer-search", "/issuers/nea?q=harm".into()),
            ("verify", "/verify".into()),
            ("counts", "/counts".into()),
            ("receipt", receipt),
            ("standards", "/standards".into()),
            ("evidence-open", evidence(0)),
            ("evidence-closed", evidence(1)),
            ("manage", self.manage()),
            ("recognizer", "/recognizers/lebanon".into()),
            ("recognizer-menu", "/recognizers/committee".into()),
            ("menu", super::menus::MENU.into()),
            ("endorsement", super::menus::endorsement(&self.demo)),
            ("status-list", path(list)),
            ("not-found", "/credentials/nothing".into()),
        ]);
        pages
    }

    /// What is seen of a credential whose earner hid it and shared it, and of a link withdrawn.
    fn earners_pages(&self) -> Vec<(&'static str, String)> {
        let page = self.demo.credentials("good")[1].replacen(&self.demo.origin, "", 1);
        let id = page.rsplit('/').next().expect("a split has a last part");
        let renew = format!("/v1/issuers/nea/credentials/{id}/manage-link");
        let renewed = self.send(&renew, &json!({}));
        let manage = renewed["manageUrl"].as_str().expect("it was renewed").to_owned();
        let origin = format!("Origin: {}", self.demo.origin);
        let act = |form: &str| curl(&["-H", &origin, "--data", form, &manage]);
        let newest = || {
            let desk = String::from_utf8(curl(&[&manage])).expect("a page is text");
            let (_, link) = desk.split_once("/s/").expect("a share link is listed");
            format!("/s/{}", link.split('"').next().expect("a split has a first part"))
        };
        act("act=share&name=for+a+principal");
        let withdrawn = newest();
        act(&format!("act=withdraw&link={}", withdrawn.trim_start_matches("/s/")));
        act("act=share&name=r%C3%A9sum%C3%A9+2026&show=1");
        let shared = newest();
        act("act=hide");
        let manage = manage.replacen(&self.demo.origin, "", 1);
        [
            ("private", page),
            ("shared", shared),
            ("shared-withdrawn", withdrawn),
            ("manage-hidden", manage),
        ]
        .into()
    }

    /// The private page that the demo prints.
    fn manage(&self) -> String {
        let mut words = self.demo.summary.split_whitespace();
        let link = words.find(|word| word.contains("/manage/")).expect("the demo prints it");
        link.replacen(&self.demo.origin, "", 1)
    }

    pub fn open_in(&self, path: &str, language: &str) {
        let joint = if path.contains('?') { '&' } else { '?' };
        self.browser.open(&format!("{}{path}{joint}lang={language}", self.demo.origin));
    }

    /// What the API answers to what the demo's issuer sends.
    fn send(&self, path: &str, body: &Value) -> Value {
        let key = format!("Authorization: Bearer {}", self.demo.api_key());
        let (body, url) = (body.to_string(), format!("{}{path}", self.demo.origin));
        let json = "Content-Type: application/json";
        let answer = curl(&["-H", &key, "-H", json, "--data-binary", &body, &url]);
        serde_json::from_slice(&answer).expect("the API answers JSON")
    }

    /// Pastes a text on `/verify`, and waits for the answer.
    fn verified(&self, text: &str, language: &str) {
        self.open_in("/verify", language);
        let text = serde_json::to_string(text).expect("text is JSON");
        self.browser.wait_for(&format!(
            "document.querySelector('[name=text]').value = {text};
             document.querySelector('#ask [type=submit]').click();
             return true;"
        ));
        self.browser.wait_for(
            "return document.querySelector('#verdict') && document.readyState === 'complete'
                 ? true : null;",
        );
    }

    /// Pastes the first links of these states on `/counts`, and waits for the answer.
    fn counted(&self, states: &[&str], language: &str) {
        self.open_in("/counts", language);
        let links: Vec<String> =
            states.iter().map(|state| self.demo.credentials(state)[0].clone()).collect();
        self.browser.wait_for(&format!(
            "document.querySelector('[name=text]').value = '{}';
             document.querySelector('#ask [type=submit]').click();
             return true;",
            links.join(" ")
        ));
        self.browser.wait_for(
            "return document.querySelector('#sums') && document.readyState === 'complete'
                 ? true : null;",
        );
    }

    fn altered(&self) -> String {
        let good = curl(&[&format!("{}.json", self.demo.credentials("good")[0])]);
        String::from_utf8(good).expect("JSON is text").replacen("Jordan", "Jordin", 1)
    }
}

impl Browser {
    fn cdp(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": params}))
    }

    pub(super) fn look(&self, scheme: &str, width: u32) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.cdp("Emulation.setEmulatedMedia", json!({"features": [feature]}));
        let size =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.cdp("Emulation.setDeviceMetricsOverride", size);
        self.cdp("Emulation.setScrollbarsHidden", json!({"hidden": true}));
    }

    /// What axe-core finds wrong with the page, by its rules, each with where.
    fn barriers(&self, axe: &str) -> Vec<String> {
        let script = format!(
            "{axe}
             const done = arguments[0];
             for (const details of document.querySelectorAll('details')) details.open = true;
             axe.run(document, {{resultTypes: ['violations']}}).then((found) =>
               done(found.violations.map((v) =>
                 v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + n.failureSummary).join('; '))));"
        );
        let found = self.post("execute/async", &json!({"script": script, "args": []}));
        let found = found.as_array().expect("axe-core answers with an array");
        found.iter().map(|v| v.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What the page asked others for; nothing, as long as this is empty.
    fn foreign_requests(&self) -> Value {
        self.wait_for(
            "return performance.getEntriesByType('resource').map((entry) => entry.name)
                 .filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'));",
        )
    }

    /// How far the page is wider than its window, in pixels.
    fn overflow(&self) -> Value {
        self.wait_for(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth;",
        )
    }

    /// The whole page.
    fn photograph(&self) -> Vec<u8> {
        let size = self.cdp("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        let clip =
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let asked =
            json!({"format": "webp", "quality": 60, "captureBeyondViewport": true, "clip": clip});
        let answer = self.cdp("Page.captureScreenshot", asked);
        STANDARD.decode(answer["data"].as_str().expect("a text")).expect("it is base64")
    }
}

/// The script of axe-core, where it is installed.
fn axe() -> Option<String> {
    let path = "tests/interop/node_modules/axe-core/axe.min.js";
    let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let required = std::env::var("TOUCHMARK_TEST_BROWSER").is_ok_and(|v| v == "required");
    assert!(found.is_ok() || !required, "axe-core is not installed");
    found.ok()
}

#[test]
fn no_page_bars_anybody_in_any_language_light_or_dark() {
    let (Some(axe), Some(stage)) = (axe(), Stage::set()) else { return };
    let (altered, pages) = (stage.altered(), stage.pages());
    let mut faults = Vec::new();
    let mut look = |name: &str, language: &str| {
        for (scheme, width) in SCHEMES.into_iter().zip(WIDTHS) {
            stage.browser.look(scheme, width);
            let at = format!("{name} in {language}, {scheme}, {width} px");
            faults.extend(stage.browser.barriers(&axe).into_iter().map(|v| format!("{at}: {v}")));
            if stage.browser.overflow() != 0 {
                faults.push(format!("{at}: it is wider than the window"));
            }
        }
        if stage.browser.foreign_requests() != json!([]) {
            faults.push(format!("{name} in {language}: {}", stage.browser.foreign_requests()));
        }
    };
    for language in LANGUAGES {
        for (name, path) in &pages {
            stage.open_in(path, language);
            look(name, language);
        }
        stage.verified(&altered, language);
        look("verify, altered", language);
        stage.counted(&["good", "revoked"], language);
        look("counts, answered", language);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_language_is_chosen_at_the_foot_and_kept() {
    let Some(stage) = Stage::set() else { return };
    let language =
        "return document.readyState === 'complete' ? document.documentElement.lang : null;";
    stage.browser.open(&format!("{}/issuers/nea?q=harm", stage.demo.origin));
    assert_eq!(stage.browser.wait_for(language), "en");
    stage.browser.wait_for("document.querySelector('footer [hreflang=es]').click(); return true;");
    let spanish = "return document.documentElement.lang === 'es' ? location.search : null;";
    assert_eq!(stage.browser.wait_for(spanish), "?q=harm&lang=es");
    stage.browser.open(&format!("{}/verify", stage.demo.origin));
    assert_eq!(stage.browser.wait_for(language), "es", "it is remembered");
}

#[test]
fn hostile_text_renders_harmless_and_whole() {
    let Some(stage) = Stage::set() else { return };
    let script = "<script>window.hostile = 1</script><img src=x onerror='window.hostile = 1'>";
    let turned =
        "\u{202e}moc.live\u{2066} [x](javascript:window.hostile=1) ![p](https://evil.example/p)";
    let long = "W".repeat(200);
    let text = format!("{script} {turned} {} END-OF-TEXT", "m".repeat(500));
    let achievement = json!({
        "slug": "hostile", "name": long, "description": text, "tag": [script, &long[..100]],
        "criteria": {"narrative": text},
        "resultDescription": [{"id": "c", "name": script, "requiredLevel": "p",
            "rubricCriterionLevel": [{"id": "p", "name": script, "description": text}]}]});
    let review = json!({
        "achievement": "hostile", "earner": {"name": format!("{script}{turned}"),
            "identifier": {"type": "accountId", "value": "x"}},
        "review": {"outcome": "passed", "date": "2026-05-04", "levels": {"c": "p"}},
        "narrative": text, "evidence": [{"url": "https://a.example/'x'", "name": script,
            "description": text, "open": true}]});
    stage.send("/v1/issuers/nea/achievements", &achievement);
    let minted = stage.send("/v1/issuers/nea/credentials", &review);
    let page = minted["links"]["page"].as_str().expect("it was minted");
    let page = page.replacen(&stage.demo.origin, "", 1);
    for path in [&page, "/achievements/nea.hostile", "/issuers/nea"] {
        stage.browser.look("light", 390);
        stage.open_in(path, "en");
        let seen = stage.browser.wait_for(
            "return document.readyState !== 'complete' ? null : {
               ran: window.hostile === undefined,
               scripts: document.querySelectorAll('script:not([src=\"/assets/copy.js\"]), img[src^=\"https\"], [onerror]').length,
               links: document.querySelectorAll('[href^=javascript]').length,
               turns: /[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent),
               whole: document.body.textContent.includes('END-OF-TEXT')
                 && document.body.textContent.includes('W'.repeat(200))
                 && document.body.textContent.includes('window.hostile')};",
        );
        let expected =
            json!({"ran": true, "scripts": 0, "links": 0, "turns": false, "whole": true});
        assert_eq!(seen, expected, "{path}");
        assert_eq!(stage.browser.overflow(), 0, "{path} fits a phone");
        assert_eq!(stage.browser.foreign_requests(), json!([]), "{path}");
    }
}

#[test]
#[ignore = "writes docs/pages; `make pages` runs it"]
fn pages_are_photographed() {
    let stage = Stage::set().expect("a browser is installed");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pages");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let photograph = |name: &str, language: &str| {
        for scheme in SCHEMES {
            for width in WIDTHS {
                stage.browser.look(scheme, width);
                let file = folder.join(format!("{name}.{language}.{scheme}.{width}.webp"));
                std::fs::write(file, stage.browser.photograph()).expect("the folder is there");
            }
        }
    };
    let (altered, pages) = (stage.altered(), stage.pages());
    for language in LANGUAGES {
        for (name, path) in &pages {
            stage.open_in(path, language);
            photograph(name, language);
        }
        stage.verified(&stage.demo.credentials("good")[0], language);
        photograph("verify-good", language);
        stage.verified(&altered, language);
        photograph("verify-altered", language);
        stage.counted(&["good"], language);
        photograph("counts-answer", language);
        stage.counted(&["good", "revoked"], language);
        photograph("counts-revoked", language);
    }
}
