import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { read, sectionsOf, type Settings, settingsOf } from '../../src/lib/workspace/spec';
import {
  configFor,
  find,
  mostRuns,
  settingsFor,
  withSetting,
  withSmoothing,
} from '../../src/lib/workspace/settings';

const text = readFileSync(new URL('testdata/full.json', import.meta.url), 'utf8');
const full = read(text);
const workspace = settingsOf(full);
const [losses, rest] = sectionsOf(full).map((section) => section.localPanelSettings);

test('a setting comes from the panel, its section, the workspace or the product, in this order', () => {
  const levels = { panel: { xAxis: '_timestamp' }, section: losses, workspace };
  expect(find('xAxis', levels)).toEqual({ value: '_timestamp', from: 'panel' });
  expect(find('xAxis', { ...levels, panel: {} })).toEqual({
    value: '_absolute_runtime',
    from: 'section',
  });
  expect(find('xAxis', { section: rest, workspace })).toEqual({
    value: 'train/epoch',
    from: 'workspace',
  });
  expect(find('xAxis', {})).toEqual({ value: '_step', from: 'default' });
});

test('what the package writes for “nothing said” overrides nothing', () => {
  expect(settingsFor({ section: rest, workspace })).toMatchObject({
    smoothingType: 'average',
    smoothingWeight: 20,
    ignoreOutliers: true,
    xAxisMin: 0,
    xAxisMax: 75,
    maxRuns: 50,
    suppressLegends: true,
  });
  expect(find('ignoreOutliers', { section: rest, workspace }).from).toBe('workspace');
});

test('a section can say no to what the workspace says yes to, and take it back', () => {
  const no = withSetting(rest ?? {}, 'ignoreOutliers', false);
  expect(find('ignoreOutliers', { section: no, workspace })).toEqual({
    value: false,
    from: 'section',
  });
  const back = withSetting(no, 'ignoreOutliers', undefined);
  expect(find('ignoreOutliers', { section: back, workspace }).from).toBe('workspace');
});

test('weights of the exponential kinds are per cent above the panel, as the package demands whole numbers', () => {
  const said = withSmoothing({}, 'exponentialTimeWeighted', 0.6);
  expect(said).toMatchObject({ smoothingWeight: 60, smoothingActive: true });
  expect(find('smoothingWeight', { section: said })).toEqual({ value: 0.6, from: 'section' });
  const wide = withSmoothing(said, 'gaussian', 12);
  expect(find('smoothingWeight', { section: wide }).value).toBe(12);
  expect(find('smoothingWeight', { panel: { smoothingWeight: 0.3 }, section: wide }).value).toBe(
    0.3,
  );
});

test('the first setting of a kind does not wake what stood beside it unsaid', () => {
  const section = withSetting(rest ?? {}, 'xAxisMax', 5);
  expect(find('xAxis', { section, workspace }).from).toBe('workspace');
  expect(find('xAxisMax', { section, workspace })).toEqual({ value: 5, from: 'section' });
  const none = withSetting(section, 'xAxisMax', undefined);
  expect(none.xAxisActive).toBe(false);
});

test('a value of a wrong type is the default, and others are passed on to the panel’s config', () => {
  expect(settingsFor({ panel: { smoothingWeight: 'much', limit: 'all' } })).toMatchObject({
    smoothingWeight: 0,
    maxRuns: 100,
  });
  expect(configFor({ a: 1 }, { section: { yLogScale: true } })).toEqual({ a: 1, yLogScale: true });
  const config = { yLogScale: false };
  expect(configFor(config, { section: { yLogScale: true } })).toBe(config);
});

test('as many runs are asked for as any panel may draw', () => {
  const of = (settings: Settings, section: Settings, config: Record<string, unknown>) =>
    mostRuns({
      section: {
        settings,
        panelBankConfig: { sections: [{ localPanelSettings: section, panels: [{ config }] }] },
      },
    });
  expect(of({}, {}, {})).toBe(100);
  expect(of({ maxRuns: 10 }, {}, {})).toBe(10);
  expect(of({ maxRuns: 10 }, { maxRuns: 20 }, {})).toBe(20);
  expect(of({ maxRuns: 10 }, { maxRuns: 20 }, { limit: 300 })).toBe(300);
  expect(of({ maxRuns: 5000 }, {}, {})).toBe(1000);
  expect(of({ maxRuns: 'many' }, {}, { limit: -3 })).toBe(100);
});
