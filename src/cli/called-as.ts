/** How a person calls this program, in commands that are shown to be copied: npm has it on the path only for what npm starts. */
export const CALLED_AS = process.env.npm_command === undefined ? 'holdpoint' : 'npx holdpoint';
