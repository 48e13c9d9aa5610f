/** Addresses of reports. */
import { to } from '../router.svelte';
import type { Place } from './views';

/** What stands in an address for a report: its title for people, its id without padding. */
export function address(title: string, id: string): string {
  const slug = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${slug || 'report'}--${id.replace(/=+$/, '')}`;
}

/** The id of the report that an address is about; null where there is none in it. */
export function idIn(address: string): string | null {
  const at = address.lastIndexOf('--');
  const id = at < 0 ? '' : address.slice(at + 2);
  return id === '' ? null : id.padEnd(Math.ceil(id.length / 4) * 4, '=');
}

/** The link to a report. */
export const linkTo = ({ entity, project }: Place, title: string, id: string): string =>
  to(entity, project, 'reports', address(title, id));
