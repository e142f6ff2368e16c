// SPDX-License-Identifier: Apache-2.0
// One-time codes: the picture says what the server gave, codes are taken as people type them, and
// until they are set up nothing goes out and nothing is lost.
import jsqr from 'jsqr';
import { beforeEach, describe, expect, test } from 'vitest';
import { ask } from '@/api/client';
import type { Problem } from '@/api/types';
import { check_fields } from '@/fields/check';
import { in_groups, picture_of, type Picture } from '@/factor/secret';
import { clean_code, code_rule, proof_errors } from '@/session/code';
import { barred, session } from '@/session/session';

// As a camera sees it: white, and black where the path has a run.
function pixels_of({ size, path }: Picture, scale: number) {
  const side = size * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y, wide] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const from = row * side + Number(x) * scale;
      for (let at = from; at < from + Number(wide) * scale; at += 1) pixels.fill(0, at * 4, at * 4 + 3);
    }
  }
  return { pixels, side };
}

describe('the picture of a secret', () => {
  test.each([
    'otpauth://totp/Wangdi:officer?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Wangdi',
    `otpauth://totp/Wangdi:${'x'.repeat(40)}?secret=${'A2'.repeat(16)}&issuer=Wangdi`,
  ])('given_%s_when_drawn_then_a_reader_finds_just_that', (uri) => {
    const { pixels, side } = pixels_of(picture_of(uri), 4);
    expect(jsqr(pixels, side, side)?.data).toBe(uri);
  });

  test('given_a_secret_then_it_is_shown_in_fours_and_nothing_is_added', () => {
    expect(in_groups('JBSWY3DPEHPK3PXPAB')).toBe('JBSW Y3DP EHPK 3PXP AB');
    expect(in_groups('JBSWY3DP')).toBe('JBSW Y3DP');
  });
});

describe('a code as it is typed', () => {
  test.each([
    ['123 456', '123456'],
    [' 123456\n', '123456'],
    ['１２３４５６', '123456'],
    ['abcde-fghjk', 'abcde-fghjk'],
    [123456, '123456'],
    [undefined, ''],
  ])('given_%j_then_%j', (typed, code) => {
    expect(clean_code(typed)).toBe(code);
  });

  test('given_nothing_where_a_code_is_asked_for_then_it_is_missing', () => {
    const found = check_fields({ code: code_rule }, { code: clean_code(' ') });
    expect(found).toMatchObject([{ pointer: '/code', name: 'field_missing' }]);
    expect(check_fields({ code: code_rule }, { code: 'ABCDE-FGHJK' })).toEqual([]);
  });
});

const problem = (name: string): Problem => ({
  type: 'about:blank',
  title: 't',
  status: 401,
  detail: 'd',
  code: 1,
  name,
});
describe('what the server says about a proof', () => {
  test.each([
    ['login_failed', ['/password']],
    ['code_wrong', ['/code']],
    ['code_required', []], // it is asked for, and nothing was wrong
    ['login_delayed', []],
  ])('given_%s_then_it_stands_at_%j', (name, pointers) => {
    const found = proof_errors({ status: 401, problem: problem(name) });
    expect(found.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

describe('until codes are set up', () => {
  beforeEach(() => Object.assign(session, { must_set_password: false, must_enrol_factor: false }));

  test.each(['must_set_password', 'must_enrol_factor'] as const)('given_%s_then_barred', (what) => {
    expect(barred.value).toBe(false);
    session[what] = true;
    expect(barred.value).toBe(true);
  });

  test('given_any_call_that_is_refused_for_it_then_the_whole_app_knows', async () => {
    const response = new Response(null, { status: 403 });
    await ask(Promise.resolve({ error: problem('factor_required'), response }));
    expect(session.must_enrol_factor).toBe(true);
  });
});
