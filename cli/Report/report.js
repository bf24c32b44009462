// The page is whole without this: it only finds tables and copies snippets.
const find = document.getElementById('find');
const tables = [...document.querySelectorAll('details.table')];
find.addEventListener('input', () => {
  const word = find.value.trim().toLowerCase();
  let shown = 0;
  for (const table of tables) {
    table.hidden = word !== '' && !table.dataset.words.toLowerCase().includes(word);
    shown += table.hidden ? 0 : 1;
  }
  document.getElementById('none').hidden = shown > 0;
});
for (const button of document.querySelectorAll('button.copy')) {
  button.addEventListener('click', async () => {
    const text = button.closest('figure').querySelector('code').textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      // Pages opened from a file may not write to the clipboard: select the text instead.
      getSelection().selectAllChildren(button.closest('figure').querySelector('code'));
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
}
