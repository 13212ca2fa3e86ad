"""What the bot asks a page, as JavaScript: it reads and marks, and never types or clicks."""

from __future__ import annotations

_NORM = """
const norm = node => (node ? node.textContent : '').replace(/[*：:\\s]+/g, ' ').trim();
const named = cell => {
  const table = cell.closest('table');
  const head = table && table.tHead;
  return head ? norm(head.rows[0].cells[cell.cellIndex]) : norm(cell.previousElementSibling);
};
"""

STATE = """([heading, login, errors, message]) => {
  const text = selector => (document.querySelector(selector) || {textContent: ''}).textContent;
  return {
    heading: text(heading).trim(),
    is_login: document.querySelector(login) !== null,
    errors: [...document.querySelectorAll(errors)].map(item => item.textContent.trim()),
    message: text(message).trim(),
  };
}"""

CONTROLS = f"""form => {{{_NORM}
  const root = document.querySelector(form);
  if (!root) return null;
  return [...root.querySelectorAll('input, select, textarea')].map(control => {{
    const cell = control.closest('td');
    return {{
      name: control.name,
      label: cell ? named(cell) : '',
      value: control.type === 'file'
        ? [...control.files].map(file => file.name + ' ' + file.size).join()
        : control.value,
    }};
  }});
}}"""

PAIRS = f"""([table, labels]) => {{{_NORM}
  const root = document.querySelector(table);
  if (!root) return null;
  return [...root.querySelectorAll(labels)].map(cell =>
    [norm(cell), (cell.nextElementSibling || {{textContent: ''}}).textContent.trim()]);
}}"""

TABLE = f"""table => {{{_NORM}
  const root = document.querySelector(table);
  if (!root || !root.tHead) return null;
  const rows = [...root.tBodies].flatMap(body => [...body.rows]);
  return {{
    headings: [...root.tHead.rows[0].cells].map(norm),
    notes: rows.filter(row => row.cells.length === 1).map(row => row.textContent.trim()),
    rows: rows.filter(row => row.cells.length > 1).map(row => [...row.cells].map(cell => {{
      const link = cell.querySelector('a');
      return {{text: cell.textContent.trim(), href: link ? link.href : ''}};
    }})),
  }};
}}"""

MARK = f"""([labels, names, shown, secrets]) => {{{_NORM}
  document.querySelectorAll('[data-covered]').forEach(item => item.removeAttribute('data-covered'));
  const cover = item => item.setAttribute('data-covered', '');
  const fits = name => names.some(shown =>
    shown.endsWith('*') ? name.startsWith(shown.slice(0, -1)) : name === shown);
  for (const control of document.querySelectorAll('input, select, textarea'))
    if (!['hidden', 'submit', 'button', 'image'].includes(control.type) && !fits(control.name))
      cover(control);
  for (const cell of document.querySelectorAll('td'))
    if (!cell.matches(labels) && !cell.querySelector('input, select, textarea, table')
        && cell.textContent.trim() && !shown.includes(named(cell))
        && !shown.includes(cell.textContent.trim()))
      cover(cell);
  for (const item of document.querySelectorAll('body *'))
    if (!item.children.length && secrets.some(secret => item.textContent.includes(secret)))
      cover(item);
}}"""
