//! `docs/configuration.md`, written from the struct.

use std::fmt::Write;

use clap::{Args, Command};

use super::Config;

/// The reference page of every option, in Markdown.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         <!-- Written by `runstead reference config`; change the doc comments in crates/server/src/config.rs instead. -->\n\n\
         Every option can be given as a flag, as an environment variable, or in `runstead.toml` (in the working\n\
         directory, in the data directory, or named by `--config`). A flag wins over the environment, the environment\n\
         over the file. Commands speak the language of the shell (`LC_ALL`, `LC_MESSAGES`, `LANG`), or the one that\n\
         `RUNSTEAD_LANGUAGE` names: `en`, `es`, `fr`, `de` or `ja`; `--help` and the log are English.\n\
         Durations are written like `30s`, `5m`, `90d`; sizes like `64MiB` or `500MB`.\n\n\
         ```toml\nlisten = \"0.0.0.0:8080\"\nbase_url = \"https://runs.example.org\"\n```\n",
    );
    for arg in Config::augment_args(Command::new("config")).get_arguments() {
        let key = arg.get_id();
        let _ = write!(page, "\n## `{key}`\n\n");
        if let Some(help) = arg.get_long_help().or_else(|| arg.get_help()) {
            let _ = writeln!(page, "{}\n", help.to_string().trim_end_matches('.').to_owned() + ".");
        }
        let flag = arg.get_long().unwrap_or_default();
        let value = arg.get_value_names().and_then(|names| names.first()).map_or("VALUE", |name| name.as_str());
        let _ = writeln!(page, "- Flag: `--{flag} {value}`");
        if let Some(env) = arg.get_env() {
            let _ = writeln!(page, "- Environment: `{}`", env.to_string_lossy());
        }
        if let [default] = arg.get_default_values() {
            let _ = writeln!(page, "- Default: `{}`", default.to_string_lossy());
        }
        let choices: Vec<_> = arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        if !choices.is_empty() {
            let _ = writeln!(page, "- One of: {}", choices.join(", "));
        }
    }
    page
}
