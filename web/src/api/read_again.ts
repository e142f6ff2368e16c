// SPDX-License-Identifier: Apache-2.0
// A read that a busy server puts off is asked again by itself, when the server says: nobody should
// have to press a button because many others press theirs. Writes are the outbox's.
import { retry_after_ms } from './problem';

const kTimesMost = 2;
const kWaitMostMs = 5_000; // longer than that the page says what is the matter

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export async function read_again(
  send: () => Promise<Response>,
  pause: (ms: number) => Promise<void> = wait,
): Promise<Response> {
  for (let time = 0; ; time += 1) {
    const answer = await send();
    const ms = retry_after_ms(answer.headers.get('retry-after'), Date.now());
    const again = answer.status === 503 && ms !== undefined && ms <= kWaitMostMs;
    if (!again || time === kTimesMost) return answer;
    await pause(ms);
  }
}
