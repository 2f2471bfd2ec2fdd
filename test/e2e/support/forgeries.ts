export interface Forgery {
  readonly text: string;
  /** How many characters in it cannot be seen. */
  readonly hidden: number;
}

const AWAY = 'https://forged.example/x';
const RUN = 'window.forged=1';

/** Ways to make a page act on what it shows. */
const ACTING = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="${AWAY}.png">`,
  `<svg onload="${RUN}"><circle r=9 /></svg>`,
  `<svg><script>${RUN}</script></svg>`,
  `<iframe src="${AWAY}"></iframe>`,
  `<iframe srcdoc="<script>parent.${RUN.slice(7)}</script>"></iframe>`,
  `<object data="${AWAY}"></object>`,
  `<embed src="${AWAY}">`,
  `<a href="javascript:${RUN}">open</a>`,
  `<form action="${AWAY}"><button>Approve</button></form>`,
  `<meta http-equiv="refresh" content="0;url=${AWAY}">`,
  `<base href="${AWAY}">`,
  `<link rel="stylesheet" href="${AWAY}.css">`,
  `<style>@import url(${AWAY}.css)</style>`,
  `<div style="background:url(${AWAY}.png)">x</div>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<input autofocus onfocus="${RUN}">`,
  `<math><mi xlink:href="javascript:${RUN}">x</mi></math>`,
  `<template><script>${RUN}</script></template>`,
  `<video src="${AWAY}.mp4" autoplay></video>`,
  `[open](javascript:${RUN})`,
  `[open](${AWAY})`,
  `![picture](${AWAY}.png)`,
  `![picture](data:image/svg+xml;base64,PHN2Zz4=)`,
  `[![badge](${AWAY}.svg)](${AWAY})`,
  `<${AWAY}>`,
  `${AWAY} and www.forged.example`,
  `[ref]\n\n[ref]: ${AWAY} "title"`,
  '`code` <b onmouseover="window.forged=1">bold</b>',
  '```html\n<script>window.forged=1</script>\n```',
  `"><script>${RUN}</script>`,
  `</td></tr></table><h1>Approved</h1><script>${RUN}</script>`,
  `{{constructor.constructor('${RUN}')()}}`,
  ['$', '{window.forged=1}'].join(''),
  `<dialog open>Approve?</dialog>`,
];

/** Ways to make a text read otherwise than it is. */
const HIDING = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202b',
  '\u202c',
  '\u202d',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u180e',
  '\u3164',
  '\ufeff',
  '\uffa0',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e007f}',
  '\u{e0101}',
  '\ufe00',
  '\u2800',
  '\u0007',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ue000',
];

/** More than 60 texts from these templates. Control characters that JSON or markdown would change stand between letters. */
export function forgeries(): Forgery[] {
  const acting = ACTING.map((text) => ({ text, hidden: 0 }));
  const hiding = HIDING.map((character) => ({ text: `Refund${character}120 to 81-A`, hidden: 1 }));
  const both = ['\u202e', '\u200b', '\u{e0041}'].map((character) => ({
    text: `**Pay ${character} less** [open${character}](${AWAY}${character})`,
    hidden: 3,
  }));
  return [...acting, ...hiding, ...both];
}
