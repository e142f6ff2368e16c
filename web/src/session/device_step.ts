// SPDX-License-Identifier: Apache-2.0
// The log-in of a phone that has a key of its own: the PIN opens the key, the key signs what the server
// asks. The same PIN then opens the records.
import type { Answer, Failure } from '@/api/problem';
import type { Session } from '@/api/types';
import {
  drop_device,
  phone_rules,
  sign_log_in,
  what_to_keep,
  type Found,
  type Signed,
} from '@/lock/device';
import { td } from '@/lock/device_texts';
import { lock_engine } from '@/lock/lazy';
import { clean_pin, is_whole } from '@/lock/pin';
import { tl } from '@/lock/texts';
import type { Shown } from './log_in';

export interface PinError {
  title: string;
  advice?: string;
}
// wrong: the PIN is another, or not whole. gone: so is the key, and why. `challenge`: the next one to sign.
export type PinLogIn = { challenge?: string } & (
  | { is: 'in' }
  | { is: 'wrong'; error: PinError }
  | { is: 'gone'; why: string }
  | { is: 'refused'; failure: Failure }
);
export type Enter = (shown: Shown) => Promise<Answer<Session>>;

export function challenge_of({ problem }: Failure): string {
  return problem?.challenge ?? '';
}

const kTimesMost = 2;

// Everything under the PIN goes with the key.
async function lose_key(account: string) {
  const { forget } = await lock_engine();
  await drop_device(account);
  await forget(account);
}

// Signs, and once more when the challenge was too old by the time the PIN was typed.
async function log_in_signed(
  found: Found,
  pin: string,
  first: string,
  enter: Enter,
): Promise<Answer<Session> | { left: number }> {
  let challenge = first;
  for (let time = 1; ; time += 1) {
    const signed: Signed = await sign_log_in(found, pin, challenge);
    if ('left' in signed) return signed;
    const answer = await enter({ device: signed.device });
    if (answer.ok || time === kTimesMost) return answer;
    if (answer.failure.problem?.name !== 'device_key_wrong') return answer;
    if ((await is_known(found)) === 'nothing') return answer;
    challenge = challenge_of(answer.failure);
  }
}
// A key whose enrolment nobody answered and that does not open is not known.
async function is_known({ account, row }: Found) {
  return row.asking ? 'nothing' : what_to_keep(account);
}

export async function by_pin(
  found: Found,
  typed: string,
  challenge: string,
  enter: Enter,
): Promise<PinLogIn> {
  const { account } = found;
  const pin = clean_pin(typed);
  const rules = await phone_rules();
  const [n, most] = [rules?.pin_digits ?? 0, rules?.pin_failures_max ?? 0];
  if (!is_whole(pin, n)) return { is: 'wrong', error: { title: tl('pin.short', { n }) } };
  const { entered_by_pin, forget_pin, note_pin } = await lock_engine();
  note_pin(account, pin);
  const answer = await log_in_signed(found, pin, challenge, enter);
  if ('ok' in answer && answer.ok) {
    await entered_by_pin();
    return { is: 'in' };
  }
  forget_pin();
  if ('left' in answer) {
    const title = tl('pin.wrong', { n: answer.left });
    const advice = td('login.pin_last', { n: most });
    if (answer.left > 0) return { is: 'wrong', error: { title, advice } };
    await lose_key(account);
    return { is: 'gone', why: td('login.pin_gone') };
  }
  const { failure } = answer;
  if (failure.problem?.name !== 'device_key_wrong') return { is: 'refused', failure };
  if ((await is_known(found)) !== 'nothing')
    return { is: 'refused', failure, challenge: challenge_of(failure) };
  await lose_key(account);
  return { is: 'gone', why: td('login.removed') };
}
