/** Debian's chromium, pages that fail the test on their errors, axe, and screenshots for the documentation. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

export const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
};

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** A page whose uncaught errors are collected in `page.problems`. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({
    viewport: sizes.desktop,
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) page.problems.push(message.text());
  });
  return page;
}

/** What all pages of a context ask of other servers than the own, added as it is asked. */
export function requestsElsewhere(page, server) {
  const own = new URL(server.url).host;
  const outside = [];
  page.context().on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(https?|wss?):/.test(protocol) && host !== own) outside.push(`${page.url()} asked ${request.url()}`);
  });
  return outside;
}

/** Makes the first user of a server by its page, and a key for them. */
export async function setUp(page, server, user) {
  await page.goto(server.setupUrl);
  await page.getByLabel('User name').fill(user.name);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.waitForURL(/\/authorize$/);
  await page.getByLabel('Name of the key').fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  return (await page.locator('code.secret').innerText()).trim();
}

/** No rule of axe is broken on the page as it is now. */
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  assert.ok(passes.length > 5, 'axe has run');
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target.join(' ')).join(', ')}`);
  assert.deepEqual(found, [], `accessibility of ${page.url()}`);
}

/** Nothing is wider than the window. */
export async function assertNoSidewaysScroll(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, `${page.url()} scrolls sideways`);
}

/** A picture for the documentation. */
export async function picture(page, name) {
  await mkdir(images, { recursive: true });
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${images}${name}.png` });
}
