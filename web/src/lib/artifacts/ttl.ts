/** How long a version is kept. In the API −1 follows its collection or project, −2 keeps it for good. */

export const FOLLOW = -1;
export const KEEP = -2;
const DAY = 86_400;
/** Choices in days. */
export const ttlDays: readonly number[] = [7, 30, 90, 365];

export const ttlSeconds = (days: number): number => days * DAY;

/** The choice that stands for what the API says. */
export function ttlChoice(seconds: number, inherited: boolean): number {
  if (inherited) return FOLLOW;
  return seconds > 0 ? seconds : KEEP;
}

/** When it is deleted by itself; null when never. */
export const deletedAt = (createdAt: string, seconds: number): Date | null =>
  seconds > 0 ? new Date(Date.parse(createdAt) + seconds * 1000) : null;
