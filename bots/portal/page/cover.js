// Covers whatever may hold a person's data, so that a picture and a snapshot leave it out. Only what
// the definition allows, and headings of lists and forms, stay uncovered. Tells how large the page is.
const {labels, names, known, secrets, shown} = asked;
const COVERED = 'data-covered';
const KEPT = Symbol.for('huikuan.covers');
const covers = window[KEPT];
if (covers) {
  covers.boxes.remove();
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter(one => one !== covers.sheet);
  delete window[KEPT];
}
document.querySelectorAll(`[${COVERED}]`).forEach(element => {
  if (element.getAttribute(COVERED) === 'hidden') element.removeAttribute('aria-hidden');
  element.removeAttribute(COVERED);
});
if (asked.uncover) return document.documentElement.outerHTML;
const covered = new Set();
const cover = element => {
  if (covered.has(element)) return;
  covered.add(element);
  const isHidden = element.hasAttribute('aria-hidden');
  element.setAttribute(COVERED, isHidden ? '' : 'hidden');
  if (!isHidden) element.setAttribute('aria-hidden', 'true');
};
const allowed = new Set(labels.map(norm));
const words = new Set(known.map(norm));
const fits = name => names.some(shown =>
  shown.endsWith('*') ? name.startsWith(shown.slice(0, -1)) : name === shown);
const isSecret = text => secrets.some(secret => text.includes(secret));
const PRESSED = ['hidden', 'submit', 'button', 'image', 'reset'];
for (const element of document.querySelectorAll('input, select, textarea, [role=combobox]'))
  if (!PRESSED.includes(element.type) && !fits(element.name || '')) cover(element);
const besides = element => {
  const cell = element.closest('td, dd') || element;
  if (cell.tagName === 'TD') return headOf(cell);
  return cell.previousElementSibling ? textOf(cell.previousElementSibling) : '';
};
for (const element of document.querySelectorAll('body *')) {
  if (element.closest('script, style, select, noscript') || !norm(ownText(element))) continue;
  const text = textOf(element);
  if (isSecret(element.textContent)) cover(element);
  else if (element.matches('th, legend, label, h1, h2, h3, h4, button')) continue;
  else if (shown && element.closest(shown)) continue;
  else if (!words.has(text) && !allowed.has(text) && !allowed.has(besides(element))) cover(element);
}

// A picture shows a page at rest: what is on its way fades in and moves no more.
for (const animation of document.getAnimations())
  if (animation.effect && animation.effect.getComputedTiming().endTime !== Infinity)
    animation.finish();
// What is covered is not painted at all, wherever it moves to; the boxes say where it stood. No
// transition may stretch that out, and a layer outweighs the page's own rules.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`@layer huikuan {
  [${COVERED}] { opacity: 0 !important; transition: none !important; }
  * { caret-color: transparent !important; }
}`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const top = document.scrollingElement || document.documentElement;
const size = {width: top.scrollWidth, height: top.scrollHeight};
const hasBody = document.querySelector('body, frameset') !== null;
const boxes = document.createElement('div');
const put = (element, style) => Object.assign(element.style, {position: 'absolute', ...style});
const px = number => `${number}px`;
put(boxes, {top: 0, left: 0, width: px(size.width), height: px(size.height), overflow: 'hidden',
  pointerEvents: 'none', zIndex: 2147483647});
boxes.setAttribute('aria-hidden', 'true');
document.documentElement.append(boxes);
const origin = boxes.getBoundingClientRect();
for (const element of covered) {
  for (const {left, top, width, height} of element.getClientRects()) {
    const box = document.createElement('div');
    put(box, {left: px(left - origin.left), top: px(top - origin.top), width: px(width),
      height: px(height), background: '#404040'});
    boxes.append(box);
  }
}
window[KEPT] = {sheet, boxes};
return {...size, hasBody};
