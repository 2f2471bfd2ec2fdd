import type { CrewConfigData, TaskConfigData } from '../crew/crew-config.ts';

/** The tasks of a crew as a Mermaid flowchart; a task that can hold has a mark for each place where it does. */
export function mermaidOf(config: CrewConfigData): string {
  const keys = Object.keys(config.tasks);
  const id = (key: string) => `t${keys.indexOf(key) + 1}`;
  const lines = Object.entries(config.tasks).flatMap(([key, task]) => [
    `  ${id(key)}["${[`<b>${labelText(key)}</b>`, labelText(task.agent), ...marksOf(config, task)].join('<br/>')}"]${
      marksOf(config, task).length > 0 ? ':::hold' : ''
    }`,
    ...task.context.map((upstream) => `  ${id(upstream)} --> ${id(key)}`),
    ...task.optionalContext.map((upstream) => `  ${id(upstream)} -.-> ${id(key)}`),
  ]);
  return [
    '---',
    `title: ${JSON.stringify(config.name)}`,
    '---',
    'flowchart TD',
    ...lines,
    '  classDef hold stroke:#b45309,stroke-width:2px',
  ].join('\n');
}

function marksOf(config: CrewConfigData, task: TaskConfigData): string[] {
  const { before, after } = task.confirm;
  const sometimes = (confirm: { when: 'function' | null }) => (confirm.when ? ' (sometimes)' : '');
  return [
    ...(before ? [`⏸ before${sometimes(before)}`] : []),
    ...(after ? [`⏸ after${sometimes(after)}`] : []),
    ...(task.minConfidence === null ? [] : [`⏸ confidence below ${task.minConfidence}`]),
    ...(task.escalateIf ? ['⏸ escalateIf'] : []),
    ...task.tools.flatMap(({ name, raiseTo }) => {
      const tier = config.tools[name]?.tier ?? 'automatic';
      const shown = raiseTo === null ? tier : `${tier}, at least ${raiseTo}`;
      return tier === 'automatic' && raiseTo === null ? [] : [`⏸ ${labelText(name)}: ${shown}`];
    }),
  ];
}

/** Mermaid reads entities in labels, but no quotes. */
function labelText(text: string): string {
  return text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
