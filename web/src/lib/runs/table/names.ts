/** What columns, operators and aggregates are called. */
import { t, type MessageKey } from '../../i18n/messages.svelte';
import type { Key, Operator } from '../filter';
import type { Aggregate } from '../runset';

const fields: Record<string, MessageKey> = {
  displayName: 'web.column.name',
  name: 'web.column.id',
  state: 'web.run.state',
  notes: 'web.run.notes',
  username: 'web.run.user',
  tags: 'web.run.tags',
  createdAt: 'web.column.created',
  heartbeatAt: 'web.column.heartbeat',
  duration: 'web.run.duration',
  sweep: 'web.run.sweep',
  group: 'web.run.group',
  jobType: 'web.run.jobType',
  host: 'web.run.host',
  commit: 'web.run.commit',
  program: 'web.run.program',
  exitcode: 'web.run.exitCode',
  finishedAt: 'web.run.ended',
  updatedAt: 'web.column.updated',
  description: 'web.column.description',
};

/** A column's name; a key of the config or summary is its own. */
export function columnName({ section, name }: Key): string {
  const field = section === 'run' ? fields[name] : undefined;
  return field ? t(field) : name;
}

const sections: Record<string, MessageKey> = {
  config: 'web.run.config',
  summary: 'web.run.summary',
};

/** Where a column comes from, for those that are not the run's own. */
export const sectionName = ({ section }: Key): string => {
  const known = sections[section];
  return known ? t(known) : '';
};

const operators: Record<Operator, MessageKey> = {
  '=': 'web.filter.equals',
  '!=': 'web.filter.notEquals',
  '<': 'web.filter.less',
  '<=': 'web.filter.atMost',
  '>': 'web.filter.more',
  '>=': 'web.filter.atLeast',
  IN: 'web.filter.oneOf',
  NIN: 'web.filter.noneOf',
  REGEX: 'web.filter.matches',
  WITHINSECONDS: 'web.filter.within',
};
const times: Partial<Record<Operator, MessageKey>> = {
  '<': 'web.filter.before',
  '<=': 'web.filter.until',
  '>': 'web.filter.after',
  '>=': 'web.filter.since',
};

export const operatorName = (operator: Operator, type: string): string =>
  t((type === 'date' && times[operator]) || operators[operator]);

const aggregates: Record<Aggregate, MessageKey> = {
  mean: 'web.aggregate.mean',
  min: 'web.aggregate.min',
  max: 'web.aggregate.max',
  last: 'web.aggregate.last',
  count: 'web.aggregate.count',
  stderr: 'web.aggregate.stderr',
};

export const aggregateName = (aggregate: Aggregate): string => t(aggregates[aggregate]);
