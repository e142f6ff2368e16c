// SPDX-License-Identifier: Apache-2.0
// Runs the rules that the server's schema states over what a form holds. Nothing here knows a rule:
// limits, patterns and choices come from src/gen, and so do the texts.
import { field_errors, type FieldErrorName } from '@/gen/errors';
import type { Fields, Rule } from '@/gen/schema';
import { fill, is_en } from '@/i18n/make';
import type { Problem } from '@/api/types';

export interface FieldError {
  pointer: string;
  name: string;
  title: string;
  advice: string;
}

function error(
  pointer: string,
  name: FieldErrorName,
  details: Record<string, string | number> = {},
): FieldError {
  const [zh, zh_advice, en, en_advice] = field_errors[name];
  return {
    pointer,
    name,
    title: fill(is_en.value ? en : zh, details),
    advice: fill(is_en.value ? en_advice : zh_advice, details),
  };
}

export function is_empty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  );
}

// The registry's text for a broken limit, as the schema names it.
function broken(
  rule: Rule,
  limit: string,
  pointer: string,
  details: Record<string, string | number>,
  otherwise: FieldErrorName,
): FieldError {
  return error(pointer, rule.errors?.[limit] ?? otherwise, details);
}

function check_number(rule: Rule, value: number, pointer: string): FieldError | undefined {
  const { least, most, decimals } = rule;
  const show = (n: number | undefined) => (n === undefined ? '' : n.toFixed(decimals ?? 0));
  const outside = (least !== undefined && value < least) || (most !== undefined && value > most);
  if (!Number.isFinite(value) || outside) {
    return broken(
      rule,
      'range',
      pointer,
      { least: show(least), most: show(most) },
      'field_out_of_range',
    );
  }
  const allowed = rule.kind === 'integer' ? 0 : decimals;
  if (
    allowed !== undefined &&
    Math.abs(value * 10 ** allowed - Math.round(value * 10 ** allowed)) > 1e-6
  ) {
    return broken(rule, 'decimals', pointer, { limit: allowed }, 'decimals_too_many');
  }
  return undefined;
}

function is_day(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

// A weighted check character at the end, and a real date at its place.
function check_character(rule: Rule, value: string, pointer: string): FieldError | undefined {
  if (!rule.check) return undefined;
  const { weights, characters, date_at } = rule.check;
  const date = value.slice(date_at, date_at + 8);
  if (!is_day(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`))
    return broken(rule, 'date', pointer, {}, 'date_invalid');
  const sum = weights.reduce((total, weight, i) => total + weight * Number(value[i]), 0);
  const expected = characters[sum % characters.length]!;
  return value.slice(-1).toUpperCase() === expected
    ? undefined
    : broken(rule, 'check', pointer, { expected }, 'field_text_invalid');
}

function check_text(rule: Rule, given: string, pointer: string): FieldError | undefined {
  const value = given.trim();
  const length = [...value].length;
  const { shortest, longest } = rule;
  if (longest !== undefined && length > longest)
    return broken(rule, 'maxLength', pointer, { limit: longest, length }, 'field_too_long');
  if (length === 0 && shortest) return error(pointer, 'field_missing');
  if (shortest !== undefined && length < shortest)
    return broken(rule, 'minLength', pointer, { limit: shortest, length }, 'field_too_short');
  if (rule.pattern && !new RegExp(rule.pattern, 'u').test(value))
    return broken(rule, 'pattern', pointer, {}, 'field_text_invalid');
  if (rule.format === 'date' && !is_day(value))
    return broken(rule, 'format', pointer, {}, 'date_invalid');
  return check_character(rule, value, pointer);
}

function some(found: FieldError | undefined): FieldError[] {
  return found ? [found] : [];
}

export function check_value(rule: Rule, value: unknown, pointer = ''): FieldError[] {
  if (is_empty(value)) return rule.required ? [error(pointer, 'field_missing')] : [];
  if (rule.choices) {
    return rule.choices.some((choice) => choice.value === value)
      ? []
      : [error(pointer, 'field_missing')];
  }
  if (rule.kind === 'number' || rule.kind === 'integer')
    return some(check_number(rule, Number(value), pointer));
  if (typeof value === 'string') return some(check_text(rule, value, pointer));
  if (Array.isArray(value)) {
    const many = rule.count !== undefined && value.length > rule.count;
    if (many) return [error(pointer, 'field_too_many', { limit: rule.count! })];
    const item = rule.items;
    return item ? value.flatMap((one, i) => check_value(item, one, `${pointer}/${i}`)) : [];
  }
  if (rule.fields && typeof value === 'object')
    return check_fields(rule.fields, value as Record<string, unknown>, pointer);
  return [];
}

// All errors at once, in the order of the schema.
export function check_fields(
  fields: Fields,
  body: Record<string, unknown>,
  pointer = '',
): FieldError[] {
  return Object.entries(fields).flatMap(([name, rule]) =>
    check_value(rule, body[name], `${pointer}/${name}`),
  );
}

// The server's field errors in the same shape.
export function server_errors(problem: Problem | undefined): FieldError[] {
  return (problem?.errors ?? []).map(({ pointer, name, title, advice }) => ({
    pointer,
    name,
    title,
    advice,
  }));
}

export function error_at(errors: readonly FieldError[], pointer: string): FieldError | undefined {
  return errors.find((one) => one.pointer === pointer);
}

// Empty text leaves the body: an optional field that was not filled is absent, not "".
export function without_empty<B extends Record<string, unknown>>(body: B): B {
  return Object.fromEntries(
    Object.entries(body)
      .filter(([, value]) => !is_empty(value))
      .map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
  ) as B;
}
