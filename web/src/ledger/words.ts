// SPDX-License-Identifier: Apache-2.0
// A look and a request in a sentence that somebody can be read out.
import * as choices from '@/gen/choices';
import type { Schemas } from '@/gen/schema';
import { long_day } from '@/format/dates';
import { choice_title } from '@/worker/words';
import { is_en } from '@/i18n';
import { tl } from './texts';

type Look = Schemas['Look'];

function fields_of(look: Look): string {
  const names = look.fields.map((field) => choice_title(choices.Field, field));
  const text = names.join(tl('look.comma')) || tl('look.record');
  return is_en.value ? text.toLowerCase() : text;
}

export function look_words(look: Look): string {
  const who = look.role
    ? tl('look.who', { office: look.office, role: choice_title(choices.Role, look.role) })
    : tl('look.system');
  if (look.about === 'log') return tl('look.log', { who });
  if (look.operation === 'export_file' || look.operation === 'list_match')
    return tl(`look.${look.operation}`, { who });
  const fields = fields_of(look);
  const what =
    look.about === 'household' ? tl('look.household', { fields }) : tl('look.yours', { fields });
  return tl(`look.${look.operation}`, { who, what });
}

export function state_words(request: Pick<Schemas['OwnRequest'], 'state' | 'days_left'>): string {
  if (request.state !== 'open') return tl(`req.${request.state}`);
  if (request.days_left < 0) return tl('req.late', { n: -request.days_left });
  return request.days_left === 0 ? tl('req.open_last') : tl('req.open', { n: request.days_left });
}

export function state_look(request: Pick<Schemas['OwnRequest'], 'state' | 'days_left'>) {
  if (request.state === 'open') return request.days_left < 0 ? ('stop' as const) : ('caution' as const);
  return request.state === 'granted' ? ('ok' as const) : undefined;
}

export function hold_words(hold: Schemas['OwnHold']): string {
  const ground = choice_title(choices.HoldGround, hold.ground);
  if (hold.lifted_on) return tl('hold.lifted', { ground, day: long_day(hold.lifted_on) });
  return tl(hold.runs ? 'hold.runs' : 'hold.over', { ground, day: long_day(hold.ends_on) });
}
