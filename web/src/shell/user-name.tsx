import { useDesk } from '../desk/use-desk.ts';
import { showPerson } from '../text/show-person.ts';

/** Who decides here, and what they are. */
export function UserName() {
  const me = useDesk((state) => state.me);
  return (
    <>
      <bdi>{showPerson(me.user)}</bdi>{' '}
      <span className="wide">{me.groups.length > 0 ? me.groups.join(', ') : me.roles.join(', ')}</span>
    </>
  );
}
