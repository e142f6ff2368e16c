// SPDX-License-Identifier: Apache-2.0
// The notice of how personal data are used: complete in every wording, and of the version that the
// server's parameter says is in force.
import { describe, expect, test, vi } from 'vitest';
import parameters from '../../parameters/ledger.csv?raw';
import { notice } from '@/notice/notice';

vi.mock('@/shell/prefs', () => ({ prefs: { elder: false } }));

const kWordings = ['zh', 'elder', 'en', 'elder_en'] as const;

describe('the notice', () => {
  test('says all that the law asks, in each wording', () => {
    const ids = notice.sections.map(({ id }) => id);
    expect(ids).toEqual(['who', 'why', 'what', 'basis', 'whom', 'how_long', 'rights', 'complain']);
    for (const section of notice.sections)
      for (const wording of kWordings) {
        const [title, text] = section[wording];
        expect(title, `${section.id} ${wording}`).toBeTruthy();
        expect(text, `${section.id} ${wording}`).toBeTruthy();
      }
  });

  test('is of the version in force', () => {
    const versions = [...parameters.matchAll(/^ledger\.notice_version,(\d+),/gm)].map(([, n]) => n);
    expect(versions.at(-1)).toBe(String(notice.version));
  });
});
