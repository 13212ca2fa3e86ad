// Shared by every script: how a text is compared, what can be seen, what an input is called.
const norm = text => (text || '').replace(/[*：:\s\u3000]+/g, ' ').trim();
const textOf = node => norm(node && node.textContent);
const seen = element => element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility !== 'hidden';

// A select that a script builds: nothing to type into, and a list of options elsewhere.
const menuOf = element => document.getElementById(element.getAttribute('aria-controls') || '');
const isMenu = element => element.getAttribute('role') === 'combobox' && !('value' in element) &&
  menuOf(element) !== null;

const ownText = element => [...element.childNodes]
  .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join(' ');

// The head of a cell's column, in tables that have heads; else the cell before it in its row.
const headOf = cell => {
  const table = cell.closest('table');
  const heads = table && ([...table.rows].find(row => row.cells.length > 1 &&
    [...row.cells].every(one => one.tagName === 'TH')));
  if (heads && heads !== cell.parentElement && heads.cells.length === cell.parentElement.cells.length)
    return textOf(heads.cells[cell.cellIndex]);
  const before = cell.previousElementSibling;
  // A cell that holds an input is no name of the next one.
  return before && !before.querySelector('input:not([type=hidden]), select, textarea')
    ? textOf(before) : '';
};

const marked = ({css, text}, root = document) => {
  if (!css) return norm(root.body ? root.body.innerText : root.innerText).includes(norm(text));
  return [...root.querySelectorAll(css)].some(element =>
    seen(element) && (!text || textOf(element).includes(norm(text))));
};
