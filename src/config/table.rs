//! README's table of settings, made from the same doc comments as `--help`.

use std::fmt::Write as _;

use clap::Args as _;

use super::{PASSPHRASE_CONSEQUENCE, PASSPHRASE_ENV, Settings};

/// One row of README's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The name in the TOML file; `None` where it has no place there.
    pub name: Option<String>,
    pub flag: Option<String>,
    pub env: String,
    pub default: String,
    pub consequence: String,
}

/// Every setting, in the order of [`Settings`].
pub fn settings() -> Vec<Setting> {
    let command = Settings::augment_args(clap::Command::new("touchmark"));
    let row = |arg: &clap::Arg| {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let (consequence, default) = split_default(&help);
        let name = arg.get_id().as_str();
        Setting {
            name: (name != "config").then(|| name.to_owned()),
            flag: arg.get_long().map(|long| format!("--{long}")),
            env: arg.get_env().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default(),
            default,
            consequence,
        }
    };
    let mut rows: Vec<_> = command.get_arguments().map(row).collect();
    let (consequence, default) = split_default(PASSPHRASE_CONSEQUENCE);
    let at = rows.iter().position(|r| r.name.as_deref() == Some("key_file")).unwrap_or(rows.len());
    let env = PASSPHRASE_ENV.to_owned();
    rows.insert(at, Setting { name: None, flag: None, env, default, consequence });
    rows
}

/// [`settings`] as README shows them.
pub fn settings_table() -> String {
    let mut table = String::from(
        "| flag | environment | in the file | default | what it entails |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    let code = |text: &Option<String>| text.as_ref().map_or("–".into(), |t| format!("`{t}`"));
    for row in settings() {
        let (flag, name) = (code(&row.flag), code(&row.name));
        let Setting { env, default, consequence, .. } = row;
        writeln!(table, "| {flag} | `{env}` | {name} | {default} | {consequence}. |")
            .expect("a String takes any text");
    }
    table
}

fn split_default(help: &str) -> (String, String) {
    let (consequence, default) = help.split_once(" Default: ").unwrap_or((help, "none"));
    (consequence.trim_end_matches('.').to_owned(), default.to_owned())
}
