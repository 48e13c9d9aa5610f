/** Highlighting of code, loaded when the first piece of code is shown. */
/** The languages that the format knows. */
export const languages = [
  'python',
  'javascript',
  'json',
  'yaml',
  'html',
  'css',
  'markdown',
] as const;

/** A stretch of code of one kind, from one character to another. */
export interface Stretch {
  from: number;
  to: number;
  kind: string;
}

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: Node[];
}
export type Lowlight = (typeof import('./highlighter'))['lowlight'];

/** The highlighter, once it is there. */
export const highlighter = async (): Promise<Lowlight> => (await import('./highlighter')).lowlight;

/** Which stretches of a text are a keyword, a string and so on. */
export function stretches(lowlight: Lowlight, text: string, language: string): Stretch[] {
  if (!lowlight.registered(language)) return [];
  const found: Stretch[] = [];
  let at = 0;
  const walk = (node: Node, kind: string) => {
    if (node.type === 'text') {
      const to = at + (node.value ?? '').length;
      if (kind) found.push({ from: at, to, kind });
      at = to;
      return;
    }
    const [own] = Array.isArray(node.properties?.className)
      ? (node.properties.className as string[])
      : [];
    for (const child of node.children ?? []) walk(child, own?.replace('hljs-', '') ?? kind);
  };
  walk(lowlight.highlight(language, text) as Node, '');
  return found;
}
