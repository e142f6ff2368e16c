// SPDX-License-Identifier: Apache-2.0
// The phone's texts and the language in use.
import { make_lazy_t, type Params } from './make';
import { zh } from './zh';

export { is_en, lang, make_t, title_of, type Lang } from './make';
export const { t, use: use_language } = make_lazy_t(zh, async () => (await import('./en')).en);
export type TextKey = keyof typeof zh;
// Keys of texts without parameters: what a table of pages or options may name.
export type PlainKey = {
  [K in TextKey]: [Params<(typeof zh)[K]>] extends [never] ? K : never;
}[TextKey];
