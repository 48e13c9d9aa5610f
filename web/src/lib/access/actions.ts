/** Actions are named `object:operation`; lists of them are shown by object. */

export interface ActionGroup {
  object: string;
  operations: { action: string; operation: string }[];
}

/** In the order in which objects first appear. */
export function byObject(actions: readonly string[]): ActionGroup[] {
  const groups = new Map<string, ActionGroup>();
  for (const action of actions) {
    const [object = '', operation = ''] = action.split(':');
    const group = groups.get(object) ?? { object, operations: [] };
    group.operations.push({ action, operation });
    groups.set(object, group);
  }
  return [...groups.values()];
}
