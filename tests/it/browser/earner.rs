//! The earner in control, as they and those whom they show it to see it in a browser.

use serde_json::{Value, json};

use super::{Browser, curl};
use crate::support::demo::Demo;

struct Walk {
    demo: Demo,
    browser: Browser,
}

impl Walk {
    fn start() -> Option<Self> {
        let browser = Browser::start()?;
        Some(Self { demo: Demo::start(), browser })
    }

    /// Jordan's private page.
    fn manage(&self) -> String {
        let mut words = self.demo.summary.split_whitespace();
        words.find(|word| word.contains("/manage/")).expect("the demo prints it").to_owned()
    }

    fn page(&self) -> String {
        self.demo.credentials("good")[0].clone()
    }

    /// Opens an address and gives what is to be read there.
    fn read(&self, url: &str) -> String {
        self.browser.open(url);
        self.shown()
    }

    fn shown(&self) -> String {
        let body = "return document.readyState === 'complete' ? document.body.innerText : null;";
        self.browser.wait_for(body).as_str().expect("a text").to_owned()
    }

    fn element(&self, css: &str) -> String {
        let found = self.browser.post("element", &json!({"using": "css selector", "value": css}));
        let mut ids = found.as_object().into_iter().flat_map(|found| found.values());
        let id = ids.next().and_then(Value::as_str);
        format!("element/{}", id.unwrap_or_else(|| panic!("no {css}: {found}")))
    }

    /// Presses a button, and gives what is to be read on the page that it leads to.
    fn press(&self, css: &str) -> String {
        self.browser.post(&format!("{}/click", self.element(css)), &json!({}));
        self.shown()
    }

    fn type_into(&self, css: &str, text: &str) {
        self.browser.post(&format!("{}/value", self.element(css)), &json!({"text": text}));
    }

    /// Whether this page has a link of that name.
    fn has_link(&self, name: &str) -> bool {
        let links = format!(
            "return [...document.querySelectorAll('a')].some(a => a.textContent.includes('{name}'));"
        );
        self.browser.wait_for(&links) == json!(true)
    }
}

#[test]
fn evidence_is_opened_and_closed_by_its_earner() {
    let Some(walk) = Walk::start() else { return };
    let video = "Video of the class";
    let page = walk.read(&walk.page());
    assert!(page.contains(video) && !walk.has_link(video), "{page}");

    assert!(walk.read(&walk.manage()).contains("Yours to decide"));
    let told = walk.press("#evidence li:nth-child(2) button");
    assert!(told.contains("The evidence is open now."), "{told}");
    walk.read(&walk.page());
    assert!(walk.has_link(video));

    walk.read(&walk.manage());
    let told = walk.press("#evidence li:nth-child(2) button");
    assert!(told.contains("The evidence is closed now."), "{told}");
    walk.read(&walk.page());
    assert!(!walk.has_link(video));
}

#[test]
fn a_share_link_shows_a_hidden_page_until_it_is_withdrawn() {
    let Some(walk) = Walk::start() else { return };
    walk.read(&walk.manage());
    let told = walk.press("button[value=hide]");
    assert!(told.contains("The page is hidden now."), "{told}");
    walk.type_into("#name", "résumé 2026");
    // What is closed on the page is not ticked by itself.
    walk.press("[name=show][value='2']");
    let told = walk.press("button[value=share]");
    assert!(told.contains("The link is made.") && told.contains("résumé 2026"), "{told}");
    let link = walk.browser.wait_for("return document.querySelector('#share .cards a').href;");
    let link = link.as_str().expect("an address").to_owned();

    let hidden = walk.read(&walk.page());
    assert!(
        hidden.contains("Kept private by its holder") && !hidden.contains("Jordan"),
        "{hidden}"
    );
    let shared = walk.read(&link);
    assert!(shared.contains("Jordan Rivera") && shared.contains("Genuine and valid"), "{shared}");
    assert!(walk.has_link("Video of the class"));

    assert!(walk.read(&walk.manage()).contains("Viewed once."));
    let told = walk.press("button[value=withdraw]");
    assert!(told.contains("The link is withdrawn."), "{told}");
    let ended = walk.read(&link);
    assert!(ended.contains("This link was withdrawn"), "{ended}");
    assert!(!ended.to_lowercase().contains("invalid") && !ended.contains("Jordan"), "{ended}");
}

#[test]
fn a_revocation_is_seen_when_the_page_is_loaded_again() {
    let Some(walk) = Walk::start() else { return };
    assert!(walk.read(&walk.page()).contains("Genuine and valid"));
    let id = walk.page().rsplit('/').next().expect("a split has a last part").to_owned();
    let revoke = format!("{}/v1/issuers/nea/credentials/{id}/revoke", walk.demo.origin);
    let key = format!("Authorization: Bearer {}", walk.demo.api_key());
    let why = r#"{"reason": "trying it out"}"#;
    curl(&["-H", &key, "-H", "Content-Type: application/json", "-d", why, &revoke]);
    walk.browser.post("refresh", &json!({}));
    let reloaded = walk.shown();
    assert!(
        reloaded.contains("Withdrawn") && !reloaded.contains("Genuine and valid"),
        "{reloaded}"
    );
}

impl Walk {
    fn key(&self, key: &str) {
        let press = ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key}));
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": press});
        self.browser.post("actions", &json!({"actions": [keyboard]}));
    }

    /// Goes on by the tabulator until there; each stop on the way is to be seen.
    fn tab_to(&self, css: &str) {
        const TAB: &str = "\u{e004}";
        let at = format!(
            "const at = document.activeElement;
             // The browser itself marks which part of a date is written.
             const own = at === document.body || at.type === 'date';
             return {{there: at.matches('{css}'),
                 seen: own || getComputedStyle(at).outlineStyle !== 'none'}};"
        );
        for _ in 0..60 {
            self.key(TAB);
            let stop = self.browser.wait_for(&at);
            assert_eq!(stop["seen"], true, "on the way to {css}");
            if stop["there"] == true {
                return;
            }
        }
        panic!("{css} is not reached by keyboard");
    }
}

#[test]
fn the_private_page_is_used_by_keyboard_alone_and_has_no_script() {
    const ENTER: &str = "\u{e007}";
    let Some(walk) = Walk::start() else { return };
    walk.read(&walk.manage());
    assert_eq!(walk.browser.wait_for("return document.scripts.length;"), 0);
    walk.tab_to("#page [name=close]");
    walk.tab_to("#page button[value=hide]");
    walk.key(ENTER);
    let hidden = "return document.querySelector('button[value=show]')
                  && document.readyState === 'complete' ? document.body.innerText : null;";
    let told = walk.browser.wait_for(hidden);
    let told = told.as_str().expect("a text");
    assert!(told.contains("The page is hidden now.") && !told.contains("all the same"), "{told}");
    assert_eq!(
        walk.browser
            .wait_for("return document.querySelectorAll('#evidence [value=close]').length;"),
        0,
        "the evidence was closed too, as the ticked box said"
    );
    walk.tab_to("#name");
    for letter in ["a", "b"] {
        walk.key(letter);
    }
    walk.tab_to("button[value=share]");
    walk.key(ENTER);
    let made = "const link = document.querySelector('#share .cards strong');
                return link ? link.textContent : null;";
    assert_eq!(walk.browser.wait_for(made), "ab");
}
