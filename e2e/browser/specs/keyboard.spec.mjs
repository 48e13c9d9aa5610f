/** Every page by keyboard alone: Tab goes through all of it, what has the focus is seen, and nothing holds it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sizes } from '../lib/browser.mjs';
import { entered, nowhere } from '../lib/everything.mjs';

/** Steps from the beginning of a page; on long pages not all of them. */
const STEPS = 90;
let page, pages, visit, stop;

before(async () => ({ page, pages, visit, stop } = await entered()));
after(() => stop?.());

/** What has the focus: its name, whether it is in the window, and whether it looks otherwise than without the focus. */
const focused = () =>
  page.evaluate(() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const look = (at) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor, textDecorationLine } = getComputedStyle(at);
      return [outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`, boxShadow, borderColor, backgroundColor, textDecorationLine].join('|');
    };
    // What draws the focus may be what the field stands in, or a label beside it.
    const around = [one, one.parentElement, one.parentElement?.parentElement, one.nextElementSibling].filter(Boolean);
    const before = around.map(look);
    const box = one.getBoundingClientRect();
    const name = `${one.tagName.toLowerCase()} ${(one.getAttribute('aria-label') ?? one.innerText ?? one.getAttribute('name') ?? '').trim().slice(0, 40)}`;
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const id = (one.dataset.seen ??= String((globalThis.seen = (globalThis.seen ?? 0) + 1)));
    // The browser itself shows the focus of the parts of a date, with which it would begin anew.
    if (one.type === 'date') return { name, id: `${id}.${(globalThis.turn = (globalThis.turn ?? 0) + 1)}`, inside, shown: true };
    one.blur();
    const after = around.map(look);
    one.focus({ focusVisible: true, preventScroll: true });
    return { name, id, inside, shown: before.some((look, at) => look !== after[at]) };
  });

/** Goes through a page; `{ all, wrong }`. */
async function walk(path) {
  const [all, wrong] = [[], []];
  let last = null;
  for (let step = 0; step < STEPS; step += 1) {
    await page.keyboard.press('Tab');
    const now = await focused();
    if (!now) {
      if (step > 0) return { all, wrong, end: true };
      continue;
    }
    if (now.id === last) wrong.push(`/${path}: ${now.name} holds the focus`);
    last = now.id;
    if (!all.includes(now.id)) {
      all.push(now.id);
      if (!now.shown) wrong.push(`/${path}: the focus on ${now.name} is not seen`);
      if (!now.inside) wrong.push(`/${path}: ${now.name} has the focus outside of the window`);
    } else if (all[0] === now.id) return { all, wrong, end: true };
  }
  return { all, wrong, end: false };
}

for (const [name, size] of Object.entries(sizes)) {
  test(`Tab goes through every page, and the focus is always seen: ${name}`, async () => {
    await page.setViewportSize(size);
    const all = [];
    for (const path of pages.filter((one) => one !== nowhere)) {
      await visit(path);
      const found = await walk(path);
      assert.ok(found.all.length >= 3, `/${path} has ${found.all.length} stops`);
      all.push(...found.wrong);
    }
    assert.deepEqual(all, []);
  });
}

test('the first stop leads past the rail to the content', async () => {
  await page.setViewportSize(sizes.desktop);
  await visit('');
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.innerText);
  assert.equal(first, 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null));
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement.closest('main') !== null), 'and goes on from there');
});
