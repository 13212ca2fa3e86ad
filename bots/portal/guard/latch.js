// The latch, inside every page and frame: a request that changes something is not made before
// Python said yes. It is apart because it runs in the portal's own pages, before their scripts.
//
// No answer is a no: when Python has died, the question stays open and nothing was ever made.
// What cannot wait here meets the network gate alone: a synchronous XMLHttpRequest, workers, and
// a form whose submit event is stopped on its way up or stays inside a shadow root.
(() => {
  'use strict';
  const ask = window.__mayLeave;
  delete window.__mayLeave;
  // Neither the gate nor the latch can see what a shared worker sends.
  delete window.SharedWorker;

  const NOWHERE = 'about:invalid';
  const isWrite = method => !['GET', 'HEAD'].includes(String(method).toUpperCase());
  const absolute = url => new URL(url, document.baseURI).href;
  // instanceof fails for an object of another frame; this does not.
  const kindOf = value => Object.prototype.toString.call(value).slice(8, -1);

  const fieldsOf = data => [...data].map(([name, value]) =>
    kindOf(value) === 'File' ? [name, value.name, value.size] : [name, value]);

  /** What a body says. A form's fields are read before the first await: they may change later. */
  const told = async (body, type) => {
    switch (kindOf(body)) {
      case 'FormData':
        return {type: 'multipart/form-data', fields: fieldsOf(body), text: ''};
      case 'URLSearchParams':
        return {type: type || 'application/x-www-form-urlencoded', text: String(body)};
      case 'Blob': case 'File':
        return {type: type || body.type, text: await body.text()};
      case 'Request':
        return {type, text: await body.text()};
      case 'Document': case 'HTMLDocument': case 'XMLDocument':
        return {type, text: new XMLSerializer().serializeToString(body)};
      case 'Null': case 'Undefined':
        return {type, text: ''};
    }
    const isBytes = ArrayBuffer.isView(body) || kindOf(body).endsWith('ArrayBuffer');
    return {type, text: isBytes ? new TextDecoder().decode(body) : String(body)};
  };

  const mayLeave = async (kind, method, url, body, type = '') => {
    try {
      return await ask({kind, method, url, ...await told(body, type)}) === true;
    } catch {
      return false;
    }
  };

  const {fetch: realFetch} = window;
  window.fetch = async function (input, init) {
    const isRequest = kindOf(input) === 'Request';
    if (!isWrite(init?.method ?? (isRequest ? input.method : 'GET')))
      return realFetch.call(window, input, init);
    const body = init?.body ?? (isRequest && input.body ? input.clone() : null);
    // What is asked for is what is sent: the Request holds what the page gave at this moment.
    // Nobody tells when the answer to a keepalive request comes, nor does the gate see one that
    // is made while the page is being left.
    const request = new Request(input, {...init, keepalive: false});
    const type = request.headers.get('content-type') ?? '';
    if (!await mayLeave('fetch', request.method, request.url, body, type))
      throw new TypeError('Failed to fetch');
    return realFetch.call(window, request);
  };

  // A beacon becomes a fetch, for the same two reasons. When the page is left before Python has
  // answered, it is never sent.
  Navigator.prototype.sendBeacon = (url, body) => {
    const target = absolute(url);
    mayLeave('beacon', 'POST', target, body)
      .then(may => may
        && realFetch.call(window, target, {method: 'POST', body, credentials: 'include'}))
      .catch(() => {});
    return true;
  };

  const calls = new WeakMap();
  const {open, send, abort, setRequestHeader} = XMLHttpRequest.prototype;
  Object.assign(XMLHttpRequest.prototype, {
    open(method, url, ...rest) {
      open.call(this, method, url, ...rest);
      const isAsync = rest.length === 0 || Boolean(rest[0]);
      const call = {method: String(method).toUpperCase(), url: absolute(url), isAsync, type: ''};
      calls.set(this, call);
    },
    setRequestHeader(name, value) {
      setRequestHeader.call(this, name, value);
      if (String(name).toLowerCase() === 'content-type') calls.get(this).type = String(value);
    },
    abort() {
      // Another object: what the latch holds for the one before is dropped.
      if (calls.has(this)) calls.set(this, {...calls.get(this), isAsked: false});
      abort.call(this);
    },
    send(body) {
      const call = calls.get(this);
      if (!call?.isAsync || !isWrite(call.method)) return send.call(this, body);
      if (call.isAsked) throw new DOMException('It is being sent.', 'InvalidStateError');
      call.isAsked = true;
      mayLeave('xhr', call.method, call.url, body, call.type).then(may => {
        // Aborted, or opened for something else meanwhile.
        if (calls.get(this) !== call) return;
        // A request to nowhere fails by itself with all the events that a page waits for.
        if (!may) open.call(this, 'GET', NOWHERE);
        send.call(this, may ? body : null);
      });
    },
  });

  const Form = HTMLFormElement.prototype;
  const {submit: realSubmit} = Form;
  // An input named "action" hides the form's own property of that name; this reads past it.
  const property = (form, name) => Reflect.get(Form, name, form);
  const chosen = (form, submitter, name) => submitter?.hasAttribute(`form${name}`)
    ? submitter[`form${name[0].toUpperCase()}${name.slice(1)}`]
    : property(form, name);

  const inputFor = ([name, value]) => {
    const input = document.createElement('input');
    input.name = name;
    if (kindOf(value) !== 'File') {
      input.type = 'hidden';
      input.value = value;
      return input;
    }
    input.type = 'file';
    if (value.name || value.size) {
      const files = new DataTransfer();
      files.items.add(value);
      input.files = files.files;
    }
    return input;
  };

  /** A form of its own that holds what would be sent now: the page may change the real one. */
  const copied = (form, submitter) => {
    const entries = [...new FormData(form, submitter)];
    const copy = document.createElement('form');
    for (const name of ['action', 'method', 'enctype', 'target'])
      copy.setAttribute(name, chosen(form, submitter, name));
    for (const name of ['accept-charset', 'rel'])
      if (form.hasAttribute(name)) copy.setAttribute(name, form.getAttribute(name));
    copy.hidden = true;
    copy.append(...entries.map(inputFor));
    return {copy, entries};
  };

  const toldForm = (entries, enctype) => {
    if (enctype === 'text/plain')
      return new Blob(entries.map(([name, value]) => `${name}=${value.name ?? value}\r\n`));
    const data = new FormData();
    for (const [name, value] of entries) data.append(name, value);
    return data;
  };

  const leave = copy => {
    document.documentElement.append(copy);
    realSubmit.call(copy);
    copy.remove();
  };

  // As in the browser itself, of several submissions in one go to one target the last one counts.
  const planned = new Map();
  /** Take over a form that is about to be sent; false when it sends nothing that changes. */
  const hold = (form, submitter) => {
    const url = chosen(form, submitter, 'action');
    if (chosen(form, submitter, 'method') !== 'post' || !/^https?:/.test(url)) return false;
    const {copy, entries} = copied(form, submitter);
    const {target, enctype} = copy;
    planned.set(target, copy);
    setTimeout(async () => {
      if (planned.get(target) !== copy) return;
      planned.delete(target);
      if (await mayLeave('form', 'POST', url, toldForm(entries, enctype))) leave(copy);
    });
    return true;
  };

  Form.submit = function () {
    if (!this.isConnected || !hold(this, null)) realSubmit.call(this);
  };

  // The last word belongs to the page: validators and confirm() run first and may prevent it. A
  // listener that is added while the event passes the window on its way down runs after all those
  // that the page has put on the window before, whenever it did so.
  window.addEventListener('submit', event => {
    const last = late => {
      window.removeEventListener('submit', last);
      if (late !== event || !late.isTrusted || late.defaultPrevented) return;
      if (hold(late.target, late.submitter)) late.preventDefault();
    };
    window.addEventListener('submit', last);
  }, true);
})();
