/** System metrics in sections: the process, each GPU, processor, memory, disks, network; one set for each writer of a shared run. */
import { type Metric, matcher, type Section } from '../charts/sections';
import { t, type MessageKey } from '../i18n/messages.svelte';

const parts: [RegExp, MessageKey][] = [
  [/^proc\b/, 'web.system.process'],
  [/^cpu/, 'web.system.cpu'],
  [/^memory/, 'web.system.memory'],
  [/^gpu\.(?:process\.)?(\d+)/, 'web.system.gpu'],
  [/^(?:disk|system\.disk)/, 'web.system.disk'],
  [/^network/, 'web.system.network'],
];
const order = new Intl.Collator('en', { numeric: true });

/** Numeric system metrics that match, by what they measure. */
export function systemGroups(metrics: readonly Metric[], search: string): Section[] {
  const matches = matcher(search);
  const groups = new Map<string, Section & { place: string }>();
  for (const { key, type } of metrics) {
    if (type !== 'number' || key.startsWith('_') || !matches(key)) continue;
    const [plain = '', writer = ''] = key.replace(/^system[./]/, '').split('/l:');
    const at = parts.findIndex(([expression]) => expression.test(plain));
    const [expression, word] = parts[at] ?? [null, 'web.system.other' as const];
    const index = expression?.exec(plain)?.[1] ?? '';
    const name = [t(word, { index }), writer].filter(Boolean).join(' · ');
    const place = `${at < 0 ? parts.length : at}.${index || 0}.${writer}`;
    const group = groups.get(name) ?? { name, place, metrics: [] };
    group.metrics.push({ key, title: plain.replace(/^(?:gpu\.\d+|proc)\./, '') });
    groups.set(name, group);
  }
  const all = [...groups.values()].sort((a, b) => order.compare(a.place, b.place));
  for (const group of all) group.metrics.sort((a, b) => order.compare(a.key, b.key));
  return all.map(({ name, metrics: found }) => ({ name, metrics: found }));
}
