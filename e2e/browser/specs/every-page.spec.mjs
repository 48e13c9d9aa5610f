/** Every page, walked through: nothing is cut off in the languages with the longest words, nothing is wider than the window,
 *  axe finds nothing in either theme, and no other server hears of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cutOff } from '../lib/cut-off.mjs';
import { assertAccessible, assertNoSidewaysScroll, sizes } from '../lib/browser.mjs';
import { entered, nowhere } from '../lib/everything.mjs';

let page, pages, outside, visit, speak, stop;

before(async () => ({ page, pages, outside, visit, speak, stop } = await entered()));
after(() => stop?.());

test('what is cut off is found', async () => {
  await visit('');
  await page.evaluate(() => {
    const bad = document.body.appendChild(document.createElement('div'));
    bad.innerHTML = `<p style="width: 40px; overflow: hidden; white-space: nowrap">one that is hidden</p>
      <div style="width: 40px; overflow: hidden"><b style="white-space: nowrap">two in a box</b></div>
      <button style="width: 40px; padding: 0; white-space: nowrap">three beyond its button</button>
      <p class="truncate" style="width: 40px">four is shortened, and says so</p>`;
  });
  assert.deepEqual((await cutOff(page)).map((text) => text.split(' ')[0]), ['one', 'two', 'three']);
});

for (const language of ['de', 'ja']) {
  test(`in ${language} nothing is cut off, on a desk or on a phone`, async () => {
    await speak(language);
    await visit(nowhere);
    const missing = await page.locator('h1').first().innerText();
    const all = [];
    for (const path of pages) {
      await page.setViewportSize(sizes.desktop);
      await visit(path);
      assert.equal(await page.locator('h1').first().innerText() === missing, path === nowhere, path);
      for (const size of Object.values(sizes)) {
        await page.setViewportSize(size);
        await page.waitForTimeout(200);
        all.push(...(await cutOff(page)).map((text) => `/${path} at ${size.width}: ${text}`));
        await assertNoSidewaysScroll(page);
      }
    }
    await page.setViewportSize(sizes.desktop);
    assert.deepEqual(all, []);
  });
}

test('axe finds nothing on any page in either theme', async () => {
  await speak('en');
  for (const path of pages) {
    await visit(path);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(100);
      await assertAccessible(page);
    }
  }
});

test('no page has ever asked another server, or could', async () => {
  assert.deepEqual(outside, []);
  await visit('');
  const refused = await page.evaluate(async () => {
    const blocked = new Promise((resolve) => addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective)));
    await fetch('https://elsewhere.example/pixel').catch(() => undefined);
    return blocked;
  });
  assert.equal(refused, 'connect-src', 'also what a mistake of ours would ask');
  page.problems = page.problems.filter((text) => !/elsewhere/.test(text));
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
