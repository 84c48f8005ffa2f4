// The questions of the forms for the chosen load; what an answer makes needless is neither shown nor sent.
const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export const formsFor = (load, forms) =>
  load ? forms.filter((form) => !form.species.length || form.species.includes(load.species)) : [];

function asked(form, answers) {
  const shown = [];
  for (const question of form.questions) {
    const conditions = Object.entries(question.asked_if);
    const isAsked = conditions.every(([other, wanted]) => shown.some((one) => one.code === other) && wanted.includes(answers[other]));
    if (isAsked) shown.push(question);
  }
  return shown;
}

// What goes with the photos: only answers to questions that are asked.
export function answersToSend(load, forms, given) {
  return formsFor(load, forms).map((form) => {
    const answers = given[form.sha256] ?? {};
    const kept = asked(form, answers).filter((one) => one.code in answers).map((one) => [one.code, answers[one.code]]);
    return { load_id: load.id, form: form.sha256, answers: Object.fromEntries(kept) };
  }).filter((one) => Object.keys(one.answers).length);
}

// A row that stands there stays: what is being typed, and the field that has the keyboard, are not taken away.
export function draw(place, load, forms, given, words, changed) {
  const rows = new Map([...place.children].map((row) => [row.dataset.key, row]));
  const wanted = formsFor(load, forms).flatMap((form) => {
    const answers = (given[form.sha256] ??= {});
    const answer = (question, value) => {
      if (value === undefined) delete answers[question.code];
      else answers[question.code] = value;
      changed();
    };
    return asked(form, answers).map((question) => {
      const key = `${load.id} ${form.sha256} ${question.code}`;
      const row = rows.get(key) ?? questionRow(key, question, answers, words, answer);
      mark(row, answers[question.code]);
      return row;
    });
  });
  if (wanted.length !== rows.size || wanted.some((row, n) => place.children[n] !== row)) place.replaceChildren(...wanted);
}

function mark(row, value) {
  for (const button of row.querySelectorAll("button")) {
    const isChosen = button.dataset.answer === String(value);
    button.classList.toggle("chosen", isChosen);
    button.setAttribute("aria-pressed", String(isChosen));
  }
}

function questionRow(key, question, answers, words, answer) {
  const row = copyOf("a-question"), choices = row.querySelector(".choices");
  row.dataset.key = key;
  row.dataset.code = question.code;
  row.querySelector("legend").textContent = question.title + (question.required ? " *" : "");
  if (question.kind === "choice" || question.kind === "boolean") {
    const options = question.kind === "boolean" ? [[true, words.yes], [false, words.no]]
      : question.choices.map((one) => [one.code, one.title]);
    choices.append(...options.map(([code, title]) =>
      choiceButton(code, title, () => answer(question, answers[question.code] === code ? undefined : code))));
  } else {
    choices.append(field(question, answers[question.code], (given) => answer(question, given)));
  }
  return row;
}

function choiceButton(code, title, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.answer = String(code);
  button.textContent = title;
  button.onclick = choose;
  return button;
}

// A number is sent only within its limits, with a comma or a point.
function field(question, value, answer) {
  const input = document.createElement("input"), isText = question.kind === "text";
  input.setAttribute("aria-label", question.title);
  input.value = value ?? "";
  input.maxLength = question.longest;
  input.inputMode = isText ? "text" : question.kind === "integer" ? "numeric" : "decimal";
  input.onchange = () => {
    input.setCustomValidity("");
    const text = input.value.trim(), number = Number(text.replace(",", "."));
    if (!text) return answer(undefined);
    if (isText) return answer(text);
    const isGood = Number.isFinite(number) && (question.kind !== "integer" || Number.isInteger(number))
      && number >= (question.low ?? -Infinity) && number <= (question.high ?? Infinity);
    input.setCustomValidity(isGood ? "" : `${question.low ?? ""} – ${question.high ?? ""}`);
    input.reportValidity();
    answer(isGood ? number : undefined);
  };
  return input;
}
