'use strict';
// Everything on the page can be read without this; it sorts the tables, saves them unpacked, and opens the families.
const number = text => parseFloat(text.replaceAll(',', '').replace('\u2212', '-'));
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const original = [...table.tBodies[0].rows];
  table.tHead.addEventListener('click', event => {
    const head = event.target.closest('button')?.closest('th');
    if (!head) return;
    const column = heads.indexOf(head);
    const isNumber = head.classList.contains('number');
    // First the way that one looks for, then the other way, then as it was.
    const first = isNumber && !['Rank', 'q', 'p', 'Permutation p'].includes(head.textContent) ? 'descending' : 'ascending';
    const other = first === 'descending' ? 'ascending' : 'descending';
    const next = { null: first, [first]: other, [other]: null }[head.getAttribute('aria-sort')];
    for (const each of heads) each.removeAttribute('aria-sort');
    table.classList.toggle('sorted', next !== null);
    if (next === null) { table.tBodies[0].append(...original); return; }
    head.setAttribute('aria-sort', next);
    const sign = next === 'descending' ? -1 : 1;
    const keyed = original.map(row => [isNumber ? number(row.cells[column].textContent) : row.cells[column].textContent, row]);
    // What has no number comes last either way.
    keyed.sort(([a], [b]) => isNumber ? (isNaN(a) - isNaN(b)) || sign * (a - b) || 0 : sign * a.localeCompare(b));
    table.tBodies[0].append(...keyed.map(pair => pair[1]));
  });
}
if ('DecompressionStream' in window) {
  for (const link of document.querySelectorAll('a.csv')) {
    link.addEventListener('click', async event => {
      event.preventDefault();
      const packed = Uint8Array.from(atob(link.href.slice(link.href.indexOf(',') + 1)), letter => letter.charCodeAt(0));
      const text = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).blob();
      const save = document.createElement('a');
      save.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      save.download = link.download.replace(/\.gz$/, '');
      save.click();
      setTimeout(() => URL.revokeObjectURL(save.href), 60000);
    });
  }
}
const families = document.querySelectorAll('.family details');
const openAll = document.getElementById('open-all');
if (openAll) {
  openAll.parentElement.hidden = false;
  openAll.addEventListener('click', () => families.forEach(family => { family.open = true; }));
  document.getElementById('close-all').addEventListener('click', () => families.forEach(family => { family.open = false; }));
}
