// SPDX-License-Identifier: Apache-2.0
// Files to and from the server: a picked file as the body of a request, an answer as a download.
const kKeepUrlMs = 60_000;

export function download(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), kKeepUrlMs);
}

// The schema calls a binary body a string; what is sent are the file's bytes, unchanged.
export const binary = (file: Blob) => ({
  body: file as unknown as string,
  bodySerializer: (body: unknown) => body as BodyInit,
  headers: { 'content-type': 'application/octet-stream' },
});
