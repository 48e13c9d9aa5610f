/** Where the palette can lead and what it can do, apart from what must be asked for. */
import { isDark, setTheme } from '../state/theme.svelte';
import { logOut, session } from '../api/session.svelte';
import { t, type MessageKey } from '../i18n/messages.svelte';
import {
  type AdminTab,
  adminTabs,
  go,
  type Route,
  type RunTab,
  runTabs,
  to,
} from '../router.svelte';
import { runWords } from '../run/words';
import { shortcuts } from '../state/keys.svelte';

/** The icons that targets have. */
export type TargetIcon =
  | 'box'
  | 'chart'
  | 'check'
  | 'copy'
  | 'eye'
  | 'file'
  | 'folder'
  | 'graph'
  | 'home'
  | 'inbox'
  | 'keyboard'
  | 'list'
  | 'logout'
  | 'person'
  | 'registry'
  | 'settings'
  | 'shield';

export interface Target {
  id: string;
  name: string;
  /** Where it is, after the name. */
  path: string;
  icon: TargetIcon;
  run: () => void;
  /** The key that does the same. */
  key?: string;
}

const admin: Record<AdminTab, MessageKey> = {
  users: 'web.admin.users',
  teams: 'web.admin.teams',
  roles: 'web.admin.roles',
  keys: 'web.settings.keys',
  redirects: 'web.admin.redirects',
  'sign-in': 'web.admin.signIn',
  settings: 'web.settings',
  audit: 'web.admin.audit',
  permissions: 'web.admin.permissions',
  'view-as': 'web.admin.viewAs',
};

/** A target that is an address. */
export const place = (name: string, path: string, link: string, icon: TargetIcon): Target => ({
  id: link,
  name,
  path,
  icon,
  run: () => go(link),
});

/** The parts of the project that is open. */
export function projectTargets(at: Route): Target[] {
  if (!('project' in at)) return [];
  const { entity, project } = at;
  const path = `${entity}/${project}`;
  return [
    place(t('web.project.workspace'), path, to(entity, project), 'chart'),
    place(t('web.project.overview'), path, to(entity, project, 'overview'), 'list'),
    place(t('web.runs'), path, to(entity, project, 'runs'), 'list'),
    place(t('web.sweep.all'), path, to(entity, project, 'sweeps'), 'graph'),
    place(t('web.reports'), path, to(entity, project, 'reports'), 'file'),
    place(t('web.artifacts'), path, to(entity, project, 'artifacts'), 'box'),
    place(t('web.projectSettings'), path, to(entity, project, 'settings'), 'settings'),
    ...runTargets(at),
  ];
}

/** The tabs of the run that is open. */
function runTargets(at: Route): Target[] {
  if (at.page !== 'run') return [];
  const { entity, project, run } = at;
  const link = (tab: RunTab) =>
    to(entity, project, 'runs', run, ...(tab === 'overview' ? [] : [tab]));
  return runTabs.map((tab) =>
    place(t(runWords[tab]), `${entity}/${project}/${run}`, link(tab), 'chart'),
  );
}

/** Pages about everything and about who is signed in. */
export function pageTargets(): Target[] {
  const settings = t('web.settings');
  const pages = [
    place(t('web.home'), '', to(), 'home'),
    place(t('web.registries'), '', to('registry'), 'registry'),
    place(t('web.requests'), '', to('requests'), 'inbox'),
    place(settings, '', to('settings'), 'settings'),
    place(t('web.settings.keys'), settings, to('settings', 'keys'), 'settings'),
    place(t('web.settings.profile'), settings, to('settings', 'profile'), 'person'),
    place(t('web.sessions'), settings, to('settings', 'sessions'), 'settings'),
    place(t('web.twoFactor'), settings, to('settings', 'two-factor'), 'shield'),
    place(t('web.authorize.title'), '', to('authorize'), 'check'),
  ];
  if (!session()?.user?.admin) return pages;
  const name = t('web.admin');
  const parts = adminTabs.map((tab) => place(t(admin[tab]), name, to('admin', tab), 'shield'));
  return [...pages, place(name, '', to('admin'), 'shield'), ...parts];
}

/** What can be done here: the keys of the page, and a few things that have none. */
export function actionTargets(): Target[] {
  const here = t('web.palette.action');
  const bound = shortcuts().flatMap(({ key, label, run }): Target[] =>
    run && key !== 'Ctrl k'
      ? [{ id: `key:${key}`, name: t(label), path: here, icon: 'keyboard', run, key }]
      : [],
  );
  const other: Target = {
    id: 'theme',
    name: t(isDark() ? 'web.palette.light' : 'web.palette.dark'),
    path: here,
    icon: 'eye',
    run: () => setTheme(isDark() ? 'light' : 'dark'),
  };
  const copy: Target = {
    id: 'copy',
    name: t('web.palette.copyLink'),
    path: here,
    icon: 'copy',
    run: () => void navigator.clipboard?.writeText(location.href),
  };
  const out: Target = {
    id: 'out',
    name: t('web.signOut'),
    path: here,
    icon: 'logout',
    run: () => void logOut(),
  };
  return [...bound, other, copy, ...(session()?.user ? [out] : [])];
}
