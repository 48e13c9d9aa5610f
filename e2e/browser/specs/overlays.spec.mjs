/** Everything that opens over a page: whatever button opens it, it takes the focus, is readable by everybody, fits on a desk
 *  and on a phone in the language with the longest words, closes with Escape and gives the focus back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, sizes } from '../lib/browser.mjs';
import { cutOff } from '../lib/cut-off.mjs';
import { entity, entered, nowhere, project, run } from '../lib/everything.mjs';

let page, pages, outside, visit, speak, stop;
/** Names of buttons that were pressed already: what stands on every page is opened once. */
const pressed = new Set();
/** Buttons that opened something, and those that have to, whatever else does. */
const opened = [];
const opens = [
  ...['Springen zu', 'Tastatur', 'first key rotieren', 'first key widerrufen', 'Benutzer anlegen', entity, 'bo', 'Team anlegen', 'Rolle anlegen'],
  ...['Team löschen', 'Filtern', 'Gruppieren', 'Sortieren', 'Spalten', 'Farbe', '2 angezeigt', 'Aktionen von baseline', 'Ansicht Mein Arbeitsbereich'],
  ...['Aktionen für diese Ansicht', 'Einstellungen', 'Hinzufügen', 'Exportieren', 'Papierkorb', 'Projekt archivieren', 'Projekt löschen', 'Löschen'],
  ...['Mit einem anderen Run vergleichen', 'Stoppen', 'Sweep abbrechen', 'Kommentare', 'Teilen', 'Aktionen für den Bericht'],
  ...['Mit Registry verknüpfen', 'Registry anlegen'],
];
/** What is wrong with any of them. */
const wrong = [];

before(async () => {
  ({ page, pages, outside, visit, speak, stop } = await entered());
  await speak('de');
});
after(() => stop?.());

/** What lies on top, if anything does, and whether it has the focus. */
const top = () =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll('dialog[open], :popover-open')];
    const last = all.at(-1);
    return last ? { name: last.getAttribute('aria-label'), role: last.getAttribute('role') ?? 'dialog', focus: last.contains(document.activeElement) } : null;
  });
/** Buttons in view that no overlay hides, by their names. */
const buttons = () =>
  page.evaluate(() => {
    const seen = [...document.querySelectorAll('button:not([aria-disabled=true], [disabled], [type=submit])')];
    return seen
      .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && one.getBoundingClientRect().width > 0)
      .map((one) => (one.getAttribute('aria-label') ?? one.innerText).trim().replace(/\s+/g, ' '))
      .filter(Boolean);
  });
/** It ends the session, or leads away from where the others are. */
const spared = /^(Abmelden)$/;

async function look(path, name) {
  const found = await top();
  if (!found) return;
  opened.push(name);
  const check = async (what, act) => {
    try {
      await act();
    } catch (error) {
      wrong.push(`/${path}, ${name}: ${what}: ${error.message}`);
    }
  };
  await check('name', () => assert.ok(found.name));
  await check('focus', () => assert.ok(found.focus));
  await check('axe', () => assertAccessible(page));
  for (const size of [sizes.phone, sizes.desktop]) {
    await page.setViewportSize(size);
    await page.waitForTimeout(100);
    if (!(await top())) return;
    await check(`cut off at ${size.width}`, async () => assert.deepEqual(await cutOff(page), []));
    await check(`too wide at ${size.width}`, () => assertNoSidewaysScroll(page));
  }
  await page.keyboard.press('Escape');
  await page.waitForTimeout(100);
  await check('Escape', async () => assert.equal(await top(), null));
  await check('the focus comes back', async () => assert.ok(await page.evaluate(() => document.activeElement !== document.body)));
}

test('whatever a button opens is for everybody, and closes', async () => {
  for (const path of pages.filter((one) => one !== nowhere)) {
    await visit(path);
    const address = page.url();
    for (const name of await buttons()) {
      if (pressed.has(name) || spared.test(name)) continue;
      pressed.add(name);
      const button = page.getByRole('button', { name, exact: true }).first();
      if (!(await button.isVisible().catch(() => false))) continue;
      await button.click({ timeout: 3000 }).catch(() => undefined);
      await page.waitForTimeout(200);
      await look(path, name);
      if (page.url() !== address || (await top())) await visit(path);
    }
  }
  assert.deepEqual(wrong, []);
  // The drawers, menus and dialogs of the app, by the button that opens each.
  assert.deepEqual(opens.filter((name) => !opened.includes(name)), []);
});

test('the palette, the keys and the alerts open from any page', async () => {
  for (const path of ['', `${entity}/${project}`, `${entity}/${project}/runs/${run}/logs`, 'admin/users']) {
    await visit(path);
    for (const key of ['Control+k', '?']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(200);
      assert.ok(await top(), `${key} at /${path}`);
      await assertAccessible(page);
      assert.deepEqual(await cutOff(page), []);
      await page.keyboard.press('Escape');
      await page.waitForTimeout(100);
      assert.equal(await top(), null);
    }
  }
});

test('nothing of it asked another server, and no page had an error of its own', () => {
  assert.deepEqual(outside, []);
  assert.deepEqual(page.problems, []);
});
