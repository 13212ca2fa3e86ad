// Marks whatever may hold a person's data, so that a picture and a snapshot leave it out. Only what
// the definition allows, and headings of lists and forms, stay uncovered.
const {labels, names, known, secrets, shown} = asked;
const COVERED = 'data-covered';
document.querySelectorAll(`[${COVERED}]`).forEach(element => {
  element.removeAttribute(COVERED);
  element.removeAttribute('aria-hidden');
});
if (asked.uncover) return document.documentElement.outerHTML;
const cover = element => {
  element.setAttribute(COVERED, '');
  if (!element.hasAttribute('aria-hidden')) element.setAttribute('aria-hidden', 'true');
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
