'use strict';
// Everything on the page can be read without this; it sorts the tables and opens the families.
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  table.tHead.addEventListener('click', event => {
    const head = event.target.closest('button')?.closest('th');
    if (!head) return;
    const column = heads.indexOf(head);
    const isNumber = head.classList.contains('number');
    const down = head.hasAttribute('aria-sort') ? head.ariaSort !== 'descending' : isNumber && head.textContent !== 'Rank';
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const value = row => row.cells[column].textContent;
    const number = row => parseFloat(value(row).replaceAll(',', ''));
    const compare = isNumber ? (a, b) => number(a) - number(b) : (a, b) => value(a).localeCompare(value(b));
    const rows = [...table.tBodies[0].rows].sort(compare);
    table.tBodies[0].append(...(down ? rows.reverse() : rows));
  });
}
const families = document.querySelectorAll('.family details');
const openAll = document.getElementById('open-all');
if (openAll) {
  openAll.parentElement.hidden = false;
  openAll.addEventListener('click', () => families.forEach(family => { family.open = true; }));
  document.getElementById('close-all').addEventListener('click', () => families.forEach(family => { family.open = false; }));
}
