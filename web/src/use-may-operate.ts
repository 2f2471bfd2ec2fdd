import { useDesk } from './desk/use-desk.ts';

/** Whether who is signed in may start, cancel and resume runs. The server says so again. */
export function useMayOperate(): boolean {
  return useDesk((state) => state.me.roles.some((role) => role === 'operator' || role === 'admin'));
}
