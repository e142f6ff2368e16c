// SPDX-License-Identifier: Apache-2.0
// What is looked at on every page: axe, sizes in elder mode, nothing wider than the screen.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const kTextPx = 18;
export const kMainPx = 60;
export const kOtherPx = 44;

// The page has shown what it has to show: a heading, no grey bars, nothing under way.
export async function settled(page) {
  await page.waitForFunction(
    () =>
      document.querySelector('h1') &&
      !document.querySelector('.sk, [aria-busy=true]') &&
      document.fonts.status === 'loaded',
  );
}

// Theme and size are values on <html> only, as public/boot.js sets them.
export function dress(page, { theme, elder }) {
  return page.evaluate(
    ([dark, large]) => {
      document.documentElement.dataset.theme = dark ? 'dark' : 'light';
      if (large) document.documentElement.dataset.elder = '';
      else delete document.documentElement.dataset.elder;
    },
    [theme === 'dark', elder],
  );
}

// What a look can change: colours and sizes. All else stands in the document, whatever it wears.
export const kOfColours = ['color-contrast', 'link-in-text-block'];
export const kOfSizes = ['target-size', 'scrollable-region-focusable'];

// One line for each node that breaks a rule of WCAG 2.2 A or AA, or one of `rules`.
export async function axe_findings(page, rules) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(async ([tags, some]) => {
    const { violations } = await window.axe.run(document, {
      runOnly: some ? { type: 'rule', values: some } : { type: 'tag', values: tags },
      rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ target, any, all }) => {
        const why = [...any, ...all][0]?.message ?? '';
        return `${id}: ${target.join(' ')} (${why.slice(0, 140)})`;
      }),
    );
  }, [kTags, rules]);
}

// What reaches over the right edge, or makes a page that scrolls down scroll sideways as well.
export function overflow_findings(page) {
  return page.evaluate(() => {
    const wide = innerWidth;
    const found = [];
    const name = (element) => `${element.tagName.toLowerCase()}.${element.className}`.slice(0, 60);
    const root = document.scrollingElement;
    if (root.scrollWidth > wide) found.push(`page is ${root.scrollWidth} wide`);
    for (const element of document.querySelectorAll('main, main *, .topbar, .tabbar, .notices, dialog[open]')) {
      const style = getComputedStyle(element);
      // A drawing of a building is as wide as the building; it scrolls in its own frame.
      if (element.matches('.bld') || !/auto|scroll/.test(style.overflowY)) continue;
      if (element.scrollWidth <= element.clientWidth + 1) continue;
      const edge = element.getBoundingClientRect().left + element.clientWidth + 1;
      const over = [...element.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge);
      found.push(`${name(element)} is ${element.scrollWidth} wide, by ${over.slice(-1).map(name)}`);
    }
    return found;
  });
}

// Text and targets of elder mode, as computed. `main` marks what the work is done with.
export function elder_findings(page, main) {
  return page.evaluate(
    ([text_px, main_px, other_px, main_selector]) => {
      const found = new Set();
      const name = (element) =>
        `${element.tagName.toLowerCase()}.${element.className || '-'} "${(element.innerText ?? '').slice(0, 14)}"`;
      const is_visible = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true });
      };
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || !is_visible(element) || element.closest('.vh, option, .skip')) continue;
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (size < text_px) found.add(`${size}px text ${name(element)}`);
      }
      const targets = 'a[href], button, input:not(.vh), select, textarea, [role=checkbox], [role=radio]';
      for (const element of document.querySelectorAll(targets)) {
        if (!is_visible(element) || element.closest('.vh, .skip, .entry')) continue;
        const { width, height } = element.getBoundingClientRect();
        const least = main_selector && element.matches(main_selector) ? main_px : other_px;
        if (height < least - 0.5 || width < other_px - 0.5)
          found.add(`${Math.round(width)}x${Math.round(height)} target ${name(element)}`);
      }
      return [...found];
    },
    [kTextPx, kMainPx, kOtherPx, main],
  );
}
