// SPDX-License-Identifier: Apache-2.0
/// <reference types="vite/client" />
declare const __BUILD__: string;
interface Window {
  // Answers that public/boot.js asked for before the app was there.
  wangdi_early?: { session?: Promise<Response>; doors?: Promise<Response>; doors_of?: string };
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL?: (url: string) => string },
    ): { createScriptURL(url: string): string };
  };
}
