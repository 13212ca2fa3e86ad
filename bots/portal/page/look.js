// Which of the known pages stands here, which marks it carries, what it complains about.
const {headings, marks, errors, pressed} = asked;
const fits = ({css, text, pattern}) => [...document.querySelectorAll(css)].some(element => {
  if (!seen(element)) return false;
  const found = textOf(element);
  return text ? found === norm(text) : new RegExp(`^(?:${pattern})$`, 's').test(found);
});
// Where the heading of the page that should come stands, and what it says instead.
const instead = wanted => {
  const there = wanted && [...document.querySelectorAll(wanted.css)].find(seen);
  return there ? textOf(there).slice(0, 80) : '';
};
return {
  ready: document.readyState !== 'loading' && document.body !== null,
  pressed: window[Symbol.for(pressed)] === true,
  pages: Object.keys(headings).filter(key => fits(headings[key])),
  marks: document.body === null ? [] :
    Object.keys(marks).filter(key => marks[key].some(mark => marked(mark))),
  errors: errors ? [...document.querySelectorAll(errors)].filter(seen)
    .map(item => item.textContent.trim()).filter(text => text) : [],
  instead: instead(Object.values(headings)[0]),
  address: location.href,
};
