// SPDX-License-Identifier: Apache-2.0
// Makes the demo folder that the tests copy. Run once before them, so that tests that run side by
// side find it whole.
import { make_demo } from './server.mjs';

console.log(make_demo({ anew: true }));
