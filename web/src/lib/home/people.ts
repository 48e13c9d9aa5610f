/** Members of a team with what they did lately. */

interface Member {
  name: string;
  fullName: string | null;
  role: string;
}
interface Contributor {
  name: string | null;
  runs: number;
  lastRunAt: string;
}
export interface Person {
  name: string;
  fullName: string | null;
  role: string;
  runs: number;
  lastRunAt: string | null;
}

/** Who submitted a run last first, the others by name. */
export function withActivity(
  members: readonly Member[],
  contributors: readonly Contributor[],
): Person[] {
  const known = new Map(contributors.map((one) => [one.name, one]));
  const names = new Intl.Collator('en', { numeric: true });
  return members
    .map(({ name, fullName, role }) => {
      const { runs = 0, lastRunAt = null } = known.get(name) ?? {};
      return { name, fullName, role, runs, lastRunAt };
    })
    .sort(
      (a, b) =>
        (b.lastRunAt ?? '').localeCompare(a.lastRunAt ?? '') || names.compare(a.name, b.name),
    );
}
