import { askHumanDefinition } from './ask-human.ts';
import { toolOf } from './define-tool.ts';

/** List it among an agent's `tools` to let the agent ask a person a question, and wait for the answer. */
export const askHuman = toolOf(askHumanDefinition);
