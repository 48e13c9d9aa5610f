//! `runstead verify`

use clap::Args;
use domain::backup::{Problem, Report};
use serde_json::json;

use super::{open, output};
use crate::Error;
use crate::config::Config;

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
            let bar = output::progress("reading files");
            organization.verify(bar.steps()).await?
        };
        let Report { files, segments, bytes, unreferenced, problems } = report;
        let wrong = problems.len();
        if self.json {
            let problems: Vec<_> = problems
                .into_iter()
                .map(|Problem { what, blob, problem }| json!({ "what": what, "blob": blob, "problem": problem }))
                .collect();
            let report = json!({
                "files": files, "segments": segments, "bytes": bytes, "unreferenced": unreferenced, "problems": problems,
            });
            output::line(format_args!("{report:#}"))?;
        } else {
            for Problem { what, blob, problem } in problems {
                output::line(format_args!("{what}: {problem} ({blob})"))?;
            }
            output::line(format_args!(
                "read {files} files and {segments} history files ({bytes} bytes); {unreferenced} stored files belong to nothing"
            ))?;
        }
        if wrong == 0 { Ok(()) } else { Err(Error::Usage(format!("{wrong} stored files are missing or damaged"))) }
    }
}
