import { type ConfigIssue, pathText } from './config-issue.ts';
import { type LooseCrew, type LoosePart, textsIn } from './loose-crew.ts';
import { didYouMean } from './near-miss.ts';

/** Who works, and who waits for whom: every name must be known, and the waiting must end. */
export function checkGraph(crew: LooseCrew): ConfigIssue[] {
  const issues = [...crew.tasks].flatMap(([key, task]) => [
    ...checkAgent(crew, ['tasks', key, 'agent'], task.agent),
    ...checkReferences(crew, key, 'context'),
    ...checkReferences(crew, key, 'optionalContext'),
    ...checkTwice(key, task),
  ]);
  return [...issues, ...checkCycles(crew), ...checkProcess(crew)];
}

/**
 * What a task waits for by its `context`. Absent: the task before it, as in a sequential process, unless that one is
 * waited for optionally already.
 */
export function resolveContext(
  context: readonly string[] | undefined,
  optionalContext: readonly string[],
  before: string | undefined,
): string[] {
  if (context) return [...new Set(context)];
  return before === undefined || optionalContext.includes(before) ? [] : [before];
}

function checkAgent(crew: LooseCrew, path: PropertyKey[], agent: unknown): ConfigIssue[] {
  if (typeof agent !== 'string' || crew.agents.has(agent)) return [];
  return [{ path: pathText(path), message: unknownName('agent', agent, [...crew.agents.keys()]) }];
}

function unknownName(kind: 'agent' | 'task', name: string, names: readonly string[]): string {
  const remedy = didYouMean(name, names) || (names.length > 0 ? ` There is: ${names.join(', ')}.` : '');
  return `There is no ${kind} "${name}".${remedy}`;
}

function checkReferences(crew: LooseCrew, key: string, list: 'context' | 'optionalContext'): ConfigIssue[] {
  const others = [...crew.tasks.keys()].filter((other) => other !== key);
  return textsIn(crew.tasks.get(key)?.[list]).flatMap(({ index, text }) => {
    const path = pathText(['tasks', key, list, index]);
    if (text === key)
      return [{ path, message: `The task "${key}" waits for itself. Take it out of its own \`${list}\`.` }];
    return crew.tasks.has(text) ? [] : [{ path, message: unknownName('task', text, others) }];
  });
}

function checkTwice(key: string, task: LoosePart): ConfigIssue[] {
  const needed = new Set(textsIn(task.context).map(({ text }) => text));
  return textsIn(task.optionalContext)
    .filter(({ text }) => needed.has(text))
    .map(({ index, text }) => ({
      path: pathText(['tasks', key, 'optionalContext', index]),
      message: `"${text}" is in \`context\` too. Name it in one of them: in \`context\` if this task needs it.`,
    }));
}

function checkProcess(crew: LooseCrew): ConfigIssue[] {
  const { process, manager } = crew;
  if (process === 'hierarchical') {
    if (manager !== undefined) return checkAgent(crew, ['manager'], manager);
    return [{ path: 'manager', message: 'Missing. A hierarchical process needs one: write the key of an agent.' }];
  }
  const message = "Only a hierarchical process has a manager. Add process: 'hierarchical', or leave `manager` out.";
  return manager === undefined ? [] : [{ path: 'manager', message }];
}

/** The known tasks that each task waits for, itself left out: those two mistakes are told on their own. */
function waitsOf(crew: LooseCrew): Map<string, string[]> {
  const waits = new Map<string, string[]>();
  let before: string | undefined;
  for (const [key, task] of crew.tasks) {
    const optional = textsIn(task.optionalContext).map(({ text }) => text);
    const context = task.context === undefined ? undefined : textsIn(task.context).map(({ text }) => text);
    const all = [...resolveContext(context, optional, before), ...optional];
    waits.set(
      key,
      all.filter((name) => name !== key && crew.tasks.has(name)),
    );
    before = key;
  }
  return waits;
}

function checkCycles(crew: LooseCrew): ConfigIssue[] {
  const waits = waitsOf(crew);
  const issues: ConfigIssue[] = [];
  const done = new Set<string>();
  const visit = (key: string, trail: readonly string[]): void => {
    if (done.has(key)) return;
    const start = trail.indexOf(key);
    if (start >= 0) {
      issues.push(cycle(crew, trail.slice(start)));
      return;
    }
    for (const next of waits.get(key) ?? []) visit(next, [...trail, key]);
    done.add(key);
  };
  for (const key of waits.keys()) visit(key, []);
  return issues;
}

/** Told at the task of the cycle that names the next one itself, since there is something to take out. */
function cycle(crew: LooseCrew, keys: readonly string[]): ConfigIssue {
  const isDefault = (key: string) => crew.tasks.get(key)?.context === undefined;
  const names = (list: unknown, next: string) => textsIn(list).some(({ text }) => text === next);
  const place = keys.flatMap((key, index) => {
    const next = keys[(index + 1) % keys.length] ?? key;
    const lists = (['context', 'optionalContext'] as const).filter((list) => names(crew.tasks.get(key)?.[list], next));
    return lists.map((list) => ({ key, list }));
  })[0] ?? { key: keys[0] ?? '', list: 'context' };
  const byDefault = keys
    .filter(isDefault)
    .map((key) => `"${key}" has no \`context\`, so it waits for the task before it. `);
  return {
    path: pathText(['tasks', place.key, place.list]),
    message: `A cycle, in which each task waits for the next: ${[...keys, keys[0]].join(' → ')}. ${byDefault.join('')}Take one out.`,
  };
}
