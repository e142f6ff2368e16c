// SPDX-License-Identifier: Apache-2.0
// How a row of the outbox is shown, and what settling a conflict sends. Pure.
import type { CommandResult, ConflictField } from '@/api/types';
import type { IconName } from '@/components/icons';
import { CommandStatus } from '@/gen/choices';
import type { Fields, Rule } from '@/gen/schema';
import { title_of } from '@/i18n/make';
import type { OutboxRow } from '@/outbox/db';
import { ta } from './texts';

export type Part = 'yours' | 'waiting' | 'held' | 'drafts' | 'sent' | 'settled';
export const kParts: readonly Part[] = ['yours', 'waiting', 'held', 'drafts', 'settled', 'sent'];

export function part_of(row: OutboxRow): Part {
  if (row.settled) return 'settled';
  switch (row.state) {
    case 'conflict':
    case 'refused':
      return 'yours';
    case 'queued':
      return 'waiting';
    case 'held':
      return 'held';
    case 'draft':
      return 'drafts';
    case 'sent':
      return 'sent';
  }
}

// What the server made of a command, in its own words.
export function status_title(status: CommandResult['status']): string {
  return title_of(CommandStatus.find(({ value }) => value === status)?.title);
}

export interface Look {
  look?: 'ok' | 'stop' | 'caution' | 'brand';
  icon: IconName;
  text: string;
}

export function look_of(row: OutboxRow): Look {
  if (row.settled) return { icon: 'check', text: ta('box.state_settled') };
  switch (row.state) {
    case 'conflict':
      return { look: 'stop', icon: 'alert', text: status_title('conflict') };
    case 'refused':
      return { look: 'stop', icon: 'alert', text: status_title('refused') };
    case 'queued':
      return row.sending
        ? { look: 'brand', icon: 'cloud_up', text: ta('box.state_sending') }
        : { look: 'caution', icon: 'cloud_off', text: ta('box.state_queued') };
    case 'held':
      return { look: 'caution', icon: 'clock', text: status_title('held') };
    case 'draft':
      return { icon: 'edit', text: ta('box.state_draft') };
    case 'sent':
      return { look: 'ok', icon: 'cloud_done', text: ta('box.state_sent') };
  }
}

// A value as people read it: the choice's title, or the value itself.
export function value_text(rule: Rule | undefined, value: unknown): string {
  if (value === undefined || value === null || value === '') return ta('conflict.empty');
  const choice = rule?.choices?.find((one) => one.value === value);
  if (choice) return title_of(choice.title);
  if (typeof value === 'number' && rule?.decimals) return value.toFixed(rule.decimals);
  if (Array.isArray(value)) return value.map((one) => value_text(rule?.items, one)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export interface Differing {
  field: string;
  title: string;
  base?: string; // absent when the server does not tell personal values here
  theirs: string;
  mine: string;
}

export function differing(
  rules: Fields,
  body: Record<string, unknown>,
  conflict: readonly ConflictField[],
): Differing[] {
  return conflict.map(({ field, base, theirs }) => {
    const name = field.replace(/^\//, '');
    const rule = rules[name];
    const told = base !== undefined || theirs !== undefined;
    return {
      field: name,
      title: title_of(rule?.title) || name,
      base: told ? value_text(rule, base) : undefined,
      theirs: told ? value_text(rule, theirs) : ta('conflict.untold'),
      mine: value_text(rule, body[name]),
    };
  });
}

// What is left of a command when the other side's values are taken: nothing, or the fields nobody
// else touched.
export function rest_of(
  rules: Fields,
  body: Record<string, unknown>,
  conflict: readonly ConflictField[],
): Record<string, unknown> | undefined {
  const theirs = new Set(conflict.map(({ field }) => field.replace(/^\//, '')));
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !theirs.has(name)));
  const says_something = Object.keys(rest).some((name) => rules[name] && !rules[name].required);
  return says_something ? rest : undefined;
}

// The household page a row belongs to, where there is one.
export function household_of(row: OutboxRow): string | undefined {
  return /^(screening\.(record|correct)_visit|residents\.)/.test(row.type)
    ? row.subject
    : undefined;
}
