//! From a micro-credential's achievement to where it counts, and to what proves that.

use serde_json::Value;

use super::curl;
use super::pages::Stage;
use crate::support::demo::Demo;

/// The menu of the demo's committee.
pub const MENU: &str = "/recognizers/committee/menus/classrooms";

/// The page of the first endorsement on it, as a path.
pub fn endorsement(demo: &Demo) -> String {
    let menu: Value = serde_json::from_slice(&curl(&[&format!("{}{MENU}", demo.origin)])).unwrap();
    let link = menu["achievements"][0]["endorsement"].as_str().expect("a link");
    link.replacen(&demo.origin, "", 1)
}

/// Follows the link of this text, and answers with the heading of the page that it leads to.
fn follow(stage: &Stage, link: &str) -> String {
    stage.browser.wait_for(&format!(
        "const link = [...document.querySelectorAll('main a')]
           .find((one) => one.textContent.trim().startsWith('{link}'));
         if (!link || document.readyState !== 'complete') return null;
         window.before = true; link.click(); return true;"
    ));
    let heading = stage.browser.wait_for(
        "return !window.before && document.readyState === 'complete'
           ? document.querySelector('h1').textContent : null;",
    );
    heading.as_str().expect("a text").to_owned()
}

#[test]
fn from_an_achievement_one_comes_to_its_office_the_menu_and_the_signed_statement() {
    let Some(stage) = Stage::set() else { return };
    stage.browser.look("light", 390);
    stage.open_in("/achievements/nea.restorative-practices", "en");
    let said = stage.browser.wait_for(
        "const section = document.querySelector('#counts');
         return section && [...section.querySelectorAll('strong')].map((one) => one.textContent);",
    );
    let said: Vec<_> =
        said.as_array().expect("an array").iter().map(|it| it.as_str().unwrap()).collect();
    for worth in ["US$200 each", "10 PDPs with one more related one", "6 PDPs each"] {
        assert!(said.contains(&worth), "{said:?}");
    }
    let office = "A joint labor-management committee (example)";
    assert_eq!(follow(&stage, office), office);
    assert_eq!(follow(&stage, "Chosen for classrooms"), "Chosen for classrooms");
    let statement = follow(&stage, "The signed statement");
    assert_eq!(statement, format!("{office} accepts Creating a Classroom Community"));
    let verdict =
        stage.browser.wait_for("return document.querySelector('#verdict .word').textContent;");
    assert_eq!(verdict, "Genuine and valid");
    assert_eq!(
        follow(&stage, &format!("{}/achievements", stage.demo.origin)),
        "Creating a Classroom Community"
    );
}
