/** What was changed and is not saved yet, kept by the browser until the server has it: a page that is reloaded, closed or
 *  ends otherwise loses nothing. Storage that is full or forbidden is simply not used. */
export interface Ahead {
  /** The document, as it is written. */
  text: string;
  /** Which of the server's states it was made from; null where there was none. */
  base: string | null;
  /** What was on its way: whether it arrived, nobody has heard. */
  sent: string | null;
}

const nameOf = (key: string) => `runstead:unsaved:${key}`;

export function aheadOf(key: string): Ahead | null {
  try {
    return JSON.parse(localStorage.getItem(nameOf(key)) ?? 'null') as Ahead | null;
  } catch {
    return null;
  }
}

export function keepAhead(key: string, ahead: Ahead): void {
  try {
    localStorage.setItem(nameOf(key), JSON.stringify(ahead));
  } catch {
    // An older text must not come back in the place of this one.
    dropAhead(key);
  }
}

/** `text`: only if it is this one that is kept. */
export function dropAhead(key: string, text?: string): void {
  if (text !== undefined && aheadOf(key)?.text !== text) return;
  try {
    localStorage.removeItem(nameOf(key));
  } catch {
    // Nothing was kept.
  }
}
