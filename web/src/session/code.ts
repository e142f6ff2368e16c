// SPDX-License-Identifier: Apache-2.0
// One-time codes as people type them, and what the server says about a proof, at its field.
import type { Failure } from '@/api/problem';
import { server_errors, type FieldError } from '@/fields/check';
import { OpenSession } from '@/gen/schema';
import { tc } from './code_texts';

// Where a code is asked for, it may not be left out.
export const code_rule = { ...OpenSession.code, required: true } as const;

// Apps show codes in groups, and a Chinese keyboard gives wide digits.
export function clean_code(typed: string | number | undefined): string {
  return String(typed ?? '')
    .normalize('NFKC')
    .replace(/\s/g, '');
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
