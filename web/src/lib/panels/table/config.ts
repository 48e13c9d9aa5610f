/** The vendor's config of a panel that shows a table: an expression that names what is shown. */
import type { TableLook } from '../../tables/look';
import type { TableSource } from '../../tables/api';
import { record, text, withFields } from '../config';
import type { PanelConfig } from '../types';

type Fields = Readonly<Record<string, unknown>>;
const below = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null ? (found as Fields)[name] : undefined,
    value,
  );
const word = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

const inputs = (config: PanelConfig): unknown =>
  below(config, 'panel2Config', 'exp', 'fromOp', 'inputs');

/** Whether what is logged with this `_type` is a table. */
export const isTable = (type: string): boolean =>
  /^((incremental-)?table-file|(partitioned|joined)-table(-file)?)$/.test(type);

/** The key under which runs logged the table. */
export const tableKey = (config: PanelConfig): string | null =>
  word(below(inputs(config), 'key', 'val'));

/** A file of a version of an artifact, where the panel shows one. */
export function artifactFile(config: PanelConfig): TableSource | null {
  const found = inputs(config);
  const version = below(found, 'artifactVersion', 'fromOp', 'inputs');
  const name = word(below(version, 'artifactName', 'val'));
  const alias = word(below(version, 'artifactVersionAlias', 'val'));
  const file = word(below(found, 'path', 'val'));
  return name && file ? { artifact: `${name}:${alias ?? 'latest'}`, file } : null;
}

/** The config of a panel that shows what runs logged under a key, as the vendor's package reads it. */
export function withKey(config: PanelConfig, key: string): PanelConfig {
  const runs = { nodeType: 'var', type: 'run', varName: 'runs' };
  const summary = { nodeType: 'output', fromOp: { name: 'run-summary', inputs: { run: runs } } };
  const picked = { obj: summary, key: { nodeType: 'const', type: 'string', val: key } };
  const exp = { nodeType: 'output', fromOp: { name: 'pick', inputs: picked } };
  return withFields(config, { panel2Config: { ...record(config, 'panel2Config'), exp } });
}

/** The column by which the tables of several runs stand side by side. */
export const joinOf = (config: PanelConfig): string | null => text(config, 'joinColumn') ?? null;

/** What somebody set in the picture. */
export function lookOf(config: PanelConfig): TableLook | undefined {
  const look = record(config, 'tableLook');
  const list = (name: string) => (Array.isArray(look[name]) ? (look[name] as never[]) : []);
  if (Object.keys(look).length === 0) return undefined;
  const widths = record(look, 'widths') as Record<string, number>;
  return {
    ...{ filters: list('filters'), sort: list('sort'), group: list('group') },
    ...{ hidden: list('hidden'), widths, order: list('order'), pinned: list('pinned') },
    differs: look.differs === true,
  };
}
