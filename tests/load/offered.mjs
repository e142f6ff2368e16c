// SPDX-License-Identifier: Apache-2.0
// Load whose times of arrival are fixed in advance, and what became of it. A latency counts from the planned
// arrival, so that a stall is felt by all who came during it and not by the one who was waiting.
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../bench/processes.mjs';
import { kCut } from './wire.mjs';

const kTickMs = 2;

// Calls `fire(planned)` so many times a second, at times that chance spreads as it spreads people, each
// begun when it is due whatever became of those before. How late the generator itself was at most, in ms.
export async function offer({ rate, seconds, fire }) {
  const begun = performance.now();
  const gap_ms = () => (-Math.log(1 - Math.random()) * 1_000) / rate;
  let latest_ms = 0;
  for (let due = begun + gap_ms(); due < begun + seconds * 1_000; ) {
    const now = performance.now();
    if (due > now) {
      await pause(kTickMs);
      continue;
    }
    latest_ms = Math.max(latest_ms, now - due);
    fire(due);
    due += gap_ms();
  }
  return latest_ms;
}

// So many senders, each with the next request as soon as the last one is answered. `ask()` is a promise.
export async function keep_asking({ senders, seconds, ask }) {
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    senders.map(async (sender) => {
      while (performance.now() < end) await ask(sender);
    }),
  );
}

// The answers of one kind of request. `count` counts what an answer holds.
export class Tally {
  constructor(count = () => 1) {
    this.count = count;
    this.begun = 0;
    this.open = 0;
    this.statuses = new Map();
    this.reasons = new Map(); // of what is neither an answer nor a refusal
    this.times = []; // of each 200: when, and how long from the planned arrival
    this.unpromised = 0; // refusals that do not say when to come again
    this.slowest_refusal_ms = 0;
  }

  // Sends by the wire of a person; a promise of the answer.
  send(wire, bytes, planned = performance.now()) {
    this.begun += 1;
    this.open += 1;
    return new Promise((done) => {
      const take = (answer) => {
        this.open -= 1;
        this.take(answer);
        done(answer);
      };
      wire.send(bytes, take, planned);
    });
  }

  take(answer) {
    const { status, planned, sent, at } = answer;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === 200) return this.times.push({ at, ms: at - planned, amount: this.count(answer) });
    const is_refusal = status === 503 || status === 429;
    if (is_refusal && !(Number(answer.field('retry-after')) >= 1)) this.unpromised += 1;
    if (is_refusal) this.slowest_refusal_ms = Math.max(this.slowest_refusal_ms, at - sent);
    else this.reasons.set(answer.body.toString().slice(0, 200), (this.reasons.get(answer.body.toString().slice(0, 200)) ?? 0) + 1);
    return undefined;
  }

  get cuts() {
    return this.statuses.get(kCut) ?? 0;
  }
  of(status) {
    return this.statuses.get(status) ?? 0;
  }
  // Server errors; a refusal with its time is none where `refusals` are allowed.
  failures({ refusals = false } = {}) {
    let all = this.cuts + this.unpromised;
    for (const [status, times] of this.statuses) if (status >= 500 && !(refusals && status === 503)) all += times;
    return all;
  }

  // Of the answers between two moments, all unless told.
  between(from = 0, to = Infinity) {
    return this.times.filter(({ at }) => at >= from && at < to);
  }
  amount(from, to) {
    return this.between(from, to).reduce((sum, { amount }) => sum + amount, 0);
  }
  ms(share, from, to) {
    const times = this.between(from, to).map(({ ms }) => ms);
    return times.length ? percentile(times, share) : Infinity;
  }

  toString() {
    const statuses = [...this.statuses].map(([status, times]) => `${times} x ${status || 'cut'}`).join(', ');
    const reasons = [...this.reasons].map(([reason, times]) => `; ${times}: ${reason}`).join('');
    const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => this.ms(share).toFixed(1));
    return `${statuses}; p50 ${p50}, p95 ${p95}, p99 ${p99}, at most ${most} ms${reasons}`;
  }
}
