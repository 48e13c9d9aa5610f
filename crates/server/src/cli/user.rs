//! `runstead user …`

use clap::Subcommand;
use domain::keys::NewKeyOptions;
use domain::model::EntityPath;
use domain::policy::{Account, Administer, CreateUser, DisableUser, Org, Update};
use domain::rfc3339;
use domain::users::{AccountDetails, NewUser};
use serde::Serialize;

use super::{Said, open, output};
use crate::Error;
use crate::config::Config;

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a user.
    Create {
        /// User name: the user's entity, as in `wandb.init(entity=NAME)`.
        name: String,
        /// E-mail address; the user can sign in with it too.
        #[arg(long)]
        email: Option<String>,
        /// Make the user an administrator of the organization.
        #[arg(long)]
        admin: bool,
        /// Read the password from the first line of stdin. Without it the user has no password and cannot sign in
        /// to the web app until one is set.
        #[arg(long)]
        password_stdin: bool,
        /// Language of the messages to this user: en, es, fr, de or ja.
        #[arg(long, value_name = "CODE")]
        language: Option<String>,
        /// Create an API key too, and print only the key.
        #[arg(long)]
        print_api_key: bool,
    },
    /// List all users.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Refuse a user's keys and sign-in. Runs and projects stay.
    Disable {
        /// User name.
        name: String,
    },
    /// Let a disabled user in again.
    Enable {
        /// User name.
        name: String,
    },
    /// Let a user who has lost the authenticator and the recovery codes sign in with the password alone.
    ResetTwoFactor {
        /// User name.
        name: String,
    },
    /// Set a user's password, read from the first line of stdin.
    SetPassword {
        /// User name.
        name: String,
        /// Read the password from stdin (the only way, so that it never stands in the shell's history).
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let session = open::operator(config).await?;
        match self {
            Self::Create { name, email, admin, password_stdin, language, print_api_key } => {
                let password = if password_stdin { Some(output::password_from_stdin()?) } else { None };
                let new = NewUser { name: name.clone(), email, full_name: None, is_admin: admin, language, password };
                let account = session.allow::<CreateUser, Org>(&()).await?.create_user(new).await?;
                if !print_api_key {
                    return output::say(&Said::UserCreated { name });
                }
                let key =
                    account.create_key(NewKeyOptions { name: "first key".to_owned(), ..Default::default() }).await?;
                output::line(key.secret)
            }
            Self::List { json } => {
                let users: Vec<_> =
                    session.allow::<Administer, Org>(&()).await?.users().await?.into_iter().map(Row::from).collect();
                let columns = [Said::Name, Said::Email, Said::Admin, Said::Created, Said::State];
                output::listing(&users, json, columns, Row::cells)
            }
            Self::Disable { name } => {
                session.allow::<DisableUser, Org>(&()).await?.disable_user(&name).await?;
                output::say(&Said::UserDisabled { name })
            }
            Self::Enable { name } => {
                session.allow::<DisableUser, Org>(&()).await?.enable_user(&name).await?;
                output::say(&Said::UserEnabled { name })
            }
            Self::ResetTwoFactor { name } => {
                session.allow::<DisableUser, Org>(&()).await?.reset_two_factor(&name).await?;
                output::say(&Said::TwoFactorReset { name })
            }
            Self::SetPassword { name, password_stdin: _ } => {
                let password = output::password_from_stdin()?;
                let account = session.allow::<Update, Account>(&EntityPath(name.clone())).await?;
                account.set_password(&password).await?;
                output::say(&Said::PasswordSet { name })
            }
        }
    }
}

/// A user as listed.
#[derive(Serialize)]
struct Row {
    name: String,
    email: Option<String>,
    admin: bool,
    language: Option<String>,
    created_at: String,
    disabled_at: Option<String>,
}

impl From<AccountDetails> for Row {
    fn from(user: AccountDetails) -> Self {
        let AccountDetails { name, email, is_admin, language, created_at, disabled_at, .. } = user;
        let (created_at, disabled_at) = (rfc3339(created_at), disabled_at.map(rfc3339));
        Self { name, email, admin: is_admin, language, created_at, disabled_at }
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let yes = |yes: bool, said: &Said| if yes { output::words(said) } else { String::new() };
        let email = self.email.clone().unwrap_or_default();
        let day = self.created_at.chars().take(10).collect();
        [
            self.name.clone(),
            email,
            yes(self.admin, &Said::IsAdmin),
            day,
            yes(self.disabled_at.is_some(), &Said::Disabled),
        ]
    }
}
