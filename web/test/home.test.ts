import { describe, expect, it } from 'vitest';
import { lately } from '../src/lib/home/lately';
import { withActivity } from '../src/lib/home/people';
import { sortedProjects } from '../src/lib/home/projects';
import { match } from '../src/lib/router.svelte';
import { best, fuzzy } from '../src/lib/ui/fuzzy';

describe('what happened lately', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const run = (id: string, finishedAt: string | null) => ({ id, finishedAt, heartbeatAt: null });

  it('says each run once, and old failures no more', () => {
    const running = [run('a', null)];
    const failed = [run('b', '2026-11-22T10:00:00Z'), run('old', '2026-11-01T10:00:00Z')];
    const recent = [run('a', null), run('b', '2026-11-22T10:00:00Z'), run('c', null)];
    const found = lately(running, failed, recent, now);
    expect(found.running.map(({ id }) => id)).toEqual(['a']);
    expect(found.failed.map(({ id }) => id)).toEqual(['b']);
    expect(found.fresh.map(({ id }) => id)).toEqual(['c']);
  });
});

describe('a list of projects', () => {
  const row = (name: string, runCount: number, lastActiveAt: string | null) => ({
    name,
    entityName: 'e',
    visibility: 'team',
    description: name === 'b' ? 'about digits' : null,
    runCount,
    lastActiveAt,
  });
  const rows = [row('a10', 1, '2026-01-01'), row('a9', 1, '2026-02-01'), row('b', 5, null)];
  const names = (order: 'active' | 'name' | 'runs', search = '') =>
    sortedProjects(rows, search, order).map(({ name }) => name);

  it('is sorted and searched, descriptions too', () => {
    expect(names('active')).toEqual(['a9', 'a10', 'b']);
    expect(names('name')).toEqual(['a9', 'a10', 'b']);
    expect(names('runs')).toEqual(['b', 'a9', 'a10']);
    expect(names('name', 'digits')).toEqual(['b']);
  });
});

describe('the palette', () => {
  it('finds names by some of their letters, the closest first', () => {
    const names = ['vision/digits', 'vision/dogs-in-trees', 'settings', 'ada/logs'];
    const find = (wish: string) => best(names, wish, (name) => name, 3);
    expect(find('dig')[0]).toBe('vision/digits');
    expect(find('vdi')[0]).toBe('vision/digits');
    expect(find('sett')).toEqual(['settings']);
    expect(find('qqq')).toEqual([]);
    expect(find('')).toHaveLength(3);
    expect(fuzzy('digits', 'vision/digits')).toBeGreaterThan(fuzzy('dgts', 'vision/digits') ?? 0);
  });
});

describe('addresses', () => {
  it('lead to the overview of a project and to every part of a run', () => {
    expect(match('vision/digits/overview').page).toBe('projectOverview');
    for (const tab of ['logs', 'code', 'history', 'system']) {
      expect(match(`vision/digits/runs/r1/${tab}`)).toMatchObject({ page: 'run', tab });
    }
    expect(match('vision/digits/runs/r1/nothing').page).toBe('missing');
  });
});

describe('who is in a team', () => {
  it('begins with who was active last, and says when', () => {
    const member = (name: string) => ({ name, fullName: null, role: 'member' });
    const lastRunAt = '2026-11-22T12:00:00Z';
    const active = [
      { name: 'cid', runs: 2, lastRunAt },
      { name: null, runs: 9, lastRunAt },
    ];
    const found = withActivity([member('bob'), member('ann'), member('cid')], active);
    expect(found.map(({ name, runs }) => [name, runs])).toEqual([
      ['cid', 2],
      ['ann', 0],
      ['bob', 0],
    ]);
    expect(found[0]?.lastRunAt).toBe(lastRunAt);
  });
});
