// SPDX-License-Identifier: Apache-2.0
// Typed texts: a key that does not exist, a missing translation or a missing parameter does not
// compile. `{n}` is replaced by a parameter, `{n:door|doors}` by the singular or plural word.
import { computed, ref, shallowRef } from 'vue';

export type Lang = 'zh-CN' | 'en';
type Name<P extends string> = P extends `${infer N}:${string}` ? N : P;
export type Params<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? Name<P> | Params<Rest>
  : never;
export type Texts<Zh> = { readonly [K in keyof Zh]: string };
type Args<S extends string> = [Params<S>] extends [never]
  ? []
  : [{ [K in Params<S>]: string | number }];
export type T<Zh extends Record<string, string>> = <K extends keyof Zh & string>(
  key: K,
  ...args: Args<Zh[K]>
) => string;

export const lang = ref<Lang>('zh-CN');
export const is_en = computed(() => lang.value === 'en');

export function fill(text: string, params?: Record<string, string | number>): string {
  return text.replace(
    /\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
    (_, name: string, one?: string, many?: string) => {
      const value = params?.[name];
      if (one !== undefined) return Number(value) === 1 ? one : (many ?? one);
      return String(value ?? '');
    },
  );
}

// For a room that ships both languages in its own chunk (the officers' screens).
export function make_t<const Zh extends Record<string, string>>(zh: Zh, en: Texts<Zh>): T<Zh> {
  return ((key, ...args) =>
    fill(
      (is_en.value ? en : zh)[key] as string,
      args[0] as Record<string, string | number> | undefined,
    )) as T<Zh>;
}

// For the phone's own texts: Chinese ships with the first load, English when it is chosen.
export function make_lazy_t<const Zh extends Record<string, string>>(
  zh: Zh,
  load_en: () => Promise<Texts<Zh>>,
) {
  const en = shallowRef<Texts<Zh>>();
  const t = ((key, ...args) =>
    fill(
      ((is_en.value && en.value) || zh)[key] as string,
      args[0] as Record<string, string | number> | undefined,
    )) as T<Zh>;
  async function use(next: Lang) {
    if (next === 'en') en.value ??= await load_en();
    lang.value = next;
  }
  return { t, use };
}

// Titles that the server's schema gives in both languages.
export function title_of(title: readonly [zh: string, en: string] | undefined): string {
  return title ? title[is_en.value ? 1 : 0] : '';
}
