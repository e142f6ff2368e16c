// SPDX-License-Identifier: Apache-2.0
// The steps of an import as states and events; pure. Nothing is written before the last step, and the
// server keeps no file: only the page holds it.
import type { Failure } from '@/api/problem';
import type { Schemas } from '@/gen/schema';

export type ImportTrial = Schemas['ImportTrial'];
export type ImportState = Schemas['ImportState'];

export type Flow =
  | { step: 'choose'; failure?: Failure }
  | { step: 'trying'; file: File; from: number }
  | { step: 'tried'; file: File; trial: ImportTrial; took_ms: number; failure?: Failure }
  | { step: 'starting'; file: File; trial: ImportTrial; took_ms: number }
  | { step: 'applying'; job: string; state?: ImportState; failure?: Failure }
  | { step: 'done'; job: string; state: ImportState };

export type FlowEvent =
  | { is: 'file'; file: File; at: number }
  | { is: 'trial'; trial: ImportTrial; at: number }
  | { is: 'apply' }
  | { is: 'started'; job: string }
  | { is: 'progress'; state: ImportState }
  | { is: 'failed'; failure: Failure }
  | { is: 'again' };

const kGone = [404, 410];
const kChanged = 'import_changed';

// An event that does not belong to the present step changes nothing: an answer may come after the
// person has gone on.
export function next_step(flow: Flow, event: FlowEvent): Flow {
  switch (event.is) {
    case 'again':
      return { step: 'choose' };
    case 'file':
      return flow.step === 'choose' || flow.step === 'tried' || flow.step === 'done'
        ? { step: 'trying', file: event.file, from: event.at }
        : flow;
    case 'trial':
      return flow.step === 'trying'
        ? {
            step: 'tried',
            file: flow.file,
            trial: event.trial,
            took_ms: Math.max(0, event.at - flow.from),
          }
        : flow;
    case 'apply':
      return flow.step === 'tried' && flow.trial.importable > 0
        ? { step: 'starting', file: flow.file, trial: flow.trial, took_ms: flow.took_ms }
        : flow;
    case 'started':
      return flow.step === 'starting' || flow.step === 'choose'
        ? { step: 'applying', job: event.job }
        : flow;
    case 'progress':
      if (flow.step !== 'applying') return flow;
      return event.state.state === 'running'
        ? { step: 'applying', job: flow.job, state: event.state }
        : { step: 'done', job: flow.job, state: event.state };
    case 'failed':
      return failed(flow, event.failure);
  }
}

function failed(flow: Flow, failure: Failure): Flow {
  switch (flow.step) {
    case 'trying':
      return { step: 'choose', failure };
    case 'starting':
      // Another file under the same name: what was tried no longer holds.
      return failure.problem?.name === kChanged
        ? { step: 'choose', failure }
        : { step: 'tried', file: flow.file, trial: flow.trial, took_ms: flow.took_ms, failure };
    case 'applying':
      // The job goes on in the server; only a job that nobody knows ends the waiting.
      return kGone.includes(failure.status) ? { step: 'choose', failure } : { ...flow, failure };
    default:
      return flow;
  }
}

// Which of the three steps in the page's head is under way.
export function step_number(flow: Flow): 1 | 2 | 3 {
  if (flow.step === 'choose') return 1;
  return flow.step === 'trying' || flow.step === 'tried' ? 2 : 3;
}

// Rows read = applied + refused + skipped. Anything left over has no answer yet and is said so.
export function open_rows(state: ImportState): number {
  return Math.max(0, state.total - state.applied - state.refused - state.duplicates);
}

const kKinds = ['.xlsx', '.csv'];
export function is_roster_file(name: string): boolean {
  return kKinds.some((kind) => name.toLowerCase().endsWith(kind));
}
