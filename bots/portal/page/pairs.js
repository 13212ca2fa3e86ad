// Reads values that stand beside their labels, in elements, or in the address.
const {root, values} = asked;
const top = document.querySelector(root);
if (!top) return null;
const cut = (text, pattern) => {
  if (!pattern) return text;
  const found = new RegExp(pattern, 's').exec(text);
  return found ? (found[1] === undefined ? found[0] : found[1]).trim() : null;
};
const beside = label => [...top.querySelectorAll('td, th, dt, label, span, div, b, strong, p')]
  .filter(element => norm(ownText(element)) === norm(label) && textOf(element) === norm(label))
  .map(element => {
    const cell = element.closest('td, th, dt') || element;
    const next = (top.contains(cell) ? cell : element).nextElementSibling;
    return next ? next.textContent.trim() : '';
  });
const read = ({label, css, address, pattern}) => {
  if (label) return beside(label);
  if (address) return [cut(location.href, address)];
  return [...top.querySelectorAll(css)].filter(seen).map(element => element.textContent.trim());
};
return Object.fromEntries(Object.entries(values).map(([key, told]) => [key,
  read(told).map(text => text === null ? null : told.address ? text : cut(text, told.pattern))
    .filter(text => text !== null)]));
