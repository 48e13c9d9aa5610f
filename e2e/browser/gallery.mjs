/** Pictures of every page and panel from the demo's data, light and dark, desktop and phone, English and Japanese:
 *  `npm run gallery URL USER PASSWORD FOLDER [PAGE|LOOK…]`. Panels are taken one by one, on the desktop. */
import { mkdir } from 'node:fs/promises';
import { assertNoSidewaysScroll, launch, open, sizes } from './lib/browser.mjs';

const [url, user, password, folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error('gallery.mjs URL USER PASSWORD FOLDER [PAGE|LOOK…]');
const team = 'digits-lab';

/** Addresses by the name of their picture. `{run}`, `{sweep}`, `{report}` and the like are found on the pages before. */
const pages = {
  home: '',
  team,
  'team-members': `${team}/settings`,
  'team-invitations': `${team}/settings/invitations`,
  'team-service-accounts': `${team}/settings/service-accounts`,
  'team-privacy': `${team}/settings/privacy`,
  'team-general': `${team}/settings/general`,
  workspace: `${team}/digits`,
  'workspace-media': `${team}/street`,
  runs: `${team}/street/runs`,
  'project-overview': `${team}/street/overview`,
  'project-settings': `${team}/street/settings`,
  sweeps: `${team}/street/sweeps`,
  sweep: `${team}/street/sweeps/{sweep}`,
  reports: `${team}/street/reports`,
  report: `${team}/street/reports/{report}`,
  'run-overview': `${team}/street/runs/{run}`,
  'run-charts': `${team}/street/runs/{run}/charts`,
  'run-system': `${team}/street/runs/{run}/system`,
  'run-logs': `${team}/street/runs/{run}/logs`,
  'run-files': `${team}/street/runs/{run}/files`,
  'run-code': `${team}/street/runs/{run}/code`,
  'run-history': `${team}/street/runs/{run}/history`,
  artifacts: `${team}/street/artifacts`,
  'artifacts-type': `${team}/street/artifacts/dataset`,
  collection: `${team}/street/artifacts/dataset/streets`,
  version: `${team}/street/artifacts/dataset/streets/v1`,
  'version-files': `${team}/street/artifacts/dataset/streets/v1/files`,
  'version-lineage': `${team}/street/artifacts/dataset/streets/v1/lineage`,
  'version-usage': `${team}/street/artifacts/dataset/streets/v1/usage`,
  'version-compare': `${team}/street/artifacts/dataset/streets/v1/compare`,
  registries: 'registry',
  registry: 'registry/model',
  'registry-versions': 'registry/model/versions',
  'registry-members': 'registry/model/members',
  'registry-usage': 'registry/model/usage',
  'registry-settings': 'registry/model/settings',
  'settings-keys': 'settings',
  'settings-profile': 'settings/profile',
  'settings-sessions': 'settings/sessions',
  'settings-two-factor': 'settings/two-factor',
  'admin-users': 'admin',
  'admin-teams': 'admin/teams',
  'admin-roles': 'admin/roles',
  'admin-keys': 'admin/keys',
  'admin-redirects': 'admin/redirects',
  'admin-sign-in': 'admin/sign-in',
  'admin-settings': 'admin/settings',
  'admin-audit': 'admin/audit',
  'admin-permissions': 'admin/permissions',
  'admin-view-as': 'admin/view-as',
  requests: 'requests',
  authorize: 'authorize',
  missing: `${team}/nothing-here`,
};

/** What is looked at, by the end of the picture's name. */
const looks = Object.fromEntries(
  ['light', 'dark'].flatMap((colorScheme) =>
    ['desktop', 'phone'].flatMap((size) =>
      ['en', 'ja'].map((locale) => [`${size}-${colorScheme}-${locale}`, { colorScheme, viewport: sizes[size], locale }]),
    ),
  ),
);

/** Those of a record that were asked for, or all. */
function chosen(all) {
  const named = Object.entries(all).filter(([name]) => wanted.includes(name));
  return named.length > 0 ? named : Object.entries(all);
}

/** The last part of the first link on a page that leads below `path`. */
async function found(page, at, path) {
  await page.goto(`${url}/${at}`);
  const link = page.locator(`main a[href*="${path}"]`).first();
  return new URL(await link.evaluate((a) => a.href)).pathname.split('/').pop();
}

/** Until nothing is loaded any more: no skeletons, a quiet network. */
async function settled(page) {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached', timeout: 8000 }).catch(() => undefined);
  await page.waitForTimeout(400);
}

/** Every panel of the page by itself, through the pages of its sections. */
async function panels(page, look) {
  const taken = new Set();
  for (let before = -1; taken.size > before; ) {
    before = taken.size;
    const all = page.locator('[data-panel]');
    for (let at = 0; at < (await all.count()); at += 1) {
      const panel = all.nth(at);
      const name = (await panel.getAttribute('data-panel')).replace(/[^\w.-]+/g, '_');
      if (taken.has(name)) continue;
      taken.add(name);
      await panel.scrollIntoViewIfNeeded();
      await settled(page);
      await panel.screenshot({ path: `${folder}/panels/${name}-${look}.png` });
    }
    const next = page.getByRole('button', { name: 'Next panels', exact: true, disabled: false });
    for (const button of await next.all()) await button.click();
  }
}

await mkdir(`${folder}/panels`, { recursive: true });
const browser = await launch();
const first = await open(browser);
await first.goto(`${url}/login`);
await first.getByLabel('User name or e-mail').fill(user);
await first.getByLabel('Password').fill(password);
await first.getByRole('button', { name: 'Sign in' }).click();
await first.waitForURL((at) => !at.pathname.endsWith('/login'));
const ids = {
  sweep: await found(first, `${team}/street/sweeps`, '/sweeps/'),
  report: await found(first, `${team}/street/reports`, '/reports/'),
};
await first.goto(`${url}/${team}/street/runs`);
const named = first.getByRole('link', { name: 'street-2', exact: true }).first();
ids.run = new URL(await named.evaluate((a) => a.href)).pathname.split('/').pop();
const storageState = await first.context().storageState();

let wrong = 0;
for (const [look, options] of chosen(looks)) {
  const page = await open(browser, { ...options, storageState });
  for (const [name, address] of chosen(pages)) {
    await page.goto(`${url}/${address.replace(/\{(\w+)\}/, (_, key) => ids[key])}`);
    await settled(page);
    await page.screenshot({ path: `${folder}/${name}-${look}.png` });
    if (name === 'workspace-media' && options.viewport === sizes.desktop && options.locale === 'en') await panels(page, look);
    await assertNoSidewaysScroll(page).catch((error) => {
      wrong += 1;
      process.stdout.write(`${look}: ${error.message}\n`);
    });
  }
  // What a page of a logged medium asks for and does not get is its own affair.
  const problems = page.problems.filter((one) => !one.includes('normalize.css'));
  for (const problem of problems) process.stdout.write(`${look}: ${problem}\n`);
  wrong += problems.length;
  await page.context().close();
}
await browser.close();
process.exitCode = wrong > 0 ? 1 : 0;
