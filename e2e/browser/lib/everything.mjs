/** A server with something of everything on it, and the address of every page. */
import { logArtifact, useArtifact } from './artifact.mjs';
import { launch, open, requestsElsewhere } from './browser.mjs';
import { curve, LoggedRun, post } from './client.mjs';
import { startServer } from './server.mjs';

export const entity = 'ada';
export const team = 'vision';
export const project = 'digits';
const password = 'a long enough phrase';
export const run = 'every001';
export const nowhere = 'not/a/page/at/all';

/** `{ server, pages }`: the addresses are without the base, each page once. */
async function everything() {
  const server = await startServer();
  const key = server.run(['user', 'create', entity, '--admin', '--password-stdin', '--print-api-key'], password);
  server.run(['user', 'create', 'bo']);
  server.run(['team', 'create', team, '--admin', entity]);
  const place = { entity, project };
  for (const [name, displayName] of [[run, 'baseline'], ['every002', 'with-a-name-that-goes-on-for-quite-a-while']]) {
    const made = await LoggedRun.start(server.url, key, { ...place, name, displayName, config: { lr: 0.1, optimizer: 'adam' }, tags: ['first'] });
    await made.log(curve(60));
    await made.system(Array.from({ length: 10 }, (_, at) => ({ 'system.cpu': at, 'system.gpu.0.gpu': 3 * at })));
    await made.print('epoch 1', 'ERROR no more memory');
    await made.upload('code/train.py', 'import wandb\n');
    await made.alert('Loss is high', 'It has not fallen for an hour.');
    if (name === run) await made.finish();
  }
  const id = await logArtifact({ url: server.url, key }, { ...place, run, type: 'dataset', name: 'pictures', files: { 'a.txt': 'one', 'b/c.json': '{}' } });
  await useArtifact({ url: server.url, key }, { ...place, run: 'every002' }, id);
  const ask = async (query, variables) => (await post(`${server.url}/graphql`, key, { query, variables })).data;
  const sweep = await ask(`mutation($e: String!, $p: String!, $config: String!) { upsertSweep(input: { entityName: $e, projectName: $p, config: $config }) { sweep { name } } }`, {
    ...{ e: entity, p: project },
    config: JSON.stringify({ method: 'random', metric: { name: 'train/loss', goal: 'minimize' }, parameters: { lr: { min: 0.1, max: 1 } } }),
  });
  const blocks = [{ type: 'heading', level: 1, children: [{ text: 'What we saw' }] }, { type: 'paragraph', children: [{ text: 'The loss fell.' }] }];
  const report = await ask(`mutation($input: UpsertViewInput!) { upsertView(input: $input) { view { id } } }`, {
    input: { entityName: entity, projectName: project, type: 'runs', displayName: 'Findings', description: '', spec: JSON.stringify({ version: 5, blocks }), createdUsing: 'USER' },
  });
  const at = `${entity}/${project}`;
  const pages = [
    ...['', 'requests', 'authorize', entity, nowhere],
    ...['keys', 'profile', 'sessions', 'two-factor'].map((tab) => `settings/${tab}`),
    ...['users', 'teams', 'roles', 'keys', 'redirects', 'sign-in', 'settings', 'audit', 'permissions', 'view-as'].map((tab) => `admin/${tab}`),
    ...['members', 'invitations', 'service-accounts', 'privacy', 'requests', 'general'].map((tab) => `${team}/settings/${tab}`),
    ...['', '/runs', '/overview', '/settings', '/sweeps', '/reports', '/artifacts'].map((tab) => `${at}${tab}`),
    ...['overview', 'charts', 'system', 'logs', 'files', 'code', 'history'].map((tab) => `${at}/runs/${run}/${tab}`),
    ...[`${at}/sweeps/${sweep.upsertSweep.sweep.name}`, `${at}/reports/Findings--${report.upsertView.view.id.replace(/=+$/, '')}`],
    ...['', '/v0', '/v0/files', '/v0/lineage', '/v0/usage', '/v0/compare'].map((tab) => `${at}/artifacts/dataset/pictures${tab}`),
    'registry',
  ];
  return { server, pages };
}

/** Everything in a browser, seen by who owns it: `{ server, pages, page, outside, visit, speak, stop }`. `outside` is what was
 *  asked of other servers, `visit` opens a page and waits until all of it is there, `speak` chooses the language. */
export async function entered() {
  const { server, pages } = await everything();
  const browser = await launch();
  const stop = async () => {
    await browser.close();
    await server.stop();
  };
  try {
    const page = await open(browser, { locale: 'en-US' });
    const outside = requestsElsewhere(page, server);
    await page.goto(`${server.url}/login`);
    await page.getByLabel('User name or e-mail').fill(entity);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    const visit = async (path) => {
      await page.goto(`${server.url}/${path}`);
      await page.locator('h1').first().waitFor();
      const done = () => !document.querySelector('[aria-busy=true], .skeleton');
      await page.waitForFunction(done, undefined, { timeout: 60_000 }).catch(async (error) => {
        const busy = await page.locator('[aria-busy=true], .skeleton').evaluateAll((all) => all.map((one) => one.outerHTML.slice(0, 200)));
        throw new Error(`/${path} is still busy: ${busy.join(' ') || 'no more'}`, { cause: error });
      });
      await page.waitForTimeout(300);
    };
    const speak = async (language) => {
      await page.goto(`${server.url}/settings/profile`);
      await page.locator('select:has(option[value=ja])').selectOption(language);
      await page.waitForFunction((language) => document.documentElement.lang === language, language);
    };
    return { server, pages, page, outside, visit, speak, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
