// SPDX-License-Identifier: Apache-2.0
// Live changes. A browser gives one origin six connections, so one tab holds the stream and tells the
// others; when it closes, the next one takes over. Without a stream it looks every 30 s.
import { note_answer } from '@/api/contact';
import { deliver, type Changed } from './changes';

const kLock = 'wangdi-stream';
const kPollMs = 30_000;
const kRetryFirstMs = 2_000;
const kRetryMostMs = 60_000;

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(kLock) : undefined;
channel?.addEventListener('message', (event: MessageEvent<Changed>) => deliver(event.data));

function tell(change: Changed) {
  deliver(change);
  channel?.postMessage(change);
}

function read(data: string): Changed {
  try {
    const value = JSON.parse(data) as Partial<Changed>;
    return {
      districts: value.districts,
      communities: value.communities,
      at: value.at ?? Date.now(),
    };
  } catch {
    return { at: Date.now() };
  }
}

// Holds the stream until the signal fires.
function hold(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined;
    let retry_ms = kRetryFirstMs;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let poll: ReturnType<typeof setInterval> | undefined;
    let opened_before = false;
    const open = () => {
      source = new EventSource('/api/v1/stream');
      source.addEventListener('open', () => {
        note_answer();
        clearInterval(poll);
        poll = undefined;
        retry_ms = kRetryFirstMs;
        // The browser resumes by Last-Event-ID itself; a new leader has no id and asks afresh.
        if (!opened_before) tell({ at: Date.now() });
        opened_before = true;
      });
      source.addEventListener('changed', (event) => {
        note_answer();
        tell(read((event as MessageEvent<string>).data));
      });
      source.addEventListener('error', () => {
        poll ??= setInterval(() => tell({ at: Date.now() }), kPollMs);
        if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again itself
        retry = setTimeout(open, retry_ms);
        opened_before = false;
        retry_ms = Math.min(kRetryMostMs, retry_ms * 2);
      });
    };
    open();
    stop.addEventListener('abort', () => {
      clearTimeout(retry);
      clearInterval(poll);
      source?.close();
      resolve();
    });
  });
}

let stop: AbortController | undefined;

export function start_stream() {
  stop?.abort();
  const controller = new AbortController();
  stop = controller;
  const { signal } = controller;
  if (!('locks' in navigator)) {
    void hold(signal);
    return;
  }
  navigator.locks
    .request(kLock, { signal }, () => (signal.aborted ? undefined : hold(signal)))
    .catch(() => undefined);
}

export function stop_stream() {
  stop?.abort();
  stop = undefined;
}
