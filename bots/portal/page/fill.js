// Types into inputs as a fast person would: sets the value and tells the page's scripts of it.
const elements = window[Symbol.for('huikuan.controls')] || [];
const tell = (element, ...names) => names.forEach(name =>
  element.dispatchEvent(new Event(name, {bubbles: true, composed: true})));
const setter = element => Object.getOwnPropertyDescriptor(
  element.tagName === 'TEXTAREA' ? HTMLTextAreaElement.prototype
    : element.tagName === 'SELECT' ? HTMLSelectElement.prototype
    : HTMLInputElement.prototype, 'value').set;
const gone = [];
for (const {index, value} of asked) {
  const element = elements[index];
  if (!element || !element.isConnected) {
    gone.push(index);
    continue;
  }
  if (element.type === 'checkbox') {
    if (element.checked !== (value === 'yes')) element.click();
  } else if (element.type === 'radio') {
    const chosen = [...document.querySelectorAll('input[type=radio]')]
      .find(one => one.name === element.name && one.form === element.form && one.value === value);
    if (chosen && !chosen.checked) chosen.click();
  } else if (element.getAttribute('role') === 'radiogroup') {
    const chosen = [...element.querySelectorAll('[role=radio]')]
      .find(one => (one.dataset.value || textOf(one)) === value);
    if (chosen) chosen.click();
  } else if (isMenu(element)) {
    element.click();
    const chosen = [...menuOf(element).querySelectorAll('[role=option]')]
      .find(one => (one.dataset.value || textOf(one)) === value);
    if (chosen) chosen.click();
  } else if ('value' in element) {
    setter(element).call(element, value);
    tell(element, 'input', 'change', 'blur');
  }
}
return gone;
