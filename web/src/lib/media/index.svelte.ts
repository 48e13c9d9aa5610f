/** What the overlays of a panel's images hold: groups with their classes, and what scores range over. */
import { SvelteMap } from 'svelte/reactivity';
import { type Box, scoreRanges } from './overlays';

export class OverlayIndex {
  /** Names of the classes by id, by group. */
  readonly groups = new SvelteMap<string, SvelteMap<number, string>>();
  readonly scores = new SvelteMap<string, [number, number]>();

  /** Notes the classes of a group that an image has. */
  add(group: string, classes: Iterable<number>, labels: ReadonlyMap<number, string>): void {
    let known = this.groups.get(group);
    if (!known) this.groups.set(group, (known = new SvelteMap()));
    for (const id of classes) {
      const label = labels.get(id) ?? known.get(id) ?? String(id);
      if (known.get(id) !== label) known.set(id, label);
    }
  }

  /** Notes the scores of boxes. */
  range(boxes: readonly Box[]): void {
    for (const [name, [low, high]] of scoreRanges(boxes)) {
      const known = this.scores.get(name);
      const next: [number, number] = known
        ? [Math.min(known[0], low), Math.max(known[1], high)]
        : [low, high];
      if (!known || next[0] !== known[0] || next[1] !== known[1]) this.scores.set(name, next);
    }
  }
}
