/** What the tabs of a team's settings are given, and rules about members that need no server. */
import type { MembershipFragment, TeamPageQuery } from '../api/generated';

export type Team = NonNullable<TeamPageQuery['entity']>;

/** The one admin of a team that has no other; a disabled account does not count. */
export function lastAdmin(
  members: readonly Pick<MembershipFragment, 'name' | 'role' | 'disabled'>[],
): string | null {
  const admins = members.filter((member) => member.role === 'admin' && !member.disabled);
  return admins.length === 1 ? (admins[0]?.name ?? null) : null;
}

/** Those whose name, full name or address contains what was typed. */
export function matching<
  Row extends { name: string; fullName: string | null; email: string | null },
>(members: readonly Row[], search: string): Row[] {
  const wanted = search.trim().toLowerCase();
  return members.filter((member) =>
    [member.name, member.fullName, member.email].some((text) =>
      text?.toLowerCase().includes(wanted),
    ),
  );
}
