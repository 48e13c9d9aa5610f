/** The message catalogue: one flat file a language, English inside the app, others loaded on demand. */
import english from '../../../../locales/en.json';

export type MessageKey = Extract<keyof typeof english, `web.${string}`>;
export type Values = Record<string, string | number>;
type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Catalogue = Record<string, Message>;

const files = import.meta.glob<Catalogue>('../../../../locales/*.json', { import: 'default' });
let state = $state.raw<{ language: string; catalogue: Catalogue }>({
  language: 'en',
  catalogue: english,
});

/** The language in use, for `Intl` and the document. */
export const language = (): string => state.language;

/** Codes of the languages this build has, English first. */
export function languages(): string[] {
  const codes = Object.keys(files).map((path) => /(\w+)\.json$/.exec(path)?.[1] ?? 'en');
  return ['en', ...codes.filter((code) => code !== 'en').sort()];
}

/** Switches to a language; a null wish follows the browser, an unknown one is English. */
export async function setLanguage(wish: string | null): Promise<void> {
  const wishes = wish ? [wish] : navigator.languages.map((code) => code.slice(0, 2));
  const code = wishes.find((code) => languages().includes(code)) ?? 'en';
  const load = Object.entries(files).find(([path]) => path.endsWith(`/${code}.json`))?.[1];
  const catalogue: Catalogue = code === 'en' || !load ? english : { ...english, ...(await load()) };
  state = { language: code, catalogue };
  document.documentElement.lang = code;
}

const made = new Map<string, { plural: Intl.PluralRules; number: Intl.NumberFormat }>();
/** Formatters are dear to make, and every sentence with a number asks for them. */
function formatters(language: string) {
  const known = made.get(language) ?? {
    plural: new Intl.PluralRules(language),
    number: new Intl.NumberFormat(language),
  };
  made.set(language, known);
  return known;
}

/** Fills `{placeholders}` and, where a message has plural forms, chooses by `values.count`. */
export function render(message: Message, values: Values, language: string): string {
  const text =
    typeof message === 'string'
      ? message
      : (message[formatters(language).plural.select(Number(values.count))] ?? message.other ?? '');
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatters(language).number.format(value) : value;
  });
}

/** The message of a key in the language in use. */
export function t(key: MessageKey, values: Values = {}): string {
  return render(state.catalogue[key] ?? key, values, state.language);
}
