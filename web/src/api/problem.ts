// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a call, in one shape: the server's problem+json, or "did not get through".
import type { Problem } from './types';

export interface Failure {
  // 0 when no answer came: no network, a timeout, or something between us and the server.
  status: number;
  problem?: Problem;
  retry_after_ms?: number;
}
export type Answer<T> = { ok: true; data: T; status: number } | { ok: false; failure: Failure };

export function is_problem(value: unknown): value is Problem {
  return (
    typeof value === 'object' && value !== null && typeof (value as Problem).title === 'string'
  );
}

// Seconds or an HTTP date.
export function retry_after_ms(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
