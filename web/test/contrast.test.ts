import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, linearRgb, oklab, type Oklch } from '../src/lib/design/color';
import { KINSHIP, RAMP, SERIES, seriesStep } from '../src/lib/design/palette';
import { Colors, SharedColors } from '../src/lib/runs/colors.svelte';

type Theme = 'light' | 'dark';
const css = readFileSync(new URL('../src/lib/design/tokens.css', import.meta.url), 'utf8');
const pair = /--([\w-]+):\s*light-dark\(\s*oklch\(([\d. ]+)\),\s*oklch\(([\d. ]+)\)\s*\)/g;
const numbers = (text = '') => text.trim().split(/\s+/).map(Number) as Oklch;
const tokens = new Map(
  [...css.matchAll(pair)].map(([, name, light, dark]) => [
    name,
    { light: numbers(light), dark: numbers(dark) },
  ]),
);
function token(name: string, theme: Theme): Oklch {
  const found = tokens.get(name);
  if (!found) throw new Error(`no token --${name}`);
  return found[theme];
}
const themes: Theme[] = ['light', 'dark'];
const backgrounds = ['bg', 'bg-raised', 'bg-sunken', 'bg-hover', 'bg-select'];

describe.each(themes)('%s tokens', (theme) => {
  test.each(['text', 'text-2', 'text-3', 'accent', 'ok', 'warn', 'bad'])(
    '--%s is readable on every background',
    (name) => {
      for (const background of backgrounds) {
        const ratio = contrast(token(name, theme), token(background, theme));
        expect(ratio, `on --${background}`).toBeGreaterThanOrEqual(4.5);
      }
    },
  );
  test('text on the accent is readable', () => {
    for (const name of ['accent', 'accent-hover']) {
      expect(contrast(token('on-accent', theme), token(name, theme))).toBeGreaterThanOrEqual(4.5);
    }
  });
  test('focus, fields and series stand out from what they lie on', () => {
    const series = Array.from({ length: SERIES + RAMP }, (_, step) => `series-${step}`);
    for (const name of ['focus', 'line-strong', ...series]) {
      for (const background of ['bg', 'bg-raised']) {
        const ratio = contrast(token(name, theme), token(background, theme));
        expect(ratio, `--${name} on --${background}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
  test('the ramp grows lighter with every step', () => {
    for (let step = SERIES + 1; step < SERIES + RAMP; step += 1) {
      const [before, after] = [step - 1, step].map((at) => token(`series-${at}`, theme)[0]);
      expect(after).toBeGreaterThan(before ?? 1);
    }
  });
  test('series differ from each other, neighbours most', () => {
    const labs = Array.from({ length: SERIES }, (_, step) =>
      oklab(linearRgb(token(`series-${step}`, theme))),
    );
    const distance = (a: number, b: number) =>
      Math.hypot(...(labs[a] ?? []).map((value, axis) => value - (labs[b]?.[axis] ?? 0)));
    for (let a = 0; a < SERIES; a += 1) {
      for (let b = 0; b < a; b += 1) expect(distance(a, b), `${a} and ${b}`).toBeGreaterThan(0.05);
      if (a > 0) expect(distance(a, a - 1), `neighbours ${a}`).toBeGreaterThan(0.08);
    }
  });
});

test('the QR code is dark on light whatever the theme', () => {
  const fixed = (name: string) =>
    numbers(new RegExp(`--${name}: oklch\\(([\\d. ]+)\\);`).exec(css)?.[1]);
  expect(fixed('qr-light')[0]).toBeGreaterThan(fixed('qr-dark')[0]);
  expect(contrast(fixed('qr-dark'), fixed('qr-light'))).toBeGreaterThanOrEqual(7);
});

describe('the colour of a run', () => {
  test('never changes: these ids had these steps in the first release', () => {
    const ids = ['ibu9n3t3', 'r10000', '3kd93ls0', 'a', ''];
    expect(ids.map(seriesStep)).toMatchInlineSnapshot(`
      [
        9,
        12,
        0,
        12,
        17,
      ]
    `);
  });
  test('is not that of another run on the page while one is free', () => {
    const colors = new Colors('ada/digits');
    const ids = Array.from({ length: SERIES }, (_, i) => `run${i}`);
    colors.meet(ids.slice(0, 3));
    const first = ids.slice(0, 3).map((id) => colors.of(id));
    colors.meet(ids);
    expect(ids.slice(0, 3).map((id) => colors.of(id))).toEqual(first);
    expect(new Set(ids.map((id) => colors.of(id))).size).toBe(SERIES);
  });
  test('is of another kind than those of the first runs, while there is one', () => {
    const kinds = Math.max(...KINSHIP) + 1;
    for (let project = 0; project < 20; project += 1) {
      const colors = new Colors(`ada/project-${project}`);
      const ids = Array.from({ length: kinds }, (_, i) => `${project}-${i}`);
      colors.meet(ids);
      expect(new Set(ids.map((id) => KINSHIP[colors.of(id)])).size).toBe(kinds);
    }
  });
  test('has its kind by the part of the colour circle that it is in', () => {
    const ends = [30, 60, 130, 200, 250, 320, 360];
    const hues = Array.from({ length: SERIES }, (_, step) => token(`series-${step}`, 'light')[2]);
    expect(hues.map((hue) => ends.findIndex((end) => hue < end))).toEqual(KINSHIP);
  });
  test('nor that of a run of another project that is drawn beside it, be it of the same id', () => {
    const shared = new SharedColors();
    const [here, there] = ['ada/digits', 'ada/letters'].map((place) => shared.of(place));
    here?.meet(['run0', 'run1']);
    there?.meet(['run0', 'run1']);
    const steps = [here, there].flatMap((colors) => ['run0', 'run1'].map((id) => colors?.of(id)));
    expect(new Set(steps).size).toBe(4);
    expect(shared.of('ada/digits')).toBe(here);
  });
  test('spreads ids over the whole palette', () => {
    const counts = new Array<number>(SERIES).fill(0);
    for (let i = 0; i < 20_000; i += 1) {
      const step = seriesStep((i * 2654435761).toString(36).slice(0, 8));
      counts[step] = (counts[step] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
