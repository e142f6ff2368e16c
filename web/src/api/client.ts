// SPDX-License-Identifier: Apache-2.0
// Typed calls: every path, parameter and answer comes from the server's own description.
import createClient from 'openapi-fetch';
import type { paths } from '@/gen/api';
import { lang } from '@/i18n/make';
import { measure } from './clock';
import { note_answer, note_silence } from './contact';
import { is_problem, retry_after_ms, type Answer, type Failure } from './problem';
import { read_again } from './read_again';
import type { Problem } from './types';

const kTimeoutMs = 20_000;
const kUploadTimeoutMs = 180_000;

let csrf = '';
export function set_csrf(token: string) {
  csrf = token;
}
export function has_csrf(): boolean {
  return csrf !== '';
}

async function guarded_fetch(request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set('accept-language', lang.value);
  // A resident's visit brings a token of its own.
  if (request.method !== 'GET' && csrf && !headers.has('x-csrf-token'))
    headers.set('x-csrf-token', csrf);
  const upload =
    request.url.includes('/residents/import') || request.url.includes('/residents/export');
  const timeout = AbortSignal.timeout(
    upload && request.method === 'POST' ? kUploadTimeoutMs : kTimeoutMs,
  );
  const signal = 'any' in AbortSignal ? AbortSignal.any([request.signal, timeout]) : timeout;
  try {
    const answer = await fetch(
      new Request(request, {
        headers,
        signal,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
      }),
    );
    note_answer();
    return answer;
  } catch (error) {
    if (!request.signal.aborted) note_silence();
    throw error;
  }
}

function patient_fetch(request: Request): Promise<Response> {
  return request.method === 'GET'
    ? read_again(() => guarded_fetch(request))
    : guarded_fetch(request);
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: patient_fetch });

interface Raw<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

// Who looks at every refusal, because it may concern the whole app.
let refused: ((problem: Problem) => void) | undefined;
export function on_refusal(listener: (problem: Problem) => void) {
  refused = listener;
}

function failure_of(error: unknown, response: Response): Failure {
  const problem = is_problem(error) ? error : undefined;
  if (problem) refused?.(problem);
  return {
    status: response.status,
    problem,
    retry_after_ms: retry_after_ms(response.headers.get('retry-after'), Date.now()),
  };
}

// Turns a call of `api` into an answer that never throws.
export async function ask<T>(call: Promise<Raw<T>>): Promise<Answer<T>> {
  const sent_at = Date.now();
  let raw: Raw<T>;
  try {
    raw = await call;
  } catch {
    return { ok: false, failure: { status: 0 } };
  }
  if (!raw.response.ok) {
    // A captive portal or a proxy may answer in HTML with any status: no problem+json, no verdict.
    return { ok: false, failure: failure_of(raw.error, raw.response) };
  }
  const server_time = (raw.data as { server_time?: unknown } | undefined)?.server_time;
  if (typeof server_time === 'number') measure(sent_at, Date.now(), server_time);
  return { ok: true, data: raw.data as T, status: raw.response.status };
}

// An answer that public/boot.js asked for before the app was there.
export async function ask_early<T>(early: Promise<Response>): Promise<Answer<T>> {
  try {
    const response = await early;
    note_answer();
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return { ok: false, failure: failure_of(body, response) };
    return { ok: true, data: body as T, status: response.status };
  } catch {
    note_silence();
    return { ok: false, failure: { status: 0 } };
  }
}
