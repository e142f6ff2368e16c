// SPDX-License-Identifier: Apache-2.0
// The ground of an entry in words: what it rests on, which office set it, what became of a review.
import { short_day } from '@/format/dates';
import * as choices from '@/gen/choices';
import type { Schemas } from '@/gen/schema';
import { choice_title } from '@/worker/words';
import { ts } from './texts';

type Row = Schemas['KeyGroupRow'];
const kRules = [
  'status.returnee_days',
  'status.key_region_returnee_days',
  'status.close_contact_days',
] as const;

function review_line(review: NonNullable<NonNullable<Row['ground']>['review']>): string {
  if (review.result === 'withdrawn') return ts('ground.withdrawn');
  if (review.result === 'stays') return ts('ground.stays');
  return ts('ground.review_open', { day: short_day(review.due_on) });
}

export function ground_lines(row: Row): string[] {
  const ground = row.ground;
  if (!ground) return [];
  const day = short_day(ground.fact_on);
  const rule = kRules.find((one) => one === ground.rule);
  const lines = [
    rule
      ? ts('ground.rule', { day, rule: ts(`rule.${rule}`) })
      : ts('ground.document', {
          day,
          document: ground.document ? choice_title(choices.CaseDocument, ground.document) : '',
          number: ground.document_number ?? '',
          issuer: ground.issuer ?? '',
        }),
    ts('ground.office', {
      office: row.office_name || ground.office,
      day: short_day(ground.set_on),
      until: short_day(row.ends_on),
    }),
  ];
  if (ground.review) lines.push(review_line(ground.review));
  return lines;
}

// Whether the person can ask for review now.
export function can_ask(row: Row): boolean {
  return row.ground !== undefined && (!row.ground.review || row.ground.review.result === 'stays');
}
