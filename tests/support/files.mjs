// SPDX-License-Identifier: Apache-2.0
// What lies on a disk, for tests that look for what must not be there.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Every file below a folder, but for folders of a name that is left out. What goes meanwhile, and a
// link to nowhere, is no file.
export function* files_below(folder, left_out = []) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() && !left_out.includes(name)) yield* files_below(path, left_out);
    else if (found?.isFile()) yield path;
  }
}
