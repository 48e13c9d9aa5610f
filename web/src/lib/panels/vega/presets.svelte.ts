/** Definitions that an entity keeps under a name, so that many panels, and the charts that programs log, share one. */
import { ApiError } from '../../api/errors';
import {
  CreatePresetDocument,
  DeletePresetDocument,
  EntityPresetsDocument,
  OnePresetDocument,
  type PresetFragment,
  UpdatePresetDocument,
} from '../../api/generated';
import { gql } from '../../api/graphql';

export type Preset = PresetFragment;

/** By `entity/name`, for all panels of the page. */
const known = new Map<string, Promise<Preset | null>>();
let turn = $state(0);

/** Looks a definition's name up; null where there is no such preset, or none that the viewer may read. What follows it
 *  hears of changes made on this page. */
export function preset(id: string): Promise<Preset | null> {
  void turn;
  const asked = known.get(id);
  if (asked) return asked;
  const answer = gql(OnePresetDocument, { id }).then(
    ({ customChart }) => customChart ?? null,
    (error: unknown) => {
      // The server has said no; anything else passes.
      if (error instanceof ApiError && error.status < 500) return null;
      known.delete(id);
      throw error;
    },
  );
  known.set(id, answer);
  return answer;
}

/** Puts what the server answered where panels look. */
function note(id: string, now: Preset | null): void {
  known.set(id, Promise.resolve(now));
  turn += 1;
}

/** What an entity has, and whether the viewer may add to it. */
export async function presetsOf(entity: string, signal?: AbortSignal) {
  const answer = await gql(EntityPresetsDocument, { entity }, signal);
  return {
    presets: answer.entity?.customCharts ?? [],
    mayCreate: answer.entity?.mayCreateCustomChart ?? null,
  };
}

/** A name for an address, of a title. */
export const presetName = (title: string): string =>
  title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 128);

export interface NewPreset {
  entity: string;
  title: string;
  open: boolean;
  spec: string;
}

export async function createPreset({ entity, title, open, spec }: NewPreset): Promise<Preset> {
  const access = open ? 'PUBLIC' : 'PRIVATE';
  const name = { entity, name: presetName(title), displayName: title };
  const input = { ...name, type: 'vega2', access, spec };
  const made = (await gql(CreatePresetDocument, { input })).createCustomChart?.chart;
  if (!made) throw new Error('createCustomChart answered without a chart');
  note(made.id, made);
  return made;
}

export async function updatePreset(
  id: string,
  fields: { displayName?: string; access?: string; spec?: string },
): Promise<void> {
  const next = (await gql(UpdatePresetDocument, { input: { id, ...fields } })).updateCustomChart;
  if (next) note(id, next.chart);
}

export async function deletePreset(id: string): Promise<void> {
  await gql(DeletePresetDocument, { id });
  note(id, null);
}
