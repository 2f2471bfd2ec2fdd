export {
  call,
  calls,
  failWith,
  type Script,
  type ScriptedModel,
  scriptedModel,
  text,
} from './agents/scripted-model.ts';
export { approveAll } from './approve-all.ts';
export { memoryJournal } from './journal/memory-journal.ts';
