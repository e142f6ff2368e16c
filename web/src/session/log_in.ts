// SPDX-License-Identifier: Apache-2.0
// The log-in itself, fetched with its page.
import { api, ask } from '@/api/client';
import type { Answer } from '@/api/problem';
import type { Session } from '@/api/types';
import type { Schemas } from '@/gen/schema';
import { enter } from './session';

// What is shown beside the password: a code, or what this phone's own key signed.
export type Shown = Partial<Pick<Schemas['OpenSession'], 'code' | 'device'>>;

export async function log_in(
  account: string,
  password: string,
  shown: Shown = {},
): Promise<Answer<Session>> {
  const answer = await ask(
    api.POST('/api/v1/session', { body: { account, password, ...shown } }),
  );
  if (answer.ok) enter(answer.data);
  return answer;
}
