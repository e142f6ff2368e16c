// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint: theme, elder mode and language, and the two calls every start needs,
// so that they do not wait for the app's own code.
(function () {
  var root = document.documentElement;
  var read = function (key) {
    try {
      return localStorage.getItem(key) || '';
    } catch (e) {
      return '';
    }
  };
  var theme = read('wangdi.theme');
  var dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  if (read('wangdi.elder')) root.dataset.elder = '';
  root.lang = read('wangdi.lang') || 'zh-CN';
  var early = (window.wangdi_early = {});
  if (!read('wangdi.session') || !navigator.onLine) return;
  var get = function (url) {
    var answer = fetch(url, {
      headers: { accept: 'application/json', 'accept-language': root.lang },
    });
    answer.catch(function () {});
    return answer;
  };
  early.session = get('/api/v1/session');
  var grid = read('wangdi.grid');
  if (/^\d{6,15}$/.test(grid) && /^\/(doors)?$/.test(location.pathname)) {
    early.doors_of = grid;
    early.doors = get('/api/v1/screening/doors?grid=' + grid);
  }
})();
