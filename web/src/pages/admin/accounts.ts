/** What can be told from the list of accounts. */
interface Account {
  name: string;
  kind: string;
  admin: boolean;
  disabledAt: string | null;
}

/** Whether somebody is the only administrator who can still sign in. */
export function isLastAdmin(accounts: readonly Account[], name: string): boolean {
  const admins = accounts.filter((one) => one.admin && !one.disabledAt && one.kind === 'user');
  return admins.length === 1 && admins[0]?.name === name;
}
