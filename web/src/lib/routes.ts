/** Which page an address below the base shows. */

export type Route =
  | { page: 'home' | 'login' | 'password' | 'setup' | 'authorize' | 'missing' }
  | { page: 'requests' | 'invite' }
  | { page: 'settings'; tab: SettingsTab }
  | { page: 'admin'; tab: AdminTab }
  | { page: 'denial'; reference: string }
  | { page: 'entity'; entity: string }
  | { page: 'team'; entity: string; tab: TeamTab }
  | { page: 'project'; entity: string; project: string; table?: true }
  | { page: 'projectSettings' | 'projectOverview'; entity: string; project: string }
  | { page: 'sweeps' | 'reports'; entity: string; project: string }
  | { page: 'report'; entity: string; project: string; report: string }
  | { page: 'sweep'; entity: string; project: string; sweep: string }
  | { page: 'run'; entity: string; project: string; run: string; tab: RunTab }
  | { page: 'artifacts'; entity: string; project: string; type?: string }
  | ({ page: 'collection' } & CollectionPlace)
  | ({ page: 'version'; version: string; tab: ArtifactTab } & CollectionPlace)
  | { page: 'registries' }
  | { page: 'registry'; registry: string; tab: RegistryTab };

interface CollectionPlace {
  entity: string;
  project: string;
  type: string;
  collection: string;
}

/** The first is the one that a version's address itself shows. */
export const artifactTabs = ['overview', 'files', 'lineage', 'usage', 'compare'] as const;
export type ArtifactTab = (typeof artifactTabs)[number];

/** The first is the one that a registry's address itself shows. */
export const registryTabs = ['collections', 'versions', 'members', 'usage', 'settings'] as const;
export type RegistryTab = (typeof registryTabs)[number];

export const runTabs = [
  'overview',
  'charts',
  'system',
  'logs',
  'files',
  'code',
  'history',
] as const;
export type RunTab = (typeof runTabs)[number];

/** The first is the one that `settings` itself shows. */
export const settingsTabs = ['keys', 'profile', 'sessions', 'two-factor'] as const;
export type SettingsTab = (typeof settingsTabs)[number];

/** The first is the one that `admin` itself shows. */
export const adminTabs = [
  'users',
  'teams',
  'roles',
  'keys',
  'redirects',
  'sign-in',
  'settings',
  'audit',
  'permissions',
  'view-as',
] as const;
export type AdminTab = (typeof adminTabs)[number];

export const teamTabs = [
  'members',
  'invitations',
  'service-accounts',
  'privacy',
  'requests',
  'general',
] as const;
export type TeamTab = (typeof teamTabs)[number];

const single = ['login', 'password', 'setup', 'authorize', 'requests', 'invite'] as const;
const reserved = ['e', 'orgs', 'api', 'graphql', 'files', 'blob', 'sdk', 'oidc', 'assets'];

/** The route of a path below the base, without a leading slash. */
export function match(path: string): Route {
  const parts = path.split('/').filter(Boolean).map(decode);
  const [first, project, kind, run, tab] = parts;
  if (first === undefined) return { page: 'home' };
  const alone = single.find((name) => name === first);
  if (alone) return { page: parts.length === 1 ? alone : 'missing' };
  if (first === 'e' && project !== undefined && parts.length === 2) {
    return { page: 'denial', reference: project };
  }
  if (first === 'orgs' && kind === 'registry' && project && run && parts.length === 4) {
    return { page: 'registry', registry: run, tab: 'collections' };
  }
  // The address of a linked model in a team's own project of models.
  if (project === 'registry' && kind === 'model' && parts.length === 3) {
    return { page: 'registry', registry: kind, tab: 'collections' };
  }
  if (first === 'registry') return registry(parts.slice(1));
  if (reserved.includes(first)) return { page: 'missing' };
  if (first === 'settings' && parts.length <= 2) {
    const known = settingsTabs.find((name) => name === (project ?? 'keys'));
    return known ? { page: 'settings', tab: known } : { page: 'missing' };
  }
  // A user may be called admin: only the tabs themselves are taken from their projects.
  if (first === 'admin' && parts.length <= 2) {
    const known = adminTabs.find((name) => name === (project ?? 'users'));
    if (known) return { page: 'admin', tab: known };
  }
  if (project === undefined) return { page: 'entity', entity: first };
  if (project === 'settings' && parts.length <= 3) {
    const known = teamTabs.find((name) => name === (kind ?? 'members'));
    if (known) return { page: 'team', entity: first, tab: known };
  }
  if (kind === undefined || (kind === 'workspace' && parts.length === 3)) {
    const inside = /^wandb-registry-(.+)$/.exec(project)?.[1];
    if (inside !== undefined) return { page: 'registry', registry: inside, tab: 'collections' };
    return { page: 'project', entity: first, project };
  }
  if (kind === 'settings' && parts.length === 3) {
    return { page: 'projectSettings', entity: first, project };
  }
  if (kind === 'overview' && parts.length === 3) {
    return { page: 'projectOverview', entity: first, project };
  }
  if (kind === 'runs' && run !== undefined && parts.length <= 5) {
    const known = runTabs.find((name) => name === (tab ?? 'overview'));
    if (known) return { page: 'run', entity: first, project, run, tab: known };
  }
  if (kind === 'sweeps' && parts.length === 3) return { page: 'sweeps', entity: first, project };
  if (kind === 'sweeps' && run !== undefined && parts.length === 4) {
    return { page: 'sweep', entity: first, project, sweep: run };
  }
  if (kind === 'reports' && parts.length === 3) return { page: 'reports', entity: first, project };
  if (kind === 'reports' && run !== undefined && parts.length === 4) {
    return { page: 'report', entity: first, project, report: run };
  }
  if (kind === 'runs' && run === undefined) {
    return { page: 'project', entity: first, project, table: true };
  }
  if (kind === 'artifacts') return artifact(first, project, parts.slice(3));
  return { page: 'missing' };
}

/** What follows `registry/`: name, tab. */
function registry([name, part, ...more]: readonly string[]): Route {
  if (name === undefined) return { page: 'registries' };
  const tab = registryTabs.find((one) => one === (part ?? 'collections'));
  return tab && more.length === 0 ? { page: 'registry', registry: name, tab } : { page: 'missing' };
}

/** What follows `artifacts/`: type, collection, version, tab. */
function artifact(entity: string, project: string, parts: readonly string[]): Route {
  const [type, collection, version, part] = parts;
  if (type === undefined) return { page: 'artifacts', entity, project };
  if (collection === undefined) return { page: 'artifacts', entity, project, type };
  const place = { entity, project, type, collection };
  if (version === undefined) return { page: 'collection', ...place };
  const tab = artifactTabs.find((name) => name === (part ?? 'overview'));
  if (!tab || parts.length > 4) return { page: 'missing' };
  return { page: 'version', ...place, version, tab };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The path of an address below the base, without a leading slash. */
export function below(href: string): string {
  const base = new URL('.', document.baseURI).pathname;
  const { pathname } = new URL(href);
  return pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1);
}
