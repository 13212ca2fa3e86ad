// Describes every input and button below a root. The elements themselves are kept in the page, in
// the same order, so that what is typed goes to exactly what was looked at.
const {root, css, required} = asked;
const top = document.querySelector(root);
if (!top) return null;
const PRESSED = ['submit', 'button', 'image', 'reset'];
// What a script builds keeps its value in a hidden input beside it: that makes it a field,
// whatever else it looks like.
const keptOf = element => {
  const next = element.nextElementSibling;
  return !element.getAttribute('name') && next && next.matches('input[type=hidden][name]')
    ? next : null;
};
const isButton = element => !(element.matches('[role=button]') && keptOf(element)) &&
  (element.matches('button, a, [role=button]') ||
  (element.tagName === 'INPUT' && PRESSED.includes(element.type)));

const tied = element => {
  if (element.getAttribute('aria-label')) return norm(element.getAttribute('aria-label'));
  const by = element.getAttribute('aria-labelledby');
  if (by) return norm(by.split(/\s+/).map(id => textOf(document.getElementById(id))).join(' '));
  return '';
};
const labelOf = (element, isGroup) => {
  const own = tied(element);
  if (own) return own;
  if (isGroup && element.closest('fieldset') && element.closest('fieldset').querySelector('legend'))
    return textOf(element.closest('fieldset').querySelector('legend'));
  if (!isGroup && element.labels && element.labels.length) {
    const label = element.labels[0].cloneNode(true);
    label.querySelectorAll('input, select, textarea').forEach(inner => inner.remove());
    return textOf(label);
  }
  const cell = cellOf(element, isGroup);
  return cell ? headOf(cell) : '';
};
// Old forms put a group of radio buttons into a table of its own, inside the cell.
const cellOf = (element, isGroup) => {
  let cell = element.closest('td');
  for (let table = isGroup && cell && cell.closest('table'); table; ) {
    const others = table.querySelectorAll('input:not([type=hidden]), select, textarea');
    const outer = table.parentElement.closest('td');
    if (!outer || [...others].some(one => one.name !== element.name)) break;
    cell = outer;
    table = outer.closest('table');
  }
  return cell && top.contains(cell) ? cell : null;
};
// What stands over a cell, in tables whose rows of inputs follow their rows of names.
const overOf = cell => {
  const rows = cell ? [...cell.closest('table').rows] : [];
  for (let at = cell ? rows.indexOf(cell.parentElement) - 1 : -1; at >= 0; at--) {
    if (rows[at].cells.length !== cell.parentElement.cells.length) return null;
    const over = rows[at].cells[cell.cellIndex];
    if (!over.querySelector('input, select, textarea')) return over;
  }
  return null;
};

// Reading order: what text stood last before each element, and below which heading it stands.
const texts = new Map();
const places = new Map();
let last = '', section = '', ordinal = 0;
const QUIET = 'script, style, option, button, a, [role=button], [role=radio]';
const walker = document.createTreeWalker(top, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  if (node.nodeType === Node.TEXT_NODE) {
    const parent = node.parentElement;
    if (!norm(node.data) || parent.closest(QUIET) || !seen(parent)) continue;
    last = norm(node.data);
    const head = parent.closest('h1, h2, h3, h4, h5, h6, legend, caption, [role=heading]');
    if (head && top.contains(head) && textOf(head) !== section) {
      section = textOf(head);
      ordinal = 0;
    }
    continue;
  }
  if (!node.matches('input, select, textarea, [role=textbox], [role=combobox], [role=radiogroup]')
    && !(node.matches('[role=button]') && keptOf(node))) continue;
  texts.set(node, last);
  if (node.type !== 'hidden' && !isButton(node) && seen(node))
    places.set(node, `${section}/${++ordinal}`);
}

const SOUGHT = 'input, select, textarea, button, a, [role=button], [role=textbox], ' +
  '[role=combobox], [role=radiogroup]';
const groups = new Set();
const elements = [...top.querySelectorAll(SOUGHT)].filter(element => {
  if (element.type === 'hidden') return false;
  if (element.type !== 'radio' || !element.name) return true;
  if (groups.has(element.name)) return false;
  return groups.add(element.name);
});
const optionsOf = element => {
  if (element.tagName === 'SELECT')
    return [...element.options].map(one => ({value: one.value, text: norm(one.text)}));
  if (element.type === 'radio')
    return [...top.querySelectorAll('input[type=radio]')].filter(one => one.name === element.name)
      .map(one => ({value: one.value, text: one.labels && one.labels.length
        ? textOf(one.labels[0]) : norm((one.nextSibling || {}).textContent)}));
  if (element.getAttribute('role') === 'radiogroup')
    return [...element.querySelectorAll('[role=radio]')]
      .map(one => ({value: one.dataset.value || textOf(one), text: textOf(one)}));
  if (isMenu(element))
    return [...menuOf(element).querySelectorAll('[role=option]')]
      .map(one => ({value: one.dataset.value || textOf(one), text: textOf(one)}));
  return [];
};
const valueOf = element => {
  if (element.type === 'file') return [...element.files].map(f => `${f.name} ${f.size}`).join();
  if (element.type === 'checkbox') return element.checked ? 'yes' : 'no';
  if (element.type === 'radio') {
    const chosen = [...top.querySelectorAll('input[type=radio]')]
      .find(one => one.name === element.name && one.checked);
    return chosen ? chosen.value : '';
  }
  if (element.getAttribute('role') === 'radiogroup') {
    const chosen = element.querySelector('[role=radio][aria-checked=true]');
    return chosen ? chosen.dataset.value || textOf(chosen) : '';
  }
  const kept = keptOf(element);
  if (kept) return kept.value;
  return 'value' in element ? element.value : textOf(element);
};
const isRequired = (element, isGroup) => {
  if (element.required || element.getAttribute('aria-required') === 'true') return true;
  if (required && element.closest(required)) return true;
  const cell = cellOf(element, isGroup);
  const labels = element.labels && element.labels.length ? [element.labels[0]]
    : cell ? [cell.previousElementSibling, overOf(cell)] : [];
  return labels.some(label => label && /[*＊]/.test(label.textContent));
};
window[Symbol.for('huikuan.controls')] = elements;
return elements.map((element, index) => {
  const pressed = isButton(element);
  const isGroup = element.type === 'radio' || element.getAttribute('role') === 'radiogroup';
  return {
    index,
    pressed,
    type: isGroup ? 'radio' : element.tagName === 'SELECT' || isMenu(element) ? 'select'
      : element.type || 'text',
    seen: seen(element) || (element.type === 'file' && !element.disabled),
    disabled: element.disabled === true,
    required: isRequired(element, isGroup),
    value: pressed ? '' : valueOf(element),
    options: optionsOf(element),
    longest: element.maxLength > 0 ? element.maxLength : 0,
    anchors: {
      name: element.getAttribute('name') || (keptOf(element) || {name: ''}).name,
      id: element.id || '',
      label: pressed ? '' : labelOf(element, isGroup),
      above: pressed ? '' : textOf(overOf(cellOf(element, isGroup))),
      near: texts.get(element) || '',
      place: places.get(element) || '',
      placeholder: norm(element.getAttribute('placeholder')),
      title: norm(element.getAttribute('title')),
      text: pressed ? norm(element.tagName === 'INPUT' ? element.value : element.textContent) : '',
    },
    css: css.filter(selector => element.matches(selector)),
  };
});
