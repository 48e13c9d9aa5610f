//! What is found where, over a table of machines.

use super::*;
use crate::cli::doctor::client::NEWEST;
use crate::messages::Language;

/// A machine with variables `NAME=VALUE` and files `PATH: TEXT` below a folder that is home and, in `work`, working
/// folder.
pub fn machine(folder: &std::path::Path, variables: &[&str], files: &[(&str, &str)]) -> Machine {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let env = variables.iter().filter_map(|pair| pair.split_once('='));
    Machine {
        env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        home: folder.to_owned(),
        folder: folder.join("work"),
    }
}

const GLOBAL: (&str, &str) = (".config/wandb/settings", "[default]\nbase_url = http://global/\nentity = global\n");
const LOCAL: (&str, &str) = ("work/wandb/settings", "[default]\nbase_url = http://local\nproject = local\n");
const HIDDEN: (&str, &str) = ("work/.wandb/settings", "[default]\nbase_url = http://hidden\n");
const MOVED: (&str, &str) = ("conf/settings", "[default]\nbase_url = http://moved\n");
const BROKEN: (&str, &str) = ("work/wandb/settings", "base_url = http://local\n");

#[test]
fn the_host_comes_from_the_first_place_that_has_one() {
    for (version, code, variables, files, expected) in [
        ("0.31.0", None, "", &[][..], "https://api.forge.coreweave.com (the client's default)"),
        ("0.22.3", None, "", &[], "https://api.wandb.ai (the client's default)"),
        ("0.31.0", None, "", &[GLOBAL], "http://global (~/.config/wandb/settings)"),
        ("0.31.0", None, "", &[GLOBAL, LOCAL], "http://local (./wandb/settings) not http://global"),
        ("0.31.0", None, "", &[GLOBAL, LOCAL, HIDDEN], "http://hidden (./.wandb/settings) not http://global"),
        ("0.31.0", None, "WANDB_CONFIG_DIR=~/conf", &[GLOBAL, MOVED], "http://moved (~/conf/settings)"),
        ("0.18.7", None, "WANDB_CONFIG_DIR=~/conf", &[GLOBAL, MOVED], "http://global (~/.config/wandb/settings)"),
        ("0.31.0", None, "WANDB_BASE_URL=http://env/", &[GLOBAL], "http://env (WANDB_BASE_URL) not http://global"),
        (
            "0.31.0",
            Some("http://code"),
            "WANDB_BASE_URL=http://env",
            &[],
            "http://code (your code (--base-url)) not http://env",
        ),
        ("0.31.0", None, "", &[GLOBAL, BROKEN], "http://global (~/.config/wandb/settings)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine(folder.path(), &[variables], files);
        let code = Code { base_url: code.map(str::to_owned), ..Code::default() };
        let places = Places::read(&machine, code, version.parse().unwrap());
        assert_eq!(shown(&places, places.host()), expected, "{version} {variables} {files:?}");
    }
}

#[test]
fn entity_project_and_mode_come_from_the_first_place_that_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let variables = ["WANDB_ENTITY=env", "WANDB_MODE=offline"];
    let machine = machine(folder.path(), &variables, &[GLOBAL, LOCAL]);
    let code = Code { project: Some("code".to_owned()), ..Code::default() };
    let places = Places::read(&machine, code, NEWEST);
    assert_eq!(shown(&places, places.entity()), "env (WANDB_ENTITY) not global");
    assert_eq!(shown(&places, places.project()), "code (your code (--project)) not local");
    assert_eq!(shown(&places, places.mode()), "offline (WANDB_MODE)");
}

#[test]
fn malformed_settings_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let machine = machine(folder.path(), &[], &[BROKEN]);
    let places = Places::read(&machine, Code::default(), NEWEST);
    assert_eq!(places.broken, [(folder.path().join("work/wandb/settings"), 1)]);
}

/// `VALUE (SOURCE) not OTHER not OTHER`
fn shown(places: &Places<'_>, choice: Choice) -> String {
    let report = Report::new(Language::ENGLISH);
    let others: String = choice
        .iter()
        .skip(1)
        .filter(|found| found.source != Source::Default)
        .map(|f| format!(" not {}", f.value))
        .collect();
    format!("{} ({}){others}", choice[0].value, places.words(&choice[0].source, &report))
}
