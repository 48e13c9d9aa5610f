import { describe, expect, it } from 'vitest';
import { spans } from '../src/lib/run/ansi';
import { attempts, commitLink, forkedFrom, plainRemote } from '../src/lib/run/environment';
import { marked } from '../src/lib/run/marks';
import { columnsOf, nextWidth, parseRow } from '../src/lib/run/rows';
import { systemGroups } from '../src/lib/run/system';

const config = (own: object) => JSON.stringify({ lr: { value: 1 }, _wandb: { value: own } });

describe('where a run ran', () => {
  it('reads every start, the first one first', () => {
    const text = config({
      e: {
        b: { startedAt: '2026-11-22T08:00:00Z', host: 'node-2' },
        a: {
          startedAt: '2026-11-21T08:00:00Z',
          program: '/home/ada/train.py',
          codePath: 'src/train.py',
          args: ['--lr', '3e-4', "it's two"],
          cpu_count: 8,
          cpu_count_logical: 16,
          memory: { total: '1024' },
          gpu_nvidia: [{ name: 'A100', memoryTotal: '85899345920' }],
          git: { remote: 'git@github.com:acme/x.git', commit: 'abc1234' },
        },
      },
    });
    const [first, second] = attempts(text);
    expect(first?.command).toBe(`python src/train.py --lr 3e-4 'it'\\''s two'`);
    expect(first?.gpus).toEqual([{ name: 'A100', memory: 85_899_345_920 }]);
    expect(first?.cpus).toEqual({ physical: 8, logical: 16 });
    expect(first?.memory).toBe(1024);
    expect(second?.host).toBe('node-2');
    expect(attempts('{}')).toEqual([]);
    expect(attempts(null)).toEqual([]);
    expect(attempts(config({ e: { a: 1, b: 'x', c: null } }))).toHaveLength(3);
  });

  it('knows the run it was forked from', () => {
    expect(forkedFrom(config({ branch_point: { run_id: 'r1', step: 20 } }))).toEqual({
      run: 'r1',
      step: 20,
    });
    expect(forkedFrom(config({}))).toBeNull();
  });

  it('links a commit at forges that it knows, and only there', () => {
    const commit = '9fceb02d0ae598e95dc970b74767f19372d61af8';
    const links = {
      'https://github.com/acme/x.git': `https://github.com/acme/x/commit/${commit}`,
      'https://ada:token@github.com/acme/x': `https://github.com/acme/x/commit/${commit}`,
      'git@github.com:acme/x.git': `https://github.com/acme/x/commit/${commit}`,
      'ssh://git@gitlab.example.org:2222/a/b/c.git': `https://gitlab.example.org/a/b/c/-/commit/${commit}`,
      'https://bitbucket.org/acme/x': `https://bitbucket.org/acme/x/commits/${commit}`,
    };
    for (const [remote, link] of Object.entries(links)) {
      expect(commitLink(remote, commit), remote).toBe(link);
    }
    for (const remote of [
      '/srv/git/x.git',
      'https://example.org/x',
      'javascript:alert(1)//github.com/a/b',
    ]) {
      expect(commitLink(remote, commit), remote).toBeNull();
    }
    expect(commitLink('https://github.com/acme/x', 'main')).toBeNull();
    expect(plainRemote('https://ada:token@github.com/acme/x')).toBe('https://github.com/acme/x');
  });
});

describe('rows of history', () => {
  it('keeps bare NaN and infinities as texts, and leaves strings alone', () => {
    expect(parseRow('{"a":NaN,"b":-Infinity,"c":"x: NaN, \\"Infinity\\"","d":1e-5}')).toEqual({
      a: 'NaN',
      b: '-Infinity',
      c: 'x: NaN, "Infinity"',
      d: 1e-5,
    });
  });

  it('has the step first and the client’s own columns before the others', () => {
    expect(columnsOf({ keys: { b10: {}, b9: {}, _runtime: {}, _step: {} } })).toEqual([
      '_step',
      '_runtime',
      '_timestamp',
      'b9',
      'b10',
    ]);
    expect(columnsOf(null)).toHaveLength(3);
  });

  it('asks for more steps where rows are rare', () => {
    expect(nextWidth(500, 500, 500)).toBe(500);
    expect(nextWidth(500, 0, 500)).toBe(4000);
    expect(nextWidth(500, 5, 500)).toBe(4000);
    expect(nextWidth(4000, 4000, 500)).toBe(1000);
  });
});

describe('what a search found in a line', () => {
  it('is marked across colours, and nothing is lost', () => {
    const line = spans('a \u001b[31mred\u001b[0m word');
    const parts = marked(line, /d w/g);
    expect(parts.map((part) => part.text).join('')).toBe('a red word');
    expect(parts.filter((part) => part.found).map((part) => [part.text, part.style])).toEqual([
      ['d', 'c1'],
      [' w', ''],
    ]);
    expect(marked(line, /x*/g).some((part) => part.found)).toBe(false);
    expect(marked(line, null)).toHaveLength(3);
  });
});

describe('system metrics', () => {
  it('stand by what they measure: each GPU, and each writer of a shared run', () => {
    const metric = (key: string) => ({ key, type: 'number' });
    const keys = [
      'system.gpu.10.temp',
      'system.gpu.2.temp',
      'system.gpu.process.2.powerWatts',
      'system.proc.memory.rssMB',
      'system.cpu',
      'system.disk./.usageGB',
      'system.cpu/l:rank1',
      'system.weird',
    ];
    const groups = systemGroups(keys.map(metric), '');
    expect(groups.map((group) => group.name)).toEqual([
      'Process',
      'CPU',
      'CPU · rank1',
      'GPU 2',
      'GPU 10',
      'Disk',
      'Other',
    ]);
    expect(groups[3]?.metrics).toHaveLength(2);
    expect(systemGroups(keys.map(metric), 'temp')).toHaveLength(2);
  });
});
