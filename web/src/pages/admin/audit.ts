/** The filter of the audit log: kept in the address, so that a view can be shared. */
import type { AuditFilter } from '../../lib/api/generated';

export const outcomes = ['done', 'denied', 'failed'] as const;

/** As it is typed and as the address has it; days are `2026-11-22` and count whole, in the browser's zone. */
export interface Shown {
  actor: string;
  action: string;
  target: string;
  outcome: string;
  after: string;
  before: string;
}

const fields = ['actor', 'action', 'target', 'outcome', 'after', 'before'] as const;

export const nothing: Shown = {
  actor: '',
  action: '',
  target: '',
  outcome: '',
  after: '',
  before: '',
};

export function fromAddress(parameters: URLSearchParams): Shown {
  const entries = fields.map((field) => [field, parameters.get(field) ?? '']);
  return { ...nothing, ...(Object.fromEntries(entries) as Partial<Shown>) };
}

/** The query of the address with `?`; empty when nothing is filtered. */
export function toAddress(shown: Shown): string {
  const set = fields.filter((field) => shown[field].trim() !== '');
  const parameters = new URLSearchParams(set.map((field) => [field, shown[field].trim()]));
  return set.length ? `?${parameters}` : '';
}

/** Midnight at the start of a day, or of the one after it; null for what is no day. */
function midnight(day: string, plus = 0): string | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!found) return null;
  const [year = 0, month = 1, date = 1] = found.slice(1).map(Number);
  return new Date(year, month - 1, date + plus).toISOString();
}

/** What the server is asked; the last day is included. */
export function toFilter(shown: Shown): AuditFilter {
  const text = (field: keyof Shown) => shown[field].trim() || null;
  return {
    actor: text('actor'),
    action: text('action'),
    target: text('target'),
    outcome: text('outcome'),
    after: midnight(shown.after),
    before: midnight(shown.before, 1),
  };
}

/** Where all events of the filter can be downloaded. */
export function exportLink(shown: Shown, format: 'json' | 'csv'): string {
  const parameters = new URLSearchParams({ format });
  for (const [field, value] of Object.entries(toFilter(shown))) {
    if (typeof value === 'string') parameters.set(field, value);
  }
  return `./admin/audit_logs?${parameters}`;
}
