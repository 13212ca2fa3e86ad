// Reads a list as it is printed: headings, rows with their links, and lines that are no rows.
const table = document.querySelector(asked);
if (!table) return null;
const isHead = row => row.cells.length > 1 && [...row.cells].every(cell => cell.tagName === 'TH');
const rows = [...table.rows].filter(row => row.closest('table') === table);
const head = rows.find(isHead) || (table.tHead && table.tHead.rows[0]);
if (!head) return null;
const body = rows.filter(row => row !== head && row.cells.length && row.closest('tfoot') === null);
return {
  headings: [...head.cells].map(textOf),
  notes: body.filter(row => row.cells.length < head.cells.length).map(row => row.innerText.trim()),
  rows: body.filter(row => row.cells.length >= head.cells.length).map(row =>
    [...row.cells].map(cell => {
      const link = cell.querySelector('a[href]');
      return {text: cell.innerText.trim(), href: link ? link.href : ''};
    })),
};
