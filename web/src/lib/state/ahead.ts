/** What was changed and is not saved yet, kept by the browser until the server has it: a page that is reloaded, closed or
 *  ends otherwise loses nothing. */
import { forget, keep, kept } from './kept';

export interface Ahead {
  /** The document, as it is written. */
  text: string;
  /** Which of the server's states it was made from; null where there was none. */
  base: string | null;
  /** What was on its way: whether it arrived, nobody has heard. */
  sent: string | null;
}

const nameOf = (key: string) => `unsaved:${key}`;

export const aheadOf = (key: string): Ahead | null => kept<Ahead | null>(nameOf(key), null);

export function keepAhead(key: string, ahead: Ahead): void {
  // An older text must not come back in the place of this one.
  if (!keep(nameOf(key), ahead)) dropAhead(key);
}

/** `text`: only if it is this one that is kept. */
export function dropAhead(key: string, text?: string): void {
  if (text !== undefined && aheadOf(key)?.text !== text) return;
  forget(nameOf(key));
}
