// SPDX-License-Identifier: Apache-2.0
// One tab does it, the others wait. Browsers without Web Locks run it directly: they are old phones
// with one tab, and a doubled sending is answered by the command id anyway.
export async function with_lock<R>(name: string, work: () => Promise<R>): Promise<R> {
  if (!('locks' in navigator)) return work();
  let result: R | undefined;
  await navigator.locks.request(name, async () => {
    result = await work();
  });
  return result as R;
}
