/** Reads fields of a panel's config: JSON that others may have written, so a field of another type counts as absent. */
import type { PanelConfig } from './types';

export function text(config: PanelConfig, field: string): string | undefined {
  const value = config[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(config: PanelConfig, field: string): number | undefined {
  const value = config[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export const flag = (config: PanelConfig, field: string): boolean => config[field] === true;

export function texts(config: PanelConfig, field: string): string[] {
  const value = config[field];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** A value out of a few, or the first of them. */
export function choice<const T extends string>(
  config: PanelConfig,
  field: string,
  values: readonly [T, ...T[]],
): T {
  return values.find((one) => one === config[field]) ?? values[0];
}

export function record(config: PanelConfig, field: string): Readonly<Record<string, unknown>> {
  const value = config[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The config with some fields changed; undefined takes a field away. */
export function withFields(config: PanelConfig, fields: Record<string, unknown>): PanelConfig {
  return Object.fromEntries(
    Object.entries({ ...config, ...fields }).filter(([, value]) => value !== undefined),
  );
}
