//! `runstead explain`: a decision and its trace, as the server would answer.

use clap::Args;
use domain::policy::{ClientInfo, Operation};

use super::{Said, open, output, word};
use crate::Error;
use crate::config::Config;
use crate::error::Voice;
use crate::explain::{Explained, path};
use crate::messages::{Language, choose};

/// Which decision to explain.
#[derive(Debug, Args)]
pub struct Command {
    /// Who would do it.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// What: `run:create`, `run:read`, `project:update` and so on.
    #[arg(long, value_name = "OBJECT:OPERATION", value_parser = word::<Operation>)]
    action: Operation,
    /// On what: `ENTITY`, `ENTITY/PROJECT` or `ENTITY/PROJECT/RUN`.
    #[arg(long, value_name = "PATH")]
    target: String,
    /// Language of the explanation. Default: the user's, else the server's.
    #[arg(long = "in", value_name = "CODE")]
    in_language: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let Self { user, action, target, in_language, json } = self;
        let base_url = config.base_url(config.listen);
        let client = ClientInfo { host: base_url.clone(), ..ClientInfo::default() };
        let session = open::organization(config).await?.session_of(&user, client).await?;
        let saved = session.user().and_then(|user| user.language.clone());
        let default = Language::of(&config.default_language).unwrap_or(Language::ENGLISH);
        let language = choose(saved.as_deref(), in_language.as_deref(), default);
        let language = in_language.as_deref().and_then(Language::of).unwrap_or(language);

        let asked = path(&target);
        let decision = session.explain(action, asked.clone()).await?;
        let voice = Voice { language, base_url, request_id: String::new() };
        let explained = Explained::new(&user, action, asked, decision, &voice);
        if json {
            return output::line(format_args!("{:#}", explained.json()));
        }
        let action = action.to_string();
        output::say(&match explained.is_allowed() {
            true => Said::Allowed { user, action, target },
            false => Said::Denied { user, action, target },
        })?;
        for check in explained.checks {
            output::line(format_args!("  {} {}", if check.ok { '✓' } else { '✗' }, check.text))?;
        }
        explained.message.map_or(Ok(()), output::line)
    }
}
