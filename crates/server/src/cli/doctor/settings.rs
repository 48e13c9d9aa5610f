//! The settings themselves: would the client accept them, and do they mean what one thinks?

use url::Url;

use super::choice::Places;
use super::report::Report;

/// Where runs without a project go.
const NO_PROJECT: &str = "uncategorized";

/// Characters that the client accepts in no project's name.
const NOT_IN_PROJECTS: [char; 6] = ['/', '\\', '#', '?', '%', ':'];

impl Places<'_> {
    /// Settings files that the client drops as a whole.
    pub fn check_files(&self, report: &mut Report) {
        for (path, line) in &self.broken {
            let args =
                [("file", self.machine.short(path)), ("line", line.to_string()), ("section", "[default]".to_owned())];
            report.failed("host.file_broken", &args);
        }
    }

    /// Whether runs go to the server at all.
    pub fn check_mode(&self, report: &mut Report) {
        let mode = self.mode();
        if let Some(used) = mode.first() {
            let args = [("mode", used.value.clone()), ("source", self.words(&used.source, report))];
            match used.value.as_str() {
                "online" | "run" | "shared" | "" => return,
                "offline" | "dryrun" => report.warning("mode.offline", &args),
                "disabled" => report.warning("mode.disabled", &args),
                _ => report.failed("mode.unknown", &args),
            }
            return self.note_unused(report, &mode, str::to_owned);
        }
        if self.machine.var("WANDB_DISABLED").is_some_and(|value| !matches!(value, "false" | "False" | "0")) {
            let code = if self.version.obeys_disabled() { "mode.variable" } else { "mode.trainer" };
            report.warning(code, &[]);
        }
    }

    /// Reports the server's address, and gives it if the client can use it.
    pub fn check_host(&self, report: &mut Report) -> Option<Url> {
        let hosts = self.host();
        let used = hosts.first()?;
        let args = [("host", used.value.clone()), ("source", self.words(&used.source, report))];
        let url = Url::parse(&used.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match &url {
            None => report.failed("host.malformed", &args),
            Some(url) if url.query().is_some() || url.fragment().is_some() => report.failed("host.query", &args),
            Some(url) if is_page_of_wandb(url) => report.failed("host.page", &args),
            Some(_) if used.source == super::choice::Source::Default => report.warning("host.default", &args),
            Some(url) => match self.page_of(url) {
                Some(page) => report.warning("host.api", &[("host", used.value.clone()), ("page", page)]),
                None => report.passed("host.found", &args),
            },
        }
        self.note_unused(report, &hosts, str::to_owned);
        url.filter(|url| url.query().is_none() && url.fragment().is_none() && !is_page_of_wandb(url))
    }

    /// Where the client believes the web pages of a server whose name begins with `api.` to be.
    fn page_of(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?;
        let rewritten = host.starts_with("api.") && !host.ends_with("wandb.ai") && !host.ends_with("coreweave.com");
        let page = url.as_str().replacen("://api.", "://app.", 1).trim_end_matches('/').to_owned();
        (rewritten && self.machine.var("WANDB_APP_URL").is_none()).then_some(page)
    }

    /// Reports the entity; none is given when the server shall use the account's own.
    pub fn check_entity(&self, report: &mut Report) -> Option<String> {
        let entities = self.entity();
        let Some(used) = entities.first().filter(|found| !found.value.is_empty()) else {
            report.passed("entity.none", &[]);
            return None;
        };
        report.passed("entity.found", &[("entity", used.value.clone()), ("source", self.words(&used.source, report))]);
        self.note_unused(report, &entities, str::to_owned);
        Some(used.value.clone())
    }

    /// Reports the project, and gives it if the client accepts it.
    pub fn check_project(&self, report: &mut Report) -> Option<String> {
        let projects = self.project();
        let Some(used) = projects.first().filter(|found| !found.value.is_empty()) else {
            report.passed("project.none", &[("project", NO_PROJECT.to_owned())]);
            return Some(NO_PROJECT.to_owned());
        };
        let args = [("project", used.value.clone()), ("source", self.words(&used.source, report))];
        let bad = match () {
            () if used.value.chars().count() > 128 => Some("project.long"),
            () if used.value.contains(NOT_IN_PROJECTS) => Some("project.characters"),
            () => None,
        };
        match bad {
            Some(code) => report.failed(code, &args),
            None => report.passed("project.found", &args),
        }
        self.note_unused(report, &projects, str::to_owned);
        bad.is_none().then(|| used.value.clone())
    }
}

/// The web site of wandb.ai, which people copy from the browser, instead of its API.
fn is_page_of_wandb(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with("wandb.ai") && !host.contains("api."))
}
