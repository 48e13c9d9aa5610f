/** Legend templates of the vendor: `${run:displayName} lr=${config:lr}`. What is between `[[` and `]]` is for the
 *  crosshair and left out of a legend. */

export type Section = 'run' | 'config' | 'summary';

export interface Field {
  section: Section;
  /** `lr` or `optimizer.name`; of the run a field such as `displayName`. */
  name: string;
}

const PLACE = /\$\{([^}]+)\}/g;

/** The field that `config:lr`, `config:lr.value`, `c::lr`, `summary:acc` or `run:state` names; null for anything else. */
export function fieldOf(text: string): Field | null {
  const [, section, name] = /^(config|summary|run|c:)[:.](.+)$/.exec(text.trim()) ?? [];
  if (!section || !name) return null;
  if (section === 'run' || section === 'summary') return { section, name };
  return { section: 'config', name: name.replace(/\.value(?=\.|$)/, '') };
}

/** The run table's name of a field. */
export const columnOf = ({ section, name }: Field): string =>
  section === 'run' ? name : `${section === 'config' ? 'config' : 'summary_metrics'}.${name}`;

/** The columns of the run table that a template reads. */
export function columnsOf(template: string): string[] {
  const fields = [...template.matchAll(PLACE)].map(([, inside]) => fieldOf(inside ?? ''));
  return [...new Set(fields.flatMap((field) => (field ? [columnOf(field)] : [])))];
}

/** Fills a template; `value` answers a field's text, `metric` stands for `${metricName}`. Unknown places stay empty. */
export function fillTemplate(
  template: string,
  metric: string,
  value: (field: Field) => string,
): string {
  return template
    .replace(/\[\[[\s\S]*?\]\]/g, '')
    .replace(PLACE, (_, inside: string) => {
      if (/^(metricName|metric)$/.test(inside.trim())) return metric;
      const field = fieldOf(inside);
      return field ? value(field) : '';
    })
    .trim();
}
