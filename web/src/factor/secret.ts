// SPDX-License-Identifier: Apache-2.0
// The secret of an authenticator as a picture and as text. It stays in the page's memory: nothing here
// stores it or sends it anywhere.
import { encode } from 'uqr';
import { show_snack } from '@/components/snack';
import { tf } from './texts';

// White around the code, in modules: a reader needs it.
const kQuiet = 4;
const kSnackMs = 4_000;

export interface Picture {
  size: number; // modules, the quiet zone included
  path: string; // of an SVG: one rectangle for each dark run of a row
}

export function picture_of(text: string): Picture {
  const { data, size } = encode(text, { ecc: 'M', border: kQuiet });
  const runs = data.flatMap((row, y) => {
    const found: string[] = [];
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      const wide = x - from + 1;
      found.push(`M${from} ${y}h${wide}v1h-${wide}z`);
    }
    return found;
  });
  return { size, path: runs.join('') };
}

// In fours, as it is read aloud and typed.
export function in_groups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}

export async function copy(text: string) {
  try {
    await navigator.clipboard.writeText(text);
    show_snack(tf('factor.copied'), { ms: kSnackMs });
  } catch {
    show_snack(tf('factor.not_copied'), { ms: kSnackMs });
  }
}
