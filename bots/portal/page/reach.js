// Whether an element could be pressed as it stands: seen, able, at rest, and with nothing over it.
const element = document.querySelector(asked);
if (!element) return false;
element.scrollIntoViewIfNeeded();
const {left, top, width, height} = element.getBoundingClientRect();
const there = element.getRootNode().elementFromPoint(left + width / 2, top + height / 2);
return seen(element) && !element.matches(':disabled, [aria-disabled=true] *, [aria-disabled=true]') &&
  element.getAnimations().length === 0 && (element === there || element.contains(there));
