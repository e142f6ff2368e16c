// SPDX-License-Identifier: Apache-2.0
// The way from the nation down to a region; only what the account may open is a link.
import type { Schemas } from '@/gen/schema';
import { session } from '@/session/session';
import type { Crumb } from '@/shell/frame';
import { may_open } from './figures';

type Step = Schemas['RegionStep'];

export function board_path(code: string): string {
  return code === '' ? '/board' : `/board/${code}`;
}

export function crumbs_of(path: readonly Step[], query: Record<string, string> = {}): Crumb[] {
  const own = session.account?.region.code ?? '';
  return path.map(({ code, name }, index) =>
    index < path.length - 1 && may_open(own, code)
      ? { name, to: { path: board_path(code), query } }
      : { name },
  );
}
