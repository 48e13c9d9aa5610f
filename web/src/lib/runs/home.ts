/** Which project a run is of, where runs of several are drawn together. In its own project a run is its id; in a picture that
 *  another project leads it is `entity/project/id`. No part of it can hold a slash. */

export interface Place {
  readonly entity: string;
  readonly project: string;
}

const same = (one: Place, other: Place): boolean =>
  one.entity === other.entity && one.project === other.project;

/** What a run is called where the project `lead` leads. */
export const runKey = (lead: Place, place: Place, run: string): string =>
  same(lead, place) ? run : `${place.entity}/${place.project}/${run}`;

/** The project and the id of a run that is called `key` where `lead` leads. */
export function homeOf(lead: Place, key: string): Place & { readonly run: string } {
  const [entity = '', project = '', ...rest] = key.split('/');
  const run = rest.join('/');
  return run ? { entity, project, run } : { entity: lead.entity, project: lead.project, run: key };
}

/** Runs of one project. */
export interface AtHome {
  readonly place: Place;
  /** Their ids. */
  readonly runs: readonly string[];
  /** What a run of this project is called where `lead` leads. */
  readonly key: (run: string) => string;
}

/** Runs, project by project. */
export function byProject(lead: Place, keys: Iterable<string>): AtHome[] {
  const found = new Map<string, { place: Place; runs: string[] }>();
  for (const key of keys) {
    const { entity, project, run } = homeOf(lead, key);
    const name = `${entity}/${project}`;
    const known = found.get(name) ?? { place: { entity, project }, runs: [] };
    found.set(name, known);
    known.runs.push(run);
  }
  return [...found.values()].map(({ place, runs }) => ({
    ...{ place, runs },
    key: (run) => runKey(lead, place, run),
  }));
}

/** One answer out of one for each project; `ask` gets the runs of a project and answers by their ids. */
export async function ofEach<T>(
  lead: Place,
  keys: readonly string[],
  ask: (place: Place, runs: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Map<string, T>> {
  const answers = byProject(lead, keys).map(async ({ place, runs, key }) =>
    [...(await ask(place, runs))].map(([run, value]) => [key(run), value] as const),
  );
  return new Map((await Promise.all(answers)).flat());
}
