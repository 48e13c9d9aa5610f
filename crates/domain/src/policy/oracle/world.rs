//! Random organizations as plain words, and the statements that store them. The tests of the server use this file too.

/// What somebody is: `viewer`, `member` or `admin`, or a custom role that starts from one and adds actions.
#[derive(Clone, Debug)]
pub struct Role {
    pub base: &'static str,
    pub custom: Option<usize>,
    pub adds: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub name: String,
    pub admin: bool,
    pub disabled: bool,
    /// Of a service account: its team, and whether it belongs to the organization.
    pub service: Option<(usize, bool)>,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub name: String,
    pub hidden: bool,
    pub members_invite: bool,
}

#[derive(Clone, Debug)]
pub struct Project {
    /// Name of a team, of a person or of the organization.
    pub entity: String,
    pub name: String,
    pub visibility: &'static str,
    pub archived: bool,
    pub owner: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Run {
    pub project: usize,
    pub name: String,
    pub owner: Option<usize>,
    pub sent_by: Option<usize>,
    pub running: bool,
}

#[derive(Clone, Debug)]
pub enum Within {
    Everything,
    Entity(String),
    Project(usize),
}

#[derive(Clone, Debug)]
pub struct Key {
    pub account: usize,
    pub reads_only: bool,
    pub within: Within,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub accounts: Vec<Account>,
    pub teams: Vec<Team>,
    pub members: Vec<(usize, usize, Role)>,
    pub projects: Vec<Project>,
    pub project_members: Vec<(usize, usize, Role)>,
    /// Project, team and the role of everybody in it: in registries.
    pub project_teams: Vec<(usize, usize, Role)>,
    pub runs: Vec<Run>,
    pub keys: Vec<Key>,
    pub read_only: bool,
    pub users_create_keys: bool,
}

/// Chooses by bytes, and the plainest when there are no more of them: what fails becomes simple when it is shortened.
struct Dice<'a>(&'a [u8]);

impl Dice<'_> {
    fn up_to(&mut self, most: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % (most + 1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.up_to(n - 1) == n - 1
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.up_to(choices.len() - 1)].clone()
    }
}

/// What each custom role starts from and adds.
pub const CUSTOM: [(&str, &[&str]); 4] = [
    ("viewer", &["run:create", "run:update"]),
    ("viewer", &["run:delete", "team:invite"]),
    ("member", &["run:stop", "project:update"]),
    ("member", &["team:update", "service_account:create", "project:delete"]),
];

/// The organization, whose projects are registries.
pub const ORGANIZATION: &str = "org";

impl World {
    pub fn new(bytes: &[u8]) -> Self {
        let mut dice = Dice(bytes);
        let mut world = Self { users_create_keys: !dice.one_in(4), read_only: dice.one_in(8), ..Self::default() };
        for n in 0..5 {
            let (admin, disabled) = (dice.one_in(6), dice.one_in(8));
            world.accounts.push(Account { name: format!("user{n}"), admin, disabled, service: None });
        }
        for n in 0..3 {
            let (hidden, members_invite) = (dice.one_in(2), dice.one_in(2));
            world.teams.push(Team { name: format!("team{n}"), hidden, members_invite });
        }
        for (n, organization) in [false, true].into_iter().enumerate() {
            let home = dice.up_to(2);
            let service = Some((home, organization));
            world.accounts.push(Account { name: format!("robot{n}"), admin: false, disabled: false, service });
            world.members.push((home, 5 + n, plain("member")));
        }
        for (team, user) in (0..3).flat_map(|team| (0..5).map(move |user| (team, user))) {
            if let Some(role) = role(&mut dice) {
                world.members.push((team, user, role));
            }
        }
        let entities =
            ["team0", "team0", "team0", "team1", "team1", "team2", "user0", "user1", ORGANIZATION, ORGANIZATION];
        for (n, entity) in entities.into_iter().enumerate() {
            let registry = entity == ORGANIZATION;
            let visibilities = ["team", "restricted", "open", "public"];
            let visibility = dice.of(&visibilities[..if registry { 2 } else { 4 }]);
            let (archived, owner) = (dice.one_in(5), person(&mut dice));
            let (entity, name) = (entity.to_owned(), format!("p{n}"));
            world.projects.push(Project { entity, name, visibility, archived, owner });
            for user in 0..7 {
                let role = if registry { registry_role(&mut dice) } else { role(&mut dice) };
                if let Some(role) = role.filter(|_| dice.one_in(2)) {
                    world.project_members.push((n, user, role));
                }
            }
            for team in (0..3).filter(|_| registry) {
                if let Some(role) = registry_role(&mut dice) {
                    world.project_teams.push((n, team, role));
                }
            }
            for run in 0..2 {
                let (owner, running) = (person(&mut dice), dice.one_in(2));
                let sent_by = [None, None, Some(5), Some(6)][dice.up_to(3)];
                world.runs.push(Run { project: n, name: format!("r{run}"), owner, sent_by, running });
            }
        }
        for account in 0..7 {
            world.keys.push(Key { account, reads_only: false, within: Within::Everything });
            let within = match dice.up_to(3) {
                0 => Within::Everything,
                1 => Within::Entity(dice.of(&["team0", "team1", "user0", "user1", ORGANIZATION]).to_owned()),
                _ => Within::Project(dice.up_to(9)),
            };
            world.keys.push(Key { account, reads_only: dice.one_in(3), within });
        }
        world
    }

    /// Every path worth asking about, with ones that are not there.
    pub fn paths(&self) -> Vec<(String, String, String)> {
        let mut paths = vec![(String::new(), String::new(), String::new())];
        let teams = self.teams.iter().map(|team| &team.name);
        let others = ["nobody-here", ORGANIZATION].map(str::to_owned);
        for entity in self.accounts.iter().map(|a| &a.name).chain(teams).chain(&others) {
            paths.push((entity.clone(), String::new(), String::new()));
            paths.push((entity.clone(), "none".to_owned(), "r0".to_owned()));
        }
        for project in &self.projects {
            for run in ["", "r0", "r1", "none"] {
                paths.push((project.entity.clone(), project.name.clone(), run.to_owned()));
            }
        }
        paths
    }

    /// The account, project and run ids are the places in their lists, from 1.
    pub fn statements(&self, now: i64) -> Vec<String> {
        let mut all = Vec::new();
        let id = |n: Option<usize>| n.map_or("NULL".to_owned(), |n| (n + 1).to_string());
        for (n, (base, adds)) in CUSTOM.iter().enumerate() {
            let adds = adds.iter().map(|a| format!("\"{a}\"")).collect::<Vec<_>>().join(",");
            all.push(format!("INSERT INTO custom_role (id, name, base, adds, created_at) VALUES ({}, 'c{n}', '{base}', '[{adds}]', 0)", n + 1));
        }
        for (n, t) in self.teams.iter().enumerate() {
            let Team { name, hidden, members_invite } = t;
            all.push(format!(
                "INSERT INTO entity (id, name, kind, created_at, hidden, members_invite) \
                VALUES ({}, '{name}', 'team', 0, {hidden}, {members_invite})",
                101 + n
            ));
        }
        // Every server has one from its start.
        all.push("DELETE FROM entity WHERE kind = 'organization'".to_owned());
        all.push(format!(
            "INSERT INTO entity (id, name, kind, created_at) VALUES (100, '{ORGANIZATION}', 'organization', 0)"
        ));
        for (n, a) in self.accounts.iter().enumerate() {
            let kind = if a.service.is_some() { "service" } else { "user" };
            let (home, org_wide) = a.service.map_or(("NULL".to_owned(), false), |(t, o)| ((101 + t).to_string(), o));
            let (n, name, admin) = (n + 1, &a.name, a.admin);
            all.push(format!("INSERT INTO entity (id, name, kind, created_at) VALUES ({n}, '{name}', '{kind}', 0)"));
            all.push(format!(
                "INSERT INTO account (id, entity_id, name, is_admin, created_at, kind, home_id, org_wide) \
                VALUES ({n}, {n}, '{name}', {admin}, 0, '{kind}', {home}, {org_wide})"
            ));
        }
        for (team, user, role) in &self.members {
            all.push(format!(
                "INSERT INTO membership (team_id, user_id, role, custom_role_id, created_at) \
                VALUES ({}, {}, '{}', {}, 0)",
                101 + team,
                user + 1,
                role.base,
                id(role.custom)
            ));
        }
        for (n, p) in self.projects.iter().enumerate() {
            let (name, visibility, owner) = (&p.name, p.visibility, id(p.owner));
            let archived = if p.archived { "1" } else { "NULL" };
            all.push(format!(
                "INSERT INTO project (id, entity_id, name, visibility, owner_id, archived_at, created_at, updated_at) \
                SELECT {}, id, '{name}', '{visibility}', {owner}, {archived}, 0, 0 FROM entity WHERE name = '{}'",
                n + 1,
                p.entity
            ));
        }
        all.extend(self.project_roles());
        for (n, r) in self.runs.iter().enumerate() {
            let (name, state) = (&r.name, if r.running { "running" } else { "finished" });
            all.push(format!("INSERT INTO run (id, project_id, name, user_id, submitted_by, display_name, state, generation, config, \
                summary, system_metrics, tags, stop_requested, preempting, created_at, updated_at, heartbeat_at) \
                VALUES ({}, {}, '{name}', {}, {}, '{name}', '{state}', 0, '{{}}', '{{}}', '{{}}', '[]', FALSE, FALSE, {n}, 0, {now})",
                n + 1, r.project + 1, id(r.owner), id(r.sent_by)));
        }
        // For every run a sweep of the same name and owner.
        let columns = "id, project_id, name, user_id, submitted_by, state, method, config, seed, draws, exhausted, created_at, updated_at";
        all.push(format!(
            "INSERT INTO sweep ({columns}) SELECT id, project_id, name, user_id, submitted_by, 'PENDING', 'grid', '{{}}', \
             CAST('x' AS BYTEA), 0, FALSE, 0, 0 FROM run"
        ));
        if self.read_only {
            all.push("INSERT INTO setting (name, value) VALUES ('read_only', 'moving house')".to_owned());
        }
        all.push(format!(
            "INSERT INTO setting (name, value) VALUES ('users_create_keys', '{}')",
            self.users_create_keys
        ));
        all
    }

    /// What was given to people and teams in projects.
    fn project_roles(&self) -> Vec<String> {
        let mut all = Vec::new();
        let id = |n: Option<usize>| n.map_or("NULL".to_owned(), |n| (n + 1).to_string());
        for (project, user, role) in &self.project_members {
            all.push(format!(
                "INSERT INTO project_member (project_id, user_id, role, custom_role_id, created_at) \
                VALUES ({}, {}, '{}', {}, 0)",
                project + 1,
                user + 1,
                role.base,
                id(role.custom)
            ));
        }
        for (project, team, role) in &self.project_teams {
            all.push(format!(
                "INSERT INTO project_team (project_id, team_id, role, created_at) VALUES ({}, {}, '{}', 0)",
                project + 1,
                team + 101,
                role.base
            ));
        }
        all
    }

    /// Narrows a key that was made wide, and disables who is disabled: after the keys were made.
    pub fn narrowing(key: &Key, id: i64) -> String {
        let within = match &key.within {
            Within::Everything => String::new(),
            Within::Entity(name) => format!(", team_id = (SELECT id FROM entity WHERE name = '{name}')"),
            Within::Project(n) => format!(", project_id = {}", n + 1),
        };
        let scope = if key.reads_only { "read" } else { "write" };
        format!("UPDATE api_key SET scope = '{scope}'{within} WHERE id = {id}")
    }
}

fn plain(base: &'static str) -> Role {
    Role { base, custom: None, adds: Vec::new() }
}

fn role(dice: &mut Dice<'_>) -> Option<Role> {
    let custom = |n: usize| Role { base: CUSTOM[n].0, custom: Some(n), adds: CUSTOM[n].1.to_vec() };
    match dice.up_to(9) {
        0..4 => None,
        4 | 5 => Some(plain("viewer")),
        6 | 7 => Some(plain("member")),
        8 => Some(plain("admin")),
        _ => Some(custom(dice.up_to(3))),
    }
}

fn registry_role(dice: &mut Dice<'_>) -> Option<Role> {
    let base = dice.of(&["", "", "restricted_viewer", "viewer", "member", "admin"]);
    (!base.is_empty()).then(|| plain(base))
}

fn person(dice: &mut Dice<'_>) -> Option<usize> {
    [None, Some(0), Some(1), Some(2), Some(3), Some(4)][dice.up_to(5)]
}
