//! The program itself, as people type it: output, exit codes, and one clear line on stderr.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs `runstead LINE` on a data directory; exit code, stdout, stderr.
fn run(data: &Path, line: &str, stdin: &str) -> (i32, String, String) {
    run_in("C.UTF-8", data, line, stdin)
}

/// The same in a shell of the given language.
fn run_in(language: &str, data: &Path, line: &str, stdin: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_runstead"))
        .args(line.split(' '))
        .env_clear()
        .env("RUNSTEAD_DATA_DIR", data)
        .env("LANG", language)
        .current_dir(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Runs a command that must succeed; its stdout.
fn ok(data: &Path, line: &str) -> String {
    let (code, out, err) = run(data, line, "");
    assert_eq!((code, err.as_str()), (0, ""), "{line}: {out}");
    out
}

/// Runs a command that must fail; exit code and stderr.
fn fails(data: &Path, line: &str) -> (i32, String) {
    let (code, out, err) = run(data, line, "");
    assert_eq!(out, "", "{line}");
    (code, err)
}

#[test]
fn users_keys_teams_and_projects() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let key = ok(data, "user create ann --email ann@example.org --admin --print-api-key");
    assert!(key.trim_end().len() >= 40 && key.lines().count() == 1, "{key}");
    assert_eq!(ok(data, "user create bob"), "created the user bob\n");
    let users: Value = serde_json::from_str(&ok(data, "user list --json")).unwrap();
    assert_eq!(
        (&users[0]["name"], &users[0]["admin"], &users[1]["name"]),
        (&"ann".into(), &true.into(), &"bob".into())
    );
    assert!(ok(data, "user list").starts_with("NAME"));
    assert_eq!(run(data, "user set-password bob --password-stdin", "correct horse battery\n").0, 0);
    let reset = ok(data, "user reset-two-factor bob");
    assert_eq!(reset, "bob signs in without a second factor now\n");
    assert_eq!(fails(data, "user reset-two-factor nobody").0, 1);
    ok(data, "user disable bob");
    assert!(ok(data, "user list").contains("disabled"));
    ok(data, "user enable bob");

    ok(data, "team create lab --admin ann");
    ok(data, "team add lab bob --role viewer");
    assert!(ok(data, "team list").contains("ann (admin), bob (viewer)"));
    ok(data, "project create lab/p --visibility restricted");
    ok(data, "project add lab/p bob --role viewer");
    let projects: Value = serde_json::from_str(&ok(data, "project list --json")).unwrap();
    assert_eq!((&projects[0]["name"], &projects[0]["visibility"]), (&"p".into(), &"restricted".into()));

    assert!(ok(data, "key create --user bob --name ci --expires 90d --scope read --project lab/p").len() >= 40);
    let keys: Value = serde_json::from_str(&ok(data, "key list --user bob --json")).unwrap();
    assert_eq!((&keys[0]["scope"], &keys[0]["within"]), (&"read".into(), &"lab/p".into()));
    let id = keys[0]["id"].as_str().unwrap();
    assert!(ok(data, &format!("key rotate {id} --overlap 24h")).len() >= 40);
    ok(data, &format!("key revoke {id}"));
    assert!(ok(data, "key list --user bob").contains("revoked"));
    assert!(ok(data, "service-account create lab ci --print-api-key").trim_end().len() >= 40);
    ok(data, "service-account create lab robot --organization-wide");
    let services: Value = serde_json::from_str(&ok(data, "service-account list --json")).unwrap();
    assert_eq!(
        (&services[0]["name"], &services[0]["team"], &services[1]["organization_wide"]),
        (&"ci".into(), &"lab".into(), &true.into())
    );
    ok(data, "service-account delete lab ci");
    assert!(!ok(data, "service-account list").contains("ci "));
    ok(data, "project archive lab/p");
    ok(data, "project unarchive lab/p");
    assert_eq!(ok(data, "project rename lab/p q"), "lab/p is now lab/q; the old name leads there\n");
    assert_eq!(ok(data, "team rename lab crew"), "lab is now crew; the old name leads there\n");
    ok(data, "team rename crew lab");
    assert!(fails(data, "team add lab bob --role boss").1.contains("viewer, member, admin"));
    ok(data, "team remove lab bob");
    assert!(!ok(data, "team list").contains("bob"));
}

#[test]
fn settings_are_listed_read_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_eq!(ok(data, "settings get read_only"), "\n");
    assert_eq!(ok(data, "settings set read_only moving"), "read_only is set to: moving\n");
    assert_eq!(ok(data, "settings get read_only"), "moving\n");
    ok(data, "settings set key_max_days 90");
    assert_eq!(ok(data, "settings get key_max_days --json"), "90\n");
    assert_eq!(ok(data, "settings set read_only "), "read_only is not set any more\n");
    let all: Value = serde_json::from_str(&ok(data, "settings list --json")).unwrap();
    let all: Vec<_> = all.as_array().unwrap().iter().map(|row| format!("{} {}", row["name"], row["value"])).collect();
    let expected = [
        "read_only null",
        "users_create_keys true",
        "key_max_days 90",
        "hide_admins false",
        "password_sign_in true",
        "audit_retention_days null",
        "trash_days 7",
        "requests_per_minute null",
    ];
    assert_eq!(all.join("\n").replace('"', ""), expected.join("\n"));
    assert!(ok(data, "settings list").contains("key_max_days          90"));
    for (line, word) in [
        ("settings get colour", "hide_admins"),
        ("settings set hide_admins yes", "true, false"),
        ("settings set key_max_days many", "many"),
        ("settings set password_sign_in false", "admin"),
    ] {
        let (code, error) = fails(data, line);
        assert_eq!(code, 1, "{line}");
        assert!(error.contains(word), "{line}: {error}");
    }
}

#[test]
fn failures_are_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ok(data, "user create ann");
    for (line, code) in [
        ("user create ann", 1),
        ("user disable nobody", 1),
        ("project create nobody/p", 1),
        ("key create --user ann --expires 5h", 1),
        ("user set-password ann --password-stdin", 1),
        ("restore missing.tar", 1),
        ("team add lab ann --role owner", 1),
    ] {
        let (found, error) = fails(data, line);
        assert_eq!((found, error.lines().count()), (code, 1), "{line}: {error}");
        assert!(error.starts_with("error: "), "{line}: {error}");
    }
    for line in ["nothing", "user create", "project create p", "serve --heartbeat-timeout soon"] {
        assert_eq!(fails(data, line).0, 2, "{line}");
    }
    std::fs::write(data.join("runstead.toml"), "lisen = \"127.0.0.1:1\"").unwrap();
    let (code, error) = fails(data, "user list");
    assert_eq!(code, 2);
    assert!(error.ends_with("unknown option `lisen`; did you mean `listen`?\n"), "{error}");
}

#[test]
fn a_decision_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ok(data, "user create ann --admin");
    ok(data, "user create bob");
    ok(data, "team create lab --admin ann");
    insta::assert_snapshot!(ok(data, "explain --user bob --action run:create --target lab/p"), @r"
    bob, run:create on lab/p: denied
      ✓ bob is signed in and the account is active.
      ✗ bob may not write to lab/p: bob is not a member of the team lab. You can write to bob.
    bob may not write to lab/p: bob is not a member of the team lab. You can write to bob.
    Did you mean one of your own entities? They are: bob
    Fix: wandb.init(entity='bob', project='p')
    Ask: ann can add bob to lab
    ");
    assert!(
        ok(data, "explain --user ann --action run:create --target lab/p")
            .starts_with("ann, run:create on lab/p: allowed\n")
    );
    let answer: Value =
        serde_json::from_str(&ok(data, "explain --user bob --action run:create --target lab/p --json")).unwrap();
    assert_eq!((&answer["allowed"], &answer["causes"][0]), (&false.into(), &"NOT_MEMBER".into()));
    assert_eq!(fails(data, "explain --user bob --action fly --target lab").0, 2);
    assert_eq!(fails(data, "explain --user nobody --action run:read --target lab/p").0, 1);
}

#[test]
fn commands_speak_the_language_of_the_shell() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let out = |language: &str, line: &str| {
        let (code, out, err) = run_in(language, data, line, "");
        assert_eq!(err, "", "{line}");
        assert_eq!(code, 0);
        out
    };
    let err = |language: &str, line: &str| run_in(language, data, line, "").2;
    assert_eq!(out("de_DE.UTF-8", "user create ann"), "Benutzer ann angelegt\n");
    assert!(out("ja_JP.UTF-8", "user list").starts_with("名前"));
    assert_eq!(
        err("fr_FR.UTF-8", "user create ann"),
        "erreur : Le nom ann est déjà pris par un utilisateur ou une équipe ; choisissez-en un autre.\n"
    );
    assert_eq!(err("es_ES.UTF-8", "key revoke 5"), "error: No se encuentra: clave 5.\n");
    assert!(err("de_DE.UTF-8", "project create p").contains("„p“ hat nicht die Form ENTITY/PROJECT."));
    for language in ["es", "fr", "de", "ja"] {
        out("C", &format!("user create {language} --language {language}"));
    }
    assert!(err("C", "user create bob --language tlh").contains("none of en, es, fr, de, ja"));
}

#[test]
fn backup_restore_and_verify() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ok(from.path(), "user create ann");
    let file = to.path().join("b.tar");
    let backup = format!("backup {}", file.display());
    assert!(ok(from.path(), &backup).starts_with("backed up "));
    assert!(fails(from.path(), &backup).1.contains("exists already"));
    let restore = format!("restore {}", file.display());
    assert!(ok(to.path(), &restore).starts_with("restored "));
    assert!(ok(to.path(), "user list").contains("ann"));
    assert!(fails(to.path(), &restore).1.contains("is not empty"));
    assert!(ok(to.path(), "verify").starts_with("files read: 0;"));
    let report: Value = serde_json::from_str(&ok(to.path(), "verify --json")).unwrap();
    assert_eq!(report["problems"], serde_json::json!([]));
}
