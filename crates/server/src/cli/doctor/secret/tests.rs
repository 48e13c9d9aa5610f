//! Which key is used, over a table of machines.

use super::super::choice::{Code, Places, tests::machine};
use super::super::client::NEWEST;
use super::*;

const ENV: &str = "WANDB_API_KEY=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeenv1";
const NETRC: (&str, &str) = (
    ".netrc",
    "machine h login user password bare\nmachine h:8080 login user password port\nmachine i:1 password other\n",
);
const DEFAULT: (&str, &str) = (".netrc", "default login user password any\n");
const ELSEWHERE: (&str, &str) = ("mine", "machine h password mine\nmachine h:8080 password mine\n");
const SETTINGS: (&str, &str) = (".config/wandb/settings", "[default]\napi_key = file\n");

#[test]
fn the_key_comes_from_the_first_place_that_has_one() {
    for (version, variables, files, expected) in [
        ("0.31.0", &[][..], &[][..], ""),
        ("0.31.0", &[ENV], &[NETRC, SETTINGS], "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeenv1 port file"),
        ("0.31.0", &["WANDB_API_KEY="], &[NETRC], "port"),
        ("0.31.0", &[], &[NETRC, SETTINGS], "port file"),
        ("0.28.2", &[], &[NETRC, SETTINGS], "port"),
        ("0.22.3", &[], &[NETRC, SETTINGS], "file bare"),
        ("0.31.0", &[], &[DEFAULT], "any"),
        ("0.31.0", &["NETRC=~/mine"], &[NETRC, ELSEWHERE], "mine"),
        ("0.22.3", &["NETRC=~/mine"], &[NETRC, ELSEWHERE], "mine"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine(folder.path(), variables, files);
        let places = Places::read(&machine, Code::default(), version.parse().unwrap());
        let found: Vec<_> = places.keys("http://h:8080").into_iter().map(|found| found.value).collect();
        assert_eq!(found.join(" "), expected, "{version} {variables:?} {files:?}");
    }
}

#[test]
fn netrc_is_asked_for_the_machine_as_the_version_writes_it() {
    for (host, with_port, bare) in
        [("http://h", "h", "h"), ("https://H:1/base", "H:1", "h"), ("http://[::1]:8080", "[::1]:8080", "::1")]
    {
        assert_eq!((machine_of(host, true).as_str(), machine_of(host, false).as_str()), (with_port, bare), "{host}");
    }
}

#[test]
fn the_clients_own_complaints_are_known() {
    let forty = "0123456789abcdef0123456789abcdef01234567";
    for (key, expected) in [
        (forty.to_owned(), None),
        (format!("local-{forty}"), None),
        (format!("wandb_v1_{forty}"), None),
        ("aaa.bbb.ccc".to_owned(), None),
        (forty[1..].to_owned(), Some("key.short")),
        (format!("rsab12c-{}", &forty[1..]), Some("key.short")),
        (format!("{forty} "), Some("key.spaces")),
        (format!("<{forty}>"), Some("key.characters")),
    ] {
        assert_eq!(mistake(&key), expected, "{key}");
    }
}

#[test]
fn hints_do_not_give_the_key_away() {
    assert_eq!(hint("rsab12c-0123456789abcdef0123456789abcdef01234567"), "rsab12c-…4567");
    assert_eq!(hint("0123456789abcdef0123456789abcdef01234567"), "…4567");
    assert_eq!(hint("a-password"), "a-…");
    assert_eq!(hint("short"), "…");
    assert_eq!(hint(""), "…");
}

#[test]
fn a_key_for_another_port_is_pointed_out() {
    for (host, version, code) in [
        ("http://i:2", "0.31.0", "key.other_port"),
        ("http://i:1", "0.22.3", "key.other_port"),
        ("http://i:1", "0.31.0", "key.short"),
        ("http://j", "0.31.0", "key.none"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine(folder.path(), &[], &[NETRC]);
        let places = Places::read(&machine, Code::default(), version.parse().unwrap());
        let mut report = Report::new(crate::messages::Language::ENGLISH);
        assert_eq!(places.check_key(host, &mut report), None);
        assert_eq!(report.codes(), [code], "{host} {version}");
    }
}

#[test]
fn an_identity_token_goes_before_netrc_and_never_beside_a_key() {
    for (variables, expected) in [
        (&["WANDB_IDENTITY_TOKEN_FILE=~/mine"][..], "key.identity"),
        (&["WANDB_IDENTITY_TOKEN_FILE=~/missing"], "key.identity_unreadable"),
        (&["WANDB_IDENTITY_TOKEN_FILE=~/mine", ENV], "key.both"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let machine = machine(folder.path(), variables, &[NETRC, ELSEWHERE]);
        let places = Places::read(&machine, Code::default(), NEWEST);
        let mut report = Report::new(crate::messages::Language::ENGLISH);
        places.check_key("http://h:8080", &mut report);
        assert_eq!(report.codes(), [expected], "{variables:?}");
    }
}
