/** Highlighting of code, loaded when the first piece of code is shown. */
import type { LanguageFn } from 'highlight.js';

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
type Lowlight = ReturnType<(typeof import('lowlight'))['createLowlight']>;
let loading: Promise<Lowlight> | undefined;

async function load(): Promise<Lowlight> {
  const [{ createLowlight }, ...parts] = await Promise.all([
    import('lowlight'),
    import('highlight.js/lib/languages/python'),
    import('highlight.js/lib/languages/javascript'),
    import('highlight.js/lib/languages/json'),
    import('highlight.js/lib/languages/yaml'),
    import('highlight.js/lib/languages/xml'),
    import('highlight.js/lib/languages/css'),
    import('highlight.js/lib/languages/markdown'),
  ]);
  const named = languages.map((name, index) => [name, parts[index]?.default] as const);
  return createLowlight(Object.fromEntries(named) as Record<string, LanguageFn>);
}

/** The highlighter, once it is there. */
export const highlighter = (): Promise<Lowlight> => (loading ??= load());

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
