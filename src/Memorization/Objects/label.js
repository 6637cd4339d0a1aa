'use strict';
// Answers are kept in the browser's own storage, under the sample that they are of; the file is what counts.
const sample = JSON.parse(document.getElementById('sample').textContent);
const pictures = sample.pictures;
const byId = id => document.getElementById(id);
const key = `memorization-labels:${sample.object}:${sample.seed}:${pictures.length}:${pictures[0].content_id}`;
let state = { labeller: '', answers: [] };
try {
  const kept = JSON.parse(localStorage.getItem(key));
  if (kept && Array.isArray(kept.answers) && kept.answers.length <= pictures.length) state = kept;
} catch { /* Storage that is not allowed, or holds something else: begin anew. */ }

function keep() {
  try { localStorage.setItem(key, JSON.stringify(state)); }
  catch { byId('saved').textContent = 'This browser keeps nothing: save before you leave.'; }
}

function fit(picture) {
  const image = byId('picture');
  const box = image.parentElement;
  const scale = Math.min((box.clientWidth - 24) / picture.width, (box.clientHeight - 24) / picture.height, 4);
  image.width = Math.round(picture.width * scale);
  image.height = Math.round(picture.height * scale);
}

function show() {
  const done = state.answers.length;
  const finished = done === pictures.length;
  byId('done').style.width = `${100 * done / pictures.length}%`;
  byId('done').parentElement.setAttribute('aria-valuenow', done);
  byId('count').textContent = finished ? `All ${done} labelled` : `Picture ${done + 1} of ${pictures.length}`;
  byId('picture').parentElement.hidden = finished;
  byId('finished').hidden = !finished;
  byId('undo').disabled = done === 0;
  for (const button of document.querySelectorAll('[data-answer]')) button.disabled = finished;
  if (!finished) {
    byId('picture').src = pictures[done].src;
    fit(pictures[done]);
  }
}

function answer(said) {
  if (state.answers.length === pictures.length) return;
  state.answers.push(said);
  byId('saved').textContent = '';
  keep();
  show();
}

function undo() {
  if (state.answers.length === 0) return;
  state.answers.pop();
  keep();
  show();
}

function save() {
  const file = {
    object: sample.object,
    labeller: state.labeller,
    seed: sample.seed,
    sample: pictures.map(picture => picture.content_id),
    answers: state.answers.map((said, i) => ({ content_id: pictures[i].content_id, answer: said })),
  };
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2) + '\n'], { type: 'application/json' }));
  link.download = `${sample.object}-${sample.seed}-${state.labeller.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  byId('saved').textContent = `Saved ${file.answers.length} answers as ${link.download}`;
}

function begin() {
  byId('start').hidden = true;
  byId('work').hidden = false;
  show();
}

byId('who').addEventListener('submit', event => {
  event.preventDefault();
  const name = byId('labeller').value.trim();
  if (!name) return;
  state.labeller = name;
  keep();
  begin();
});
for (const button of document.querySelectorAll('[data-answer]')) button.addEventListener('click', () => answer(button.dataset.answer));
byId('undo').addEventListener('click', undo);
byId('save').addEventListener('click', save);
addEventListener('resize', () => { if (!byId('work').hidden) show(); });
addEventListener('keydown', event => {
  if (byId('work').hidden || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const act = { y: () => answer('yes'), n: () => answer('no'), u: () => answer('unsure'), z: undo, s: save }[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
if (state.labeller) begin();
