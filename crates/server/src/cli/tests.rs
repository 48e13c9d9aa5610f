//! The parser accepts what the command table promises.

use clap::{CommandFactory, FromArgMatches};

use super::{Cli, Command, command};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    command().try_get_matches_from(line.split(' ')).and_then(|matches| Cli::from_arg_matches(&matches))
}

#[test]
fn the_parser_is_sound() {
    command().debug_assert();
    Cli::command().debug_assert();
}

#[test]
fn the_command_table_is_accepted() {
    for line in [
        "runstead serve --listen 127.0.0.1:0 --data-dir D --base-url http://h/base --database-url sqlite:x --storage-url s3://b/p",
        "runstead user create ann --email a@example.org --admin --password-stdin --language es --print-api-key",
        "runstead user list --json",
        "runstead user disable ann",
        "runstead user enable ann",
        "runstead user set-password ann --password-stdin",
        "runstead key create --user ann --name laptop --expires 90d --scope read --project ann/p",
        "runstead key list --user ann --json",
        "runstead key revoke 5",
        "runstead key rotate 5 --overlap 24h",
        "runstead team create ml --admin ann",
        "runstead team add ml bob --role viewer",
        "runstead team remove ml bob",
        "runstead team list --json",
        "runstead project create ml/p --visibility restricted",
        "runstead project add ml/p bob --role admin",
        "runstead project list --entity ml --json",
        "runstead explain --user ann --action run:create --target ml/p --in es --json",
        "runstead doctor --base-url http://h/base --entity lab --project p --mode online --api-key-file F --client 0.22.3 --in es --json",
        "runstead backup b.tar",
        "runstead restore b.tar",
        "runstead verify --json",
        "runstead reference config",
    ] {
        parse(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    }
}

#[test]
fn server_options_are_understood_before_and_after_the_command() {
    for line in
        ["runstead --data-dir D user list", "runstead user list --data-dir D", "runstead user --data-dir D list"]
    {
        let cli = parse(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(cli.config.data_dir.as_deref(), Some(std::path::Path::new("D")), "{line}");
        assert!(matches!(cli.command, Command::User(_)));
    }
    assert_eq!(parse("runstead serve --listen 127.0.0.1:7").unwrap().config.listen.port(), 7);
}

#[test]
fn help_shows_server_options_where_they_belong() {
    let help = |line| parse(line).unwrap_err().to_string();
    assert!(help("runstead serve --help").contains("--heartbeat-timeout"));
    assert!(!help("runstead user create --help").contains("--heartbeat-timeout"));
    assert!(help("runstead user create --help").contains("--data-dir"));
    assert!(help("runstead doctor --help").contains("--base-url"));
    assert!(!help("runstead doctor --help").contains("--data-dir"));
}

#[test]
fn a_path_needs_both_parts() {
    for line in ["runstead project create p", "runstead project create a/b/c", "runstead project create /p"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}
