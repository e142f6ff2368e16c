// SPDX-License-Identifier: Apache-2.0
// A new version is offered, never forced: the page reloads only when the worker says so. The app also
// runs without a service worker (some browsers inside other apps have none).
import { frame } from './frame';

const kScript = '/sw.js';
const kLookEveryMs = 3_600_000;

// Under Trusted Types a script's address needs a policy; this one lets a single address pass.
function script_url(): string {
  const policy = window.trustedTypes?.createPolicy('wangdi', {
    createScriptURL(url) {
      if (url !== kScript) throw new TypeError('not our worker');
      return url;
    },
  });
  return policy ? policy.createScriptURL(kScript) : kScript;
}

function watch(registration: ServiceWorkerRegistration) {
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    const waiting = registration.waiting;
    frame.update = () => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
        once: true,
      });
      waiting.postMessage({ type: 'SKIP_WAITING' });
    };
  };
  offer();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer);
  });
  setInterval(() => void registration.update().catch(() => undefined), kLookEveryMs);
}

export function register_worker() {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const url = script_url();
  navigator.serviceWorker
    .register(url, { updateViaCache: 'none' })
    .then(watch)
    .catch(() => undefined);
}
