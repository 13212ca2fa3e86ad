// The whole portal of payer D: views, widgets and one way to the server. Written by hand, without a
// framework. Ids are made up at every load, so nothing can be remembered by them.
"use strict";

const app = document.getElementById("app");
const busyMark = document.querySelector(".busy");
const toasts = document.querySelector(".toasts");
let csrf = "";
let user = "";
let running = 0;
// Rises with every view, so that an answer for a view that is gone changes nothing.
let turn = 0;

// Small tools

function random(bytes = 6) {
  const numbers = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(numbers, (number) => number.toString(16).padStart(2, "0")).join("");
}

function newId() {
  return `x${random()}`;
}

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function toast(text, isBad = false) {
  const note = make("div", { class: isBad ? "toast bad" : "toast", role: "status" }, text);
  toasts.append(note);
  setTimeout(() => note.remove(), 5000);
}

function busy(step) {
  running += step;
  busyMark.hidden = running === 0;
}

// Lets a div be pressed by keyboard as by mouse.
function pressable(element, act) {
  element.tabIndex = 0;
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  });
  return element;
}

// The one way to the server

class Refusal extends Error {}

function headers() {
  return csrf ? { "X-CSRF": csrf } : {};
}

async function ask(operation, variables = {}, { quiet = false } = {}) {
  if (!quiet) busy(1);
  try {
    return judge(...await exchanged({ operation, variables }));
  } finally {
    if (!quiet) busy(-1);
  }
}

async function exchanged(message) {
  try {
    const answer = await fetch("/api", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...headers() },
      body: JSON.stringify(message),
    });
    return [answer.status, await answer.json()];
  } catch (problem) {
    toast("网络异常，请稍后重试", true);
    throw new Refusal("network", { cause: problem });
  }
}

function judge(status, told) {
  if (told.error === "NOT_SIGNED_IN") {
    csrf = user = "";
    showSignIn(told.text);
  } else if (told.error === "maintenance") {
    showMaintenance();
  } else if (status >= 500) {
    toast("系统繁忙，请稍后再试", true);
  } else if (told.error) {
    toast(told.text || "操作失败", true);
  } else {
    return told;
  }
  throw Object.assign(new Refusal(told.error), { told });
}

// A file goes by the older way, which can tell how far it has come.
function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append("operation", "attachmentUpload");
    body.append("mutationId", random(16));
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/api");
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(Math.round((100 * event.loaded) / event.total));
    request.onerror = () => {
      toast("网络异常，请稍后重试", true);
      reject(new Refusal("network"));
    };
    request.onload = () => {
      try {
        resolve(judge(request.status, JSON.parse(request.responseText)));
      } catch (problem) {
        reject(problem);
      }
    };
    request.onloadend = () => busy(-1);
    busy(1);
    request.send(body);
  });
}

// Pages

const PLACES = [
  ["#/home", "首页"],
  ["#/claims/new", "新增申报"],
  ["#/progress", "受理进度"],
  ["#/claims", "申报查询"],
  ["#/appeals/new", "拒付申诉"],
  ["#/appeals", "申诉查询"],
  ["#/remittances", "支付通知"],
];

function show(heading, ...children) {
  turn += 1;
  document.title = `${heading} 测试安和健康险`;
  const links = PLACES.map(([href, text]) =>
    make("a", { href, "aria-current": location.hash.split("?")[0] === href ? "page" : null }, text));
  const top = make("header", {}, make("span", { class: "brand" }, "测试安和健康险 机构服务平台"),
    make("nav", { "aria-label": "主菜单" }, links), make("span", { class: "who" }, user),
    make("button", { type: "button", onclick: signOut }, "退出"));
  app.replaceChildren(top, make("main", {}, make("h1", {}, heading), ...children));
  return turn;
}

function showAlone(heading, ...children) {
  turn += 1;
  document.querySelectorAll(".veil").forEach((veil) => veil.remove());
  app.replaceChildren(make("main", { class: "narrow" }, make("h1", {}, heading), ...children));
}

function showMaintenance() {
  showAlone("系统维护中", make("p", {}, "机构服务平台正在维护，请稍后再试。"));
}

function go(hash) {
  if (location.hash === hash) route();
  else location.hash = hash;
}

async function route() {
  const [path, query] = (location.hash || "#/home").split("?");
  const parameters = new URLSearchParams(query || "");
  const views = {
    "#/home": showHome, "#/claims/new": showForm, "#/progress": showProgress,
    "#/claims": showClaims, "#/remittances": showRemittances, "#/appeals/new": showAppealForm,
    "#/appeals/progress": showAppealProgress, "#/appeals": showAppeals,
  };
  try {
    if (!csrf) ({ csrf, user } = await ask("session"));
    if (views[path]) await views[path](parameters);
    else if (path.startsWith("#/claims/")) await showClaim(path.slice("#/claims/".length));
    else show("页面不存在");
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
  }
}

// Signing in

function plainField(label, properties) {
  const id = newId();
  const input = make("input", { id, ...properties });
  const field = make("div", { class: "field" }, make("label", { class: "cap", for: id }, label), input);
  return [field, input];
}

// Acts on a form once, however often it is sent while the answer is awaited.
function formOf(act, ...children) {
  return make("form", {
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const button = event.submitter;
      if (button) button.disabled = true;
      try {
        await act();
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
      } finally {
        if (button) button.disabled = false;
      }
    },
  }, ...children);
}

function showSignIn(text = "") {
  const [nameField, name] = plainField("用户名", { name: "user", autocomplete: "username" });
  const [wordField, word] = plainField("密码", {
    name: "password", type: "password", autocomplete: "current-password",
  });
  const form = formOf(async () => {
    await refusable(async () => {
      const told = await ask("signIn", { user: name.value, password: word.value });
      if (told.codeNeeded) showCode(told);
      else enter(told);
    });
  }, nameField, wordField, make("div", { class: "bar" }, make("button", { class: "main" }, "登录")));
  showAlone("用户登录", text ? make("p", { class: "notice" }, text) : null, form);
  name.focus();
}

function showCode({ challenge, text }) {
  const [codeField, code] = plainField("短信验证码", {
    name: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 6,
  });
  const id = newId();
  const remember = make("input", { id, type: "checkbox", name: "remember" });
  const form = formOf(async () => {
    await refusable(async () => {
      const variables = { challenge, code: code.value, remember: remember.checked };
      enter(await ask("signInCode", variables));
    });
  }, codeField, make("div", { class: "field checkbox" }, remember,
    make("label", { for: id }, "记住本设备，30天内免验证码")),
  make("div", { class: "bar" }, make("button", { class: "main" }, "验证")));
  showAlone("短信验证", make("p", { class: "notice" }, text), form);
  code.focus();
}

// Shows what was refused above the form that was sent, or begins again.
async function refusable(act) {
  try {
    await act();
  } catch (problem) {
    const { told } = problem;
    if (told?.startAgain) showSignIn(told.text);
    else if (told?.text) showErrors([{ field: "", text: told.text }]);
    throw problem;
  }
}

function enter(told) {
  ({ csrf, user } = told);
  route();
}

async function signOut() {
  await ask("signOut");
  csrf = user = "";
  showSignIn("您已退出登录");
}

// Dialogs of our own making

function confirmDialog(title, text, yes, no = "取消") {
  return new Promise((resolve) => {
    const [titleId, textId] = [newId(), newId()];
    const before = document.activeElement;
    const close = (answer) => {
      veil.remove();
      before?.focus();
      resolve(answer);
    };
    const yesButton = make("button", { type: "button", class: "main", onclick: () => close(true) }, yes);
    const noButton = make("button", { type: "button", onclick: () => close(false) }, no);
    const dialog = make("div", {
      role: "dialog", "aria-modal": "true", "aria-labelledby": titleId, "aria-describedby": textId,
      onkeydown: (event) => {
        if (event.key === "Escape") close(false);
        if (event.key !== "Tab") return;
        event.preventDefault();
        (document.activeElement === noButton ? yesButton : noButton).focus();
      },
    }, make("h2", { id: titleId }, title), make("p", { id: textId }, text),
    make("div", { class: "bar end" }, noButton, yesButton));
    const veil = make("div", { class: "veil" }, dialog);
    document.body.append(veil);
    noButton.focus();
  });
}

// Widgets of the form. Each returns what stands in the field, and keeps its value in an input.

function pop(anchor, list, isOpen) {
  list.hidden = !isOpen;
  anchor.setAttribute("aria-expanded", String(isOpen));
}

// Moves a mark through the options by arrow keys; Enter takes the marked one.
function byArrows(anchor, list, choose, open) {
  anchor.addEventListener("keydown", (event) => {
    const options = [...list.children];
    const at = options.findIndex((option) => option.classList.contains("at"));
    if (event.key === "Escape") pop(anchor, list, false);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return open();
      const next = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), options.length - 1);
      options.forEach((option, number) => option.classList.toggle("at", number === next));
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(options[at]);
    }
  });
}

function picker(field, tie) {
  const kept = make("input", { type: "hidden", name: field.name });
  const list = make("div", { class: "pop", role: "listbox", id: newId(), hidden: true });
  const input = make("input", {
    ...tie, role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": list.id,
    placeholder: field.hint,
  });
  const choose = (option) => {
    kept.value = option.dataset.value;
    input.value = option.textContent;
    pop(input, list, false);
  };
  let asked = 0;
  let pause;
  input.addEventListener("input", () => {
    // What was chosen before counts no more once the text is another one.
    kept.value = "";
    clearTimeout(pause);
    pause = setTimeout(async () => {
      const number = ++asked;
      const { members } = await ask("memberSuggest", { text: input.value });
      if (number !== asked || kept.value) return;
      list.replaceChildren(...members.map(({ value, text }) => make("div", {
        role: "option", "data-value": value, onmousedown: (event) => event.preventDefault(),
        onclick: (event) => choose(event.currentTarget),
      }, text)));
      pop(input, list, members.length > 0);
    }, 250);
  });
  input.addEventListener("blur", () => pop(input, list, false));
  byArrows(input, list, choose, () => pop(input, list, list.children.length > 0));
  return [input, kept, list];
}

function select(field, tie) {
  const kept = make("input", { type: "hidden", name: field.name });
  const list = make("div", { class: "pop", role: "listbox", id: newId(), hidden: true });
  const shown = make("div", {
    ...tie, class: "choice", role: "combobox", tabindex: 0, "aria-expanded": "false",
    "aria-controls": list.id,
  }, "请选择");
  const choose = (option) => {
    kept.value = option.dataset.value;
    shown.textContent = option.textContent;
    pop(shown, list, false);
  };
  list.append(...field.options.map(({ value, text }) => make("div", {
    role: "option", "data-value": value, onmousedown: (event) => event.preventDefault(),
    onclick: (event) => choose(event.currentTarget),
  }, text)));
  shown.addEventListener("click", () => pop(shown, list, list.hidden));
  shown.addEventListener("blur", () => pop(shown, list, false));
  byArrows(shown, list, choose, () => pop(shown, list, true));
  return [shown, kept, list];
}

function radio(field, tie) {
  const kept = make("input", { type: "hidden", name: field.name });
  const buttons = field.options.map(({ value, text }, number) => make("button", {
    type: "button", role: "radio", "aria-checked": "false", tabindex: number ? -1 : 0,
    onclick: () => choose(number),
  }, text));
  const choose = (chosen) => {
    kept.value = field.options[chosen].value;
    buttons.forEach((button, number) => {
      button.setAttribute("aria-checked", String(number === chosen));
      button.tabIndex = number === chosen ? 0 : -1;
    });
  };
  const group = make("div", {
    ...tie, class: "segments", role: "radiogroup",
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
      choose(next);
      buttons[next].focus();
    },
  }, buttons);
  return [group, kept];
}

function datePicker(field, tie, form) {
  const kept = make("input", { type: "hidden", name: field.name });
  const calendar = make("div", { class: "pop calendar", role: "group", "aria-label": "选择日期", hidden: true });
  const shown = make("div", { ...tie, class: "day", role: "button", "aria-expanded": "false" }, "请选择日期");
  let [year, month] = form.today.split("-").map(Number);
  const choose = (day) => {
    const parts = { YYYY: String(year), MM: String(month).padStart(2, "0"), DD: String(day).padStart(2, "0") };
    kept.value = form.dateFormat.replace(/YYYY|MM|DD/g, (part) => parts[part]);
    shown.textContent = kept.value;
    pop(shown, calendar, false);
    shown.focus();
  };
  const turnBy = (months) => {
    const first = new Date(Date.UTC(year, month - 1 + months, 1));
    [year, month] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
    draw();
  };
  const draw = () => {
    const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
    const blanks = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
    const arrow = (text, label, months) =>
      pressable(make("div", { class: "turn", role: "button", "aria-label": label }, text), () => turnBy(months));
    const names = [..."一二三四五六日"].map((name) => make("div", { "aria-hidden": "true" }, name));
    const cells = Array.from({ length }, (_, number) => pressable(
      make("div", { class: "cell", role: "button", "aria-label": `${year}年${month}月${number + 1}日` }, String(number + 1)),
      () => choose(number + 1)));
    calendar.replaceChildren(
      make("div", { class: "month" }, arrow("‹", "上个月", -1), `${year}年${month}月`, arrow("›", "下个月", 1)),
      make("div", { class: "days" }, names, Array.from({ length: blanks }, () => make("div")), cells));
  };
  draw();
  pressable(shown, () => pop(shown, calendar, calendar.hidden));
  calendar.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pop(shown, calendar, false);
    shown.focus();
  });
  return [shown, kept, calendar];
}

function fileField(field, tie) {
  const kept = make("input", { type: "hidden", name: field.name });
  const state = make("span", { class: "hint", role: "status" }, field.hint);
  const input = make("input", { ...tie, type: "file", name: `${field.name}File`, accept: ".pdf,.docx" });
  input.addEventListener("change", async () => {
    kept.value = "";
    const [file] = input.files;
    if (!file) return;
    try {
      const told = await upload(file, (share) => { state.textContent = `上传中 ${share}%`; });
      kept.value = told.attachmentId;
      state.textContent = `已上传，${told.size} 字节`;
    } catch (problem) {
      state.textContent = problem.told?.text || "上传失败";
    }
  });
  return [input, kept, state];
}

function checkbox(field, tie) {
  return [make("input", { ...tie, type: "checkbox", name: field.name, value: "yes" })];
}

const WIDGETS = {
  picker, select, radio, checkbox, date: datePicker, file: fileField,
  text: (field, tie) => [make("input", { ...tie, name: field.name, autocomplete: "off", placeholder: field.hint })],
  area: (field, tie) => [make("textarea", { ...tie, name: field.name, rows: 2 })],
  decoy: (field, tie) => [make("input", { ...tie, name: field.name, tabindex: -1, autocomplete: "off" })],
};

// Three ways a label belongs to its field; for the third only the eye can tell.
function build(field, form) {
  const id = newId();
  const tie = field.told === "aria" ? { "aria-label": field.label } : field.told === "for" ? { id } : {};
  const caption = field.told === "for"
    ? make("label", { class: "cap", for: id }, field.label)
    : make("span", { class: "cap" }, field.label);
  const parts = WIDGETS[field.widget](field, tie, form);
  const kind = `field ${field.widget}${field.required ? " needed" : ""}`;
  return make("div", { class: kind }, field.widget === "checkbox" ? [parts, caption] : [caption, parts]);
}

// The long form

function lineTable() {
  const body = make("tbody");
  const sum = make("span", {}, "0.00");
  const count = () => {
    const fen = [...body.querySelectorAll("input[name^=amount_]")]
      .map((input) => Math.round(Number(input.value.replaceAll(",", "")) * 100) || 0);
    sum.textContent = (fen.reduce((total, one) => total + one, 0) / 100).toFixed(2);
  };
  const number = () => [...body.rows].forEach((row, position) => {
    row.cells[0].textContent = String(position + 1);
    row.querySelectorAll("input").forEach((input) => {
      input.name = `${input.dataset.part}_${position + 1}`;
      input.setAttribute("aria-label", `第${position + 1}行 ${input.dataset.label}`);
    });
  });
  const add = () => {
    const cells = [["code", "医保编码"], ["quantity", "数量"], ["amount", "金额"]].map(([part, label]) =>
      make("td", {}, make("input", { "data-part": part, "data-label": label, autocomplete: "off", oninput: count })));
    const row = make("tr", {}, make("td"), cells, make("td", {}, make("button", {
      type: "button", onclick: () => { row.remove(); number(); count(); },
    }, "删除")));
    body.append(row);
    number();
  };
  add();
  const heads = ["序号", "医保编码", "数量", "金额", "操作"].map((text) => make("th", {}, text));
  return [make("table", { class: "lines" }, make("thead", {}, make("tr", {}, heads)), body),
    make("div", { class: "bar" }, make("button", { type: "button", onclick: add }, "添加明细"), "明细合计：", sum)];
}

function showErrors(errors) {
  document.querySelector("ul.errors")?.remove();
  document.querySelectorAll("[aria-invalid]").forEach((element) => element.removeAttribute("aria-invalid"));
  if (!errors.length) return;
  const list = make("ul", { class: "errors", role: "alert" },
    errors.map(({ field, text }) => make("li", { "data-field": field }, text)));
  document.querySelector("h1").after(list);
  for (const { field } of errors) {
    const input = field && document.querySelector(`[name="${CSS.escape(field)}"]`);
    if (input) (input.type === "hidden" ? input.previousElementSibling : input).setAttribute("aria-invalid", "true");
  }
  list.scrollIntoView({ block: "center" });
}

async function showForm() {
  const form = await ask("claimForm");
  const sections = form.sections.map((section) => make("fieldset", {}, make("legend", {}, section.title),
    section.isLines ? lineTable() : null,
    make("div", { class: "grid" }, section.fields.map((field) => build(field, form)))));
  const page = formOf(() => handIn(page, form), sections,
    make("div", { class: "bar end" }, make("button", { class: "main" }, form.submitText)));
  // Enter in a field must not hand the claim in.
  page.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  show(form.heading, page);
}

function gathered(page) {
  const claim = {};
  for (const input of page.querySelectorAll("[name]")) {
    if (input.type === "file" || input.dataset.part) continue;
    claim[input.name] = input.type === "checkbox" ? (input.checked ? "yes" : "") : input.value;
  }
  const lines = [...page.querySelectorAll("table.lines tbody tr")].map((row) =>
    Object.fromEntries([...row.querySelectorAll("input")].map((input) => [input.dataset.part, input.value])));
  return { claim, lines };
}

async function handIn(page, form) {
  const variables = gathered(page);
  const { errors } = await ask("claimCheck", variables);
  showErrors(errors);
  if (errors.length) return toast("请更正标出的内容", true);
  if (form.asksTwice && !await confirmDialog("系统提示", "系统将于今晚维护，是否继续？", "继续")) return;
  if (form.asksConsent && !await consent(page)) return;
  const question = form.question
    .replace("{claim_no}", variables.claim[form.claimNoName]).replace("{total}", variables.claim.claimTotal);
  if (!await confirmDialog("确认提交", question, form.confirmText)) return;
  const commit = { ...variables, mutationId: random(16) };
  const answers = [ask(form.operation, commit)];
  if (form.sendsTwice) answers.push(ask(form.operation, commit));
  const [{ ticket }] = await Promise.all(answers);
  toast("申报已接收，正在受理");
  go(`#/progress?ticket=${ticket}`);
}

function consent(page) {
  return new Promise((resolve) => {
    const id = newId();
    const box = make("input", { id, type: "checkbox", name: "consent" });
    const end = (answer) => {
      view.remove();
      page.hidden = false;
      resolve(answer);
    };
    const view = make("section", {}, make("h2", {}, "电子申报告知书"),
      make("p", {}, "申报一经受理，相关资料将由本公司留存备查。"),
      make("div", { class: "field checkbox" }, box, make("label", { for: id }, "我已阅读并同意")),
      make("div", { class: "bar end" },
        make("button", { type: "button", onclick: () => end(false) }, "返回"),
        make("button", {
          type: "button", class: "main",
          onclick: () => (box.checked ? end(true) : toast("请先勾选同意", true)),
        }, "同意并继续")));
    page.hidden = true;
    page.after(view);
  });
}

// Appeals

async function showAppealForm() {
  const form = await ask("appealForm");
  const page = formOf(() => appeal(page, form), make("fieldset", {}, make("legend", {}, "申诉信息"),
    make("div", { class: "grid" }, form.fields.map((field) => build(field, form)))),
  make("div", { class: "bar end" }, make("button", { class: "main" }, "提交")));
  page.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  show("拒付申诉", page);
}

async function appeal(page, form) {
  const { claim: values } = gathered(page);
  const { errors } = await ask("appealCheck", { appeal: values });
  showErrors(errors);
  if (errors.length) return toast("请更正标出的内容", true);
  if (form.asksTwice && !await confirmDialog("系统提示", "系统将于今晚维护，是否继续？", "继续")) return;
  const question = `确认对受理编号 ${values.receiptNo} 的核定提出申诉吗？提交后不可修改。`;
  if (!await confirmDialog("确认申诉", question, "确认申诉")) return;
  const commit = { appeal: values, mutationId: random(16) };
  const answers = [ask("appealSubmit", commit)];
  if (form.sendsTwice) answers.push(ask("appealSubmit", commit));
  const [{ ticket }] = await Promise.all(answers);
  toast("申诉已接收，正在受理");
  go(`#/appeals/progress?ticket=${ticket}`);
}

async function showAppeals(parameters) {
  const given = asked(parameters, "claimNo");
  const told = await ask("appealList", given);
  const rows = told.appeals.map((row) => [row.number, row.receipt, row.claimNo, String(row.version), row.state,
    row.answer, row.receivedOn, row.decidedOn]);
  show("申诉查询", search("#/appeals", [["申报单号", "claimNo", given.claimNo]]),
    table(["申诉编号", "受理编号", "申报单号", "版本", "申诉状态", "答复意见", "收件日期", "答复日期"], rows),
    pager("#/appeals", parameters, told));
}

// Lists

function table(heads, rows, empty = "没有符合条件的记录") {
  const body = rows.length
    ? rows.map((cells) => make("tr", {}, cells.map((cell, number) =>
      make("td", { class: heads[number].includes("金额") ? "money" : null }, cell))))
    : make("tr", {}, make("td", { colspan: heads.length }, empty));
  return make("table", { class: "list" },
    make("thead", {}, make("tr", {}, heads.map((text) =>
      make("th", { class: text.includes("金额") ? "money" : null }, text)))), make("tbody", {}, body));
}

function pager(path, parameters, { page, pages, total }) {
  const link = (text, number) => {
    const query = new URLSearchParams({ ...Object.fromEntries(parameters), page: number });
    return number >= 1 && number <= pages ? make("a", { href: `${path}?${query}` }, text) : null;
  };
  return make("div", { class: "bar" }, `共 ${total} 条记录，第 ${page} / ${pages} 页`,
    link("上一页", page - 1), link("下一页", page + 1));
}

function search(path, fields) {
  const inputs = fields.map(([label, name, value]) => plainField(label, { name, value, autocomplete: "off" }));
  return formOf(async () => {
    const given = inputs.map(([, input]) => [input.name, input.value.trim()]).filter(([, value]) => value);
    go(`${path}?${new URLSearchParams(given)}`);
  }, make("div", { class: "search" }, inputs.map(([field]) => field), make("button", { class: "main" }, "查询")));
}

function asked(parameters, ...names) {
  const found = Object.fromEntries(names.map((name) => [name, parameters.get(name) || ""]));
  return { ...found, page: Number(parameters.get("page") || 1) };
}

async function showHome() {
  const told = await ask("home");
  show("首页", make("p", {}, `您好，${told.user}。今天是 ${told.today}，处理中的申报 ${told.waiting} 笔。`),
    make("div", { class: "cards" }, PLACES.slice(1).map(([href, text]) =>
      make("a", { href }, make("strong", {}, text), `进入${text}`))));
}

function showProgress(parameters) {
  return showTickets(parameters, "#/progress", "ticketList", "受理进度", "申报", "受理编号");
}

function showAppealProgress(parameters) {
  return showTickets(parameters, "#/appeals/progress", "appealTickets", "申诉进度", "申诉", "申诉编号");
}

async function showTickets(parameters, path, operation, heading, what, numbered) {
  const ticket = parameters.get("ticket") || "";
  const tell = (told) => {
    const heads = ["受理流水号", "提交时间", "进度", numbered, "未受理原因"];
    if (told.echoes) heads.splice(1, 0, "申报单号");
    return table(heads, told.tickets.map((row) => [row.ticket, ...(told.echoes ? [row.claimNo] : []),
      row.submittedAt, row.state, row.receipt, row.reason]));
  };
  const given = asked(parameters, "ticket", "claimNo");
  let told = await ask(operation, given);
  let list = tell(told);
  const here = show(heading,
    ticket ? make("p", { class: "notice" }, `${what}已接收，受理流水号 ${ticket}。受理结果请以本页及${what}查询为准。`) : null,
    search(path, [["受理流水号", "ticket", ticket],
      ...(told.echoes ? [["申报单号", "claimNo", given.claimNo]] : [])]), list, pager(path, parameters, told));
  while (ticket && told.tickets[0]?.state === "处理中") {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (here !== turn) return;
    told = await ask(operation, given, { quiet: true });
    if (here !== turn) return;
    const next = tell(told);
    list.replaceWith(next);
    list = next;
  }
}

async function showClaims(parameters) {
  const given = asked(parameters, "claimNo", "serviceDate");
  const told = await ask("claimList", given);
  const own = told.echoes ? ["申报单号", "版本"] : [];
  const rows = told.claims.map((row) => [make("a", { href: `#/claims/${row.receipt}` }, row.receipt),
    ...(told.echoes ? [row.claimNo, String(row.version)] : []), row.member, row.serviceDate, row.amount, row.status]);
  show("申报查询", search("#/claims", [...(told.echoes ? [["申报单号", "claimNo", given.claimNo]] : []),
    ["服务日期", "serviceDate", given.serviceDate]]),
  table(["受理编号", ...own, "被保险人", "服务日期", "申报金额", "状态"], rows), pager("#/claims", parameters, told));
}

async function showClaim(receipt) {
  const { claim } = await ask("claimDetail", { receipt });
  const pairs = claim.pairs.flatMap(({ label, text }) => [make("dt", {}, label), make("dd", {}, text)]);
  const withdraw = async () => {
    const text = `确认撤销受理编号 ${receipt} 的申报吗？`;
    if (!await confirmDialog("撤销申报", text, "确认撤销", "返回")) return;
    await ask("claimVoid", { receipt, mutationId: random(16) });
    toast("申报已撤销");
    await showClaim(receipt);
  };
  show("申报详情", make("dl", { class: "pairs" }, pairs),
    table(["序号", "医保编码", "数量", "金额"], claim.lines),
    make("div", { class: "bar" }, make("a", { href: "#/claims" }, "返回列表"), claim.canBeVoided
      ? make("button", { type: "button", class: "bad", onclick: withdraw }, "撤销") : null));
}

async function download({ address, remittanceNo }) {
  busy(1);
  try {
    const answer = await fetch(address);
    if (answer.headers.get("content-type") !== "application/pdf") return judge(answer.status, await answer.json());
    const url = URL.createObjectURL(await answer.blob());
    const link = make("a", { href: url, download: `${remittanceNo}.pdf`, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (problem) {
    if (!(problem instanceof Refusal)) toast("下载失败，请稍后重试", true);
  } finally {
    busy(-1);
  }
  return undefined;
}

async function showRemittances(parameters) {
  const given = asked(parameters, "from", "to");
  const told = await ask("remittanceList", given);
  const rows = told.remittances.map((row) => [row.remittanceNo, row.date, row.trace, row.total,
    make("button", { type: "button", onclick: () => download(row) }, "下载通知书")]);
  show("支付通知", search("#/remittances", [["起始日期", "from", given.from], ["截止日期", "to", given.to]]),
    table(["通知书编号", "支付日期", "支付流水号", "支付金额", "通知书"], rows),
    pager("#/remittances", parameters, told));
}

// A refusal was told already, to whoever pressed the button.
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Refusal) event.preventDefault();
});
window.addEventListener("hashchange", route);
route();
