// SPDX-License-Identifier: Apache-2.0
// One-time codes as people type them, and what the server says about a proof, at its field.
import type { Failure } from '@/api/problem';
import { server_errors, type FieldError } from '@/fields/check';
import { OpenSession } from '@/gen/schema';
import { tc } from './code_texts';
import { session } from './session';

// Where a code is asked for, it may not be left out.
export const code_rule = { ...OpenSession.code, required: true } as const;

// Apps show codes in groups, and a Chinese keyboard gives wide digits.
export function clean_code(typed: string | number | undefined): string {
  return String(typed ?? '')
    .normalize('NFKC')
    .replace(/\s/g, '');
}

// What the refusal of a proof says of the session, and what is left to show: errors at their fields
// or, where there are none, the refusal itself. That codes were set up elsewhere since the log-in only
// shows their field.
export function take_refusal(refused: Failure): { errors: FieldError[]; failure?: Failure } {
  const name = refused.problem?.name;
  if (name === 'login_required') session.status = 'expired';
  if (name === 'code_required' && !session.has_factor) {
    session.has_factor = true;
    return { errors: [] };
  }
  const errors = proof_errors(refused);
  return errors.length > 0 ? { errors } : { errors, failure: refused };
}

// Errors of a request that carries a password, a code or both. That a code is needed is no error.
export function proof_errors({ problem }: Failure): FieldError[] {
  switch (problem?.name) {
    case 'login_failed':
      return [
        {
          pointer: '/password',
          name: problem.name,
          title: tc('code.password_wrong'),
          advice: tc('code.password_wrong_do'),
        },
      ];
    case 'code_wrong':
      return [
        { pointer: '/code', name: problem.name, title: problem.title, advice: problem.detail },
      ];
    default:
      return server_errors(problem);
  }
}
