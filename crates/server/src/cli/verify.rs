//! `runstead verify`

use clap::Args;
use domain::backup::{Damage, Report};
use serde_json::json;

use super::{Said, open, output};
use crate::config::Config;
use crate::messages::Language;
use crate::{Error, Problem};

/// How to report.
#[derive(Debug, Args)]
pub struct Command {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Command {
    /// Does it; fails when anything is wrong.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let organization = open::organization(config).await?;
        let report = {
            let bar = output::progress(&Said::Reading);
            organization.verify(bar.steps()).await?
        };
        let Report { files, segments, bytes, unreferenced, damage } = report;
        let count = damage.len();
        let language = Language::of_shell();
        let text = |problem: &domain::Problem| language.problem(problem.code(), problem.args());
        if self.json {
            let problems: Vec<_> = damage
                .into_iter()
                .map(|Damage { what, blob, problem }| {
                    json!({ "what": what, "blob": blob, "code": problem.code(), "problem": text(&problem) })
                })
                .collect();
            let report = json!({
                "files": files, "segments": segments, "bytes": bytes, "unreferenced": unreferenced, "problems": problems,
            });
            output::line(format_args!("{report:#}"))?;
        } else {
            for Damage { what, blob, problem } in damage {
                output::say(&Said::Damage { file: what, blob, problem: text(&problem) })?;
            }
            output::say(&Said::Verified { files, segments, bytes, unreferenced })?;
        }
        if count == 0 { Ok(()) } else { Err(Error::Usage(Problem::Damaged { count })) }
    }
}
