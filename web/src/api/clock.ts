// SPDX-License-Identifier: Apache-2.0
// How far this device's clock is from the server's: measured from answers, kept over restarts,
// sent with each command: server minus device, so positive when the device is behind.
import { computed, ref } from 'vue';

export const kSkewWarnMs = 5 * 60_000;
const kKey = 'wangdi.skew';
const kSampleMaxMs = 5_000; // a slower round trip says too little

function stored(): number | undefined {
  try {
    const text = localStorage.getItem(kKey);
    return text === null ? undefined : Number(text);
  } catch {
    return undefined;
  }
}

export const skew_ms = ref<number | undefined>(stored());
export const clock_is_off = computed(() => Math.abs(skew_ms.value ?? 0) > kSkewWarnMs);

// Half of the round trip is the best guess of when the server looked at its clock.
export function skew_from(
  sent_at: number,
  received_at: number,
  server_time: number,
): number | undefined {
  if (received_at < sent_at || received_at - sent_at > kSampleMaxMs) return undefined;
  return Math.round(server_time - (sent_at + received_at) / 2);
}

export function measure(sent_at: number, received_at: number, server_time: number) {
  const skew = skew_from(sent_at, received_at, server_time);
  if (skew === undefined) return;
  skew_ms.value = skew;
  try {
    localStorage.setItem(kKey, String(skew));
  } catch {
    /* storage blocked: measured again with the next answer */
  }
}

export function server_now(): number {
  return Date.now() + (skew_ms.value ?? 0);
}
