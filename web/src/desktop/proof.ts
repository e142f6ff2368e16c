// SPDX-License-Identifier: Apache-2.0
// Asking again who is there, where the server wants to know it: for dialogs whose answer was
// fresh_proof_required. The dialog with the code is fetched when it is asked for.
import { ref, shallowRef, type Component } from 'vue';

export const wants_proof = (problem?: { readonly name?: string }) =>
  problem?.name === 'fresh_proof_required';

// `proof` is the component to show while `proving`; prove() says false when it could not be fetched.
export function use_proof() {
  const proof = shallowRef<Component>();
  const proving = ref(false);
  async function prove() {
    const room = await import('@/factor/ProofDialog.vue').catch(() => undefined);
    proof.value = room?.default;
    proving.value = room !== undefined;
    return proving.value;
  }
  return { proof, proving, prove };
}
