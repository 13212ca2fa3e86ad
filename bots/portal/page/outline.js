// Tells what a page is made of besides inputs: headings, forms, lists, labels. Never a value.
const single = selector => document.querySelectorAll(selector).length === 1;
const cssOf = element => {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const own = element.tagName.toLowerCase() +
    [...element.classList].map(one => `.${CSS.escape(one)}`).join('');
  return single(own) ? own : '';
};
const named = found => found.filter(([css]) => css);
const headings = named([...document.querySelectorAll('h1, h2, h3, legend, caption')]
  .filter(one => seen(one) && textOf(one)).map(one => [cssOf(one), textOf(one)]));
const forms = [...document.forms].map(cssOf).filter(css => css);
const tables = [...document.querySelectorAll('table')].filter(seen)
  .map(table => [cssOf(table), [...table.querySelectorAll('th')].map(textOf)])
  .filter(([css, columns]) => css && columns.length > 1);
// A label stands alone before the only other cell of its row.
const labels = [...document.querySelectorAll('tr')].filter(row => seen(row) &&
  row.cells.length === 2 && !row.querySelector('input, select, textarea') && textOf(row.cells[0]))
  .map(row => [cssOf(row.closest('table')), textOf(row.cells[0])]);
return {path: location.pathname, title: document.title, headings, forms, tables,
  labels: named(labels), hasPassword: document.querySelector('input[type=password]') !== null};
