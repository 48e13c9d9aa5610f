//! The promises of the denial contract, for evidence of every length and shape.

use super::*;

fn args<'a>(pairs: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn not_member(team: &str) -> Denial {
    let target = format!("{team}/p1");
    let evidence = args(&[
        ("user", "ann"),
        ("action", "run:create"),
        ("team", team),
        ("target", &target),
        ("admins", "bob, eve"),
        ("nearest", "ann"),
        ("own", "ann, vision"),
    ]);
    Denial::new(Language::ENGLISH, "NOT_MEMBER", &evidence)
}

#[test]
fn a_denial_says_who_what_why_and_what_helps() {
    insta::assert_snapshot!(not_member("ml").text(1000), @r#"
    ann may not write to ml/p1: ann is not a member of the team ml. You can write to ann.
    Did you mean one of your own entities? They are: ann, vision
    Fix: wandb.init(entity='ann', project='p1')
    Ask: bob, eve can add ann to ml
    "#);
}

#[test]
fn lines_without_evidence_are_left_out() {
    let evidence =
        args(&[("user", "ann"), ("action", "run:delete"), ("target", "ml/p/r"), ("owner", ""), ("admins", "")]);
    let denial = Denial::new(Language::ENGLISH, "RUN_NOT_YOURS", &evidence);
    assert_eq!(denial.text(1000), "ann may not delete ml/p/r: members stop and delete only their own runs.");
}

#[test]
fn the_first_line_is_short_and_clean_whatever_users_call_things() {
    for team in ["x".repeat(500), "\u{1b}[31m\"<&>\n".repeat(30), "日本".repeat(90)] {
        let denial = not_member(&team);
        assert!(denial.first.chars().count() <= FIRST_LINE, "{}", denial.first);
        assert!(!denial.first.contains(|c: char| c.is_control() || "\"&<>".contains(c)), "{}", denial.first);
        assert!(denial.first.contains("You can write to ann."), "{}", denial.first);
        assert!(!denial.text(1000).contains('\u{1b}'));
    }
}

#[test]
fn where_there_is_no_room_the_fix_goes_last() {
    let denial = not_member("ml");
    let text = denial.text(denial.first.len() + 50);
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), ["Fix: wandb.init(entity='ann', project='p1')"]);
    assert_eq!(denial.text(10), denial.first);
}

#[test]
fn only_what_can_be_granted_can_be_requested() {
    let last = |code: &str| {
        let args = args(&[
            ("user", "ann"),
            ("action", "run:create"),
            ("target", "ml/p"),
            ("role", "viewer"),
            ("needed", "member"),
        ]);
        let link = [("url", "https://runs.example.org".to_owned()), ("ref", "abc".to_owned())];
        let all: Vec<_> = args.into_iter().chain(link).collect();
        Denial::new(Language::ENGLISH, code, &all).text(1000).lines().last().unwrap().to_owned()
    };
    assert_eq!(last("ROLE_TOO_LOW"), "Details: https://runs.example.org/e/abc (there you can also request access)");
    assert_eq!(last("RUN_NOT_YOURS"), "Details: https://runs.example.org/e/abc");
}
