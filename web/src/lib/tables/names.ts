/** What columns are called. */
import { t } from '../i18n/messages.svelte';
import type { TableColumn } from './api';

/** A column's own name; of the column that names the tables a word. */
export const columnName = (column: TableColumn): string =>
  column.id === '#table' ? t('web.tables.table') : column.name;

/** With the table that it is of, where tables are side by side. */
export function columnTitle(column: TableColumn, titles: readonly string[]): string {
  const name = columnName(column);
  const title = column.source === null ? '' : (titles[column.source] ?? String(column.source + 1));
  return title ? `${name} · ${title}` : name;
}
