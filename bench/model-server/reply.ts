const SENTENCE = 'What was handed over has been read, weighed, put right where it was wrong, and said in fewer words. ';
/** Characters of an answer, and the pieces that it is streamed in. */
const LENGTH = 200;
const PIECES = 8;

/** The `[[run:ID task:K]]` of the request's words; the last one, where earlier outputs carry others. */
export function tagOf(words: string): { run: string | null; task: number | null } {
  const tag = [...words.matchAll(/\[\[run:(\S+) task:(\d+)\]\]/g)].at(-1);
  return { run: tag?.[1] ?? null, task: tag ? Number(tag[2]) : null };
}

/** The answer to the same words is the same. `[[wrap:KEY]]` in them: as JSON, under that key. */
function answerTo(words: string): string {
  const text = `${fingerprint(words)} ${SENTENCE.repeat(3)}`.slice(0, LENGTH);
  const key = /\[\[wrap:(\w+)\]\]/.exec(words)?.[1];
  return key ? JSON.stringify({ [key]: text }) : text;
}

function fingerprint(words: string): string {
  let hash = 5_381;
  for (let index = 0; index < words.length; index++) hash = (Math.imul(hash, 33) ^ words.charCodeAt(index)) >>> 0;
  return hash.toString(16);
}

/** A quarter of the characters, as real tokenizers come to on average. */
function usageOf(words: string, answer: string): object {
  const [prompt_tokens, completion_tokens] = [Math.ceil(words.length / 4), Math.ceil(answer.length / 4)];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

export function completion(words: string): string {
  const content = answerTo(words);
  const message = { role: 'assistant', content, refusal: null };
  return JSON.stringify({
    ...frame('chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: usageOf(words, content),
  });
}

export function completionStream(words: string): string[] {
  const content = answerTo(words);
  const size = Math.ceil(content.length / PIECES);
  const pieces = Array.from({ length: PIECES }, (_, index) => content.slice(index * size, (index + 1) * size));
  const chunk = (delta: object, finish_reason: string | null = null) =>
    event({ ...frame('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces.map((piece) => chunk({ content: piece })),
    chunk({}, 'stop'),
    event({ ...frame('chat.completion.chunk'), choices: [], usage: usageOf(words, content) }),
    'data: [DONE]\n\n',
  ];
}

function frame(object: string): object {
  return { id: 'chatcmpl-bench', object, created: 1_700_000_000, model: 'mock' };
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
