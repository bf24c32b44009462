import { el, freshId } from './dom.js';

/** Asks before something that can't be undone; true where it is to be done. Escape means no. */
export function confirmed(question, consequence, yes, no) {
  return new Promise(resolve => {
    const title = freshId();
    const text = freshId();
    const dialog = el('dialog', { 'aria-labelledby': title, 'aria-describedby': text, on: { close: () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); } } },
      el('h2', { id: title }, question),
      el('p', { id: text }, consequence),
      el('div', { class: 'actions' },
        el('button', { type: 'button', class: 'plain', autofocus: true, on: { click: () => dialog.close('no') } }, no),
        el('button', { type: 'button', class: 'danger', on: { click: () => dialog.close('yes') } }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
