// SPDX-License-Identifier: Apache-2.0
// Icons of the officers' screens, on the same grid as src/components/icons.ts.
export const desk_icons = {
  download: 'M12 4v12M7 11l5 5 5-5M4 20h16',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM9 13a3 3 0 1 0 6 0 3 3 0 1 0-6 0',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  sort: 'M12 20V5M6 11l6-6 6 6',
} as const;
