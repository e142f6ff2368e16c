// SPDX-License-Identifier: Apache-2.0
// A real IndexedDB in memory, and fixed pieces of a browser that the code under test reads.
import 'fake-indexeddb/auto';
