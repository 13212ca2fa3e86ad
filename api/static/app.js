/* Keys for people who decide much. Everything here also works without it: plain links and forms. */
"use strict";

(() => {
  const STORE = "huikuan.single-keys";
  const help = document.getElementById("help");
  const opener = document.getElementById("help-open");
  const keysOn = document.getElementById("keys-on");
  const form = document.getElementById("decision");
  const proof = document.getElementById("evidence");
  let busy = false;

  if (!help) return;
  for (const node of document.querySelectorAll(".script-only")) node.hidden = false;
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());

  keysOn.checked = remembered() !== "off";
  keysOn.addEventListener("change", () => {
    try { localStorage.setItem(STORE, keysOn.checked ? "on" : "off"); } catch { /* private mode */ }
  });

  if (form) prepareForm();
  const enlarge = document.getElementById("enlarge");
  if (enlarge) enlarge.addEventListener("click", toggleProof);

  document.addEventListener("keydown", (event) => {
    if (busy || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      // In another form of the page it sends nothing: that one has buttons with two meanings.
      if (form && [undefined, null, form].includes(event.target.form)) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (help.open) {
      if (event.key === "?") help.close();
      return;
    }
    if (event.key === "Escape") { escape(); return; }
    if (!keysOn.checked || isTyping(event.target)) return;
    const act = SINGLE[event.key.toLowerCase()];
    if (act && act() !== false) event.preventDefault();
  });

  const SINGLE = {
    j: () => step(1),
    k: () => step(-1),
    a: () => choose("a"),
    r: () => choose("r"),
    t: () => choose("t"),
    e: () => proof && enlarge ? toggleProof() : false,
    "?": () => help.showModal(),
  };

  // Opened the first time, a part brings what its link leads to; without script the link does.
  for (const part of document.querySelectorAll("details[data-part]")) part.addEventListener("toggle", bring);

  async function bring(event) {
    const part = event.target, link = part.querySelector("a");
    if (!part.open || part.dataset.brought) return;
    part.dataset.brought = "yes";
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const wanted = page.getElementById(part.dataset.part);
      if (!answer.ok || !wanted) throw new Error(answer.status);
      wanted.removeAttribute("id");
      wanted.setAttribute("role", "status");
      part.append(wanted);
      link.parentElement.hidden = true;
    } catch {
      delete part.dataset.brought;
    }
  }

  function step(by) {
    const links = [...document.querySelectorAll("#rows .row-link")];
    if (links.length) {
      const at = links.indexOf(document.activeElement);
      const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
      links[next].focus();
      return true;
    }
    const link = document.getElementById(by > 0 ? "next" : "previous");
    if (!link) return false;
    busy = true;
    link.click();
    return true;
  }

  function choose(key) {
    const radio = form && form.querySelector(`input[name="outcome"][data-key="${key}"]`);
    if (!radio) return false;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    document.getElementById("reason").focus();
    return true;
  }

  function prepareForm() {
    const reason = document.getElementById("reason");
    const groups = [...reason.querySelectorAll("optgroup")];
    const narrow = () => {
      const chosen = form.querySelector('input[name="outcome"]:checked');
      for (const group of groups) {
        const fits = chosen !== null && group.dataset.outcome === chosen.value;
        group.hidden = !fits;
        group.disabled = !fits;
      }
      const selected = reason.selectedOptions[0];
      if (selected && selected.parentElement.disabled) reason.value = "";
    };
    form.addEventListener("change", (event) => { if (event.target.name === "outcome") narrow(); });
    narrow();
    const text = document.getElementById("text");
    if (text.dataset.limit) countText(text);
    form.addEventListener("submit", (event) => {
      if (busy) { event.preventDefault(); return; }
      busy = true;
      const button = document.getElementById("submit");
      button.textContent = form.dataset.busy;
      button.disabled = true;
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  }

  // As the portal counts: without blanks around it, and a new line is two characters.
  function countText(text) {
    const most = Number(text.dataset.limit), shown = document.getElementById("text-count");
    const count = () => {
      const length = text.value.trim().replace(/\n/g, "\r\n").length;
      const chosen = form.querySelector('input[name="outcome"]:checked');
      const isTooLong = chosen !== null && chosen.value === "appeal" && length > most;
      shown.textContent = `${length} / ${most}`;
      text.setCustomValidity(isTooLong ? text.dataset.tooLong : "");
    };
    text.addEventListener("input", count);
    form.addEventListener("change", count);
    count();
  }

  function toggleProof() {
    proof.classList.toggle("large");
    return true;
  }

  function escape() {
    if (proof && proof.classList.contains("large")) { toggleProof(); return; }
    if (isTyping(document.activeElement)) document.activeElement.blur();
  }

  function isTyping(node) {
    return node instanceof HTMLElement &&
      (node.isContentEditable || node.matches("select, textarea, input:not([type=radio], [type=checkbox])"));
  }

  function remembered() {
    try { return localStorage.getItem(STORE); } catch { return null; }
  }
})();
