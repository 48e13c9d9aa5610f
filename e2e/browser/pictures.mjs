/** The pictures of the README, from the demo's runs: `npm run pictures URL USER PASSWORD`. */
import { launch, open, picture } from './lib/browser.mjs';

const [url, user, password] = process.argv.slice(2);
if (!password) throw new Error('pictures.mjs URL USER PASSWORD');
const browser = await launch();
const page = await open(browser, { colorScheme: 'light' });

await page.goto(`${url}/login?next=digits-lab/digits`);
await page.getByLabel('User name or e-mail').fill(user);
await page.getByLabel('Password').fill(password);
await page.getByRole('button', { name: 'Sign in' }).click();

// The project, smoothed a little, with the crosshair where the runs differ.
await page.getByRole('button', { name: 'Settings', exact: true }).click();
await page.getByRole('dialog').getByLabel('Weight').fill('0.6');
await page.keyboard.press('Escape');
const loss = page.getByRole('img', { name: /train\/loss, 6 runs/ }).locator('.u-over');
const box = await loss.boundingBox();
await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.4);
await picture(page, 'project');

// The best of them, as it is found from the list: its charts.
await page.mouse.move(0, 0);
await page.locator('aside').getByRole('link', { name: /-3$/ }).click();
await page.getByText('best_acc').waitFor();
await page.getByRole('link', { name: 'Charts', exact: true }).click();
await page.locator('[data-panel$=":train/loss"] .u-over').waitFor();
await picture(page, 'run');

await browser.close();
