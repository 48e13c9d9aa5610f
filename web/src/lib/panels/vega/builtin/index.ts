/** Our own definitions of the charts that the client names, found by that name. */
import { plots } from './plots';
import { sklearn } from './sklearn';

export const builtin = { ...plots, ...sklearn };

/** A definition's text, as an editor shows it; undefined when it is none of ours. */
export function builtinText(name: string): string | undefined {
  const found = Object.hasOwn(builtin, name) ? builtin[name] : undefined;
  return found && JSON.stringify(found.spec, null, 2);
}
