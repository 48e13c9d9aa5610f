//! The sources of the configuration and their order.

use std::ffi::OsString;

use clap::{Args, Command, FromArgMatches};

use super::{Config, LogFormat, with_file_defaults};
use crate::{Error, Problem};

/// Parses `flags` beside a configuration file with `text`.
fn parse(text: &str, flags: &[&str]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runstead.toml");
    std::fs::write(&path, text).unwrap();
    let mut args: Vec<OsString> = vec!["runstead".into(), "--config".into(), path.into()];
    args.extend(flags.iter().map(OsString::from));
    let command = Config::augment_args(Command::new("runstead"));
    let command = with_file_defaults(command, &args).map_err(|e| e.in_shell())?;
    let matches = command.try_get_matches_from(args).map_err(|e| e.to_string())?;
    Config::from_arg_matches(&matches).map_err(|e| e.to_string())
}

#[test]
fn the_file_wins_over_defaults_and_flags_win_over_the_file() {
    let config = parse("listen = \"127.0.0.1:1\"\nlog_format = \"json\"\nquery_depth_limit = 7", &[]).unwrap();
    assert_eq!((config.listen.port(), config.log_format, config.query_depth_limit), (1, LogFormat::Json, 7));
    let config = parse("listen = \"127.0.0.1:1\"", &["--listen", "127.0.0.1:2"]).unwrap();
    assert_eq!(config.listen.port(), 2);
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_valid_one() {
    let error = parse("heartbeat-timout = \"1m\"", &[]).unwrap_err();
    assert!(error.ends_with("unknown option `heartbeat-timout`; did you mean `heartbeat_timeout`?"), "{error}");
    let error = parse("colour = \"red\"", &[]).unwrap_err();
    assert!(error.ends_with("unknown option `colour`"), "{error}");
}

#[test]
fn a_wrong_value_in_the_file_is_refused_like_a_wrong_flag() {
    let error = parse("heartbeat_timeout = \"soon\"", &[]).unwrap_err();
    assert!(error.contains("--heartbeat-timeout") && error.contains("write it like"), "{error}");
    let error = parse("base_url = \"ftp://x\"", &[]).unwrap_err();
    assert!(error.contains("begins with http://"), "{error}");
}

#[test]
fn a_named_file_must_exist() {
    let args = ["runstead", "--config=/nonexistent/runstead.toml"].map(OsString::from);
    let error = with_file_defaults(Config::augment_args(Command::new("runstead")), &args).unwrap_err();
    assert!(matches!(error, Error::Usage(Problem::ConfigUnreadable { .. })), "{error}");
}

#[test]
fn the_base_url_has_no_slash_at_the_end() {
    let config = parse("base_url = \"https://h.example/base/\"", &[]).unwrap();
    assert_eq!(config.base_url(config.listen), "https://h.example/base");
    assert_eq!(parse("", &[]).unwrap().base_url(config.listen), "http://127.0.0.1:8080");
}

#[test]
fn the_reference_page_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == super::reference(), "run `runstead reference config > docs/configuration.md`");
}
